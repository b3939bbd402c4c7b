"""Models carried to a machine without a network: whole, checked by their hashes, or not at all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, WeightsDamagedError, WeightsMissingError
from pipeline.models.weights import catalog
from pipeline.models.weights.catalog import Piece, WeightFile, Weights
from pipeline.models.weights.fetch import locate, present
from pipeline.models.weights.lock import NAME, read_lock
from pipeline.settings import Models
from tests.pipeline.models.weights.hub_models import GGUF, WHISPER, contents, get, longmedia_models, snapshot
from tests.pipeline.models.weights.small_hub import COMMIT, point_at, serving

CONTENT = b"a model of the catalogue " * 100
TEST = Weights(
    "test-lm",
    "text",
    "a test",
    "none",
    (WeightFile("lm.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), (Piece("lm-test", "1.0", "lm.bin"),)),),
)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models' folder of a machine that has a model of the catalogue, and two of the hub."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    for module in ("catalog", "here"):
        monkeypatch.setattr(f"pipeline.models.weights.{module}.CATALOG", (TEST,))
    folder = tmp_path / "models"
    (folder / TEST.name).mkdir(parents=True)
    (folder / TEST.name / "lm.gguf").write_bytes(CONTENT)
    with serving({"own/faster-whisper-x": WHISPER, "own/lm-GGUF": GGUF}) as hub:
        point_at(hub.endpoint, monkeypatch)
        get(folder, "own/faster-whisper-x")
        get(folder, "own/lm-GGUF:Q8_0")
    return folder


def exported(models: Path, tmp_path: Path, *names: str) -> Path:
    longmedia_models("export", tmp_path / "stick", *names, "--folder", models)
    return tmp_path / "stick"


def test_what_is_exported_is_imported_the_same(models: Path, tmp_path: Path) -> None:
    stick, other = exported(models, tmp_path), tmp_path / "other"
    names = {"own--faster-whisper-x", "own--lm-GGUF--Q8_0", "test-lm"}
    assert {path.name for path in stick.iterdir()} == names
    said = longmedia_models("import", stick, "--folder", other)
    assert f"own/lm-GGUF:Q8_0: in {other / 'own--lm-GGUF--Q8_0'}" in said
    assert {path.name for path in other.iterdir()} == names
    assert contents(other) == contents(models)
    assert present(TEST, Models(folder=other))
    lock = read_lock(other / "own--lm-GGUF--Q8_0")
    assert lock == read_lock(models / "own--lm-GGUF--Q8_0")
    assert lock is not None
    assert lock.commit == COMMIT
    assert longmedia_models("import", stick, "--folder", other).count("already in") == 3


def test_only_what_is_named_is_exported(models: Path, tmp_path: Path) -> None:
    stick = exported(models, tmp_path, "test-lm")
    assert [path.name for path in stick.iterdir()] == ["test-lm"]
    with pytest.raises(WeightsMissingError, match="`longmedia models get own/absent`"):
        exported(models, tmp_path, "own/absent")
    with pytest.raises(SettingsError, match="no model is called nothing"):
        exported(models, tmp_path, "nothing")


def test_of_the_hubs_cache_only_the_quantisation_is_exported(models: Path, tmp_path: Path) -> None:
    snapshot(tmp_path / "cache", "own/lm-GGUF", GGUF)
    stick = exported(models, tmp_path, "own/lm-GGUF:Q4_K_M")
    assert sorted(contents(stick / "own--lm-GGUF--Q4_K_M")) == ["lm-Q4_K_M.gguf", "mmproj-BF16.gguf"]
    lock = read_lock(stick / "own--lm-GGUF--Q4_K_M")
    assert lock is not None
    assert (lock.commit, lock.files[0].sha256) == (COMMIT, hashlib.sha256(GGUF["lm-Q4_K_M.gguf"]).hexdigest())


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("file", ["own--faster-whisper-x/model.bin", "test-lm/lm.gguf"])
def test_what_was_damaged_on_the_way_is_not_taken(models: Path, tmp_path: Path, file: str, cut: bool) -> None:
    stick, other = exported(models, tmp_path), tmp_path / "other"
    content = (stick / file).read_bytes()
    (stick / file).write_bytes(content[:-1] if cut else content[:-1] + b"?")
    with pytest.raises(WeightsDamagedError, match="SHA-256"):
        longmedia_models("import", stick, "--folder", other)
    home = other / file.partition("/")[0]
    assert not home.exists()
    assert not [path for path in other.iterdir() if path.name.startswith(".")]


def test_the_catalogue_is_believed_and_not_the_lock_that_comes_along(models: Path, tmp_path: Path) -> None:
    stick, other = exported(models, tmp_path, "test-lm"), tmp_path / "other"
    wrong = CONTENT[:-1] + b"?"
    (stick / "test-lm" / "lm.gguf").write_bytes(wrong)
    lock = json.loads((stick / "test-lm" / NAME).read_bytes())
    lock["files"][0]["sha256"] = hashlib.sha256(wrong).hexdigest()
    (stick / "test-lm" / NAME).write_text(json.dumps(lock))
    with pytest.raises(WeightsDamagedError, match="SHA-256"):
        longmedia_models("import", stick, "--folder", other)


@pytest.mark.parametrize(
    ("key", "value"),
    [("name", "own/another"), ("files", []), ("files", [{"name": "../model.bin", "size": 1, "sha256": "0" * 64}])],
)
def test_a_lock_that_is_not_of_its_folder_is_refused(models: Path, tmp_path: Path, key: str, value: object) -> None:
    stick = exported(models, tmp_path, "own/faster-whisper-x")
    path = stick / "own--faster-whisper-x" / NAME
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {key: value}))
    with pytest.raises(WeightsDamagedError, match="own--faster-whisper-x"):
        longmedia_models("import", stick, "--folder", tmp_path / "other")
    assert not (tmp_path / "model.bin").exists()


def test_nothing_of_another_is_overwritten(models: Path, tmp_path: Path) -> None:
    (tmp_path / "stick" / "test-lm").mkdir(parents=True)
    (tmp_path / "stick" / "test-lm" / "letters").write_text("mine")
    with pytest.raises(SettingsError, match="something else"):
        exported(models, tmp_path)
    assert (tmp_path / "stick" / "test-lm" / "letters").read_text() == "mine"


def test_a_folder_without_models_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match="no models in it"):
        longmedia_models("import", tmp_path, "--folder", tmp_path / "models")


def test_a_model_that_lost_a_file_here_is_replaced_by_the_whole_one(models: Path, tmp_path: Path) -> None:
    stick = exported(models, tmp_path)
    lost = models / "own--faster-whisper-x" / "tokenizer.json"
    lost.unlink()
    with pytest.raises(WeightsMissingError, match="missing or cut off"):
        locate("own/faster-whisper-x", Models(folder=models))
    longmedia_models("import", stick, "--folder", models)
    assert lost.read_bytes() == WHISPER["tokenizer.json"]
    assert locate("own/faster-whisper-x", Models(folder=models)) == lost.parent
    assert catalog.find(TEST.name) == TEST
