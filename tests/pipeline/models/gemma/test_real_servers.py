"""Gemma in real servers over HTTP, `transformers serve` and llama.cpp's own, on tiny checkpoints."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the extra `gemma`")
pytest.importorskip("fastapi", reason="`transformers serve` needs it")

from data.checkpoints.gguf_files import write as write_gguf
from data.checkpoints.inputs import noise, pictures, seconds
from data.checkpoints.taught import HEARD
from pipeline.errors import EndpointError, InputMismatchError
from pipeline.models.gemma.chat_gemma import ChatGemma
from pipeline.models.gemma.inputs import Request
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.settings import Settings
from pipeline.settings import load as load_settings
from pipeline.store import Store
from tests.pipeline.models.gemma.test_recipe import small_film

ROOT = Path(__file__).parents[4]
_PATIENCE_S = 300

WAV_ONLY = '''
"""WAV files only: what `transformers serve` decodes sound with, where the library of this name is not installed."""
import io, wave
import numpy as np

class SoundFile:
    def __init__(self, source):
        self._wave = wave.open(source)
        self.samplerate = self._wave.getframerate()
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self._wave.close()
    def read(self, dtype, always_2d):
        frames = np.frombuffer(self._wave.readframes(self._wave.getnframes()), "<i2")
        return (frames.astype(dtype) / 32768).reshape(-1, self._wave.getnchannels())
'''


class Served:
    """A real server: where it is, what it calls its model, and what it is."""

    def __init__(self, url: str, model: str, dialect: str) -> None:
        self.url, self.model, self.dialect = url, model, dialect

    def settings(self, *sets: str) -> Settings:
        """The settings of the recipe over this server."""
        own = [f"endpoint.url={self.url}", f"endpoint.model={self.model}", f"endpoint.dialect={self.dialect}"]
        own += ["endpoint.attempts=1", "recipe=gemma", "gemma.engine=server", "hear.language=en", "video.length_s=30"]
        return load_settings(sets=[*own, *sets])

    def gemma(self, *sets: str) -> ChatGemma:
        """The engine, as a run asks it."""
        settings = self.settings(*sets)
        return Registry(keep=True).lease().served(settings.gemma, settings.video, settings.endpoint)


@pytest.fixture(scope="session")
def transformers_serve(taught: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`transformers serve` in a process of its own, with the checkpoint that has learnt to answer."""
    home = tmp_path_factory.mktemp("serve")
    for name, text in (("soundfile", WAV_ONLY), ("soxr", "")):
        (home / f"{name}.py").write_text(text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The libraries of the installation, where they are there, come before the stand-ins.
    start = f"import sys; sys.path.append({str(home)!r}); from transformers.cli.transformers import main; main()"
    words = ["serve", str(taught), "--device", "cpu", "--dtype", "float32", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "HF_HOME": str(home)}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-c", start, *words], env=environment, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/health", server, home / "log")
        yield Served(f"http://127.0.0.1:{port}/v1", str(taught), "transformers")
    finally:
        server.terminate()
        server.wait(30)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text(errors="replace")
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - loopback
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
        else:
            return
    raise AssertionError(log.read_text(errors="replace"))


@pytest.fixture(scope="session")
def llamacpp_server(checkpoint: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """llama.cpp's own HTTP server over the GGUF pair of a random checkpoint; pictures of up to 70 tokens."""
    import xllamacpp

    pair = write_gguf(checkpoint("unified"), tmp_path_factory.mktemp("gguf"))
    params: Any = xllamacpp.CommonParams()
    params.model.path, params.mmproj.path = str(pair.model), str(pair.projector)
    params.model_alias = {"tiny-gemma"}
    params.mmproj_use_gpu = False
    params.image_min_tokens, params.image_max_tokens = 1, 70
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 8192, 2, 1
    params.cache_ram_mib, params.ui, params.warmup, params.verbosity = 0, False, False, -1
    server = xllamacpp.Server(params)
    yield Served(f"{server.listening_address}/v1", "tiny-gemma", "llamacpp")
    del server


@pytest.fixture(params=["transformers_serve", "llamacpp_server"])
def served(request: pytest.FixtureRequest) -> Served:
    server: Served = request.getfixturevalue(request.param)
    return server


def test_a_real_server_is_proved_and_counts_what_was_computed(served: Served) -> None:
    gemma = served.gemma("gemma.context=4096")
    sound = [Request(text=f"Say {number}.", audio=(noise(length),)) for number, length in enumerate((0.3, 1, 14.99))]
    film = Request(text="What is shown?", system="Be brief.", frames=pictures(7, 288, 528), at=seconds(7))
    answers = gemma.ask([*sound, film, Request(text="Hm")], max_tokens=8)
    # What it was not taught it answers differently on every processor, or with nothing at all: only counts are held.
    assert [answer.error for answer in answers if isinstance(answer.error, InputMismatchError)] == []
    proofs = [answer.proof for answer in answers]
    assert [proof.sent.audio_tokens for proof in proofs[:3] if proof] == [8, 25, 375]
    assert proofs[3] is not None
    assert proofs[3].sent == proofs[3].expected
    assert (proofs[3].sent.frames, proofs[3].sent.video_tokens) == (7, 7 * 66)
    gemma.close()


def test_a_real_server_with_another_budget_of_pictures_is_refused(llamacpp_server: Served) -> None:
    gemma = llamacpp_server.gemma("video.frame_tokens=280")
    film = Request(text="What is shown?", frames=pictures(2, 768, 768), at=seconds(2))
    with pytest.raises(InputMismatchError, match=r"llama\.cpp \(dialect llamacpp\): a picture is not 264 tokens"):
        gemma.ask([film], max_tokens=8)
    gemma.close()


def test_a_real_server_in_another_dialect_is_refused(transformers_serve: Served) -> None:
    other = Served(transformers_serve.url, transformers_serve.model, "vllm")
    gemma = other.gemma()
    film = Request(text="What is shown?", frames=pictures(2), at=seconds(2))
    with pytest.raises(EndpointError, match=r"vLLM \(dialect vllm\) does not take 1 picture"):
        gemma.ask([film], max_tokens=8)
    gemma.close()


def test_the_recipe_goes_all_the_way_through_transformers_serve(transformers_serve: Served, tmp_path: Path) -> None:
    """The chain that `longmedia run --recipe gemma` walks, against a real server: nothing is missing in its rows."""
    film, registry = small_film(tmp_path / "film.mkv", 3, 1), Registry(keep=False)
    caps = ["hear.max_tokens=32", "describe.max_tokens=32", "merge.max_tokens=64", "merge.budget=2048"]
    outcome = process(film, transformers_serve.settings(*caps), Store(tmp_path / "store"), registry)
    (sound,), (chunk,), (root,) = outcome.run.heard(), outcome.run.chunks(), outcome.run.nodes(1)
    assert outcome.state == "complete"
    assert (sound.transcript, chunk.summary, chunk.screen_text, root.text) == (HEARD, "pictures", "MM 7", "pictures")
    assert sound.audio_tokens_sent == sound.audio_tokens_expected == 25
    assert chunk.frames_sent == chunk.frames_expected == 3
    assert sound.model.endswith("(transformers)")


def test_the_command_line_runs_it_and_the_doctor_proves_it(transformers_serve: Served, tmp_path: Path) -> None:
    film = small_film(tmp_path / "film.mkv", 3, 1)
    server = {"URL": transformers_serve.url, "MODEL": transformers_serve.model, "DIALECT": "transformers"}
    environment = {
        **os.environ,
        **{f"LONGMEDIA_ENDPOINT__{name}": value for name, value in server.items()},
        "PYTHONPATH": str(ROOT),
        "LONGMEDIA_GEMMA__ENGINE": "server",
        "LONGMEDIA_HEAR__LANGUAGE": "en",
        "LONGMEDIA_HEAR__MAX_TOKENS": "32",
    }

    def longmedia(*words: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-c", "from flows.cli import main; main()", *words]
        return subprocess.run(call, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    proved = longmedia("doctor", "--engine")
    assert proved.returncode == 0, proved.stderr
    assert "It hears every token of sound" in proved.stdout
    assert "It sees every token of frames" in proved.stdout
    done = longmedia("run", str(film), "--recipe", "gemma", "--set", "merge.budget=2048")
    assert done.returncode == 0, done.stderr
    (run,) = Store(tmp_path / "longmedia-store").runs()
    assert all(row.frames_sent == row.frames_expected == 3 for row in run.chunks())
