"""The stages before merging: each turns items of a recording into the rows of its table."""
