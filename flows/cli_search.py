"""`longmedia search`: words and phrases in all that a store holds."""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chunkers.identity import content_id
from chunkers.spans import TICKS_PER_SECOND, stamp
from flows.cli_options import ConfigOption, StoreOption, open_store
from flows.exit_codes import GAPS, NO_HITS, NO_INPUT
from flows.terminal import counting, say, say_found
from pipeline.errors import NoSuchRunError, SettingsError, StoreError
from pipeline.faults import explain
from pipeline.search import KINDS, Hit, Kind, Searcher, Wanted, chosen
from pipeline.settings import load_here
from pipeline.store import Store
from pipeline.text.markup import escaped

_MOST = 1000


def search(
    words: Annotated[list[str], typer.Argument(help="All of them must be there; a phrase stands in double quotes.")],
    recording: Annotated[
        str | None,
        typer.Option("--recording", help="Only in it: its path, a part of its name, or the start of its id."),
    ] = None,
    speaker: Annotated[str, typer.Option("--speaker", help="Only what they said: part of the name.")] = "",
    kind: Annotated[
        list[str], typer.Option("--kind", help="Only `transcript`, `summary`, `screen`, `speaker` or `chapter`.")
    ] = [],  # noqa: B006 - typer reads it once
    since: Annotated[str, typer.Option("--since", help="Taken up by the store on 2026-03-24 or later.")] = "",
    until: Annotated[str, typer.Option("--until", help="Taken up on this day or before.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=_MOST, help="Hits, at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Find words in transcripts, summaries, on-screen text, speakers and chapters of all recordings, best first.

    Words are found in any form (`roof` finds `roofs`), case and accents alike. Exit codes: 0 found, 1 nothing found,
    2 wrong use, 3 part of the store could not be read, 4 none of it could.
    """
    opened = open_store(store, load_here(config))
    if opened.files.local and not opened.files.local_path("").is_dir():
        raise NoSuchRunError(f"{store}: there is no such store.", cure="Name it with --store.")
    try:
        found, passed = _searched(opened, " ".join(words), recording, _wanted(kind, speaker, since, until), limit)
    except NoSuchRunError:
        raise
    except (StoreError, OSError, sqlite3.Error) as error:  # 1 says that nothing was found, and that alone
        say(f"longmedia: {error if isinstance(error, StoreError) else explain(error)}", error=True)
        raise typer.Exit(NO_INPUT) from error
    if as_json:
        sys.stdout.write(escaped(json.dumps({"hits": [as_record(one) for one in found]}, ensure_ascii=False, indent=1)))
        sys.stdout.write("\n")
    else:
        for hit in found:
            say(f"{hit.recording[:12]}  {hit.name}  {stamp(hit.span.start)}  {hit.kind}  {hit.speaker}".rstrip())
            say_found([("    ", False), *hit.pieces])
    for fault in passed:
        say(f"longmedia: {fault}", error=True)
    if passed:
        raise typer.Exit(GAPS)
    if not found:
        say("longmedia: nothing found.", error=True)
        raise typer.Exit(NO_HITS)


def as_record(hit: Hit) -> dict[str, object]:
    """A hit as a JSON object, times in seconds."""
    return {
        "recording": hit.recording,
        "run": hit.run,
        "name": hit.name,
        "created": hit.created,
        "kind": hit.kind,
        "start": hit.span.start / TICKS_PER_SECOND,
        "end": hit.span.end / TICKS_PER_SECOND,
        "stamp": stamp(hit.span.start),
        "speaker": hit.speaker or None,
        "language": hit.language or None,
        "text": hit.text,
        "marks": [list(mark) for mark in hit.marks],
    }


def _searched(
    store: Store, words: str, recording: str | None, wanted: Wanted, limit: int
) -> tuple[list[Hit], tuple[StoreError, ...]]:
    with Searcher(store) as searcher:
        passed = searcher.follow(counting("recordings are taken up"))
        if recording is not None:
            whole = Path(recording)
            ids = (content_id(whole),) if whole.is_file() else chosen(searcher.entries(), recording)
            wanted = Wanted(ids, wanted.kinds, wanted.speaker, wanted.since, wanted.until)
        return searcher.search(words, wanted, limit), passed


def _wanted(kinds: list[str], speaker: str, since: str, until: str) -> Wanted:
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise SettingsError(f"--kind {unknown[0]}: no such kind.", cure=f"Kinds: {', '.join(KINDS)}.")
    asked: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind in kinds)
    return Wanted(None, asked, speaker, _day("--since", since), _day("--until", until))


def _day(option: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{option} {text}: no day.", cure="Write it as 2026-03-24.") from error
