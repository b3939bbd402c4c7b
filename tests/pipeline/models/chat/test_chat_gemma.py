"""ChatGemma: many requests at once, each counted; what an engine loses later is a refused answer, never a warning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.checkpoints.inputs import noise, pictures, seconds
from pipeline.errors import EndpointError, InputMismatchError, LimitError, UnreachedError
from pipeline.models.endpoint.client import Endpoint
from pipeline.models.gemma.chat_gemma import ChatGemma
from pipeline.models.gemma.dialects import DIALECTS
from pipeline.models.gemma.inputs import Request
from pipeline.models.gemma.limits import served_limits
from pipeline.models.gemma.multimodal import Answer, Multimodal
from pipeline.models.gemma.served import ServedChat
from pipeline.prompts import Prompt
from tests.pipeline.models.chat.engines import MODEL, Arrived, Clip, Engine, Shot, endpoint_of, running

WORDS = "merger-talks-at-noon"


@contextmanager
def asked(engine: Engine, *, context: int = 32_768, frames: int = 6, **changes: Any) -> Iterator[ChatGemma]:
    """The engine at work, and a ChatGemma that asks it."""
    dialect = DIALECTS[engine.dialect]
    with running(engine):
        budget = dialect.budgets[0]
        chat = ServedChat(Endpoint(endpoint_of(engine, **changes)), dialect, context=context, budget=budget)
        limits = served_limits(MODEL, context, frames=dialect.frames, clips=dialect.clips)
        gemma = ChatGemma(chat, dialect, limits, budget=budget, frames=frames)
        yield gemma
        gemma.close()


def shown(count: int, text: str = "What is shown?", height: int = 336, width: int = 432) -> Request:
    return Request(text=text, system="Be brief.", frames=pictures(count, height, width), at=seconds(count))


def heard(length: float = 1.0, text: str = "Transcribe.") -> Request:
    return Request(text=text, audio=(noise(length),))


def number_of(arrived: Arrived) -> str:
    """The number that the text ends with."""
    return str(arrived[-1] if isinstance(arrived[-1], str) else arrived[0]).rsplit(" ", 1)[-1]


def described(arrived: Arrived) -> str:
    """What arrived, in order, in words."""
    return " | ".join(part if isinstance(part, str) else type(part).__name__ for part in arrived)


def texts(answers: list[Answer]) -> list[str]:
    return [answer.written.text if answer.written else f"error: {answer.error}" for answer in answers]


@pytest.mark.parametrize("name", list(DIALECTS))
def test_sound_and_frames_arrive_whole_and_the_proof_says_so(name: str) -> None:
    with asked(Engine(name)) as gemma:
        budget = DIALECTS[name].budgets[0]
        side = {70: (336, 432), 280: (768, 768)}[budget]
        answers = gemma.ask([heard(1.01), shown(5, height=side[0], width=side[1]), Request(text="Hm")], max_tokens=32)
    first, second, third = answers
    assert texts(answers) == ["words"] * 3
    assert first.proof is not None
    assert first.proof.sent == first.proof.expected
    assert first.proof.sent.audio_tokens == 26, "a token begun is a whole one, and filled up with silence"
    assert second.proof is not None
    assert second.proof.sent == second.proof.expected
    assert (second.proof.sent.frames, second.proof.sent.stamps[-1]) == (5, "00:04")
    assert third.proof is None
    assert second.written is not None
    assert second.written.tokens_in > 0


def test_text_comes_first_and_sound_last_and_every_frame_stands_behind_its_stamp() -> None:
    with asked(Engine("vllm", answer=described)) as gemma:
        told, seen = texts(gemma.ask([heard(), shown(3)], max_tokens=99))
    assert told == "Transcribe. | Clip"
    assert seen == "00:00  | Shot |  00:01  | Shot |  00:02  | Shot | What is shown?"


def test_where_the_order_is_lost_the_stamps_stand_in_the_text() -> None:
    with asked(Engine("mlx-vlm", answer=described)) as gemma:
        (seen,) = texts(gemma.ask([shown(3, height=768, width=768)], max_tokens=99))
    assert seen.startswith(
        "Shot | Shot | Shot | The pictures are frames of a video, in this order at 00:00, 00:01, 00:02."
    )
    assert seen.endswith("What is shown?")


def test_answers_come_in_order_however_many_are_under_way() -> None:
    engine = Engine("transformers", answer=number_of, slow_s=0.05)
    with asked(engine, concurrency=6) as gemma:
        gemma.ask([heard()], max_tokens=8)
        engine.most_at_once = 0
        answers = gemma.ask([heard(1 + number / 10, f"Say {number}") for number in range(12)], max_tokens=8)
    assert texts(answers) == [str(number) for number in range(12)]
    assert engine.most_at_once == 6
    assert len({answer.written.seconds for answer in answers if answer.written}) == 1, "the time is shared out"


@settings(max_examples=12, deadline=None)
@given(
    length=st.integers(1, 30 * 16_000),
    count=st.integers(1, 8),
    patches=st.sampled_from([(11, 6), (8, 8), (6, 11), (7, 9), (1, 70)]),
    text=st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), min_size=1),
)
def test_what_is_computed_is_what_a_faithful_engine_counts(
    faithful: ChatGemma, length: int, count: int, patches: tuple[int, int], text: str
) -> None:
    sound = Request(text=text, audio=(np.zeros(length, np.float32),))
    film = shown(count, f"x{text}x", patches[1] * 48, patches[0] * 48)
    for answer in faithful.ask([sound, film], max_tokens=8):
        assert answer.error is None
        assert answer.proof is not None
        assert answer.proof.sent == answer.proof.expected


@pytest.fixture(scope="module")
def faithful() -> Iterator[ChatGemma]:
    with asked(Engine("vllm"), frames=8) as gemma:
        yield gemma


# -- faults that begin after the handshake ---------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "request_", "words"),
    [
        ("drops sound", heard(2), "sound dropped or cut"),
        ("cuts sound", heard(20), "sound dropped or cut"),
        ("drops pictures", shown(4), "frames dropped or cut"),
        ("cuts to 32 frames", shown(40), "frames dropped or cut"),
        ("another budget", shown(4), "frames more than were sent"),
        ("own stamps", shown(4), "frames more than were sent"),
        ("cuts the prompt", shown(40), "frames dropped or cut"),
    ],
)
def test_what_is_lost_later_is_refused_by_name_with_both_sides(fault: str, request_: Request, words: str) -> None:
    engine = Engine("llamacpp", fault=fault, fails_from=999)
    with asked(engine, frames=60) as gemma:
        proved = gemma.ask([request_], max_tokens=8)
        engine.fails_from = 0
        (lost,) = gemma.ask([request_], max_tokens=8)
    assert proved[0].error is None
    assert isinstance(lost.error, InputMismatchError)
    assert lost.written is None
    assert f"llama.cpp (dialect llamacpp): {words}" in lost.error.message
    assert lost.error.cure
    assert lost.proof is not None
    assert lost.proof.expected == proved[0].proof.expected  # type: ignore[union-attr]
    assert lost.proof.error is not None


def test_one_lost_answer_spoils_no_other() -> None:
    engine = Engine("vllm", answer=number_of)
    with asked(engine) as gemma:
        gemma.ask([heard()], max_tokens=8)
        engine.fault = "cuts sound"
        good, bad, again = gemma.ask([heard(1, "Say 1"), heard(12, "Say 2"), heard(2, "Say 3")], max_tokens=8)
    assert texts([good, again]) == ["1", "3"]
    assert isinstance(bad.error, InputMismatchError)
    assert bad.proof is not None
    assert (bad.proof.sent.audio_tokens, bad.proof.expected.audio_tokens) == (250, 300)


def test_an_answer_of_thoughts_only_is_none() -> None:
    engine = Engine("transformers")
    with asked(engine) as gemma:
        gemma.ask([heard()], max_tokens=8)
        engine.fault = "thinks"
        (answer,) = gemma.ask([heard()], max_tokens=8)
    assert isinstance(answer.error, EndpointError)
    assert "thinks instead of answering" in answer.error.message
    assert "--reasoning off" in answer.error.cure


def test_nothing_is_an_answer_where_nothing_was_said() -> None:
    """Silence that a window holds is no words; only thoughts are refused."""
    with asked(Engine("vllm", answer=lambda arrived: "" if isinstance(arrived[-1], Clip) else "yes")) as gemma:
        (answer,) = gemma.ask([heard()], max_tokens=8)
    assert answer.written is not None
    assert (answer.written.text, answer.written.complete) == ("", True)


def test_a_server_that_fails_is_a_refused_answer_without_a_word_of_the_request() -> None:
    engine = Engine("vllm")
    with asked(engine) as gemma:
        gemma.ask([heard()], max_tokens=8)
        engine.fault = "refuses sound"
        (answer,) = gemma.ask([heard(1, WORDS)], max_tokens=8)
    assert isinstance(answer.error, EndpointError)
    assert "status 500" in answer.error.message
    assert WORDS not in str(answer.error)
    assert "secret" not in str(answer.error)


def test_a_server_that_is_gone_ends_the_stage_instead_of_failing_every_row() -> None:
    with asked(Engine("vllm"), url="http://127.0.0.1:9/v1") as gemma, pytest.raises(UnreachedError):
        gemma.ask([heard()], max_tokens=8)


def test_a_count_that_is_missing_later_is_no_proof() -> None:
    engine = Engine("vllm")
    with asked(engine) as gemma:
        gemma.ask([heard()], max_tokens=8)
        engine.fault = "counts nothing"
        known, other = gemma.ask([heard(2), heard(2, "Another text.")], max_tokens=8)
        engine.fault = ""
        again = gemma.ask([heard(2, "Another text.")], max_tokens=8)
    assert all("nothing proves what it saw" in str(answer.error) for answer in (known, other))
    assert texts(again) == ["words"]


def test_where_sound_or_frames_may_be_lost_both_are_named() -> None:
    engine = Engine("transformers")
    film = shown(3)
    both = Request(text=film.text, frames=film.frames, at=film.at, audio=(noise(1),))
    with asked(engine) as gemma:
        assert texts(gemma.ask([both], max_tokens=8)) == ["words"]
        engine.fault = "drops sound"
        (answer,) = gemma.ask([both], max_tokens=8)
    assert isinstance(answer.error, InputMismatchError)
    assert "sound or frames dropped or cut" in answer.error.message
    assert "25 of sound and 189 of 3 frames" in answer.error.message


def test_the_answer_of_another_model_is_none() -> None:
    with asked(Engine("llamacpp"), answers_as="gemma-4-12b") as gemma, pytest.raises(EndpointError) as refused:
        gemma.ask([heard()], max_tokens=8)
    assert f"another model answered: {MODEL}" in refused.value.message


# -- limits ----------------------------------------------------------------------------------------


def test_what_is_over_a_limit_is_not_sent() -> None:
    engine = Engine("vllm")
    two = Request(text="Hm", audio=(noise(1), noise(1)))
    with asked(engine, context=2048) as gemma:
        gemma.ask([heard()], max_tokens=8)
        before = engine.with_media
        clips, long, full = gemma.ask([two, heard(31), heard()], max_tokens=2048)
        assert engine.with_media == before
    assert isinstance(clips.error, LimitError)
    assert "2 clips" in clips.error.message
    assert isinstance(long.error, LimitError)
    assert isinstance(full.error, LimitError)
    assert "gemma.context" in full.error.cure


def test_a_name_tells_how_long_a_stretch_the_model_understands() -> None:
    def limits(name: str) -> tuple[bool, float, bool]:
        found = served_limits(name, 8192, frames=60, clips=None)
        return found.hears, found.hear_s, found.hears_behind_frames

    assert limits("google/gemma-4-E4B-it") == limits("gemma4:e2b") == (True, 30, True)
    assert limits("google/gemma-4-12B-it-qat-w4a16-ct") == limits("something") == (True, 15, False)
    assert limits("gemma-4-31b-it")[0] is limits("gemma4:26b")[0] is False
    assert served_limits("gemma4:e4b", 8192, frames=60, clips=1).hears_behind_frames is False


def test_text_is_written_without_a_handshake() -> None:
    engine = Engine("ollama", answer=number_of)
    with asked(engine) as gemma:
        face: Multimodal = gemma
        written = face.write([Prompt("Say 1"), Prompt("Say 2", system="Be brief.")], max_tokens=8)
    assert [one.text for one in written] == ["1", "2"]
    assert len(engine.bodies) == 2
    assert all("images" not in message for body in engine.bodies for message in body["messages"])


@pytest.mark.parametrize("name", ["ollama", "llamacpp", "vllm"])
def test_text_that_looks_like_a_mark_of_media_stays_text(name: str) -> None:
    said = "He said [img] and [img-0], <|audio|>, <__media__> and <bos>."
    with asked(Engine(name, answer=described)) as gemma:
        (answer,) = texts(gemma.ask([heard(1, said)], max_tokens=99))
    assert answer.endswith("| Clip")
    for mark in ("[img]", "[img-0]", "<|audio|>", "<__media__>", "<bos>"):
        assert mark not in answer
    assert answer.count("|") == said.count("|") + 1, "no more than a space is added"


def test_frames_that_were_begun_are_sent() -> None:
    with asked(Engine("vllm", answer=lambda arrived: str(sum(isinstance(part, Shot) for part in arrived)))) as gemma:
        request = shown(4)
        assert request.frames is not None
        begun = gemma.look(request.frames, request.at)
        (answer,) = gemma.ask([Request(text="Hm", frames=request.frames, at=request.at, patches=begun)], max_tokens=8)
    assert texts([answer]) == ["4"]
