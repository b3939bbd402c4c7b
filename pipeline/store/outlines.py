"""The outline of a run, kept beside its summary: one small table, whole or absent.

    <store>/<recording>/merge=<key>/outline.parquet

The rows are what was found by rule. The metadata of its schema holds the document that is shown of them (`document`),
and what both were told from (`rests_on`). What was told from something else counts as absent: it can be told again at
any time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pyarrow as pa

from pipeline.store.encryption import DAMAGE, Cipher, damage
from pipeline.store.files import Files
from pipeline.store.tables import OutlineRow, to_rows, to_table

log = logging.getLogger(__name__)

_NAME = "outline.parquet"
_DOCUMENT = b"document"
_RESTS_ON = b"rests_on"


class StoredOutline:
    """The table of one run."""

    def __init__(self, files: Files, folder: str, cipher: Cipher) -> None:
        """`folder` is that of the run's merge, below the store."""
        self._files = files
        self._folder = folder
        self._path = f"{folder}/{_NAME}"
        self._cipher = cipher

    @property
    def kept(self) -> bool:
        """Whether there is a table, whatever it was told from."""
        return self._files.exists(self._path)

    def rows(self, rests_on: str) -> list[OutlineRow] | None:
        """The rows, None where there are none that were told from `rests_on`. Raises `StoreLockedError`."""
        table = self._table(rests_on)
        try:
            return None if table is None else to_rows(table, OutlineRow)
        except DAMAGE as error:
            self._warn(error)
            return None

    def document(self, rests_on: str) -> bytes | None:
        """The document, None where there is none that was told from `rests_on`. Raises `StoreLockedError`."""
        table = self._table(rests_on)
        return None if table is None else (table.schema.metadata or {}).get(_DOCUMENT)

    def save(self, rows: Sequence[OutlineRow], document: bytes, rests_on: str) -> None:
        """Replace both, whole or not at all; `rests_on` stands for all that they were told from."""
        table = to_table(rows, OutlineRow)
        told = {_DOCUMENT: document, _RESTS_ON: rests_on.encode()}
        table = table.replace_schema_metadata({**table.schema.metadata, **told})
        self._files.sweep(self._folder, _NAME)  # what a kill left of one that was being written
        self._files.write(self._path, self._cipher.write(table))

    def _table(self, rests_on: str) -> pa.Table | None:
        if not self.kept:
            return None
        try:
            table = self._cipher.read(self._files.read(self._path), self._shown)
        except DAMAGE as error:
            self._warn(error)
            return None
        return table if (table.schema.metadata or {}).get(_RESTS_ON) == rests_on.encode() else None

    @property
    def _shown(self) -> str:
        return f"{self._files.url}/{self._path}"

    def _warn(self, error: Exception) -> None:
        log.warning("%s: damaged: %s. It is told anew.", self._shown, damage(error))
