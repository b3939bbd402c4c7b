"""What can be read of a store, in seconds and plain types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.reports import report
from pipeline.reports.reading import by_time, covered, root, traced
from pipeline.settings import load_here
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run as StoredRun
from pipeline.store import Store as StoreOfRuns


@dataclass(frozen=True, slots=True)
class Moment:
    """A span of the recording, in seconds from its start."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a summary, and the moments that bear it out; none where no moment was found."""

    text: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown together: when they were said, in seconds, by whom if that is known, in which language."""

    start: float
    end: float
    text: str
    speaker: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the recording that is in no transcript, in seconds, and why; `status` is failed or skipped."""

    start: float
    end: float
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of every second: `seconds` by `processed`, `silent`, `failed`, `skipped`; in sum the `duration`."""

    duration: float
    seconds: Mapping[str, float]
    gaps: tuple[Gap, ...]


class Run:
    """What a request has come to so far; it may still be at work in another process."""

    def __init__(self, stored: StoredRun) -> None:
        """`stored` is the run as the store holds it; users get theirs from `run` or from a `Store`."""
        self._stored = stored

    @property
    def recording(self) -> str:
        """The id of the recording: a hash of its content."""
        return self._stored.key.recording

    @property
    def id(self) -> str:
        """The name of the run, as `longmedia report --run` takes it."""
        return self._stored.key.run

    @property
    def name(self) -> str:
        """The name of the file that was given; empty where the run was never started."""
        document = self._stored.document()
        return document.input.name if document is not None else ""

    @property
    def state(self) -> str:
        """`complete`, `gaps`, or `unfinished`; raises `StoreError` where the store is damaged."""
        document = self._stored.document()
        return document.result.state if document is not None and document.result is not None else "unfinished"

    def summary(self) -> list[Sentence]:
        """The sentences of the one summary, in order of time; none where nothing was said or it is not there yet."""
        node = root(self._stored)
        found = by_time(traced(node)) if node is not None else []
        return [Sentence(one.text, tuple(_moment(span) for span in one.moments)) for one in found]

    def transcript(self) -> Iterator[Cue]:
        """What was said, in order, as far as it was heard; it can be read while later stages are at work."""
        for row in Spoken(self._stored).heard():
            for cue in row.cues:
                yield Cue(_seconds(cue.start), _seconds(cue.end), cue.text, cue.speaker, row.language)

    def coverage(self) -> Coverage:
        """What became of every second."""
        total = covered(self._stored)
        gaps = tuple(Gap(_seconds(s.start), _seconds(s.end), status, why) for s, status, why in total.gaps)
        return Coverage(_seconds(total.end), {name: _seconds(ticks) for name, ticks in total.ticks.items()}, gaps)

    def report(
        self, form: str = "md", length: Literal["short", "normal", "long"] = "normal", *, by_speaker: bool = False
    ) -> str:
        """A report in the form `md`, `html`, `srt`, `vtt`, `txt`, `tsv`, `json`, `rttm` or `csv`.

        `length` says how much of the summary `md`, `html` and `json` show; `by_speaker` adds what each speaker said
        that says most. Raises `SettingsError` for another form.
        """
        return "".join(report(self._stored, form, length, by_speaker=by_speaker))


class Store:
    """The results in a folder or at a URL."""

    def __init__(self, stored: StoreOfRuns) -> None:
        """`stored` is the store as the core knows it; users get theirs from `open_store`."""
        self._stored = stored

    def runs(self, recording: str | None = None) -> list[Run]:
        """The runs of one recording or of all, the one that was asked for last at the end."""
        return [Run(run) for run in self._stored.runs(recording)]

    def run(self, recording: str, run: str | None = None) -> Run:
        """The run of a recording that was asked for last, or the one whose name begins with `run`.

        Raises `StoreError` where there is none.
        """
        return Run(self._stored.find(recording, run))


def open_store(place: str | Path, key: str | None = None) -> Store:
    """The store at a folder or URL; `key` says where its encryption key is (`env:NAME` or `file:PATH`).

    Without `key` the one of the settings is used. Raises `SettingsError`, `StoreError`.
    """
    return Store(StoreOfRuns(place, key if key is not None else load_here().encryption.key))


def _moment(span: Span) -> Moment:
    return Moment(_seconds(span.start), _seconds(span.end))


def _seconds(ticks: int) -> float:
    return ticks / TICKS_PER_SECOND
