"""`longmedia correct`: what was heard wrong in a recording is put right; no table is changed."""

from __future__ import annotations

from typing import Annotated

import typer

from chunkers.printable import printable
from chunkers.spans import from_stamp, stamp
from flows.cli_options import ConfigOption, StoreOption, find_run, open_store
from flows.terminal import say
from pipeline.errors import NoSuchRunError, SettingsError
from pipeline.fallback.gate import admit_run
from pipeline.reports.kept_outline import keep_outline
from pipeline.settings import load_here
from pipeline.store import HEAR, Run, Store
from pipeline.store.corrected import Corrected
from pipeline.store.correcting import added, correction, placed, taken_back
from pipeline.store.documents import CorrectionsDocument
from pipeline.store.runs import JOINED


def correct(
    recording: Annotated[str, typer.Argument(help="The recording's id, or the input's path.")],
    wrong: Annotated[str, typer.Argument(help="What was heard: whole words, in any case.")] = "",
    right: Annotated[str, typer.Argument(help="What it should be.")] = "",
    at: Annotated[
        str | None, typer.Option("--at", metavar="1:23", help="Only where it is said nearest to this moment.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the last correction, or those of WRONG.")] = False,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="In all recordings of the store, those to come among them.")
    ] = False,
    name: Annotated[str | None, typer.Option("--run", help="The run, or the start of its name.")] = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Put right what was heard wrong: reports, subtitles and search follow at once.

    A correction holds everywhere in a recording, or where it is said nearest to a moment. The next `longmedia run`
    writes those summaries again that rest on it, and hears nothing again. Without WRONG and RIGHT the corrections are
    listed, with how many places each changes. A correction of words that are not there is refused.
    """
    settings = load_here(config)
    opened = open_store(store, settings)
    run = _run(recording, name, opened)
    if everywhere and at is not None:
        raise SettingsError("--at is a moment of one recording: not with --everywhere.")
    known = opened.vocabulary() if everywhere else run.corrections()
    if undo:
        if right or at is not None:
            raise SettingsError("--undo takes WRONG at most.", cure="`longmedia correct RECORDING WRONG --undo`.")
        document = taken_back(known, wrong)
    elif wrong or right or at is not None:
        document = _with(run, opened, known, wrong, right, at)
    else:
        _show(run, opened)
        return
    opened = admit_run(opened, settings.fallback, run)
    opened.save_corrections(document)
    keep_outline(opened.run(run.key))
    _show(run, opened)
    say("Reports show it now; the next `longmedia run` writes the summaries again that rest on it.")


def _run(recording: str, name: str | None, store: Store) -> Run:
    run = find_run(recording, name, store)
    if not run.has(HEAR):
        raise NoSuchRunError(f"{run.key.run}: nothing was heard in this run.")
    about = run.about()
    if about is not None and about.container == JOINED:
        raise SettingsError(
            f"{run.key.recording} is joined of files.",
            cure="Correct the file that it was said in, then `longmedia run FOLDER --join` again.",
        )
    return run


def _with(
    run: Run, store: Store, known: CorrectionsDocument, wrong: str, right: str, at: str | None
) -> CorrectionsDocument:
    """The corrections with one more. Raises `SettingsError` where it changes nothing."""
    one = correction(wrong, right)
    if at is not None:
        about = from_stamp(at)
        if about is None:
            raise SettingsError(f"--at {printable(at)}: not a moment.", cure="For example `1:23`, or `1:02:03`.")
        one = placed(one, run.heard(), about)
    document = added(known, one)
    heard = run.as_heard()
    if document.recording:
        heard = Corrected(store.vocabulary().corrections).rows(heard)
    if not Corrected(document.corrections).counts(heard)[-1]:
        raise SettingsError(
            f"{one.wrong}: not heard in this recording, or right already.",
            cure="Whole words are meant, as `longmedia report` shows them.",
        )
    return document


def _show(run: Run, store: Store) -> None:
    """The corrections that hold in the recording, in order, with how many places of it each changes."""
    everywhere, own = store.vocabulary().corrections, run.corrections().corrections
    if not everywhere and not own:
        say("Nothing is corrected.")
    counts = Corrected((*everywhere, *own)).counts(run.as_heard())
    for number, (one, count) in enumerate(zip((*everywhere, *own), counts, strict=True)):
        where = "  everywhere" if number < len(everywhere) else f"  at {stamp(one.at)}" if one.at is not None else ""
        say(f"{printable(one.wrong)} -> {printable(one.right)}{where}  {count} place{'s' * (count != 1)}")
