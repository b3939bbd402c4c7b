"""`longmedia probe`: what a file holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chunkers.probing import probe as probe_file
from chunkers.tracks import render_probe
from flows.terminal import say
from pipeline.errors import SettingsError


def probe(
    path: Annotated[Path, typer.Argument(help="A recording.")],
    track: Annotated[str, typer.Option("--audio-track", help="A number, `mix`, `all` or `auto`.")] = "auto",
) -> None:
    """What a file holds, and what would be heard."""
    wanted = None if track == "auto" else track if track in ("mix", "all") else _number(track)
    for line in render_probe(probe_file(path, levels=True), wanted):  # type: ignore[arg-type]
        say(line)


def _number(text: str) -> int:
    if not text.isdigit():
        raise SettingsError(f"--audio-track {text}: expected a number, `mix`, `all` or `auto`.")
    return int(text)
