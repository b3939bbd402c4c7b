"""Command lines of ours, found in text and parsed as the program parses them, without running anything."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from typer.core import TyperGroup
from typer.main import get_command

from flows.cli import app
from pipeline.settings import load

_ENDS = frozenset({"|", ">", "&&", "||", ";", "<", "&"})
"""What stands behind them is another program's, or a file's."""


def written(text: str) -> Iterator[list[str]]:
    """The words behind `longmedia` of every command line in Markdown: in blocks, and between backticks."""
    block = re.findall(r"^ {4,}(?:exec )?(longmedia .*)$", text, re.MULTILINE)
    inline = re.findall(r"`(longmedia [^`]+)`", text)
    for line in (*block, *inline):
        line = re.sub(r"\s#.*", "", line)  # noqa: PLW2901 - a comment
        words = shlex.split(line.replace("\\", ""))
        ends = [at for at, word in enumerate(words) if word in _ENDS]
        yield words[1 : ends[0] if ends else None]


def parse(words: Sequence[str]) -> None:
    """Raise what the program raises for these words: of an unknown command, option or setting.

    A command that stands there without anything behind it is only named.
    """
    command = get_command(app)
    words = [word for word in words if word != "--help"]
    context = command.make_context("longmedia", words, resilient_parsing=not words)
    while words and isinstance(command, TyperGroup):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        if not rest:
            return
        command = found
        context = command.make_context(name, rest, parent=context)
    load(None, [one for one in context.params.get("sets") or () if not one.isupper()])
