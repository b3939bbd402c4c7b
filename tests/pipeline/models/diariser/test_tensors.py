"""Tensors are read without torch, and a file that asks for anything else is refused before anything runs."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import WeightsDamagedError
from pipeline.models.diariser.tensors import read_tensors


def saved(path: Path, pickled: bytes, storages: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickled)
        for name, data in (storages or {}).items():
            archive.writestr(f"model/data/{name}", data)
    return path


def test_it_reads_what_torch_saves(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    state = OrderedDict(a=torch.arange(6.0).reshape(2, 3), b=torch.tensor([1.5]), n=torch.tensor(7))
    torch.save(state, tmp_path / "plain.pt")
    torch.save({"format": 1, "state_dict": state, "rates": [0.5]}, tmp_path / "nested.pt")
    for name in ("plain.pt", "nested.pt"):
        found = read_tensors(tmp_path / name)
        assert list(found) == ["a", "b"], "whole numbers are no weights"
        assert found["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
        assert found["b"].tolist() == [1.5]


def test_a_part_of_a_larger_storage_is_read_and_one_in_another_order_is_not(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    whole = torch.arange(12.0).reshape(4, 3)
    torch.save({"part": whole[2:]}, tmp_path / "part.pt")
    assert read_tensors(tmp_path / "part.pt")["part"].tolist() == [[6, 7, 8], [9, 10, 11]]
    torch.save({"turned": whole.T}, tmp_path / "turned.pt")
    with pytest.raises(WeightsDamagedError, match="not in order"):
        read_tensors(tmp_path / "turned.pt")


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("owned"),)


@pytest.mark.parametrize("thing", [Evil(), {"a": Evil()}, print, Path("x")])
def test_nothing_but_tensors_is_ever_made(tmp_path: Path, thing: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsDamagedError, match="it asks for"):
        read_tensors(saved(tmp_path / "evil.pt", pickle.dumps(thing, protocol=2)))
    assert not (tmp_path / "owned").exists()


def tensor_of(size: int, kind: bytes = b"FloatStorage", key: bytes = b"0") -> bytes:
    """A pickle of one tensor `a` of `size` numbers, written by hand."""
    number = b"M" + size.to_bytes(2, "little")
    storage = b"(X\x07\x00\x00\x00storagectorch\n" + kind + b"\nX" + len(key).to_bytes(4, "little") + key
    storage += b"X\x03\x00\x00\x00cpu" + number + b"tQ"
    rest = b"K\x00" + number + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)R"
    return b"\x80\x02}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n(" + storage + rest + b"tRs."


def test_a_tensor_written_by_hand(tmp_path: Path) -> None:
    numbers = np.array([1, 2, 3], "<f4").tobytes()
    assert read_tensors(saved(tmp_path / "good.pt", tensor_of(3), {"0": numbers}))["a"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "pickled",
    [tensor_of(4), tensor_of(3, key=b"../data.pkl"), tensor_of(3, key=b"1"), tensor_of(3, kind=b"load"), b"", b"junk",
     pickle.dumps({"a": 1}), pickle.dumps([])],
)  # fmt: skip
def test_what_is_damaged_is_told(tmp_path: Path, pickled: bytes) -> None:
    numbers = np.array([1, 2, 3], "<f4").tobytes()
    with pytest.raises(WeightsDamagedError, match="not a file of tensors"):
        read_tensors(saved(tmp_path / "bad.pt", pickled, {"0": numbers}))


def test_no_zip_is_told(tmp_path: Path) -> None:
    (tmp_path / "no.pt").write_bytes(io.BytesIO(b"text").getvalue())
    for path in (tmp_path / "no.pt", tmp_path / "missing.pt"):
        with pytest.raises(WeightsDamagedError):
            read_tensors(path)
