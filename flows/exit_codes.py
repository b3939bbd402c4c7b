"""The exit codes of the program: scripts can trust them."""

OK = 0
"""All is done."""
BLOCKED = 1
"""This machine cannot do it now: weights, disk."""
NO_HITS = 1
"""Of a search: nothing was found, as other programs that search say it."""
WRONG_USE = 2
"""The command or a setting is wrong."""
GAPS = 3
"""Finished, but not all of it could be done."""
NO_INPUT = 4
"""No input could be read."""
INTERRUPTED = 130
"""Stopped from outside; what was finished is kept."""
