"""Standard input, output and error of a command: always there, and ended without a word of any library."""

from __future__ import annotations

import os
import sys


def open_streams() -> None:
    """Put what is thrown away in the place of a stream that was closed.

    Otherwise the next file that is opened, a part of the store, is what everybody prints to.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it takes the lowest number that is free
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def drop_output() -> None:
    """Throw away what is still to be written: nobody reads it, or it cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def nobody_reads(end: BaseException) -> bool:
    """Whether a program ends because the reader of its output has gone, as `head` does.

    The library that reads command lines makes an exit code of its own of it.
    """
    return isinstance(end, BrokenPipeError) or isinstance(end.__context__, BrokenPipeError)
