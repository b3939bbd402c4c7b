"""The program `longmedia`: as little as possible, so that Ctrl-C is understood from the first moment on."""

import gc
import sys

_GARBAGE = (50_000, 20, 50)
"""Objects made before Python looks for cycles that nobody holds, and how often it looks among the older ones.

Looking as often as it does by itself takes half of the time in which 10,000 finished recordings are listed.
"""


def main() -> None:
    """Import the command line, which takes a second, and run it."""
    gc.set_threshold(*_GARBAGE)
    try:
        from flows.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
