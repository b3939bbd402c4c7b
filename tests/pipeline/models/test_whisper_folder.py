"""A folder of Whisper that is not whole is refused before a library fetches what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import WeightsMissingError
from pipeline.models.whisper import Whisper


@pytest.mark.parametrize("missing", ["model.bin", "tokenizer.json"])
def test_what_a_folder_lacks_is_named(tmp_path: Path, missing: str) -> None:
    for name in {"model.bin", "tokenizer.json"} - {missing}:
        (tmp_path / name).touch()
    with pytest.raises(WeightsMissingError, match=missing):
        Whisper(tmp_path)
