"""What a model on this machine can be used for, and what is known of it."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest

from pipeline.models.weights.here import Usable, cached_here, use
from pipeline.models.weights.used import used_lock
from pipeline.settings import Models
from tests.pipeline.models.weights.hub_models import snapshot
from tests.pipeline.models.weights.small_hub import COMMIT


def gguf(architecture: str) -> bytes:
    """A GGUF file that says what it is, and nothing else."""
    key, value = b"general.architecture", architecture.encode()
    entry = struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(value)) + value
    return struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + entry


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"config.json": b'{"lang_ids": []}', "model.bin": b"w"}, Usable(("hear",))),
        ({"config.json": b'{"layers": 2}', "model.bin": b"w"}, Usable()),
        ({"lm-Q4_0.gguf": gguf("qwen2")}, Usable(("write",))),
        ({"lm-Q4_0.gguf": gguf("gemma4")}, Usable(("write",))),
        ({"lm-Q4_0.gguf": gguf("gemma4"), "mmproj-F16.gguf": gguf("clip")}, Usable(("write", "gemma"))),
        ({"config.json": b'{"model_type": "gemma4_unified"}', "model.safetensors": b"w"}, Usable(("gemma",), "gemma")),
        (
            {"config.json": b'{"architectures": ["Qwen2ForCausalLM"]}', "model.safetensors": b"w"},
            Usable(("write",), "gemma"),
        ),
    ],
)
def test_a_models_own_words_tell_what_it_is_for(tmp_path: Path, files: dict[str, bytes], expected: Usable) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert use(tmp_path) == expected


def test_of_the_hubs_cache_each_quantisation_is_shown_and_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    four, eight = gguf("qwen2"), gguf("llama")
    snapshot(tmp_path, "own/lm-GGUF", {"lm-Q4_0.gguf": four, "lm-Q8_0.gguf": eight, "README.md": b"two"})
    shown = [(one.name, one.size, one.usable.roles, one.commit) for one in cached_here()]
    assert shown == [
        ("own/lm-GGUF:Q4_0", len(four), ("write",), COMMIT),
        ("own/lm-GGUF:Q8_0", len(eight), ("write",), COMMIT),
    ]
    lock = used_lock("own/lm-GGUF:Q8_0", Models(folder=tmp_path / "models"))
    assert (lock.repository, lock.commit) == ("own/lm-GGUF", COMMIT)
    assert [(one.name, one.sha256) for one in lock.files] == [("lm-Q8_0.gguf", hashlib.sha256(eight).hexdigest())]


def test_of_a_file_of_the_users_own_name_and_size_are_known(tmp_path: Path) -> None:
    own = tmp_path / "lm.gguf"
    own.write_bytes(gguf("qwen2"))
    lock = used_lock(str(own), Models(folder=tmp_path))
    assert (lock.repository, lock.commit) == ("", "")
    assert [(one.name, one.size, one.sha256) for one in lock.files] == [("lm.gguf", own.stat().st_size, "")]
