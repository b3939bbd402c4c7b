"""A table as a folder of Parquet parts, each whole or absent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic

import pyarrow as pa

from pipeline.errors import StoreDamagedError
from pipeline.store.encryption import DAMAGE, Cipher, damage
from pipeline.store.files import Files
from pipeline.store.tables import Row, to_rows, to_table


class Remembered:
    """Tables that were read, by the paths of their parts: who goes over the same parts again reads them once.

    Those that come when `most` bytes are held are read each time: memory does not grow with the recording.
    """

    def __init__(self, most: int = 64 << 20) -> None:
        self._most = most
        self._held = 0
        self._tables: dict[str, pa.Table] = {}

    def get(self, path: str) -> pa.Table | None:
        """The table of the part at `path`, if it is held."""
        return self._tables.get(path)

    def put(self, path: str, table: pa.Table) -> None:
        """Hold it where there is room."""
        if self._held + table.nbytes <= self._most:
            self._held += table.nbytes
            self._tables[path] = table


class Parts(Generic[Row]):
    """The parts of one table, by their numbers."""

    def __init__(
        self, files: Files, path: str, row: type[Row], cipher: Cipher, remembered: Remembered | None = None
    ) -> None:
        """`remembered` is for those who only read: a part that is replaced meanwhile is not read again."""
        self.path = path
        self._remembered = remembered
        self._files = files
        self.row: type[Row] = row
        """What a row is."""
        self._cipher = cipher

    def numbers(self) -> list[int]:
        """Numbers of the parts, ascending."""
        names = self._files.files(self.path)
        return sorted(int(name[5:-8]) for name in names if name.startswith("part-") and name.endswith(".parquet"))

    def rows(self) -> Iterator[Row]:
        """All rows in order, a part in memory at a time; raises `StoreDamagedError`."""
        for number in self.numbers():
            yield from self.read(number)

    def read(self, number: int) -> list[Row]:
        """The rows of one part; raises `StoreDamagedError` where it cannot be read."""
        path, held = self._name(number), self._remembered
        shown = f"{self._files.url}/{path}"
        try:
            table = None if held is None else held.get(path)
            if table is None:
                table = self._cipher.read(self._files.read(path), shown)
                if held is not None:
                    held.put(path, table)
            return to_rows(table, self.row)
        except DAMAGE as error:
            raise StoreDamagedError(
                f"{shown}: damaged: {damage(error)}.", cure="Delete this file and run again: it is made anew."
            ) from error

    def write(self, number: int, rows: Sequence[Row]) -> None:
        """Store a part, replacing it whole."""
        self._files.write(self._name(number), self._cipher.write(to_table(rows, self.row)))

    def delete(self, number: int) -> None:
        """Remove a part: of a plan that no longer holds, or a damaged file."""
        self._files.delete(self._name(number))

    def _name(self, number: int) -> str:
        return f"{self.path}/part-{number:06d}.parquet"
