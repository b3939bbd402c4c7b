"""Where the index of a store is: a file beside its recordings, a sealed copy of memory, or memory alone.

    <store>/.search/index.sqlite    of a store on this machine
    <store>/.search/index.parquet   of an encrypted one: the whole index, encrypted as everything in it is

Of a store on another machine, or where nothing can be written, the index is in memory, and made anew each time.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
from pathlib import Path

from pipeline.errors import StoreError
from pipeline.search.index import VERSION, Index
from pipeline.store import Store

log = logging.getLogger(__name__)

_PLAIN, _SEALED = ".search/index.sqlite", ".search/index.parquet"

_WAIT_S = 60
"""How long another process may be writing the index."""

_NOT_WRITTEN = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM}
)


class Place:
    """The index of a store, wherever it is; `index` is open until `close`."""

    def __init__(self, store: Store) -> None:
        """Open it, or begin an empty one where there is none that can be used."""
        self._store = store
        self._file = store.files.local_path(_PLAIN) if store.files.local else None
        if self._file is not None and store.sealed:
            with contextlib.suppress(OSError):  # from before the store was encrypted
                _removed(self._file)
            self._file = None
        self._sealed = store.files.local and store.sealed
        self.index = self._opened()

    def save(self) -> None:
        """Keep what has changed. A file keeps itself; of memory that cannot be kept nothing is."""
        if not self._sealed or not hasattr(self.index.database, "serialize"):
            return
        try:
            self._store.keep(_SEALED, self.index.database.serialize())
        except StoreError as error:
            log.warning("The index is not kept: %s", error)

    def anew(self, error: Exception) -> None:
        """Begin an empty index, since this one answers with `error`."""
        log.warning("The index is made anew: %s", error)
        self.close()
        if self._file is not None:
            try:
                _removed(self._file)
            except OSError:
                self._file = None
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_WRITTEN:
            self._file = None
        self.index = self._made()

    def close(self) -> None:
        """Let go of it."""
        self.index.database.close()

    def _opened(self) -> Index:
        try:
            with contextlib.ExitStack() as unless_used:
                index = self._found()
                unless_used.callback(index.database.close)
                if index.version == VERSION:
                    unless_used.pop_all()
                    return index
        except (OSError, sqlite3.Error, StoreError) as error:
            log.warning("The index cannot be read: %s", error)
        if self._file is not None:
            try:
                _removed(self._file)
            except OSError:
                self._file = None
        return self._made()

    def _found(self) -> Index:
        """The index as it was kept, of whatever version; an empty one where there is none."""
        if self._file is not None:
            self._file.parent.mkdir(exist_ok=True)
            return _index(_connected(self._file))
        data = self._store.kept(_SEALED) if self._sealed else None
        memory = _connected(None)
        if data and hasattr(memory, "deserialize"):
            with contextlib.closing(_connected(None)) as copy:
                copy.deserialize(data)
                copy.backup(memory)  # a database that is made of bytes cannot grow beyond a gigabyte
        return _index(memory)

    def _made(self) -> Index:
        """An empty index: the file, or where it cannot be made, memory."""
        if self._file is not None:
            try:
                self._file.parent.mkdir(exist_ok=True)
                index = _created(_connected(self._file))
            except (OSError, sqlite3.Error) as error:
                log.warning("The index cannot be kept: %s", error)
                self._file = None
            else:
                return index
        return _created(_connected(None))


def _connected(file: Path | None) -> sqlite3.Connection:
    """A database; one in memory leaves nothing on the disk, not even what it puts aside."""
    database = sqlite3.connect(file or ":memory:", timeout=_WAIT_S, check_same_thread=False)
    if file is None:
        database.execute("PRAGMA temp_store = MEMORY")
    return database


def _index(database: sqlite3.Connection) -> Index:
    """The index in a database, which is closed where it holds none. Raises `sqlite3.Error`."""
    try:
        return Index(database)
    except sqlite3.Error:
        database.close()
        raise


def _created(database: sqlite3.Connection) -> Index:
    """A new index in an empty database, which is closed where that cannot be. Raises `sqlite3.Error`."""
    index = _index(database)
    try:
        index.create()
    except sqlite3.Error:
        database.close()
        raise
    return index


def _removed(file: Path) -> None:
    """Delete a database with what belongs to it, whatever stands in its place. Raises `OSError`."""
    for path in (file, file.with_name(f"{file.name}-journal")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
