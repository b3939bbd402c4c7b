"""Files that are whole or absent, on a local disk or on an object store.

Locally a file is written to a temporary name, fsynced and renamed, and its folder is fsynced. An
object store has no rename: there an upload that is not finished is not visible at all, so the stream
goes straight to its final name.
"""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa
import pyarrow.fs as pafs

from pipeline.errors import StoreError, StoreFullError

TEMPORARY = ".tmp-"
"""How the names of unfinished files begin; they may be deleted at any time by the run's only writer."""


class Sink(Protocol):
    """What a writer needs of an open file."""

    def write(self, data: bytes, /) -> Any:
        """Append `data`."""
        ...


class Files:
    """A root folder or URL, and paths below it with `/` between the names."""

    def __init__(self, root: str | Path) -> None:
        self.url = str(root)
        try:
            if "://" in self.url:
                self._fs, self._root = pafs.FileSystem.from_uri(self.url)
            else:
                self._fs, self._root = pafs.LocalFileSystem(), str(Path(self.url).expanduser().absolute())
        except (pa.ArrowInvalid, OSError, ValueError) as error:
            raise StoreError(f"{self.url}: cannot be opened as a store: {error}") from error
        self.local = isinstance(self._fs, pafs.LocalFileSystem)

    def local_path(self, path: str) -> Path:
        """The path on this machine's disk; only where `local` is true."""
        return Path(self._root, *path.split("/"))

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else cast("str", self._root)

    def folders(self, path: str = "") -> list[str]:
        """Names of the folders in `path`, sorted; none where it does not exist."""
        return self._names(path, pafs.FileType.Directory)

    def files(self, path: str) -> list[str]:
        """Names of the finished files in `path`, sorted; none where it does not exist."""
        return [name for name in self._names(path, pafs.FileType.File) if not name.startswith(TEMPORARY)]

    def _names(self, path: str, kind: Any) -> list[str]:
        selector = pafs.FileSelector(self._at(path), allow_not_found=True)
        return sorted(info.base_name for info in self._fs.get_file_info(selector) if info.type == kind)

    def exists(self, path: str) -> bool:
        """Whether there is a finished file of that name."""
        return bool(self._fs.get_file_info(self._at(path)).type == pafs.FileType.File)

    def read(self, path: str) -> bytes:
        """The whole file; raises `FileNotFoundError` where there is none."""
        with self._fs.open_input_file(self._at(path)) as stream:
            return cast("bytes", stream.read())

    def open(self, path: str) -> Any:
        """The file as a random-access Arrow stream, for the Parquet reader."""
        return self._fs.open_input_file(self._at(path))

    def delete(self, path: str) -> None:
        """Remove a file."""
        self._fs.delete_file(self._at(path))

    @contextlib.contextmanager
    def create(self, path: str) -> Iterator[Sink]:
        """A file that appears under its name when the block ends well, whole; otherwise nothing appears.

        Raises `StoreFullError` where the disk is full or read-only.
        """
        try:
            if self.local:
                with self._create_local(self.local_path(path)) as sink:
                    yield sink
            else:
                with self._fs.open_output_stream(self._at(path)) as sink:
                    yield sink
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}:
                raise StoreFullError(
                    f"{self.url}: cannot write {path}: {error.strerror or error}.",
                    cure="What was finished is kept; make room or choose another --store, and run again.",
                ) from error
            raise

    @contextlib.contextmanager
    def _create_local(self, path: Path) -> Iterator[Sink]:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY}{path.name}-{uuid.uuid4().hex[:8]}")
        try:
            with temporary.open("wb") as sink:
                yield sink
                sink.flush()
                os.fsync(sink.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def sweep(self, path: str) -> int:
        """Remove temporary files that a killed writer left in `path`; returns how many."""
        if not self.local:
            return 0
        names = [n for n in self._names(path, pafs.FileType.File) if n.startswith(TEMPORARY)]
        for name in names:
            self.delete(f"{path}/{name}")
        return len(names)
