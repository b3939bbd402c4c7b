"""The program `longmedia`: as little as possible, so that Ctrl-C is understood from the first moment on."""

import sys


def main() -> None:
    """Import the command line, which takes a second, and run it."""
    try:
        from flows.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
