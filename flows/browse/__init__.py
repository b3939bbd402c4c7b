"""A store as pages: served to this machine (`longmedia browse`), or as a folder of files (`longmedia export site`)."""
