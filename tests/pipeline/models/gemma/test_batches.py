"""How many requests a GPU gets at once: more memory never fewer, and what is planned fits by the same arithmetic."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.gemma.batches import MOST, USABLE, at_once, batch_size, request_bytes, request_tokens
from pipeline.models.gemma.memory import CONFIGS, need
from pipeline.models.hardware import GIB
from pipeline.settings import Video

_12B, _E2B = CONFIGS["google/gemma-4-12B-it"], CONFIGS["google/gemma-4-E2B-it"]
SEGMENT = request_tokens(Video())


def _size(gpu: float, *, tokens: int = SEGMENT, ram: float = 128) -> int:
    return batch_size(
        _12B, quantization="nf4", dtype="bfloat16", tokens=tokens, memory=int(gpu * GIB), ram=int(ram * GIB)
    )


def test_a_segment_of_sixty_frames_is_about_six_thousand_tokens() -> None:
    assert 6000 < SEGMENT < 6500
    assert request_tokens(Video(length_s=30)) < SEGMENT < request_tokens(Video(frame_tokens=140))


def test_cards_hold_what_one_expects() -> None:
    sizes = [_size(gpu) for gpu in (8, 12, 16, 24, 48, 80)]
    assert sizes[0] == 1, "what does not fit is tried alone, and says so"
    assert 1 <= sizes[1] < sizes[2] < sizes[3] < sizes[4] <= sizes[5] == MOST


def test_little_main_memory_holds_few_segments() -> None:
    assert _size(80, ram=4) < _size(80, ram=16) < _size(80)


@given(st.floats(1, 160), st.floats(1, 2), st.integers(100, 40_000), st.sampled_from([_12B, _E2B]))
def test_more_memory_never_gets_fewer_and_longer_requests_never_more(
    gpu: float, more: float, tokens: int, config: dict[str, object]
) -> None:
    def size(gpu: float, tokens: int) -> int:
        memory = int(gpu * GIB)
        return batch_size(config, quantization="nf4", dtype="bfloat16", tokens=tokens, memory=memory, ram=256 * GIB)

    assert size(gpu, tokens) <= size(gpu * more, tokens)
    assert size(gpu, tokens + 500) <= size(gpu, tokens)
    planned = size(gpu, tokens)
    held = need(config, "nf4", 1).weights + planned * request_bytes(config, tokens, 2)
    assert planned == 1 or held <= gpu * GIB * USABLE


@given(st.integers(1, 64), st.integers(500, 10_000), st.integers(0, 300_000))
def test_longer_prompts_go_in_smaller_batches(batch: int, planned: int, longest: int) -> None:
    size = at_once(batch, planned, longest)
    assert 1 <= size <= batch
    assert size == 1 or size * longest <= batch * planned
