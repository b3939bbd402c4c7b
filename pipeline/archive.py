"""Many recordings: which of them are done already, and what became of each. Knows no Prefect."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from chunkers.identity import content_id
from chunkers.names import from_text
from chunkers.printable import without_controls
from chunkers.spans import TICKS_PER_SECOND
from pipeline.chain import Stage
from pipeline.chains import Chains
from pipeline.errors import Interrupted, LongmediaError, MediaError, SettingsError, StoreError
from pipeline.fallback.gate import admit_store
from pipeline.faults import explain, way_to
from pipeline.job import Watch
from pipeline.joined import PartRun, join
from pipeline.models.registry import Registry
from pipeline.process import Outcome, Stop, process
from pipeline.results import failed, finished, note_asked
from pipeline.settings import Settings
from pipeline.source import known_source, names_digest
from pipeline.store import FORMAT, MERGE, Run, Store
from pipeline.store.coverage import Coverage
from pipeline.store.documents import CorrectionsDocument, Result, RunDocument
from pipeline.store.sidebyside import each

log = logging.getLogger(__name__)

State = Literal["complete", "gaps", "duplicate", "unreadable", "blocked", "stopped"]


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one input.

    `duplicate`: its content is that of an input before it. `unreadable`: nothing is wrong but the file.
    `blocked`: the machine cannot do it now (no weights, no room, another process at work). `stopped`: asked
    to end before it was done; what was finished of it is kept.
    """

    path: Path
    state: State
    recording: str = ""
    run: str = ""
    fresh: bool = False
    media_seconds: float = 0.0
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One input under its settings."""

    path: Path
    settings: Settings
    egress: bool = False
    """Whether what the local models failed at may go to the fallback; see `pipeline.fallback`."""
    only: Stage | None = None
    """The stage that it ends with; None: all of them."""
    transcript: Path | None = None
    """A file that stands for hearing."""


@dataclass(frozen=True, slots=True)
class Until:
    """A `Stop` that is set by another, or by the clock on the wall: `moment` in seconds since the epoch."""

    asked: Stop
    moment: float | None = None

    def is_set(self) -> bool:
        """Whether it is time to end."""
        return self.asked.is_set() or (self.moment is not None and time.time() >= self.moment)


def passed_over(passed: Iterable[MediaError]) -> list[Item]:
    """What became of paths that are no recordings."""
    return [Item(error.path, "unreadable", error=str(error)) for error in passed]


def jobs(
    paths: Iterable[Path],
    settings: Settings,
    *,
    egress: bool = False,
    only: Stage | None = None,
    transcript: Path | None = None,
) -> Iterator[Job]:
    """A job a path."""
    for path in paths:
        yield Job(path, settings, egress, only, transcript)


def triage(todo: Iterable[Job], store: Store, stop: Stop) -> Iterator[tuple[Job, Item | None]]:
    """Each job with what is known of it without working: finished already, a duplicate, stopped; else None.

    A store that is no local disk is asked about several at once, and so about some jobs ahead.
    """
    seen: dict[tuple[str, str], Path] = {}
    looks = _Looks(store, stop)
    for look in each(looks.at, todo, local=store.files.local):
        job = look.job
        if look.stopped:
            yield job, Item(job.path, "stopped")
            continue
        if not look.recording:
            yield job, None  # the attempt meets the same and says so
            continue
        first = seen.setdefault((look.recording, job.settings.audio.track), job.path)
        if look.empty:  # nothing is the same content as nothing: each such file is told of by itself
            yield job, None
        elif first != job.path:
            same = f"the same content as {without_controls(str(first))}"
            yield job, Item(job.path, "duplicate", *_names(look.run), error=same)
        elif look.run is not None and look.done is not None:
            note_asked(look.store, look.run, look.settings)
            seconds = look.done[1].end / TICKS_PER_SECOND
            yield job, Item(job.path, look.done[0].state, *_names(look.run), media_seconds=seconds)
        else:
            yield job, None


@dataclass(frozen=True, slots=True)
class _Look:
    """What the store knows of a job: its run, if the recording is known there, and how that ended."""

    job: Job
    store: Store
    settings: Settings
    """Those that it is asked for with."""
    recording: str = ""
    """Its content id; empty where it, or the store, cannot be read."""
    empty: bool = False
    run: Run | None = None
    done: tuple[Result, Coverage] | None = None
    stopped: bool = False


class _Looks:
    """Looks at a store for many jobs. What does not depend on the recording is found out once."""

    def __init__(self, store: Store, stop: Stop) -> None:
        self._store = store
        self._stop = stop
        self._chains = Chains()
        self._vocabulary: CorrectionsDocument | None = None

    def at(self, job: Job) -> _Look:
        """What is known of a job; raises nothing that is wrong with it."""
        nothing = _Look(job, self._store, job.settings)
        if self._stop.is_set():
            return replace(nothing, stopped=True)
        try:
            recording, empty = content_id(job.path), not job.path.stat().st_size
            store = _admitted(job, recording, self._store)
            if self._vocabulary is None:
                self._vocabulary = store.vocabulary()
            store = store.looking(recording, self._vocabulary)
            run, settings = _known(job, recording, store, self._chains)
            done = finished(run) if run is not None else None
        except (LongmediaError, OSError):
            return nothing
        return _Look(job, store, settings, recording, empty, run, done)


def _admitted(job: Job, recording: str, store: Store) -> Store:
    """The store as it may be asked about a recording: one elsewhere is not even asked about some.

    Raises `EgressRefusedError` as `process` does.
    """
    also = () if job.transcript is None else (job.transcript,)
    return admit_store(store, job.settings.fallback, job.path, recording, also)


def _known(job: Job, recording: str, store: Store, chains: Chains) -> tuple[Run | None, Settings]:
    """The run of a job, where the store knows the recording, and the settings that it is asked for with.

    No model is loaded, and the file is not looked into.
    """
    audio = job.settings.audio
    source = known_source(job.path, recording, audio.track, store, job.transcript, channel=audio.channel)
    if source is None:
        return None, job.settings
    links = chains.of(job.settings, source, job.only, names=names_digest(store, recording))
    return store.run(links.run), links.settings


def _names(run: Run | None) -> tuple[str, str]:
    return (run.key.recording, run.key.run) if run is not None else ("", "")


def attempt(job: Job, store: Store, registry: Registry, watch: Watch, stop: Stop) -> Item:
    """Process one recording; what goes wrong with it is in the result, never an exception."""
    return _attempted(
        job.path,
        lambda: process(
            job.path,
            job.settings,
            store,
            registry,
            only=job.only,
            transcript=job.transcript,
            watch=watch,
            stop=stop,
            egress=job.egress,
        ),
    )


def attempt_joined(
    folder: Path,
    items: Sequence[Item],
    settings: Settings,
    store: Store,
    registry: Registry,
    watch: Watch,
    stop: Stop,
    *,
    egress: bool = False,
) -> Item:
    """One recording, named after `folder`, of what became of its files, whose runs end with describing.

    Files that could not be read are left out: the time that they would hold is a gap where the others' names tell it.
    """

    def act() -> Outcome:
        parts = [PartRun(item.path, store.find(item.recording, item.run)) for item in items if item.recording]
        return join(folder, parts, settings, store, registry, watch=watch, stop=stop, egress=egress)

    return _attempted(folder, act)


def _attempted(path: Path, act: Callable[[], Outcome]) -> Item:
    """What came of it; what goes wrong is in the result, never an exception."""
    try:
        outcome = act()
    except Interrupted:
        return Item(path, "stopped")
    except MediaError as error:
        log.error("%s", error)
        return Item(path, "unreadable", error=str(error))
    except Exception as error:  # noqa: BLE001 - one recording's unforeseen fault must not end the night
        ours, name = isinstance(error, LongmediaError), without_controls(str(path))
        why = str(error) if ours else explain(error)
        log.error("%s: %s", name, why)
        if not ours:
            log.debug("%s: %s", name, way_to(error))
        return Item(path, "blocked", error=why)
    return Item(
        path,
        outcome.state,
        *_names(outcome.run),
        fresh=outcome.fresh,
        media_seconds=outcome.coverage.end / TICKS_PER_SECOND,
        seconds=outcome.seconds,
    )


def again(store: Store, settings: Settings) -> Iterator[tuple[Job | None, Item | None]]:
    """A job for every run that has something failed, from the store's own records; an item where there can be none.

    `settings` give what belongs to this machine and cannot change the text: folders, threads, the key.
    """
    passed: list[StoreError] = []
    for run in store.runs(passed=passed):
        try:
            document = run.document()
        except StoreError as error:
            passed.append(error)
            continue
        if document is None or document.result is None or not failed(document.result):
            continue
        path = from_text(document.input.path)
        try:
            if path.is_dir():
                raise StoreError("it was joined of several files.", cure="`longmedia run --join` takes it up again.")
            job = _as_then(document, settings)
            recording = content_id(path)
            known, _ = _known(job, recording, _admitted(job, recording, store), Chains())
            same = known is not None and known.key.run == document.run
            why = "" if same else "the file, the models or the prompts have changed since; run it anew"
        except (LongmediaError, OSError) as error:
            why = str(error)
        if why:
            yield None, Item(path, "blocked", document.recording, document.run, error=why)
        else:
            yield job, None
    for fault in passed:
        yield None, Item(Path(store.files.url), "unreadable", error=str(fault))


def _as_then(document: RunDocument, now: Settings) -> Job:
    """The job of a run, with its settings then and this machine's own folders and key."""
    if document.format < FORMAT:
        raise SettingsError("made by an earlier version.", cure="Run it anew.")
    stored = Settings.model_validate(document.settings)
    here = {"models": now.models, "encryption": now.encryption}
    last = list(document.stages)[-1]
    transcript = document.input.transcript
    return Job(
        from_text(document.input.path),
        stored.model_copy(update=here),
        only=None if last == MERGE else cast("Stage", last),
        transcript=None if transcript is None else from_text(transcript),
    )
