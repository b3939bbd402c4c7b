"""Gemma asked with text, sound, frames and all of them, on random checkpoints of both architectures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from data.checkpoints.inputs import noise, pictures, seconds  # noqa: E402
from pipeline.errors import InputMismatchError, LimitError, ModelError  # noqa: E402
from pipeline.models.gemma.inputs import Request, expected, prepare  # noqa: E402
from pipeline.models.gemma.model import Gemma  # noqa: E402
from pipeline.models.huggingface.generating import in_halves  # noqa: E402
from pipeline.models.protocol import Writer  # noqa: E402
from pipeline.prompts import Prompt  # noqa: E402

Opened = Callable[..., Gemma]

TEXT = Request(text="Summarise the notes.")
SOUND = Request(text="Transcribe.", audio=(noise(30),))
SHORT = Request(text="Transcribe this, in words.", audio=(noise(3.21),))
FILM = Request(text="Describe.", frames=pictures(60, 48, 96), at=seconds(60))
ALL = Request(text="Describe.", frames=pictures(7), at=seconds(7), audio=(noise(2), noise(1)))


@pytest.mark.parametrize("kind", ["unified", "e2b"])
def test_each_kind_of_request_is_proved_and_answered(opened: Opened, kind: str) -> None:
    gemma = opened(kind)
    for batch in ([TEXT, SOUND, SHORT, ALL], [FILM]):
        for request, answer in zip(batch, gemma.ask(batch, max_tokens=2), strict=True):
            assert answer.error is None
            assert answer.written is not None
            assert 1 <= answer.written.tokens_out <= 2
            assert answer.proof is not None
            assert answer.proof.sent == answer.proof.expected == expected(request, 70)


@pytest.mark.parametrize("kind", ["unified", "e2b"])
def test_every_sample_is_in_a_token(opened: Opened, kind: str) -> None:
    """The processor of E2B made no token of the end of a stretch, and the model broke on less than 10 ms."""
    lengths = [1, 159, 160, 320, 639, 640, 641, 799, 800, 1281, 16_001]
    requests = [Request(text="Transcribe.", audio=(noise(length / 16_000),)) for length in lengths]
    answers = opened(kind).ask(requests, max_tokens=1)
    assert [answer.error for answer in answers] == [None] * len(lengths)
    sent = [answer.proof.sent.audio_tokens for answer in answers if answer.proof]
    assert sent == [1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 26]


@pytest.mark.parametrize("changes", [{"dtype": "bfloat16"}, {"quantization": "nf4"}, {"quantization": "int8"}])
def test_every_way_to_hold_the_weights_answers(opened: Opened, changes: dict[str, str]) -> None:
    answers = opened("unified", **changes).ask([TEXT, SHORT, ALL], max_tokens=2)
    assert [answer.error for answer in answers] == [None, None, None]


def _logits(gemma: Gemma, requests: list[Request]) -> Any:
    running = gemma.loaded
    inputs = prepare(running.processor, requests, 70).inputs
    output = running.model.generate(**inputs, max_new_tokens=1, output_logits=True, return_dict_in_generate=True)
    return output.logits[0]


@pytest.mark.parametrize("kind", ["unified", "e2b"])
def test_a_ragged_batch_says_what_single_requests_say(opened: Opened, kind: str) -> None:
    gemma = opened(kind)
    requests = [TEXT, SHORT, ALL]
    together = _logits(gemma, requests)
    alone = torch.cat([_logits(gemma, [request]) for request in requests])
    assert (together - alone).abs().max() < 1e-4


def test_it_writes_as_the_protocol_asks(opened: Opened) -> None:
    writer: Writer = opened("unified")
    prompt = Prompt("Merge the notes.", system="Be brief.")
    written = writer.write([prompt], max_tokens=3)[0]
    assert written.tokens_in == writer.prompt_tokens(prompt) > writer.count(prompt.user)
    with pytest.raises(LimitError, match="context holds 262144"):
        writer.write([prompt], max_tokens=writer.context)


def test_greedy_repeats_itself_and_sampling_is_seeded(opened: Opened) -> None:
    gemma = opened("unified")
    for temperature in (0.0, 1.0):
        first, second = (
            gemma.write([Prompt("Go on.")], max_tokens=6, temperature=temperature)[0].text for _ in range(2)
        )
        assert first == second
    assert gemma.write([Prompt("Go on.")], max_tokens=6)[0].text != first


def test_a_refused_request_does_not_stop_its_batch(opened: Opened) -> None:
    answers = opened("unified").ask([TEXT, Request(text="", audio=(noise(31),)), SHORT], max_tokens=1)
    assert isinstance(answers[1].error, LimitError)
    assert answers[0].written is not None
    assert answers[2].written is not None


def test_a_processor_that_makes_something_else_stops_the_request(opened: Opened, monkeypatch: Any) -> None:
    gemma = opened("unified")
    monkeypatch.setattr(gemma.loaded.processor.feature_extractor, "audio_samples_per_token", 1280)
    answers = gemma.ask([TEXT, SHORT], max_tokens=1)
    assert answers[0].error is None
    assert answers[1].written is None
    assert answers[1].proof is not None
    assert isinstance(answers[1].error, InputMismatchError)
    assert "audio_tokens: 41 sent, 81 expected" in str(answers[1].error)


def test_out_of_memory_halves_the_batch(opened: Opened) -> None:
    gemma = opened("unified")
    rows: list[int] = []

    def short_of_memory(module: Any, args: Any, kwargs: Any) -> None:
        rows.append(kwargs["input_ids"].shape[0])
        if rows[-1] > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")

    alone = [gemma.ask([request], max_tokens=2)[0].written for request in (TEXT, SHORT, ALL)]
    hook = gemma.loaded.model.register_forward_pre_hook(short_of_memory, with_kwargs=True)
    try:
        halved = [answer.written for answer in gemma.ask([TEXT, SHORT, ALL], max_tokens=2)]
    finally:
        hook.remove()
    assert rows[:2] == [3, 2]
    assert [one.text for one in halved if one] == [one.text for one in alone if one]


def test_a_request_that_never_fits_says_what_helps() -> None:
    def greedy_for_memory(items: Any) -> list[Any]:
        return [torch.empty(1 << 50, dtype=torch.uint8) for _ in items]

    with pytest.raises(ModelError, match="longmedia doctor"):
        in_halves([1, 2, 3], greedy_for_memory)
    with pytest.raises(RuntimeError, match="another matter"):
        in_halves([1, 2], lambda items: (_ for _ in ()).throw(RuntimeError("another matter")))


def test_a_drafter_changes_nothing_but_the_speed(opened: Opened, checkpoint: Callable[[str], Any]) -> None:
    drafted = opened("unified", drafter=str(checkpoint("assistant")))
    requests = [TEXT, SHORT]
    plain = [answer.written for answer in opened("unified").ask(requests, max_tokens=6)]
    assert [answer.written.text for answer in drafted.ask(requests, max_tokens=6) if answer.written] == [
        written.text for written in plain if written
    ]


def test_two_recordings_at_once_take_turns_in_the_model(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seed is global, and a batch is sized for the whole device."""
    gemma = opened("unified")
    model, inside, most = gemma.loaded.model, [0], [0]
    generate = model.generate

    def watched(*args: Any, **kwargs: Any) -> Any:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.05)
        output = generate(*args, **kwargs)
        inside[0] -= 1
        return output

    monkeypatch.setattr(model, "generate", watched)
    alone = gemma.ask([SHORT], max_tokens=4, temperature=0.8)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: gemma.ask([SHORT], max_tokens=4, temperature=0.8), range(3)))
    assert most == [1]
    assert [one[0].written.text for one in answers if one[0].written] == [alone[0].written.text] * 3  # type: ignore[union-attr]


def test_counting_on_one_thread_leaves_the_control_tokens_of_another_alone(opened: Opened) -> None:
    """`split_special_tokens` is a switch of the shared tokenizer: a prompt encoded meanwhile lost its turns."""
    gemma = opened("unified")
    prompt = Prompt("Merge the notes.", system="Copy numbers.")
    alone = gemma.prompt_tokens(prompt)
    done = threading.Event()

    def counts() -> set[int]:
        found = set()
        while not done.is_set():
            found.add(gemma.count("12 lorries crossed the bridge. " * 500))
        return found

    with ThreadPoolExecutor(2) as pool:
        counting = [pool.submit(counts) for _ in range(2)]
        try:
            meanwhile = {gemma.prompt_tokens(prompt) for _ in range(200)}
        finally:
            done.set()
        assert len({number for one in counting for number in one.result()}) == 1
    assert meanwhile == {alone}
