"""The limits table against the processors of transformers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunkers.frames import BUDGETS
from data.checkpoints.inputs import noise, pictures, seconds
from pipeline.errors import InputMismatchError, LimitError, ModelError
from pipeline.models.gemma.inputs import Request, refusal
from pipeline.models.gemma.limits import GemmaLimits, audio_tokens, frame_stamp, frame_tokens, limits

_UNIFIED = {"model_type": "gemma4_unified", "audio_config": {}, "vision_config": {}}
_E2B = {"model_type": "gemma4", "audio_config": {}, "vision_config": {}}


def test_thirty_seconds_are_750_tokens() -> None:
    assert audio_tokens(30 * 16_000) == 750


def test_only_the_12b_hears_in_short_stretches_and_not_behind_frames() -> None:
    unified, e2b = limits(_UNIFIED), limits(_E2B)
    assert (unified.hear_s, unified.hears_behind_frames) == (15, False)
    assert (e2b.hear_s, e2b.hears_behind_frames) == (30, True)


def test_the_context_is_the_configurations_and_else_the_familys() -> None:
    assert limits({**_UNIFIED, "text_config": {"max_position_embeddings": 4096}}).context == 4096
    assert (limits(_UNIFIED).context, limits(_E2B).context) == (262_144, 131_072)


def test_another_model_is_refused() -> None:
    with pytest.raises(ModelError, match=r"Gemma 4.*qwen2.*cascade"):
        limits({"model_type": "qwen2"})


def test_sixty_wide_frames_cost_3960_tokens() -> None:
    assert 60 * frame_tokens(720, 1280, 70) == 3960
    assert frame_stamp(3599 * 16_000 + 15_999) == "59:59"


@settings(max_examples=300, deadline=None)
@given(height=st.integers(16, 4000), width=st.integers(16, 4000), budget=st.sampled_from(BUDGETS))
def test_frame_tokens_are_those_of_the_processor(height: int, width: int, budget: int) -> None:
    from transformers.models.gemma4_unified.video_processing_gemma4_unified import get_aspect_ratio_preserving_size

    rows, columns = get_aspect_ratio_preserving_size(height, width, 16, budget * 9, 3)
    assert frame_tokens(height, width, budget) == rows * columns // 48**2


def _known() -> GemmaLimits:
    return limits(_UNIFIED)


def test_audio_over_the_limit_is_refused_by_us() -> None:
    assert isinstance(refusal(_known(), Request(text="", audio=(noise(600),))), LimitError)
    assert refusal(_known(), Request(text="", audio=(noise(30),))) is None


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(16_000, np.int16),
        np.zeros((2, 16_000), np.float32),
        np.zeros(0, np.float32),
        np.full(16_000, 12_000, np.float32),
        np.full(16_000, np.nan, np.float32),
    ],
    ids=["int16", "stereo", "empty", "not scaled", "not a number"],
)
def test_audio_of_the_wrong_kind_is_refused(samples: np.ndarray) -> None:
    assert isinstance(refusal(_known(), Request(text="", audio=(samples,))), InputMismatchError)


def test_frames_over_a_limit_or_out_of_order_are_refused() -> None:
    frames = pictures(61, 16, 16)
    assert isinstance(refusal(_known(), Request(text="", frames=frames, at=seconds(61))), LimitError)
    assert isinstance(refusal(_known(), Request(text="", frames=frames[:2], at=(0, 60 * 16_000))), LimitError)
    assert isinstance(refusal(_known(), Request(text="", frames=frames[:2], at=(16_000, 0))), LimitError)
    assert isinstance(refusal(_known(), Request(text="", frames=frames[:2], at=(0,))), InputMismatchError)
    assert refusal(_known(), Request(text="", frames=frames[:60], at=seconds(60))) is None


def test_a_checkpoint_without_ears_or_eyes_says_so() -> None:
    deaf_and_blind = limits({"model_type": "gemma4"})
    assert "no ears" in str(refusal(deaf_and_blind, Request(text="", audio=(noise(1),))))
    assert "no eyes" in str(refusal(deaf_and_blind, Request(text="", frames=pictures(1), at=(0,))))
