"""How models are named, and what the names of their files tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.weights.content_hash import build
from pipeline.models.weights.gguf_names import gguf_models
from pipeline.models.weights.names import HubName, is_hub_id, parse_hub_name

_WORD = st.text("abcXYZ019_", min_size=1, max_size=5)
_PART = st.builds(lambda words, mark: mark.join(words), st.lists(_WORD, min_size=1, max_size=4), st.sampled_from("-._"))


def test_a_path_is_no_name_of_the_hub() -> None:
    assert is_hub_id("google/gemma-4-12B-it")
    assert is_hub_id("unsloth/gemma-4-E4B-it-GGUF:Q4_K_M")
    for name in ("whisper-base", "./here", "/a", "~/b", "../c", "a/b/c", "here/", "a/b.gguf", "a/..", "a/b:", "a/b--c"):
        assert not is_hub_id(name), name


@given(_PART, _PART, st.none() | _PART)
def test_a_name_is_read_as_it_is_written(owner: str, model: str, quantization: str | None) -> None:
    name = HubName(f"{owner}/{model}", quantization or "")
    if not str(name).endswith((".gguf", ".bin", ".safetensors")):
        assert parse_hub_name(str(name)) == name
    assert name.folder.split("--") == [one for one in (owner, model, quantization) if one]


@pytest.mark.parametrize(
    ("file", "quantization"),
    [
        ("gemma-4-E4B-it-Q4_K_M.gguf", "Q4_K_M"),
        ("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", "Q4_K_M"),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1"),
        ("gemma-4-12b-it-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("IQ2_XXS/a-IQ2_XXS-00001-of-00003.gguf", "IQ2_XXS"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("a-BF16.gguf", "BF16"),
        ("model.gguf", ""),
    ],
)
def test_the_quantisation_is_read_from_a_files_name(file: str, quantization: str) -> None:
    (one,) = gguf_models([file, "mmproj-F16.gguf", "README.md"])
    assert one.quantization == quantization
    assert one.whole == ("-of-" not in file)


def test_every_part_of_a_split_file_counts_in_what_tells_weights_apart(tmp_path: Path) -> None:
    first, second = (tmp_path / f"lm[1]-Q8_0-0000{number}-of-00002.gguf" for number in (1, 2))
    first.write_bytes(b"GGUF one")
    second.write_bytes(b"GGUF two")
    before = build(first)
    second.write_bytes(b"GGUF 2wo")
    assert build(first) != before
