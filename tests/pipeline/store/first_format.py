"""A run of the first format, written by hand as that version wrote it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chunkers.spans import TICKS_PER_SECOND
from pipeline.store import Store
from pipeline.store.encryption import Cipher
from pipeline.store.first_format import FirstFormatRun

S = TICKS_PER_SECOND

RECORDING, FINGERPRINT = "0a1b2c3d", "feedc0de00000001"

_CUE = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("text", pa.string()), ("speaker", pa.string())])
_EVENT = pa.struct([("at", pa.int64()), ("text", pa.string())])
_CITATION = pa.struct(
    [("sentence", pa.int32()), ("start", pa.int64()), ("end", pa.int64()), ("valid", pa.bool_()), ("how", pa.string())]
)

_CHUNKS = pa.schema(
    [
        ("recording", pa.string()),
        ("index", pa.int64()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("kind", pa.string()),
        ("status", pa.string()),
        ("error", pa.string()),
        ("language", pa.string()),
        ("transcript", pa.string()),
        ("cues", pa.list_(_CUE)),
        ("screen_text", pa.string()),
        ("summary", pa.string()),
        ("summary_start", pa.int64()),
        ("summary_end", pa.int64()),
        ("events", pa.list_(_EVENT)),
        ("facts", pa.list_(pa.string())),
        ("rejected", pa.string()),
        ("model", pa.string()),
        ("prompt_hash", pa.string()),
        ("tokens_in", pa.int64()),
        ("tokens_out", pa.int64()),
        ("audio_tokens_sent", pa.int64()),
        ("audio_tokens_expected", pa.int64()),
        ("frames_sent", pa.int64()),
        ("frames_expected", pa.int64()),
        ("seconds", pa.float64()),
        ("attempts", pa.int32()),
        ("source", pa.string()),
    ]
)

_NODES = pa.schema(
    [
        ("recording", pa.string()),
        ("level", pa.int32()),
        ("index", pa.int64()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("children", pa.list_(pa.int64())),
        ("inputs_hash", pa.string()),
        ("status", pa.string()),
        ("error", pa.string()),
        ("text", pa.string()),
        ("citations", pa.list_(_CITATION)),
        ("fidelity", pa.string()),
        ("model", pa.string()),
        ("prompt_hash", pa.string()),
        ("tokens_in", pa.int64()),
        ("tokens_out", pa.int64()),
        ("seconds", pa.float64()),
        ("attempts", pa.int32()),
        ("source", pa.string()),
    ]
)

_EMPTY = {pa.string(): "", pa.int64(): 0, pa.int32(): 0, pa.float64(): 0.0}


def chunk(index: int, status: str = "processed", **more: object) -> dict[str, Any]:
    """A row of level 0, half a minute long."""
    row = {field.name: [] if pa.types.is_list(field.type) else _EMPTY[field.type] for field in _CHUNKS}
    spans = {"recording": RECORDING, "index": index, "start": index * 30 * S, "end": (index + 1) * 30 * S}
    return {**row, **spans, "kind": "window", "status": status, "source": "local", "attempts": 1, **more}


ROWS = [
    chunk(
        0,
        language="en",
        transcript="The pump costs 412,000 euros.",
        cues=[{"start": S, "end": 3 * S, "text": "The pump costs 412,000 euros.", "speaker": None}],
        summary="The pump costs 412,000 euros.",
        summary_end=60 * S,
        events=[{"at": 2 * S, "text": "A price is named"}],
        facts=["412,000"],
        model="whisper + qwen",
        prompt_hash="p",
        tokens_in=40,
        tokens_out=9,
        seconds=3.5,
    ),
    chunk(1, language="en", transcript="And so on.", summary_end=0),
    chunk(2, "silent"),
    chunk(3, "failed", error="hearing: a loop", rejected="REFUSED WORDS"),
    chunk(
        4,
        "failed",
        error="summary: too long for the local context",
        rejected="REFUSED SUMMARY",
        language="en",
        transcript="It rained.",
        cues=[{"start": 121 * S, "end": 122 * S, "text": "It rained.", "speaker": None}],
    ),
    chunk(5, "skipped", error="missing: the file ends before the length that its header gives"),
]
"""All fates that a row can have; the first summary covers two windows."""


NODE: dict[str, Any] = {
    "recording": RECORDING,
    "level": 1,
    "index": 0,
    "start": 0,
    "end": 180 * S,
    "children": [0, 1, 2, 3, 4, 5],
    "inputs_hash": "abc",
    "status": "processed",
    "error": "",
    "text": "The pump costs 412,000 euros. The moon is made of cheese.",
    "citations": [
        {"sentence": 0, "start": 0, "end": 30 * S, "valid": True, "how": "aligned"},
        {"sentence": 1, "start": 0, "end": 30 * S, "valid": False, "how": "cited"},
    ],
    "fidelity": '{"share": 1.0}',
    "model": "qwen",
    "prompt_hash": "p",
    "tokens_in": 70,
    "tokens_out": 20,
    "seconds": 8.0,
    "attempts": 1,
    "source": "local",
}

RUN_JSON: dict[str, Any] = {
    "format": 1,
    "recording": RECORDING,
    "fingerprint": FINGERPRINT,
    "created": "2025-11-02T10:00:00.000+00:00",
    "input": {"name": "board.mp3", "path": "/recordings/board.mp3", "bytes": 1_234},
    "probe": {
        "container": "mp3",
        "duration": 180 * S,
        "start_time": "0",
        "audio": ["track 0: mp3, 44100 Hz, 2 channels"],
        "video": [],
    },
    "part_rows": 4,
    "settings": {
        "profile": "general",
        "recipe": "cascade",
        "hear": {"model": "whisper-base", "beam": 5},
        "write": {"model": "qwen2.5-1.5b", "chunk_tokens": 110, "windows_per_summary": 2},
        "storage": {"part_rows": 4},
    },
    "identity": {"hearer": "whisper-base int8", "writer": "qwen2.5-1.5b Q4_K_M"},
    "versions": {"longmedia": "0.1.0", "python": "3.11.9"},
    "decoded": {
        "duration": 150 * S,
        "header": 180 * S,
        "truncated": True,
        "error_lines": 0,
        "errors": [],
        "notes": ["The file ends 0:00:30 before the length that its header gives."],
        "parts": 2,
    },
}

RESULT_JSON: dict[str, Any] = {
    "state": "gaps",
    "finished": "2025-11-02T10:05:00+00:00",
    "seconds": 61.5,
    "coverage_ticks": {"processed": 60 * S, "silent": 30 * S, "failed": 60 * S, "skipped": 30 * S},
    "failed_nodes": 0,
    "parts": {"0": 2, "1": 1},
    "gaps": [
        {"start": row["start"], "end": row["end"], "status": row["status"], "reason": row["error"]}
        for row in ROWS
        if row["status"] in ("failed", "skipped")
    ],
}

COMPLETE_JSON: dict[str, Any] = {
    **RESULT_JSON,
    "state": "complete",
    "coverage_ticks": {"processed": 60 * S, "silent": 30 * S, "failed": 0, "skipped": 0},
    "parts": {"0": 1, "1": 1},
    "gaps": [],
}
"""The result where only the first three rows are there."""


class Writer:
    """Puts files into a store as the first version did."""

    def __init__(self, root: Path, key: str | None) -> None:
        self.store = Store(root, key)
        self._folder = root / RECORDING / FINGERPRINT
        self._cipher = Cipher(key)

    def path(self, name: str) -> Path:
        """A file of the run; in an encrypted store a document is a table, too."""
        return self._folder / (name.replace(".json", ".parquet") if self._cipher.on else name)

    def json(self, name: str, content: dict[str, Any]) -> None:
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
        data = self._cipher.write(pa.table({"json": [text]})) if self._cipher.on else text.encode()
        self._write(name, data)

    def table(self, level: int, part: int, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
        table = pa.Table.from_pylist(rows, schema=schema)
        sink = io.BytesIO()
        pq.write_table(table, sink, compression="zstd")
        data = self._cipher.write(table) if self._cipher.on else sink.getvalue()
        self._write(f"level={level}/part-{part:06d}.parquet", data)

    def run(self, rows: list[dict[str, Any]], result: dict[str, Any] | None) -> FirstFormatRun:
        """A whole run: four rows a part, one node."""
        self.json("run.json", RUN_JSON)
        self._write(".lock", b"")
        for part, at in enumerate(range(0, len(rows), 4)):
            self.table(0, part, rows[at : at + 4], _CHUNKS)
        self.table(1, 0, [NODE], _NODES)
        if result is not None:
            self.json("result.json", result)
        (found,) = self.store.runs()
        assert isinstance(found, FirstFormatRun)
        return found

    def _write(self, name: str, data: bytes) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
