"""The two GGUF files: found, read, and held against each other before llama.cpp opens them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

gguf_package = pytest.importorskip("gguf", reason="needs the package gguf")

from pipeline.errors import MissingExtraError, ModelError, WeightsDamagedError, WeightsMissingError  # noqa: E402
from pipeline.models.gemma import llama_chat  # noqa: E402
from pipeline.models.gemma.gguf_pair import find_pair, is_gguf, read_pair  # noqa: E402
from pipeline.models.identity import gguf_identity  # noqa: E402
from pipeline.models.llamacpp.server import LlamaServer  # noqa: E402
from pipeline.models.weights.gguf_header import read_header  # noqa: E402
from pipeline.settings import Gemma, Models  # noqa: E402

VISION, AUDIO = "clip.vision.projector_type", "clip.audio.projector_type"


def written(path: Path, architecture: str = "gemma4", **entries: Any) -> Path:
    """A GGUF file of entries only, behind a list of texts and one of numbers; `__` stands for a dot."""
    writer = gguf_package.GGUFWriter(path, architecture)
    writer.add_array("list.texts", ["a", "bc"])
    writer.add_array("list.numbers", [1, 2, 3])
    for name, value in entries.items():
        adds = {str: writer.add_string, int: writer.add_uint32, float: writer.add_float32, bool: writer.add_bool}
        adds[type(value)](name.replace("__", "."), value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


def projector(path: Path, width: int = 64, vision: str = "gemma4uv", audio: str = "gemma4ua") -> Path:
    """A projector without tensors."""
    said: Mapping[str, Any] = {"clip__vision__projection_dim": width, "clip__audio__projection_dim": width}
    kinds = {"clip__vision__projector_type": vision, "clip__audio__projector_type": audio}
    return written(path, "clip", **said, **{key: kind for key, kind in kinds.items() if kind})


def model(path: Path, **entries: Any) -> Path:
    """A text model without tensors."""
    own = {"gemma4__embedding_length": 64, "gemma4__context_length": 8192}
    return written(path, **{**own, **entries})


def test_a_header_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gguf", some__text="Grüße", some__number=7, some__part=0.5, some__answer=True)
    keys = ("general.architecture", "some.text", "some.number", "some.part", "some.answer", "list.texts", "none")
    assert read_header(path, keys) == {
        "general.architecture": "gemma4",
        "some.text": "Grüße",
        "some.number": 7,
        "some.part": 0.5,
        "some.answer": True,
    }


def test_a_file_cut_anywhere_in_its_header_is_damaged(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.gguf", some__text="text", some__number=7).read_bytes()
    cut = tmp_path / "cut.gguf"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(WeightsDamagedError):
            read_header(cut, ("none",))


@pytest.mark.parametrize(
    ("vision", "audio", "hears", "hear_s"),
    [("gemma4uv", "gemma4ua", True, 15), ("gemma4v", "gemma4a", True, 30), ("gemma4v", "", False, 30)],
)
def test_limits_follow_the_projector(tmp_path: Path, vision: str, audio: str, hears: bool, hear_s: float) -> None:
    text = model(tmp_path / "a.gguf")
    pair = read_pair(text, projector(tmp_path / "mmproj.gguf", vision=vision, audio=audio), context=100_000)
    assert (pair.limits.sees, pair.limits.hears, pair.limits.hear_s) == (True, hears, hear_s)
    assert pair.limits.context == 8192


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"width": 128}, "another model than a.gguf: 128 wide, not 64"),
        ({"vision": "gemma3", "audio": ""}, "no projector of a Gemma 4 but gemma3"),
        ({"vision": "gemma4uv", "audio": "gemma4a"}, "gemma4uv and gemma4a"),
        ({"vision": "", "audio": ""}, "no projector"),
    ],
)
def test_a_projector_of_another_model_is_refused(tmp_path: Path, made: dict[str, Any], says: str) -> None:
    text = model(tmp_path / "a.gguf")
    with pytest.raises(ModelError, match=says):
        read_pair(text, projector(tmp_path / "mmproj.gguf", **made), context=4096)


def test_another_text_model_is_refused(tmp_path: Path) -> None:
    other = written(tmp_path / "a.gguf", "qwen2")
    with pytest.raises(ModelError, match="no Gemma 4 but qwen2"):
        read_pair(other, projector(tmp_path / "mmproj.gguf"), context=4096)


def test_what_is_no_gguf_never_reaches_llama_cpp(tmp_path: Path) -> None:
    text, other = model(tmp_path / "a.gguf"), tmp_path / "mmproj.gguf"
    other.write_bytes(b"PK\3\4 something else, long enough to hold a header")
    with pytest.raises(WeightsDamagedError):
        read_pair(text, other, context=4096)
    with pytest.raises(WeightsDamagedError, match=r"mmproj\.gguf: not a GGUF file"):
        LlamaServer(text, context=512, projector=other)


def test_the_projector_is_found_beside_the_model(tmp_path: Path) -> None:
    text = model(tmp_path / "a.gguf")
    with pytest.raises(WeightsMissingError, match="no projector"):
        find_pair(str(text), None, tmp_path)
    first = projector(tmp_path / "mmproj-F16.gguf")
    assert find_pair(str(text), None, tmp_path) == (text, first) == find_pair(str(tmp_path), None, tmp_path)
    second = projector(tmp_path / "mmproj-BF16.gguf")
    with pytest.raises(WeightsMissingError, match=r"several projectors: mmproj-BF16\.gguf, mmproj-F16\.gguf"):
        find_pair(str(text), None, tmp_path)
    assert find_pair(str(text), second, tmp_path) == (text, second)
    named = projector(tmp_path / "mmproj-a.gguf")
    assert find_pair(str(text), None, tmp_path) == (text, named)
    with pytest.raises(WeightsMissingError, match="no such file"):
        find_pair(str(text), tmp_path / "none.gguf", tmp_path)


def test_which_model_is_meant_must_be_clear(tmp_path: Path) -> None:
    home = tmp_path / "google--gemma-4-12B-it"
    home.mkdir()
    projector(home / "mmproj.gguf")
    with pytest.raises(WeightsMissingError, match="it holds none"):
        find_pair("google/gemma-4-12B-it", None, tmp_path)
    text = model(home / "a.gguf")
    assert find_pair("google/gemma-4-12B-it", None, tmp_path)[0] == text
    model(home / "b.gguf")
    with pytest.raises(WeightsMissingError, match=r"it holds a\.gguf, b\.gguf"):
        find_pair("google/gemma-4-12B-it", None, tmp_path)
    with pytest.raises(WeightsMissingError, match="`longmedia models get google/gemma-4-E4B-it`"):
        find_pair("google/gemma-4-E4B-it", None, tmp_path)


def test_gguf_files_choose_the_engine(tmp_path: Path) -> None:
    assert is_gguf("somewhere/a.gguf", tmp_path)
    assert not is_gguf("google/gemma-4-12B-it", tmp_path)
    model(tmp_path / "a.gguf")
    assert is_gguf(str(tmp_path), tmp_path)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    assert not is_gguf(str(tmp_path), tmp_path)


def test_both_files_are_the_identity(tmp_path: Path) -> None:
    text, seeing = model(tmp_path / "a.gguf"), projector(tmp_path / "mmproj.gguf")
    settings, models = Gemma(model=str(text)), Models(folder=tmp_path)
    seen = [gguf_identity(settings, models)]
    for file in (text, seeing):
        file.write_bytes(file.read_bytes() + b"\0")
        seen.append(gguf_identity(settings, models))
    assert len({tuple(one.items()) for one in seen}) == 3
    assert "xllamacpp" in seen[0]


@pytest.mark.parametrize(("version", "good"), [("2026.9.10809", False), ("2026.10.11549", True), ("0.2.14", False)])
def test_an_old_build_is_refused(monkeypatch: pytest.MonkeyPatch, version: str, good: bool) -> None:
    monkeypatch.setattr("importlib.metadata.version", {"xllamacpp": version}.__getitem__)
    if good:
        llama_chat.require_build()
    else:
        with pytest.raises(MissingExtraError, match=version):
            llama_chat.require_build()
