"""Models of the hub: a small hub that the real client asks, over HTTP, on this machine."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli_models import app
from pipeline.errors import WeightsDamagedError, WeightsMissingError
from pipeline.models.weights.names import is_hub_id

COMMIT = "c0ffee" * 6 + "beef"
FILES = {"config.json": b"{}", "model.safetensors": b"weights " * 1000, "model.gguf": b"the same in another form"}


class Hub(ThreadingHTTPServer):
    """A hub with one model; `asked` are the paths that were asked for, `sent` what it gives for each file."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self.sent = dict(FILES)


class _Answer(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_HEAD(self) -> None:
        """As GET, without a body."""
        self._answer(body=False)

    def do_GET(self) -> None:
        """The model's description, or one of its files."""
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        name = path.rpartition("/")[2]
        if path == "/api/models/own/tiny/revision/main":
            content = json.dumps({"id": "own/tiny", "sha": COMMIT, "siblings": [_described(one) for one in FILES]})
            self._send(200, content.encode(), body=body)
        elif path == f"/own/tiny/resolve/{COMMIT}/{name}" and name in FILES:
            self._send(200, self.server.sent[name], body=body, tag=hashlib.sha256(FILES[name]).hexdigest())
        else:
            self._send(404, b"", body=body)

    def _send(self, code: int, content: bytes, *, body: bool, tag: str = "") -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        if tag:
            self.send_header("ETag", f'"{tag}"')
            self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(content)


def _described(name: str) -> dict[str, object]:
    content = FILES[name]
    large = {"lfs": {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}}
    return {"rfilename": name, "size": len(content), "blobId": "0" * 40, **(large if len(content) > 100 else {})}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    _point_at(server.server_port, monkeypatch)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _point_at(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What HF_ENDPOINT and HF_HUB_OFFLINE say was read when the client was imported."""
    here, constants = f"http://127.0.0.1:{port}", "huggingface_hub.constants"
    monkeypatch.setattr(f"{constants}.ENDPOINT", here)
    monkeypatch.setattr(f"{constants}.HUGGINGFACE_CO_URL_TEMPLATE", here + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(f"{constants}.HF_HUB_OFFLINE", False)


def _get(folder: Path, *more: str) -> str:
    done = CliRunner().invoke(app, ["get", "own/tiny", "--folder", str(folder), *more])
    if done.exception is not None:
        raise done.exception
    return done.output


def test_a_model_comes_whole_and_at_one_commit(hub: Hub, tmp_path: Path) -> None:
    home = tmp_path / "models" / "own--tiny"
    assert f"own/tiny: in {home}, commit {COMMIT}" in _get(tmp_path / "models")
    assert {path.name: path.read_bytes() for path in home.iterdir()} == {
        name: content for name, content in FILES.items() if name != "model.gguf"
    }
    assert [path.name for path in home.parent.iterdir()] == ["own--tiny"]
    first, *others = [path for path in hub.asked if "/own/tiny" in path]
    assert first == "/api/models/own/tiny/revision/main"
    assert others
    assert all(COMMIT in path for path in others)
    hub.asked.clear()
    assert "already in" in _get(tmp_path / "models")
    assert hub.asked == []


def test_other_bytes_than_the_hub_names_are_not_taken_and_the_rest_is_kept(hub: Hub, tmp_path: Path) -> None:
    hub.sent["model.safetensors"] = FILES["model.safetensors"][:-1] + b"?"
    with pytest.raises(WeightsDamagedError, match="another SHA-256"):
        _get(tmp_path / "models")
    assert not (tmp_path / "models" / "own--tiny").exists()
    hub.sent = dict(FILES)
    hub.asked.clear()
    assert COMMIT in _get(tmp_path / "models")
    assert f"/own/tiny/resolve/{COMMIT}/config.json" not in hub.asked


def test_what_the_hub_does_not_give_is_a_line_with_a_cure(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"own/tiny could not be fetched.*run the same command again"):
        _get(tmp_path / "models", "--revision", "nowhere")


def test_no_hub_at_all_is_a_line_with_a_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _point_at(port, monkeypatch)
    with pytest.raises(WeightsMissingError, match=r"own/tiny could not be fetched.*copy the folder"):
        _get(tmp_path / "models")


def test_a_path_is_no_name_of_the_hub() -> None:
    assert is_hub_id("google/gemma-4-12B-it")
    for name in ("whisper-base", "./here", "/a", "~/b", "../c", "a/b/c", "here/"):
        assert not is_hub_id(name)
