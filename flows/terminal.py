"""What people read in a terminal: whatever a recording says, or is named, is shown there and never obeyed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import typer

from chunkers.printable import printable, without_controls

if TYPE_CHECKING:
    from rich.text import Text


def say(line: str, *, error: bool = False) -> None:
    """Print one line: on standard error where it is an `error`, or stands beside what was asked for."""
    typer.echo(without_controls(line), err=error)


def say_found(pieces: Iterable[tuple[str, bool]]) -> None:
    """Print one line of pieces, those that were found in bold where it is read on a terminal."""
    shown = ((without_controls(text), found) for text, found in pieces)
    typer.echo("".join(typer.style(text, bold=True) if found else text for text, found in shown))


def cell(text: str) -> Text:
    """Text for rich, to which `[bold]` is markup and a `Text` is none."""
    from rich.text import Text

    return Text(printable(text))


def counting(what: str) -> Callable[[int, int], None]:
    """Show on standard error how many of `what` are done, where that takes long and somebody looks."""

    def show(done: int, total: int) -> None:
        if total > 1 and sys.stderr.isatty():
            sys.stderr.write(f"\r{done} of {total} {what}" + "\n" * (done == total))
            sys.stderr.flush()

    return show


class Lines(logging.Formatter):
    """Log records as text."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging gives it
        """The message on one line: a file's name can hold a second one."""
        return without_controls(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """The traceback on its lines."""
        return "\n".join(map(without_controls, super().formatException(ei).split("\n")))


def log_to_terminal(level: str) -> None:
    """Log lines on standard error: those of libraries from ERROR, ours from `level`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level="ERROR")
    for package in ("chunkers", "pipeline", "flows"):
        logging.getLogger(package).setLevel(level)
