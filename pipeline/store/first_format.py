"""Runs of the first format, read as those of today: one folder a fingerprint, level 0 heard and described in one.

<store>/<recording>/<fingerprint>/run.json, result.json
<store>/<recording>/<fingerprint>/level=<k>/part-<n>.parquet
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import Field

from pipeline.errors import StoreDamagedError
from pipeline.store.documents import (
    AnyDocument,
    DecodedDocument,
    Gap,
    InputDocument,
    Result,
    RunDocument,
    StageDocument,
    State,
)
from pipeline.store.encryption import DAMAGE, Cipher, damage
from pipeline.store.files import Files
from pipeline.store.parts import Parts
from pipeline.store.runs import DESCRIBE, HEAR, MERGE, Run, RunKey
from pipeline.store.structs import Event
from pipeline.store.tables import DescribeRow, HearRow, NodeRow
from pipeline.text.cues import Cue

_Row = TypeVar("_Row", HearRow, DescribeRow)


class _Probe(AnyDocument):
    duration: int = 0


class _RunJson(AnyDocument):
    format: int
    recording: str
    fingerprint: str
    created: str = ""
    input: InputDocument
    probe: _Probe = _Probe()
    settings: dict[str, Any] = Field(default={})
    identity: dict[str, str] = Field(default={})
    versions: dict[str, str] = Field(default={})
    decoded: DecodedDocument | None = None


class _ResultJson(AnyDocument):
    state: State
    finished: str
    seconds: float = 0.0
    coverage_ticks: dict[str, int]
    failed_nodes: int = 0
    parts: dict[str, int] = Field(default={})
    gaps: tuple[Gap, ...] = Field(default=())


class FirstFormatRun(Run):
    """A run of the first format: it can be read, and is never written again."""

    def __init__(self, files: Files, recording: str, fingerprint: str, cipher: Cipher) -> None:
        super().__init__(files, RunKey(recording, dict.fromkeys((HEAR, DESCRIBE, MERGE), fingerprint)), cipher)
        self._path = f"{recording}/{fingerprint}"

    def document(self) -> RunDocument | None:
        """Its run.json and result.json as one document."""
        run = self._documents.load(self._path, "run.json", _RunJson)
        if run is None:
            return None
        result = self._documents.load(self._path, "result.json", _ResultJson)
        return RunDocument(
            format=run.format,
            recording=run.recording,
            run=run.fingerprint,
            created=run.created,
            asked=run.created,
            input=run.input,
            duration=run.probe.duration,
            settings=run.settings,
            identity=run.identity,
            versions=run.versions,
            result=None if result is None else Result(**result.model_dump()),
        )

    def stage(self, name: str) -> StageDocument | None:
        """What the decoder found, as the document of hearing."""
        run = self._documents.load(self._path, "run.json", _RunJson) if name == HEAR else None
        return None if run is None else StageDocument(stage=HEAR, key=run.fingerprint, decoded=run.decoded)

    def as_heard(self) -> Iterator[HearRow]:
        """Level 0 as what was heard; where only the summary failed, the words are there."""
        yield from self._rows(_heard)

    def chunks(self) -> Iterator[DescribeRow]:
        """Level 0 as what was described."""
        yield from self._rows(_described)

    def level(self, level: int) -> Parts[NodeRow]:
        """The table of a level of the tree, from 1."""
        return Parts(self.files, f"{self._path}/level={level}", NodeRow, self._cipher)

    def levels(self) -> list[int]:
        """Levels of the tree, ascending from 1."""
        names = [name.removeprefix("level=") for name in self.files.folders(self._path)]
        return sorted(int(name) for name in names if name.isdigit() and int(name) and self.level(int(name)).numbers())

    @property
    def outline(self) -> None:
        """No place for it."""

    def parts(self) -> dict[str, int]:
        """How many parts each level has, by its number."""
        return {str(level): len(self.level(level).numbers()) for level in [0, *self.levels()]}

    def _rows(self, made: Callable[[Mapping[str, Any]], _Row]) -> Iterator[_Row]:
        table = self.level(0)
        for number in table.numbers():
            path = f"{table.path}/part-{number:06d}.parquet"
            try:
                rows = [made(record) for record in self._cipher.read(self.files.read(path), path).to_pylist()]
            except DAMAGE as error:
                raise StoreDamagedError(f"{self.files.url}/{path}: damaged: {damage(error)}.") from error
            yield from rows


def _heard(record: Mapping[str, Any]) -> HearRow:
    known = {name: record[name] for name in _HEARD if name in record}
    if _failed_step(record) == DESCRIBE:
        known |= {"status": "processed", "error": "", "rejected": ""}
    return HearRow(heard_start=record["start"], cues=[Cue(**cue) for cue in record["cues"]], **known)


def _described(record: Mapping[str, Any]) -> DescribeRow:
    return DescribeRow(
        inputs="",
        failed_step=_failed_step(record),
        events=[Event(**event) for event in record["events"]],
        **{name: record[name] for name in _DESCRIBED if name in record},
    )


def _failed_step(record: Mapping[str, Any]) -> str:
    """What a row of level 0 failed at; it was told by how the reason begins."""
    if record["status"] != "failed":
        return ""
    return DESCRIBE if record["error"].startswith("summary: ") else HEAR


_SHARED = (
    "recording",
    "index",
    "start",
    "end",
    "status",
    "error",
    "rejected",
    "model",
    "seconds",
    "attempts",
    "source",
)
_HEARD = (*_SHARED, "language", "transcript")
_DESCRIBED = (
    *_SHARED,
    *("kind", "summary", "screen_text", "facts", "prompt_hash", "tokens_in", "tokens_out"),
    *("audio_tokens_sent", "audio_tokens_expected", "frames_sent", "frames_expected"),
)
