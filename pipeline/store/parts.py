"""A table as a folder of Parquet parts, each whole or absent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic

from pipeline.errors import StoreDamagedError
from pipeline.store.encryption import DAMAGE, Cipher, damage
from pipeline.store.files import Files
from pipeline.store.tables import Row, to_rows, to_table


class Parts(Generic[Row]):
    """The parts of one table, by their numbers."""

    def __init__(self, files: Files, path: str, row: type[Row], cipher: Cipher) -> None:
        self.path = path
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
        shown = f"{self._files.url}/{self._name(number)}"
        try:
            return to_rows(self._cipher.read(self._files.read(self._name(number)), shown), self.row)
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
