"""The reader of on-screen text."""
