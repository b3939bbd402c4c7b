"""What the model through transformers sees of pictures, beside a pass without a cache under masks of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from data.checkpoints.inputs import noise, pictures, seconds  # noqa: E402
from pipeline.models.gemma.inputs import Request, prepare  # noqa: E402
from pipeline.models.gemma.masks import looks_both_ways  # noqa: E402
from pipeline.models.gemma.model import Gemma  # noqa: E402
from tests.pipeline.models.gemma.seen import masks  # noqa: E402

FILM = Request(text="Describe.", frames=pictures(3, 144, 192), at=seconds(3))
LONG = Request(text="Describe.", frames=pictures(12, 144, 192), at=seconds(12))
HEARD = Request(text="Describe.", frames=pictures(2, 144, 192), at=seconds(2), audio=(noise(1),))


@contextmanager
def outputs(gemma: Gemma) -> Iterator[list[Any]]:
    """Everything that the model gave while the block ran."""
    given: list[Any] = []
    hook = gemma.loaded.model.register_forward_hook(lambda module, args, output: given.append(output))
    try:
        yield given
    finally:
        hook.remove()


@pytest.mark.parametrize("request_", [FILM, LONG, HEARD], ids=["film", "long", "heard"])
def test_pictures_are_seen_as_without_a_cache(opened: Callable[..., Gemma], request_: Request) -> None:
    gemma = opened("unified")
    model = gemma.loaded.model
    assert looks_both_ways(model.config)
    inputs = prepare(gemma.loaded.processor, [request_], 70).inputs
    with torch.no_grad():
        expected = torch.log_softmax(model(**{**inputs, "attention_mask": masks(inputs, model)}).logits[0, -1], -1)
        wrong = torch.log_softmax(model(**inputs).logits[0, -1], -1)
    with outputs(gemma) as given:
        (answer,) = gemma.ask([request_], max_tokens=3)
    assert answer.error is None
    found = torch.log_softmax(given[0].logits[0, -1], -1)
    assert (found - expected).abs().max() < 1e-4
    assert (wrong - expected).abs().max() > 1e-3, "the library's own masks became right: the cache can grow again"


def test_a_batch_sees_what_each_of_it_sees_alone(opened: Callable[..., Gemma]) -> None:
    gemma = opened("unified")
    requests = [FILM, Request(text="Write."), HEARD]
    with outputs(gemma) as together:
        gemma.ask(requests, max_tokens=1)
    for row, request in enumerate(requests):
        with outputs(gemma) as alone:
            gemma.ask([request], max_tokens=1)
        assert (together[0].logits[row, -1] - alone[0].logits[0, -1]).abs().max() < 1e-4


def test_the_cache_holds_prompt_and_answer_and_no_more(opened: Callable[..., Gemma]) -> None:
    gemma = opened("unified")
    for request in (LONG, FILM):
        tokens = prepare(gemma.loaded.processor, [request], 70).inputs["input_ids"].shape[1]
        with outputs(gemma) as given:
            gemma.ask([request], max_tokens=5)
        assert max(layer.keys.shape[-2] for layer in given[0].cache.layers) == tokens + 5


def test_the_small_ones_look_back_only_and_keep_a_cache_that_grows(opened: Callable[..., Gemma]) -> None:
    gemma = opened("e2b")
    assert not looks_both_ways(gemma.loaded.model.config)
    with outputs(gemma) as given:
        gemma.ask([FILM], max_tokens=1)
    assert type(given[0].cache).__name__ == "DynamicCache"


def test_a_drafter_is_left_out_where_pictures_need_the_fixed_cache(
    opened: Callable[..., Gemma], checkpoint: Callable[[str], Any]
) -> None:
    plain, drafted = opened("unified"), opened("unified", drafter=str(checkpoint("assistant")))
    said = [gemma.ask([FILM], max_tokens=4)[0].written for gemma in (plain, drafted)]
    assert said[0] is not None
    assert said[1] is not None
    assert said[0].text == said[1].text
