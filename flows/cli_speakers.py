"""`longmedia speakers`: who speaks in a recording, and what they are called."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from chunkers.printable import printable
from chunkers.spans import TICKS_PER_SECOND, stamp
from flows.cli_options import ConfigOption, SetOption, StoreOption, find_run, open_store
from flows.terminal import say
from pipeline.errors import NoSuchRunError, SettingsError
from pipeline.fallback.gate import admit_run, admit_store
from pipeline.reports.kept_outline import keep_outline
from pipeline.settings import Settings, load_here
from pipeline.stages.speakers.assign import Turn
from pipeline.stages.speakers.naming import merged, parted, person, renamed
from pipeline.stages.speakers.remembering import Near, forgotten, mean_of, nearest, remembered
from pipeline.stages.speakers.spoken import Spoken, pieces_of
from pipeline.store import SPEAKERS, Run, Store
from pipeline.store.documents import NamesDocument
from pipeline.store.voices import VOICES

_MOMENTS = 3
_WORDS = 70


class _ListFirst(TyperGroup):
    """`speakers RECORDING` is `speakers list RECORDING`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments with the command that is meant; `ctx` is the context of the call."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_ListFirst,
    no_args_is_help=True,
    add_completion=False,
    help="Who speaks in a recording, and what they are called.",
)

RecordingArgument = Annotated[str, typer.Argument(help="The recording's id, or the input's path.")]
RunOption = Annotated[str | None, typer.Option("--run", help="The run, or the start of its name.")]
WhoArgument = Annotated[str, typer.Argument(help="As `longmedia speakers RECORDING` shows it: `S1`, or the name.")]


@app.command("list", epilog="Example: `longmedia speakers talk.mp3`")
def list_speakers(
    recording: RecordingArgument,
    name: RunOption = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Who speaks, how much, and three moments of each to listen to; who it may be, where a remembered voice is near."""
    run = _run(recording, name, store, config)
    spoken = Spoken(run)
    _show(spoken, _proposed(run, spoken, open_store(store, load_here(config))))


@app.command(
    "name",
    epilog='Example: `longmedia speakers name talk.mp3 S1 "Anna Keller"`, and with `--set speakers.remember=true` her '
    "voice is known in later recordings",
)
def name_speaker(
    recording: RecordingArgument,
    who: WhoArgument,
    called: Annotated[str, typer.Argument(help="The name; an empty one takes the name away.")],
    name: RunOption = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
    sets: SetOption = [],  # noqa: B006 - typer makes a new list for each call
) -> None:
    """Name a speaker: reports show it at once. Who gets the name of another is that person.

    With `speakers.remember=true` the voice is kept beside the name, to be proposed in later recordings. A voice is
    biometric data: ask before you keep one. It stays in this store, encrypted where the store is; `speakers forget`
    deletes it.
    """
    settings = load_here(config, sets)
    run = _run(recording, name, store, config)
    document = renamed(_names(run), person(Spoken(run).people, who), called)
    kept = document.names[-1].name if called.strip() and settings.speakers.remember else ""
    _save(run, document, store, settings, remember=kept)


@app.command("remembered", epilog="Example: `longmedia speakers remembered`")
def list_remembered(store: StoreOption = "longmedia-store", config: ConfigOption = None) -> None:
    """Whose voices this store keeps (biometric data), how much of each, and from how many recordings."""
    rows = open_store(store, load_here(config)).voices.rows()
    if not rows:
        say("No voice is remembered.")
    for name in sorted({row.name for row in rows}):
        own = [row for row in rows if row.name == name]
        ticks = round(sum(row.seconds for row in own) * TICKS_PER_SECOND)
        say(f"{printable(name)}  {stamp(ticks)}  {len(own)} recording{'s' * (len(own) > 1)}")


@app.command("forget", epilog='Example: `longmedia speakers forget "Anna Keller"`')
def forget_voice(
    called: Annotated[str, typer.Argument(metavar="NAME", help="As `longmedia speakers remembered` shows it.")],
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Delete a remembered voice. Names stay in the recordings where they were given."""
    settings = load_here(config)
    place = open_store(store, settings)
    rows = place.voices.rows()
    left = forgotten(rows, called)
    if len(left) == len(rows):
        known = ", ".join(sorted({printable(row.name) for row in rows})) or "nobody"
        raise SettingsError(f"no voice of {printable(called)} is remembered.", cure=f"Remembered: {known}.")
    admit_store(place, settings.fallback, Path(VOICES), VOICES).voices.save(left)
    say(f"Forgotten: {printable(called.strip())}.")


@app.command("merge", epilog="Example: `longmedia speakers merge talk.mp3 S3 S1`")
def merge_speakers(
    recording: RecordingArgument,
    who: WhoArgument,
    into: Annotated[str, typer.Argument(help="Who that is, too.")],
    name: RunOption = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Say that two speakers are one person."""
    run = _run(recording, name, store, config)
    people = Spoken(run).people
    _save(run, merged(_names(run), person(people, who), person(people, into)), store, load_here(config))


@app.command("split", epilog="Example: `longmedia speakers split talk.mp3 S1`")
def split_speaker(
    recording: RecordingArgument,
    who: WhoArgument,
    name: RunOption = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Say that a speaker is really two people: what is heard is told apart once more. `merge` takes it back."""
    run = _run(recording, name, store, config)
    one = person(Spoken(run).people, who)
    _save(run, parted(_names(run), one, *pieces_of(run)), store, load_here(config))


def _run(recording: str, name: str | None, store: str, config: ConfigOption) -> Run:
    run = find_run(recording, name, open_store(store, load_here(config)))
    if not run.has(SPEAKERS) and not Spoken(run).people:
        raise NoSuchRunError(
            f"{run.key.run}: speakers were not told apart in this run.",
            cure="`longmedia models get diariser` brings what it takes; then run it again.",
        )
    return run


def _names(run: Run) -> NamesDocument:
    return run.names() or NamesDocument(recording=run.key.recording)


def _save(run: Run, document: NamesDocument, place: str, settings: Settings, *, remember: str = "") -> None:
    """Keep what is said about speakers, and show them; `remember` is the name of a voice to be remembered."""
    store = admit_run(open_store(place, settings), settings.fallback, run)
    store.save_names(document)
    spoken = Spoken(run)
    kept = _remember(run, spoken, store, remember)
    keep_outline(store.run(run.key))
    _show(spoken, _proposed(run, spoken, store))
    say("Reports show it now; the next `longmedia run` writes the summary again.")
    if kept:
        say(f"The voice is remembered in this store; `longmedia speakers forget {shlex.quote(remember)}` deletes it.")
    elif remember:
        say(f"{printable(remember)} was not told apart by voice: nothing is remembered.", error=True)


def _remember(run: Run, spoken: Spoken, store: Store, named: str) -> bool:
    """Bring the remembered voices of this recording up to date; returns whether that of `named` is kept."""
    rows = store.voices.rows()
    if not named and not any(row.recording == run.key.recording for row in rows):
        return False
    given, vectors = pieces_of(run)
    people = [one for one in spoken.people if one.named]
    voices = {one.name: mean_of(one, given, vectors) for one in people}
    now = remembered(rows, run.key.recording, voices, named=named)
    if now != rows:
        store.voices.save(now)
    return voices.get(named) is not None


def _proposed(run: Run, spoken: Spoken, store: Store) -> dict[int, Near]:
    """Who those may be that have no name, by their numbers."""
    rows = store.voices.rows()
    if not rows:
        return {}
    given, vectors = pieces_of(run)
    voices = {one.number: mean_of(one, given, vectors) for one in spoken.people if not one.named}
    found = {number: nearest(rows, voice) for number, voice in voices.items() if voice is not None}
    return {number: near for number, near in found.items() if near is not None}


def _show(spoken: Spoken, proposed: Mapping[int, Near]) -> None:
    total = sum(one.ticks for one in spoken.people)
    turns = list(spoken.turns()) if len(spoken.people) > 1 else []
    if not spoken.people:
        say("Nobody was told apart.")
    for one in spoken.people:
        own = [turn for turn in turns if turn.speaker == one.name]
        share = one.ticks / max(total, 1)
        near = proposed.get(one.number)
        perhaps = f"  perhaps {printable(near.name)}, distance {near.distance:.2f}" if near else ""
        say(f"S{one.number}  {printable(one.name)}  {stamp(one.ticks)}  {share:.0%}" + _counted(own) + perhaps)
        for turn in sorted(sorted(own, key=lambda turn: turn.start - turn.end)[:_MOMENTS], key=lambda turn: turn.start):
            say(f"    {stamp(turn.start)}  {_short(turn)}")


def _counted(turns: list[Turn]) -> str:
    return f"  {len(turns)} turns" if turns else ""


def _short(turn: Turn) -> str:
    text = printable(turn.text)
    return text if len(text) <= _WORDS else f"{text[:_WORDS].rstrip()}..."
