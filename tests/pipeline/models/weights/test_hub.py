"""Models of the hub: a small hub that the real client asks, over HTTP, on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import StoreFullError, WeightsDamagedError, WeightsMissingError
from pipeline.models.weights.fetch import locate
from pipeline.models.weights.hub import offers
from pipeline.models.weights.lock import read_lock
from pipeline.models.weights.names import parse_hub_name
from pipeline.settings import Models
from tests.pipeline.models.weights.hub_models import GGUF, TINY, WHISPER, contents, get, longmedia_models, snapshot
from tests.pipeline.models.weights.small_hub import COMMIT, SmallHub, point_at, serving


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    with serving({"own/tiny": TINY, "own/faster-whisper-x": WHISPER, "own/lm-GGUF": GGUF}) as running:
        point_at(running.endpoint, monkeypatch)
        yield running


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "models"


def test_a_model_comes_whole_and_at_one_commit(hub: SmallHub, models: Path) -> None:
    home = models / "own--tiny"
    said = get(models)
    assert said.index("own/tiny: 2 files, 0 MB, commit") < said.index(f"own/tiny: in {home}, commit {COMMIT}")
    assert contents(home) == {name: content for name, content in TINY.items() if name != "model.gguf"}
    assert [path.name for path in models.iterdir()] == ["own--tiny"]
    first, *others = [path for path in hub.paths() if "/own/tiny" in path]
    assert first == "/api/models/own/tiny/revision/main"
    assert others
    assert all(COMMIT in path for path in others)
    hub.asked.clear()
    assert "already in" in get(models)
    assert hub.asked == []


def test_the_lock_names_commit_and_files(hub: SmallHub, models: Path) -> None:
    get(models)
    lock = read_lock(models / "own--tiny")
    assert lock is not None
    assert (lock.name, lock.repository, lock.commit) == ("own/tiny", "own/tiny", COMMIT)
    assert {one.name: one.sha256 for one in lock.files} == {
        name: hashlib.sha256(TINY[name]).hexdigest() for name in ("config.json", "model.safetensors")
    }


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_other_bytes_than_the_hub_names_are_not_taken_and_the_rest_is_kept(
    hub: SmallHub, models: Path, name: str
) -> None:
    hub.sent[name] = TINY[name][:-1] + b"?"
    with pytest.raises(WeightsDamagedError, match=rf"{name}.*thrown away"):
        get(models)
    assert not (models / "own--tiny").exists()
    hub.sent.clear()
    hub.asked.clear()
    assert COMMIT in get(models)
    if name != "config.json":
        assert f"/own/tiny/resolve/{COMMIT}/config.json" not in hub.paths()


def test_a_cut_download_is_no_model_and_goes_on_where_it_was_cut(
    hub: SmallHub, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1000)  # what is kept is kept by such pieces
    hub.cut["model.bin"] = 60_000
    with pytest.raises(WeightsMissingError, match="run the same command again"):
        get(models, "own/faster-whisper-x")
    with pytest.raises(WeightsMissingError, match="`longmedia models get own/faster-whisper-x`"):
        locate("own/faster-whisper-x", Models(folder=models))
    hub.cut.clear()
    hub.asked.clear()
    get(models, "own/faster-whisper-x")
    assert (f"/own/faster-whisper-x/resolve/{COMMIT}/model.bin", "bytes=60000-") in hub.asked
    found = locate("own/faster-whisper-x", Models(folder=models))
    assert contents(found) == {name: content for name, content in WHISPER.items() if name[0] != "."}


def test_a_quantisation_is_its_files_and_the_best_projector(hub: SmallHub, models: Path) -> None:
    get(models, "own/lm-GGUF:q4_k_m")
    home = models / "own--lm-GGUF--q4_k_m"
    assert sorted(contents(home)) == ["lm-Q4_K_M.gguf", "mmproj-BF16.gguf"]
    assert locate("own/lm-GGUF:q4_k_m", Models(folder=models)) == home / "lm-Q4_K_M.gguf"
    get(models, "own/lm-GGUF:Q8_0")
    parts = [f"Q8_0/lm-Q8_0-0000{number}-of-00002.gguf" for number in (1, 2)]
    home = models / "own--lm-GGUF--Q8_0"
    assert sorted(contents(home)) == [*parts, "mmproj-BF16.gguf"]
    assert locate("own/lm-GGUF:Q8_0", Models(folder=models)) == home / parts[0]
    (home / parts[1]).unlink()
    with pytest.raises(WeightsMissingError, match=r"missing or cut off.*00002-of-00002"):
        locate("own/lm-GGUF:Q8_0", Models(folder=models))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("own/lm-GGUF", r"several models.*own/lm-GGUF:Q4_K_M \(0\.0 GB\)"),
        ("own/lm-GGUF:Q2_K", "no such quantisation.*own/lm-GGUF:Q8_0"),
        ("own/lm-GGUF:F16", "parts of it are missing"),
        ("own/tiny:Q4_K_M", "no such quantisation"),
        ("own/nothing", r"could not be fetched.*run the same command again"),
    ],
)
def test_what_is_not_there_or_not_clear_is_said_and_nothing_comes(
    hub: SmallHub, models: Path, name: str, why: str
) -> None:
    with pytest.raises(WeightsMissingError, match=why):
        get(models, name)
    assert not [path for path in hub.paths() if "/resolve/" in path]


def test_nothing_else_is_asked_of_the_hub(hub: SmallHub, models: Path) -> None:
    # A process of its own: the hub library reads its variables when it is imported.
    private = ("HF_", "DO_NOT_TRACK", "DISABLE_TELEMETRY")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(private)}
    environment |= {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(models.with_name("home"))}
    command = [sys.executable, "-c", "from flows.cli_models import app; app()", "get", "own/tiny", "--folder", models]
    subprocess.run([str(word) for word in command], env=environment, check=True, capture_output=True)
    assert hub.asked
    assert [path for path in hub.paths() if "/own/tiny/" not in path] == []


def test_of_two_at_once_one_fetches_and_the_other_waits(hub: SmallHub, models: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment |= {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(models.with_name("home"))}
    words = ["get", "own/faster-whisper-x", "--folder", str(models)]
    command = [sys.executable, "-c", "from flows.cli_models import app; app()", *words]
    hub.given.clear()
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    planned, content = "/api/models/own/faster-whisper-x/revision/main", f"/own/faster-whisper-x/resolve/{COMMIT}/"
    until = time.monotonic() + 120
    while time.monotonic() < until and not (
        hub.paths().count(planned) == 2 and any(path.startswith(content) for path in hub.paths())
    ):
        time.sleep(0.05)
    time.sleep(0.5)  # the one that waits must have come as far as the lock
    hub.given.set()
    assert [one.wait(120) for one in both] == [0, 0]
    said = [one.communicate()[0] for one in both]
    home = models / "own--faster-whisper-x"
    assert all(f"in {home}, commit {COMMIT}" in one for one in said)
    assert contents(home) == {name: content for name, content in WHISPER.items() if name[0] != "."}
    assert hub.paths().count(f"{content}model.bin") == 1
    assert [path.name for path in models.iterdir()] == [home.name]


def test_the_hub_is_asked_what_it_offers_and_nothing_comes(hub: SmallHub, models: Path) -> None:
    settings = Models(folder=models)
    names = {"own/lm-GGUF:Q4_K_M": True, "own/lm-GGUF:Q2_K": False, "own/nothing": False}
    for name, there in names.items():
        hub_name = parse_hub_name(name)
        assert hub_name is not None
        assert offers(hub_name, settings) is there
    assert not [path for path in hub.paths() if "/resolve/" in path]
    assert not models.exists()


def test_no_room_is_said_before_anything_comes(hub: SmallHub, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr("shutil.disk_usage", lambda _: free)
    with pytest.raises(StoreFullError, match=r"0\.0 free"):
        get(models)
    assert not [path for path in hub.paths() if "/resolve/" in path]


def test_another_revision_that_is_not_there_is_a_line_with_a_cure(hub: SmallHub, models: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"own/tiny could not be fetched.*run the same command again"):
        get(models, "own/tiny", "--revision", "nowhere")


def test_no_hub_at_all_is_a_line_with_a_cure(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    point_at(f"http://127.0.0.1:{port}", monkeypatch)
    with pytest.raises(WeightsMissingError, match=r"own/tiny could not be fetched.*models import"):
        get(models)


def test_verify_reads_what_came_from_the_hub(hub: SmallHub, models: Path) -> None:
    get(models)
    assert "own/tiny: as pinned" in longmedia_models("verify", "--folder", models)
    weights = models / "own--tiny" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(WeightsDamagedError):
        longmedia_models("verify", "--folder", models)


def test_list_shows_what_a_model_of_the_hub_is_for(hub: SmallHub, models: Path) -> None:
    get(models, "own/faster-whisper-x")
    (models / "own--faster-whisper-y").mkdir()
    said = longmedia_models("list", "--folder", models).splitlines()
    line = next(one for one in said if one.startswith("own/faster-whisper-x"))
    assert line.split() == ["own/faster-whisper-x", "hear.model", "0", "MB", COMMIT[:12]]
    assert not [one for one in said if "faster-whisper-y" in one]


def test_the_cache_of_the_hubs_library_is_looked_in_and_what_is_half_there_is_not_taken(
    models: Path, tmp_path: Path
) -> None:
    place = snapshot(tmp_path / "cache", "own/lm-GGUF", GGUF)
    settings = Models(folder=models)
    assert locate("own/lm-GGUF:Q4_K_M", settings) == place / "lm-Q4_K_M.gguf"
    (place / "Q8_0/lm-Q8_0-00002-of-00002.gguf").unlink()
    with pytest.raises(WeightsMissingError, match="`longmedia models get own/lm-GGUF:Q8_0`"):
        locate("own/lm-GGUF:Q8_0", settings)
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    files = {"config.json": b"{}", "model.safetensors.index.json": json.dumps(index).encode()}
    half = snapshot(tmp_path / "cache", "own/large", {**files, "model-1.safetensors": b"first"})
    with pytest.raises(WeightsMissingError, match="`longmedia models get own/large`"):
        locate("own/large", settings)
    (half / "model-2.safetensors").write_bytes(b"second")
    assert locate("own/large", settings) == half
