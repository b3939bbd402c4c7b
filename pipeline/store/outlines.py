"""What was found by rule in a run, kept beside its summary: one small table, whole or absent.

    <store>/<recording>/merge=<key>/outline.parquet

Its schema says what it was told from (`rests_on`). A table that was told from something else counts as absent: the
rows can be told again at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from pipeline.store.encryption import DAMAGE, Cipher, damage
from pipeline.store.files import Files
from pipeline.store.tables import OutlineRow, to_rows, to_table

log = logging.getLogger(__name__)

_NAME = "outline.parquet"
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
        if not self.kept:
            return None
        shown = f"{self._files.url}/{self._path}"
        try:
            table = self._cipher.read(self._files.read(self._path), shown)
            if (table.schema.metadata or {}).get(_RESTS_ON) != rests_on.encode():
                return None
            return to_rows(table, OutlineRow)
        except DAMAGE as error:
            log.warning("%s: damaged: %s. It is told anew.", shown, damage(error))
            return None

    def save(self, rows: Sequence[OutlineRow], rests_on: str) -> None:
        """Replace them, whole or not at all; `rests_on` stands for all that they were told from."""
        table = to_table(rows, OutlineRow)
        table = table.replace_schema_metadata({**table.schema.metadata, _RESTS_ON: rests_on.encode()})
        self._files.sweep(self._folder, _NAME)  # what a kill left of one that was being written
        self._files.write(self._path, self._cipher.write(table))
