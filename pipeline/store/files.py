"""Files that are whole or absent, on a local disk or on an object store.

A file is made in memory and then put in one go. Locally that is a temporary name, fsync, rename, and
fsync of the folder. An object store has no rename and needs none: an object appears when its upload is
complete. What must not happen there is a stream that is closed on the way out of an error, because
closing publishes what was written so far; so no stream is ever handed out.
"""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.fs as pafs

from chunkers.printable import printable
from pipeline.errors import EgressRefusedError, StoreError, StoreFullError
from pipeline.settings.addresses import is_loopback

TEMPORARY = ".tmp-"
"""How the names of unfinished files begin; they may be deleted at any time by the run's only writer."""

_NO_ROOM = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST}
)


class Departing(Protocol):
    """Who is asked before a file leaves for a store on another machine, and told how it ended."""

    def leave(self, what: str, body: bytes) -> int:
        """Account for the file `what`, on disk, and give it a number; raises `EgressError` to keep it here."""
        ...

    def arrive(self, number: int, outcome: str) -> None:
        """Account for its end."""
        ...


class Files:
    """A root folder or URL, and paths below it with `/` between the names."""

    def __init__(self, root: str | Path, gate: Departing | None = None) -> None:
        """`gate` is asked before every write to another machine; without one nothing is written there."""
        self.url = str(root)
        self._fs, self._root = _open(self.url)
        self._gate = gate
        self.local = isinstance(self._fs, pafs.LocalFileSystem)
        self.elsewhere = not self.local and not _here(self.url)
        """Whether it is on another machine. A network drive that is mounted as a folder looks like this one."""

    def local_path(self, path: str) -> Path:
        """The path on this machine's disk; only where `local` is true."""
        return Path(self._root, *path.split("/"))

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def folders(self, path: str = "") -> list[str]:
        """Names of the folders in `path`, sorted; none where it does not exist."""
        return self._names(path, pafs.FileType.Directory)

    def files(self, path: str) -> list[str]:
        """Names of the finished files in `path`, sorted; none where it does not exist."""
        return [name for name in self._names(path, pafs.FileType.File) if not name.startswith(TEMPORARY)]

    def stamps(self, path: str) -> dict[str, str]:
        """What shows that a file in `path` has changed, by its name: size and time. Of a folder it is empty."""
        found = {
            info.base_name: f"{info.size} {info.mtime_ns}" if info.type == pafs.FileType.File else ""
            for info in self._listed(path)
            if not info.base_name.startswith(".")
        }
        return dict(sorted(found.items()))

    def _names(self, path: str, kind: Any) -> list[str]:
        return sorted(info.base_name for info in self._listed(path) if info.type == kind)

    def _listed(self, path: str) -> list[Any]:
        try:
            return cast("list[Any]", self._fs.get_file_info(pafs.FileSelector(self._at(path), allow_not_found=True)))
        except NotADirectoryError:
            return []
        except OSError as error:
            raise StoreError(
                f"{self.url}/{path}: cannot be listed: {_reason(error)}.", cure="Check the place and your rights."
            ) from error

    def exists(self, path: str) -> bool:
        """Whether there is a finished file of that name."""
        return bool(self._fs.get_file_info(self._at(path)).type == pafs.FileType.File)

    def read(self, path: str) -> bytes:
        """The whole file; raises `FileNotFoundError` where there is none."""
        with self._fs.open_input_file(self._at(path)) as stream:
            return cast("bytes", stream.read())

    def delete(self, path: str) -> None:
        """Remove a file."""
        self._fs.delete_file(self._at(path))

    def write(self, path: str, data: bytes) -> None:
        """Put a file under its name, whole or not at all, replacing what is there.

        Raises `StoreFullError` where the place is full or read-only, `StoreError` for anything else that
        the place answers.
        """
        try:
            if self.local:
                _write_local(self.local_path(path), data)
            elif self.elsewhere:
                self._send(path, data)
            else:
                self._put(path, data)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise StoreFullError(
                    f"{self.url}: cannot write {path}: {_reason(error)}.",
                    cure="What was finished is kept; make room or choose another --store, and run again.",
                ) from error
            raise StoreError(
                f"{self.url}: cannot write {path}: {_reason(error)}.", cure="What was finished is kept; run again."
            ) from error

    def _send(self, path: str, data: bytes) -> None:
        if self._gate is None:
            raise EgressRefusedError(
                f"{self.url} is on another machine: nothing is written there without a ledger.",
                cure="Only runs write there.",
            )
        number = self._gate.leave(path, data)
        try:
            self._put(path, data)
        except OSError:
            self._gate.arrive(number, "not written")
            raise
        self._gate.arrive(number, "written")

    def _put(self, path: str, data: bytes) -> None:
        if isinstance(self._fs, pafs.PyFileSystem):  # fsspec: some of its file systems want the folder first
            self._fs.create_dir(self._at(path.rpartition("/")[0]), recursive=True)
        stream = self._fs.open_output_stream(self._at(path))
        stream.write(data)
        stream.close()

    def sweep(self, path: str, of: str = "") -> int:
        """Remove temporary files that a killed writer left in `path`; returns how many.

        `of` is how the names begin that they were to get, where others may be writing beside it.
        """
        if not self.local:
            return 0
        names = [n for n in self._names(path, pafs.FileType.File) if n.startswith(f"{TEMPORARY}{of}")]
        for name in names:
            self.delete(f"{path}/{name}")
        return len(names)


_HERE = frozenset({"file", "local", "memory"})
_S3 = frozenset({"s3", "gs", "gcs"})
"""Schemes whose server pyarrow takes from the URL."""


def _here(url: str) -> bool:
    """Whether what is written to this URL stays on this machine; of a scheme that is not known: no."""
    parts = urlsplit(url)
    if parts.scheme in _HERE:
        return True
    server = parse_qs(parts.query).get("endpoint_override", [""])[0] if parts.scheme in _S3 else ""
    return bool(server) and is_loopback(server if "://" in server else f"http://{server}")


def _open(url: str) -> tuple[Any, str]:
    """The file system of a URL: pyarrow's own where it has one, else fsspec's."""
    try:
        if "://" not in url:
            root = str(Path(url).expanduser().absolute())
            root.encode()
            return pafs.LocalFileSystem(), root
        with contextlib.suppress(pa.ArrowInvalid):  # it says so of every scheme that it does not know
            system, root = pafs.FileSystem.from_uri(url)
            return system, cast("str", root)
        import fsspec

        # another machine may write beside us: its files must be seen, so no listing is kept
        system, root = fsspec.url_to_fs(url, use_listings_cache=False)
        return pafs.PyFileSystem(pafs.FSSpecHandler(system)), str(root).rstrip("/")
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{printable(url)}: its name, or that of a folder above it, is no UTF-8.",
            cure="Choose another --store.",
        ) from error
    except (OSError, ValueError, ImportError) as error:
        raise StoreError(f"{url}: cannot be opened as a store: {error}") from error


def _reason(error: OSError) -> str:
    """What the system says; pyarrow wraps it in words of its own, which name the path again."""
    return os.strerror(error.errno) if error.errno else str(error)


def _write_local(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{TEMPORARY}{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        with temporary.open("wb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a local folder to the disk, so that a file that was put there is found after a power cut.

    Raises `OSError`.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
