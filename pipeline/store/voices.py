"""The voices that people have asked to be remembered: one small table at the root of a store.

    <store>/voices.parquet

It is there only where somebody has named a voice with `speakers.remember=true`, encrypted where the store is, and gone
with the last voice in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import StoreDamagedError
from pipeline.store.encryption import DAMAGE, Cipher, damage
from pipeline.store.files import Files
from pipeline.store.lock import held
from pipeline.store.tables import VoiceRow, to_rows, to_table

VOICES = "voices.parquet"


class Voices:
    """The table of remembered voices."""

    def __init__(self, files: Files, cipher: Cipher) -> None:
        self._files = files
        self._cipher = cipher

    def rows(self) -> list[VoiceRow]:
        """All of them; none where nothing was remembered. Raises `StoreDamagedError`, `StoreLockedError`."""
        if not self._files.exists(VOICES):
            return []
        shown = f"{self._files.url}/{VOICES}"
        try:
            return to_rows(self._cipher.read(self._files.read(VOICES), shown), VoiceRow)
        except DAMAGE as error:
            why = f"{shown}: damaged: {damage(error)}."
            raise StoreDamagedError(why, cure="Delete this file: its voices are forgotten.") from error

    def save(self, rows: Sequence[VoiceRow]) -> None:
        """Replace them, whole or not at all. Raises `StoreBusyError` where another process is writing them."""
        with held(self._files, ""):
            if rows:
                self._files.write(VOICES, self._cipher.write(to_table(rows, VoiceRow)))
            elif self._files.exists(VOICES):
                self._files.delete(VOICES)
