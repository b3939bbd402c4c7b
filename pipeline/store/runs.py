"""The store: Parquet parts that are whole or absent, resumable, readable by anyone.

    <store>/<recording>/<fingerprint>/run.json               what is run: input, settings, models, versions
    <store>/<recording>/<fingerprint>/level=<k>/part-<n>.parquet
    <store>/<recording>/<fingerprint>/result.json            how the last start ended

A part is written once and replaced whole when its failed rows are tried again. One process writes a
run at a time, guarded by an advisory lock that dies with its process. On an object store there is no
such lock: two writers of one run cost double work, and since each part is put whole and is the same
from either, they cannot harm it.

In an encrypted store run.json and result.json are tables of one row, run.parquet and result.parquet.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.errors import NoSuchRunError, StoreBusyError, StoreDamagedError, StoreFullError
from pipeline.store.encryption import Cipher
from pipeline.store.files import Files
from pipeline.store.tables import ChunkRow, NodeRow, to_chunks, to_nodes, to_table

FORMAT = 1
"""Version of the layout, written into every run.json."""

_LEVEL = "level="
_LOCK = ".lock"
_GLANCE_S = 0.05
"""For an instant `busy` holds the lock itself: a writer that finds it taken looks again."""


@dataclass(frozen=True, slots=True)
class RunKey:
    """Which run: a recording under one fingerprint."""

    recording: str
    fingerprint: str

    @property
    def path(self) -> str:
        """Its folder, below the store."""
        return f"{self.recording}/{self.fingerprint}"


class Run:
    """One run's folder in a store."""

    def __init__(self, files: Files, key: RunKey, cipher: Cipher | None = None) -> None:
        self.files = files
        self.key = key
        self._cipher = cipher or Cipher()

    # -- what it is ---------------------------------------------------------------------------------

    def manifest(self) -> dict[str, Any]:
        """run.json, or an empty dict where the run was never started."""
        return self._load("run.json")

    def result(self) -> dict[str, Any]:
        """result.json, or an empty dict where no start has come to its end."""
        return self._load("result.json")

    def save(self, name: str, content: dict[str, Any]) -> None:
        """Write `name` (run.json or result.json), whole or not at all; sealed where the store is encrypted."""
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, default=str)
        plain, sealed = self._at(name), self._at(_sealed(name))
        if not self._cipher.on:
            self.files.write(plain, text.encode())
            return
        self.files.write(sealed, self._cipher.write(pa.table({"json": [text]})))
        if self.files.exists(plain):  # from before the store was encrypted
            self.files.delete(plain)

    def _load(self, name: str) -> dict[str, Any]:
        names = self.files.files(self.key.path)
        found = next((one for one in (_sealed(name), name) if one in names), None)
        if found is None:
            return {}
        shown = f"{self.files.url}/{self._at(found)}"
        try:
            data = self.files.read(self._at(found))
            text = data if found == name else self._cipher.read(data, shown)["json"][0].as_py()
            content = json.loads(text)
        except (ValueError, OSError) as error:
            raise StoreDamagedError(f"{shown}: damaged: {error}.", cure="Delete this file and run again.") from error
        return content if isinstance(content, dict) else {}

    def _at(self, name: str) -> str:
        return f"{self.key.path}/{name}"

    # -- levels -------------------------------------------------------------------------------------

    def levels(self) -> list[int]:
        """Levels that have at least one part, ascending."""
        names = [n.removeprefix(_LEVEL) for n in self.files.folders(self.key.path) if n.startswith(_LEVEL)]
        return sorted(int(name) for name in names if name.isdigit() and self.parts(int(name)))

    def parts(self, level: int) -> list[int]:
        """Numbers of the parts of a level, ascending."""
        names = self.files.files(f"{self.key.path}/{_LEVEL}{level}")
        return sorted(int(name[5:-8]) for name in names if name.startswith("part-") and name.endswith(".parquet"))

    def chunks(self) -> Iterator[ChunkRow]:
        """All rows of level 0 in order, a part in memory at a time."""
        for part in self.parts(0):
            yield from to_chunks(self.read(0, part))

    def nodes(self, level: int) -> Iterator[NodeRow]:
        """All rows of a level above 0 in order, a part in memory at a time."""
        for part in self.parts(level):
            yield from to_nodes(self.read(level, part))

    def read(self, level: int, part: int) -> pa.Table:
        """One part; raises `StoreDamagedError` where it cannot be read."""
        path = self._part(level, part)
        shown = f"{self.files.url}/{path}"
        try:
            return self._cipher.read(self.files.read(path), shown)
        except (pa.ArrowInvalid, OSError) as error:
            raise StoreDamagedError(
                f"{shown}: damaged: {error}.", cure="Delete this file and run again: it is made anew."
            ) from error

    def write_chunks(self, part: int, rows: list[ChunkRow]) -> None:
        """Store a part of level 0, replacing it whole."""
        self._write(0, part, to_table(rows, ChunkRow))

    def write_nodes(self, level: int, part: int, rows: list[NodeRow]) -> None:
        """Store a part of a level above 0, replacing it whole."""
        self._write(level, part, to_table(rows, NodeRow))

    def delete(self, level: int, part: int) -> None:
        """Remove a part: a node of a plan that no longer holds, or a damaged file."""
        self.files.delete(self._part(level, part))

    def _write(self, level: int, part: int, table: pa.Table) -> None:
        self.files.write(self._part(level, part), self._cipher.write(table))

    def _part(self, level: int, part: int) -> str:
        return f"{self.key.path}/{_LEVEL}{level}/part-{part:06d}.parquet"

    # -- one writer ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the run as its only writer; the lock is gone at once when the process dies.

        Raises `StoreBusyError` where another process holds it.
        """
        if not self.files.local:
            yield
            return
        path = self.files.local_path(self._at(_LOCK))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise StoreFullError(
                f"{self.files.url}: cannot write here: {error.strerror}.", cure="Choose another folder with --store."
            ) from error
        try:
            if not _held(handle):
                raise StoreBusyError(
                    f"{path.parent}: another process is writing this run.", cure="Wait for it, or use another --store."
                )
            self._sweep()
            yield
        finally:
            os.close(handle)

    def busy(self) -> bool:
        """Whether a process is writing the run; never on an object store, where nothing tells."""
        if not self.files.local:
            return False
        try:
            handle = os.open(self.files.local_path(self._at(_LOCK)), os.O_RDWR)
        except OSError:
            return False
        try:
            return not _locked(handle)
        finally:
            os.close(handle)

    def _sweep(self) -> None:
        for folder in ("", *[n for n in self.files.folders(self.key.path) if n.startswith(_LEVEL)]):
            self.files.sweep(f"{self.key.path}/{folder}".rstrip("/"))


def _sealed(name: str) -> str:
    """The name of a JSON file where the store is encrypted."""
    return name.replace(".json", ".parquet")


def _held(handle: int) -> bool:
    """Lock at last, if it is only somebody's glance that holds it now."""
    for _ in range(5):
        if _locked(handle):
            return True
        time.sleep(_GLANCE_S)
    return False


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Store:
    """A folder or URL that holds runs; `key` says where its encryption key is, see `Cipher`."""

    def __init__(self, root: str | Path, key: str | None = None) -> None:
        self.files = Files(root)
        self._cipher = Cipher(key)

    def run(self, key: RunKey) -> Run:
        """The run under `key`, whether or not it was started."""
        return Run(self.files, key, self._cipher)

    def runs(self, recording: str | None = None) -> list[Run]:
        """Runs that were started, of one recording or of all, the latest start last."""
        found: list[tuple[str, Run]] = []
        for name in [recording] if recording else self.files.folders():
            for fingerprint in self.files.folders(name):
                run = self.run(RunKey(name, fingerprint))
                described = run.manifest()
                if described:
                    found.append((str(described.get("created", "")), run))
        return [run for _, run in sorted(found, key=lambda pair: pair[0])]

    def latest(self, recording: str) -> Run:
        """The latest run of a recording; raises `NoSuchRunError` where there is none."""
        runs = self.runs(recording)
        if not runs:
            raise NoSuchRunError(
                f"{self.files.url}: no run of {recording}.", cure="`longmedia status` lists what the store holds."
            )
        return runs[-1]
