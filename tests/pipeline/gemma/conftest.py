"""Checkpoints made once a test run: random ones of both families, and one that has learnt to answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chunkers import TICKS_PER_SECOND, Span, Window
from pipeline.settings import Gemma as GemmaSettings

HEARD = "words"
LISTEN = "SUMMARY: words\nEVENT 00:01: now"
WATCH = "SUMMARY: pictures\nSCREEN: MM 7\nEVENT 00:02: when"


def noise(seconds: float, seed: int = 0) -> Any:
    """Quiet noise, float32 in [-1, 1]."""
    return np.random.default_rng(seed).uniform(-0.1, 0.1, round(seconds * TICKS_PER_SECOND)).astype(np.float32)


def pictures(count: int, height: int = 72, width: int = 128, seed: int = 0) -> Any:
    """Random frames, shape (count, height, width, 3)."""
    return np.random.default_rng(seed).integers(0, 255, (count, height, width, 3), dtype=np.uint8)


def seconds(count: int) -> tuple[int, ...]:
    """A frame a second, in ticks."""
    return tuple(range(0, count * TICKS_PER_SECOND, TICKS_PER_SECOND))


def quantized_names(model: Any) -> list[str]:
    """Names of the linear layers that bitsandbytes has taken over."""
    import bitsandbytes as bnb

    kinds = (bnb.nn.Linear4bit, bnb.nn.Linear8bitLt)
    return [name for name, module in model.named_modules() if isinstance(module, kinds)]


def window(index: int, start_s: float, length_s: float, *, lead_s: float = 0, silent: bool = False) -> Window:
    """An audio window of noise, which hears `lead_s` before its own span."""
    start, lead = round(start_s * TICKS_PER_SECOND), round(lead_s * TICKS_PER_SECOND)
    span = Span(start, start + round(length_s * TICKS_PER_SECOND))
    return Window(index, span, Span(start - lead, span.end), noise(lead_s + length_s, index), silent)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tiny products on a busy machine: threads that wait for each other cost ten times what they save."""
    torch = pytest.importorskip("torch", reason="needs the extra `gemma`")
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a random checkpoint: `unified`, `e2b` or `assistant`."""
    from tests.pipeline.gemma import tiny

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
    from pipeline.models.gemma import Gemma
    from pipeline.models.gemma_loading import load_gemma

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
    from pipeline.models.gemma_hearing import task_frame
    from pipeline.models.gemma_inputs import Request
    from pipeline.prompts import load
    from tests.pipeline.gemma import tiny

    hear, watch, listen = (load("general", f"gemma_{role}") for role in ("hear", "watch", "listen"))
    lessons = []
    prompt = hear.fill(language=task_frame("en"))
    lessons += [(Request(text=prompt.user, audio=(noise(1, seed),)), HEARD) for seed in (7, 8, 9)]
    prompt = listen.fill(transcript=f"00:00 {HEARD}")
    lessons.append((Request(text=prompt.user, system=prompt.system), LISTEN))
    prompt = watch.fill(transcript=f"00:00 {HEARD}")
    lessons.append((Request(text=prompt.user, system=prompt.system, frames=pictures(3), at=seconds(3)), WATCH))
    folder = tiny.write(tmp_path_factory.mktemp("taught") / "tiny-taught", "unified")
    return tiny.teach(folder, lessons)
