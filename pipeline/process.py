"""One request from its file to its root summary: the stages of its chain, one after the other. Knows no Prefect."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.chain import Stage, chain
from pipeline.errors import Interrupted
from pipeline.fallback.client import open_fallback
from pipeline.fallback.gate import admit_store
from pipeline.job import Job, Step, Watch
from pipeline.models.registry import Registry
from pipeline.results import ended, finished, new_document, note_asked
from pipeline.settings import Settings
from pipeline.source import document_of, names_digest, open_source
from pipeline.store import Run, Store
from pipeline.store.coverage import Coverage
from pipeline.store.documents import State, unless_damaged


class Stop(Protocol):
    """Says when to end; an event of `threading` is one."""

    def is_set(self) -> bool:
        """Whether to end now."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the job ended. `fresh` is false where a finished run was found and nothing had to be done."""

    run: Run
    state: State
    fresh: bool
    coverage: Coverage
    seconds: float


def process(
    path: Path,
    settings: Settings,
    store: Store,
    registry: Registry,
    *,
    only: Stage | None = None,
    transcript: Path | None = None,
    watch: Watch = lambda _step: None,
    stop: Stop | None = None,
    egress: bool = False,
) -> Outcome:
    """Take one recording from its file to its root summary, going on where an earlier start ended.

    `only` ends it with that stage. `transcript` is a file that stands for hearing. Models come from `registry`.
    Nothing leaves the machine unless `egress` switches it on for this run, and the settings and the recording allow
    it; see `pipeline.fallback`.

    Raises the `MediaError` that says what is wrong with the file, `StoreBusyError` where another process works on the
    same stage, `EgressRefusedError` where the store is on another machine and nothing of the recording may leave, and
    `Interrupted` soon after `stop` is set.
    """
    started = time.monotonic()
    source = open_source(path, settings.audio.track, transcript, channel=settings.audio.channel)
    also = () if transcript is None else (transcript,)
    store = admit_store(store, settings.fallback, path, source.recording, also)
    links = chain(settings, source, only, names=names_digest(store, source.recording))
    run = store.run(links.run)
    done = finished(run)
    if done is not None:
        note_asked(store, run, links.settings)
        return Outcome(run, done[0].state, False, done[1], time.monotonic() - started)
    fallback = open_fallback(settings.fallback, path, run.key.path, egress=egress, also=also)
    with run.writing():
        before = unless_damaged(lambda: store.recording(source.recording))
        store.save_recording(document_of(source, before, settings.audio.track))
        document = unless_damaged(run.document)
        now = new_document(links)
        again = {"asked": now.asked, "input": now.input, "settings": now.settings, "severity": now.severity}
        run.save(now if document is None else document.model_copy(update=again))
        job = Job(links, run, registry.lease(), stoppable(watch, stop), fallback, egress=egress)
        try:
            job.run_all()
        finally:
            job.close()
        seconds = time.monotonic() - started
        created = document.created if document else now.created
        result, total = ended(run, now.model_copy(update={"created": created}), seconds)
    return Outcome(run, result.state, True, total, seconds)


def stoppable(watch: Watch, stop: Stop | None) -> Callable[[Step], None]:
    """`watch`, which raises `Interrupted` once `stop` is set."""

    def look(step: Step) -> None:
        watch(step)
        if stop is not None and stop.is_set():
            raise Interrupted

    return look
