"""Files that are whole or absent, on a local disk or on an object store.

A file is made in memory and then put in one go. Locally that is a temporary name, fsync, rename, and
fsync of the folder. An object store has no rename and needs none: an object appears when its upload is
complete. What must not happen there is a stream that is closed on the way out of an error, because
closing publishes what was written so far; so no stream is ever handed out.
"""

from __future__ import annotations

import contextlib
import copy
import errno
import os
import uuid
from collections.abc import Iterable, Iterator
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


Names = dict[str, bool]
"""The names in a folder, and whether each is a folder itself."""


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
        self._listing: dict[str, Names] | None = None
        self._listed_top = ""

    def behind(self, gate: Departing) -> Files:
        """The same files, every write to which passes `gate`."""
        other = copy.copy(self)
        other._gate = gate
        return other

    def listed(self, path: str) -> Files:
        """The same files, for one who looks at all of the folder `path`: its names are those of now, asked for once.

        They are asked for anew once something was written or removed through it.
        """
        other = copy.copy(self)
        other._listed_top = path
        other._listing = self._tree(path)
        return other

    def _tree(self, path: str) -> dict[str, Names]:
        """What is in each folder at and below `path`; on an object store one listing of them all."""
        if self.local:
            return dict(_walked(str(self.local_path(path)), path))
        tree: dict[str, Names] = {}
        start = len(self._at("")) + 1
        for info in self._asked(path, recursive=True):
            folder = info.path[start:].rpartition("/")[0]
            tree.setdefault(folder, {})[info.base_name] = _is_folder(info)
        return tree

    def local_path(self, path: str) -> Path:
        """The path on this machine's disk; only where `local` is true."""
        return Path(self._root, *path.split("/"))

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def folders(self, path: str = "") -> list[str]:
        """Names of the folders in `path`, sorted; none where it does not exist."""
        return sorted(name for name, folder in self._names(path).items() if folder)

    def files(self, path: str) -> list[str]:
        """Names of the finished files in `path`, sorted; none where it does not exist."""
        found = self._names(path).items()
        return sorted(name for name, folder in found if not folder and not name.startswith(TEMPORARY))

    def first(self, path: str, names: Iterable[str]) -> str | None:
        """The first of some names that a finished file in `path` has; None where none has one of them."""
        found = self._names(path)
        return next((name for name in names if found.get(name) is False), None)

    def stamps(self, path: str) -> dict[str, str]:
        """What shows that a file in `path` has changed, by its name: size and time. Of a folder it is empty."""
        found = {
            info.base_name: f"{info.size} {info.mtime_ns}" if info.type == pafs.FileType.File else ""
            for info in self._asked(path)
            if not info.base_name.startswith(".")
        }
        return dict(sorted(found.items()))

    def _names(self, path: str) -> Names:
        if self._covered(path) and self._listing is not None:
            return self._listing.get(path, {})
        return {info.base_name: _is_folder(info) for info in self._asked(path)}

    def _covered(self, path: str) -> bool:
        """Whether the names in the folder `path` were listed before."""
        return self._listing is not None and f"{path}/".startswith(f"{self._listed_top}/")

    def _asked(self, path: str, *, recursive: bool = False) -> list[Any]:
        try:
            selector = pafs.FileSelector(self._at(path), allow_not_found=True, recursive=recursive)
            return cast("list[Any]", self._fs.get_file_info(selector))
        except NotADirectoryError:
            return []
        except OSError as error:
            raise StoreError(
                f"{self.url}/{path}: cannot be listed: {_reason(error)}.", cure="Check the place and your rights."
            ) from error

    def exists(self, path: str) -> bool:
        """Whether there is a finished file of that name."""
        folder, _, name = path.rpartition("/")
        if folder and self._covered(folder):
            return self.first(folder, [name]) is not None
        return bool(self._fs.get_file_info(self._at(path)).type == pafs.FileType.File)

    def read(self, path: str) -> bytes:
        """The whole file; raises `FileNotFoundError` where there is none."""
        if self.local:  # a third of the time of pyarrow's way
            with open(self._at(path), "rb") as file:  # noqa: PTH123 - as is a string of a path
                return file.read()
        with self._fs.open_input_file(self._at(path)) as stream:
            return cast("bytes", stream.read())

    def delete(self, path: str) -> None:
        """Remove a file."""
        self._listing = None
        self._fs.delete_file(self._at(path))

    def write(self, path: str, data: bytes) -> None:
        """Put a file under its name, whole or not at all, replacing what is there.

        Raises `StoreFullError` where the place is full or read-only, `StoreError` for anything else that
        the place answers.
        """
        self._listing = None
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
        begins = f"{TEMPORARY}{of}"
        names = sorted(name for name, folder in self._names(path).items() if not folder and name.startswith(begins))
        for name in names:
            self.delete(f"{path}/{name}")
        return len(names)


def _is_folder(info: Any) -> bool:
    """Whether what pyarrow tells of a name is no file."""
    return bool(info.type != pafs.FileType.File)


def _walked(place: str, path: str) -> Iterator[tuple[str, Names]]:
    """The folder `path` of a local store, which is `place`, and all below it, with what is in each."""
    try:
        with os.scandir(place) as found:
            names = {one.name: one.is_dir() for one in found}
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise StoreError(f"{place}: cannot be listed: {_reason(error)}.", cure="Check its rights.") from error
    yield path, names
    for name, folder in names.items():
        if folder:
            yield from _walked(f"{place}/{name}", f"{path}/{name}")


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
