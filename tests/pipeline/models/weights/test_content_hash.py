"""Weights of one's own are told apart by names, lengths and edges."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.models.weights.content_hash import build

MIB = 1 << 20


@pytest.mark.parametrize("at", [0, MIB - 1, 3 * MIB, 4 * MIB - 1])
def test_a_byte_at_either_edge_changes_it(tmp_path: Path, at: int) -> None:
    path = tmp_path / "weights.gguf"
    data = bytearray(4 * MIB)
    path.write_bytes(data)
    before = build(path)
    data[at] ^= 1
    path.write_bytes(data)
    assert build(path) != before


def test_a_folder_is_all_its_files_but_the_hidden(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    before = build(tmp_path)
    (tmp_path / ".lock").touch()
    assert build(tmp_path) == before
    (tmp_path / "config.json").write_text("{}")
    both = build(tmp_path)
    assert both != before
    (tmp_path / "config.json").rename(tmp_path / "other.json")
    assert build(tmp_path) != both


def test_a_short_file_is_read_whole_and_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12")
    (tmp_path / "b").write_bytes(b"21")
    assert build(tmp_path / "a") != build(tmp_path / "b")
