"""Frames that were looked at beforehand reach the model as if the processor had made everything at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from data.checkpoints.inputs import noise, pictures, seconds  # noqa: E402
from pipeline.models.gemma.inputs import Request, conversation, prepare  # noqa: E402
from pipeline.models.gemma.model import Gemma  # noqa: E402

Opened = Callable[..., Gemma]

TEXT = Request(text="Summarise the notes.")
FILM = Request(text="Describe.", frames=pictures(5), at=seconds(5))
ALL = Request(text="Describe the other.", frames=pictures(3, 96, 48, seed=1), at=(0, 8_000, 32_000), audio=(noise(2),))
BATCH = [FILM, TEXT, ALL]


@pytest.mark.parametrize("kind", ["unified", "e2b"])
def test_the_tensors_are_those_of_the_processor_alone(opened: Opened, kind: str) -> None:
    gemma = opened(kind)
    processor = gemma.loaded.processor
    whole = processor.apply_chat_template(
        [conversation(request) for request in BATCH],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={
            "padding": True,
            "padding_side": "left",
            "do_sample_frames": False,
            "video_metadata": [
                [{"fps": 16_000.0, "frames_indices": list(at), "total_num_frames": at[-1] + 1}] if at else []
                for at in (request.at for request in BATCH)
            ],
            "videos_kwargs": {"max_soft_tokens": 70},
        },
    )
    looked = [replace(one, patches=gemma.look(one.frames, one.at)) if one.frames is not None else one for one in BATCH]
    for batch in (BATCH, looked):
        _same(prepare(processor, batch, 70).inputs, whole)


def _same(made: Any, whole: Any) -> None:
    assert set(made) == set(whole)
    for name in whole:
        assert torch.equal(made[name], whole[name]), name


def test_a_second_request_shares_the_patches_and_the_answer(opened: Opened) -> None:
    gemma = opened("unified")
    assert FILM.frames is not None
    ahead = replace(FILM, patches=gemma.look(FILM.frames, FILM.at))
    answers = [gemma.ask([request], max_tokens=4)[0] for request in (FILM, ahead, ahead)]
    texts = [answer.written.text for answer in answers if answer.written is not None]
    assert texts == texts[:1] * 3
    assert len({answer.proof for answer in answers}) == 1


def test_frames_that_cannot_be_looked_at_fail_where_they_are_asked_about(opened: Opened) -> None:
    gemma = opened("unified")
    broken = replace(FILM, patches=gemma.look(pictures(0), ()))
    with pytest.raises(IndexError):
        gemma.ask([broken], max_tokens=1)
