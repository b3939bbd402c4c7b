"""Runs of the first format, read as those of today: one folder a fingerprint, level 0 heard and described in one.

<store>/<recording>/<fingerprint>/run.json, result.json
<store>/<recording>/<fingerprint>/level=<k>/part-<n>.parquet
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pydantic import Field

from pipeline.errors import StoreDamagedError
from pipeline.store.documents import DecodedDocument, Gap, InputDocument, Result, RunDocument, StageDocument, _Document
from pipeline.store.encryption import Cipher
from pipeline.store.files import Files
from pipeline.store.parts import Parts
from pipeline.store.runs import DESCRIBE, HEAR, Documents, Run, RunKey
from pipeline.store.tables import DescribeRow, Event, HearRow, NodeRow
from pipeline.text.cues import Cue


class _Probe(_Document):
    duration: int = 0


class _RunJson(_Document):
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


class _ResultJson(_Document):
    state: Any
    finished: str
    seconds: float = 0.0
    coverage_ticks: dict[str, int]
    failed_nodes: int = 0
    parts: dict[str, int] = Field(default={})
    gaps: tuple[Gap, ...] = Field(default=())


class FirstFormatRun(Run):
    """A run of the first format: it can be read, and is never written again."""

    def __init__(self, files: Files, recording: str, fingerprint: str, cipher: Cipher) -> None:
        super().__init__(files, RunKey(recording, {HEAR: fingerprint}), cipher)
        self._path = f"{recording}/{fingerprint}"
        self._json = Documents(files, cipher)

    def document(self) -> RunDocument | None:
        """Its run.json and result.json as one document."""
        run = self._json.load(self._path, "run.json", _RunJson)
        if run is None:
            return None
        result = self._json.load(self._path, "result.json", _ResultJson)
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
        run = self._json.load(self._path, "run.json", _RunJson) if name == HEAR else None
        return None if run is None else StageDocument(stage=HEAR, key=run.fingerprint, decoded=run.decoded)

    def has(self, stage: str) -> bool:
        """It has everything."""
        del stage
        return True

    def heard(self) -> Iterator[HearRow]:
        """Level 0 as what was heard."""
        for record in self._records():
            yield HearRow(
                heard_start=record["start"],
                cues=[Cue(**cue) for cue in record["cues"]],
                **{name: record[name] for name in _HEARD if name in record},
            )

    def chunks(self) -> Iterator[DescribeRow]:
        """Level 0 as what was described."""
        for record in self._records():
            failed = record["status"] == "failed"
            step = DESCRIBE if failed and record["error"].startswith("summary: ") else HEAR if failed else ""
            yield DescribeRow(
                inputs="",
                failed_step=step,
                events=[Event(**event) for event in record["events"]],
                **{name: record[name] for name in _DESCRIBED if name in record},
            )

    def level(self, level: int) -> Parts[NodeRow]:
        """The table of a level of the tree, from 1."""
        return Parts(self.files, f"{self._path}/level={level}", NodeRow, self._cipher)

    def levels(self) -> list[int]:
        """Levels of the tree, ascending from 1."""
        names = [name.removeprefix("level=") for name in self.files.folders(self._path)]
        return sorted(int(name) for name in names if name.isdigit() and int(name) and self.level(int(name)).numbers())

    def parts(self) -> dict[str, int]:
        """How many parts each level has, by its number."""
        return {str(level): len(self.level(level).numbers()) for level in [0, *self.levels()]}

    def _records(self) -> Iterator[dict[str, Any]]:
        table = self.level(0)
        for number in table.numbers():
            path = f"{table.path}/part-{number:06d}.parquet"
            try:
                yield from self._cipher.read(self.files.read(path), path).to_pylist()
            except (pa.ArrowInvalid, OSError) as error:
                raise StoreDamagedError(f"{self.files.url}/{path}: damaged: {error}.") from error


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
