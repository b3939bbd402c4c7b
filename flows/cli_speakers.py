"""`longmedia speakers`: who speaks in a recording, and what they are called."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from chunkers import from_text, printable, stamp
from flows.cli_options import ConfigOption, StoreOption, find_run, open_store
from flows.terminal import say
from pipeline.errors import NoSuchRunError
from pipeline.fallback.gate import admit_store
from pipeline.settings import load_here
from pipeline.stages.speakers.assign import Turn
from pipeline.stages.speakers.naming import merged, parted, person, renamed
from pipeline.stages.speakers.spoken import Spoken, pieces_of
from pipeline.store import SPEAKERS, Run
from pipeline.store.documents import NamesDocument

_MOMENTS = 3
_WORDS = 70


class _ListFirst(TyperGroup):
    """`speakers RECORDING` is `speakers list RECORDING`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments with the command that is meant; `ctx` is the context of the call."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_ListFirst, no_args_is_help=True, help="Who speaks in a recording: list, name, merge, split.")

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
    """Who speaks, how much, and three moments of each to listen to."""
    _show(Spoken(_run(recording, name, store, config)))


@app.command("name", epilog='Example: `longmedia speakers name talk.mp3 S1 "Anna Keller"`')
def name_speaker(
    recording: RecordingArgument,
    who: WhoArgument,
    called: Annotated[str, typer.Argument(help="The name; an empty one takes the name away.")],
    name: RunOption = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Name a speaker: reports show it at once. Who gets the name of another is that person."""
    run = _run(recording, name, store, config)
    before = _names(run)
    _save(run, renamed(before, person(Spoken(run).people, who), called), store, config)


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
    _save(run, merged(_names(run), person(people, who), person(people, into)), store, config)


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
    _save(run, parted(_names(run), one, *pieces_of(run)), store, config)


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


def _save(run: Run, document: NamesDocument, place: str, config: ConfigOption) -> None:
    settings = load_here(config)
    store, known = open_store(place, settings), run.document()
    if known is not None:  # a store on another machine gets nothing that may not leave
        store = admit_store(store, settings.fallback, from_text(known.input.path), run.key.recording)
    store.save_names(document)
    _show(Spoken(run))
    say("Reports show it now; the next `longmedia run` writes the summary again.")


def _show(spoken: Spoken) -> None:
    total = sum(one.ticks for one in spoken.people)
    turns = list(spoken.turns()) if len(spoken.people) > 1 else []
    if not spoken.people:
        say("Nobody was told apart.")
    for one in spoken.people:
        own = [turn for turn in turns if turn.speaker == one.name]
        share = one.ticks / max(total, 1)
        say(f"S{one.number}  {printable(one.name)}  {stamp(one.ticks)}  {share:.0%}" + _counted(own))
        for turn in sorted(sorted(own, key=lambda turn: turn.start - turn.end)[:_MOMENTS], key=lambda turn: turn.start):
            say(f"    {stamp(turn.start)}  {_short(turn)}")


def _counted(turns: list[Turn]) -> str:
    return f"  {len(turns)} turns" if turns else ""


def _short(turn: Turn) -> str:
    text = printable(turn.text)
    return text if len(text) <= _WORDS else f"{text[:_WORDS].rstrip()}..."
