"""A run whose models are named by the hub: fetched from one on this machine, heard with, and locked in the document."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import WeightsMissingError
from pipeline.models.registry import Registry
from pipeline.models.weights.catalog import find
from pipeline.process import process
from pipeline.settings import load
from pipeline.store import Store
from tests.meeting import beginning
from tests.pipeline.models.weights.hub_models import get
from tests.pipeline.models.weights.small_hub import COMMIT, point_at, serving

HEARS, WRITES = "owner/faster-whisper-base", "owner/SmolLM2-135M-Instruct-GGUF:Q4_1"


@pytest.mark.models
def test_a_recording_is_heard_and_told_by_models_of_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whisper_base: Path, smollm2_gguf: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    models, recording, store = tmp_path / "models", beginning(tmp_path / "talk.opus", 12), Store(tmp_path / "store")
    sets = [f"models.folder={models}", f"hear.model={HEARS}", f"write.model={WRITES}", "write.context=2048"]
    settings = load(None, [*sets, "speakers.enabled=false", "merge.budget=1500", "merge.max_tokens=120"])
    repositories = {
        HEARS: {path.name: path.read_bytes() for path in whisper_base.iterdir() if path.is_file()},
        WRITES.partition(":")[0]: {smollm2_gguf.name: smollm2_gguf.read_bytes(), "other-Q2_K.gguf": b"GGUF"},
    }
    with serving(repositories) as hub, Registry(keep=False) as registry:
        point_at(hub.endpoint, monkeypatch)
        with pytest.raises(WeightsMissingError, match=f"`longmedia models get {HEARS}`"):
            process(recording, settings, store, registry)
        assert hub.asked == []
        get(models, HEARS)
        get(models, WRITES)
        hub.asked.clear()
        outcome = process(recording, settings, store, registry)
        assert hub.asked == []
    assert " ".join(row.transcript for row in outcome.run.heard()).strip()
    document = outcome.run.document()
    assert document is not None
    assert {group: (lock.name, lock.commit) for group, lock in document.models.items()} == {
        "hear": (HEARS, COMMIT),
        "write": (WRITES, COMMIT),
    }
    known = find("smollm2-135m")
    assert known is not None
    assert [file.sha256 for file in document.models["write"].files] == [known.files[0].sha256]
    assert document.identity["hear.model"].startswith(f"{HEARS}:")
