"""Several prompts at once: what an answer rests on, and what is computed only once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import LimitError
from pipeline.models.llamacpp.writer import LlamaCpp
from pipeline.prompts import Prompt

pytestmark = pytest.mark.models

_SYSTEM = "You summarise transcripts. Write plain sentences. Copy every number exactly as it is written."
_NOTES = (
    "The bridge at Millbrook has 14 loose bolts, and Martin will replace them before the end of June.",
    "The budget is 48,250 euros; a third of it is spent, and Grace will send the figures on Monday.",
    "The road is closed from 7 to 9 in the morning.",
    "Nobody objects, so the plan stands, and the next meeting is on the 21st of March at 9:30.",
    "The contractor asks for two more weeks because the steel came late from the works in Leeds.",
)


def _prompts(system: str = _SYSTEM) -> list[Prompt]:
    return [Prompt(f"Transcript:\n{note}\n\nSummarise it in one sentence.", system) for note in _NOTES]


@pytest.fixture(scope="module")
def writer(smollm2_gguf: Path) -> Iterator[LlamaCpp]:
    made = LlamaCpp(smollm2_gguf, context=1024, slots=4, threads=1)
    yield made
    made.close()


def _texts(writer: LlamaCpp, prompts: list[Prompt]) -> list[str]:
    return [one.text for one in writer.write(prompts, max_tokens=24)]


def test_the_same_call_gives_the_same_answers_whatever_was_asked_before(writer: LlamaCpp, smollm2_gguf: Path) -> None:
    first = _texts(writer, _prompts())
    assert all(first)
    _texts(writer, _prompts("Write in capital letters.")[2:])
    _texts(writer, [Prompt("Say yes."), Prompt("Notes: " + "The bridge has loose bolts. " * 60, _SYSTEM)])
    assert _texts(writer, _prompts()) == first
    other = LlamaCpp(smollm2_gguf, context=1024, slots=4, threads=1)
    assert _texts(other, _prompts()) == first
    other.close()


def test_answers_come_in_order_and_count_whole_prompts(writer: LlamaCpp) -> None:
    prompts = [*_prompts(), Prompt("Say yes."), *_prompts("Write in capital letters.")]
    written = writer.write(prompts, max_tokens=8)
    assert [one.tokens_in for one in written] == [writer.prompt_tokens(prompt) for prompt in prompts]
    assert all(1 <= one.tokens_out <= 8 for one in written)
    assert {one.complete for one in written if one.tokens_out == 8} == {False}


def test_the_system_text_is_computed_once(writer: LlamaCpp, monkeypatch: pytest.MonkeyPatch) -> None:
    _texts(writer, _prompts()[:1])
    read: list[int] = []
    post = writer._server._post

    def counted(route: str, body: object, timeout_s: float | None = 30) -> object:
        answer = post(route, body, timeout_s)  # type: ignore[arg-type]
        if route == "/completion":
            read.extend(one["timings"]["prompt_n"] for one in answer)
        return answer

    monkeypatch.setattr(writer._server, "_post", counted)
    _texts(writer, _prompts()[:4])
    system = writer.count(_SYSTEM)
    assert len(read) == 4
    for tokens, prompt in zip(read, _prompts(), strict=False):
        assert tokens <= writer.prompt_tokens(prompt) - system


def test_what_does_not_fit_together_is_computed_one_after_the_other(writer: LlamaCpp) -> None:
    long = Prompt("The bridge has loose bolts. " * 110, _SYSTEM)
    assert writer.context / 2 < writer.prompt_tokens(long) < writer.context - 8
    assert len(writer.write([long, long, *_prompts()], max_tokens=8)) == 7
    with pytest.raises(LimitError, match="leaves no room"):
        writer.write([*_prompts(), Prompt("The bridge has loose bolts. " * 400)], max_tokens=8)
