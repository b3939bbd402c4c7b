"""The recipe `gemma` through llama.cpp: two GGUF files hear, see and write, and the model is let go at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the checkpoint is taught with the extra `gemma`")
files = pytest.importorskip("data.checkpoints.gguf_files", reason="needs the package gguf")

from data.checkpoints.taught import HEARD  # noqa: E402
from pipeline.models.registry import Registry  # noqa: E402
from pipeline.process import process  # noqa: E402
from pipeline.settings import load as load_settings  # noqa: E402
from pipeline.store import Store  # noqa: E402
from pipeline.store.structs import Event  # noqa: E402
from tests.pipeline.models.gemma.films import small_film  # noqa: E402

SECOND = 16_000


def test_a_small_film_goes_through_every_stage(taught: Path, tmp_path: Path) -> None:
    model = files.write(taught, tmp_path / "models").model
    sets = ["recipe=gemma", "hear.language=en", "hear.max_tokens=32", "describe.max_tokens=32", "merge.max_tokens=64"]
    sets += [f"gemma.model={model}", "gemma.context=2048", "gemma.batch=2", "gemma.threads=1", "merge.budget=512"]
    film, registry = small_film(tmp_path / "film.mkv", 3, 1), Registry(keep=False)
    # Short segments: the engine is proved with as many frames as one holds.
    sets += ["audio.length_s=10", "video.length_s=10", "video.scene_range_s=5", "speakers.enabled=false"]
    outcome = process(film, load_settings(sets=sets), Store(tmp_path / "store"), registry)
    (sound,) = outcome.run.heard()
    (chunk,) = outcome.run.chunks()
    (root,) = outcome.run.nodes(1)
    assert (outcome.state, list(outcome.run.key.stages)) == ("complete", ["hear", "see", "describe", "merge"])
    assert sound.transcript == HEARD
    assert sound.audio_tokens_sent == sound.audio_tokens_expected == 25
    assert (chunk.summary, chunk.screen_text) == ("pictures", "MM 7")
    assert chunk.events == [Event(2 * SECOND, "when")]
    assert chunk.frames_sent == chunk.frames_expected == 3
    assert "mmproj" in chunk.model
    assert root.text == "pictures"
    assert registry._loaded == {}
