"""Checkpoints made once a test run: random ones of both families, and one that has learnt to answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import Gemma as GemmaSettings


def quantized_names(model: Any) -> list[str]:
    """Names of the linear layers that bitsandbytes has taken over."""
    import bitsandbytes as bnb

    kinds = (bnb.nn.Linear4bit, bnb.nn.Linear8bitLt)
    return [name for name, module in model.named_modules() if isinstance(module, kinds)]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tiny products on a busy machine: threads that wait for each other cost ten times what they save."""
    torch = pytest.importorskip("torch", reason="needs the extra `gemma`")
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a random checkpoint: `unified`, `e2b` or `assistant`."""
    from data.checkpoints import tiny

    made: dict[str, Path] = {}

    def make(kind: Any) -> Path:
        if kind not in made:
            made[kind] = tiny.write(tmp_path_factory.mktemp(kind) / f"tiny-{kind}", kind)
        return made[kind]

    return make


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where weights and their quantised copies live."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def opened(checkpoint: Callable[[str], Path], models_folder: Path) -> Callable[..., Any]:
    """A backend over a random checkpoint, loaded as a user's is; float32 and unquantised unless told otherwise."""
    from pipeline.models.gemma.loading import load_gemma
    from pipeline.models.gemma.model import Gemma

    loaded: dict[str, Any] = {}

    def open_(kind: str, **changes: Any) -> Any:
        key = f"{kind} {sorted(changes.items())}"
        if key not in loaded:
            settings = GemmaSettings(
                **{"model": str(checkpoint(kind)), "quantization": "none", "device": "cpu", **changes}
            )
            loaded[key] = Gemma(load_gemma(settings, models_folder, frame_tokens=70))
        return loaded[key]

    return open_


@pytest.fixture(scope="session")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that answers the three prompts of the recipe, whatever it hears or sees."""
    from data.checkpoints import taught

    return taught.write(tmp_path_factory.mktemp("taught") / "tiny-taught")


@pytest.fixture(scope="session")
def gguf(checkpoint: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder with the two GGUF files of a random checkpoint."""
    files = pytest.importorskip("data.checkpoints.gguf_files", reason="needs the package gguf")
    made: dict[str, Path] = {}

    def make(kind: str) -> Path:
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp(f"gguf-{kind}")
            files.write(checkpoint(kind), made[kind])
        return made[kind]

    return make
