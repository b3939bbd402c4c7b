"""Describing by a text model: what it writes is checked, asked for once more, and marked; never merged as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from chunkers.segments import Segment
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import LimitError, ModelError, UnreachedError
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt, load
from pipeline.stages.describe import DescribeStage, TextDescriber
from pipeline.stages.extract import with_told
from pipeline.stages.passages import MISSING, Passage, of_windows
from pipeline.stages.protocol import Made, Part
from pipeline.store.tables import DescribeRow, HearRow
from pipeline.text.cues import Cue
from pipeline.text.said import Said
from pipeline.text.worth import Worth

S = TICKS_PER_SECOND
GOOD = "The pump at Halden costs 412,000 euros. Maria Lopez will call on 14 March. Then it rained."


class Writes:
    """A writer that answers with the given texts in turn, or raises them, and keeps what it was asked."""

    name = "writes"
    context = 4096
    batch = 4

    def __init__(self, *texts: str | Exception, complete: bool = True) -> None:
        self.texts = list(texts)
        self.complete = complete
        self.temperatures: list[float] = []
        self.prompts: list[str] = []

    def count(self, text: str) -> int:
        return len(text.split())

    def prompt_tokens(self, prompt: Prompt) -> int:
        return self.count(prompt.user)

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        self.temperatures.append(temperature)
        self.prompts += [prompt.user for prompt in prompts]
        answers: list[Written] = []
        for _ in prompts:
            text = self.texts.pop(0)
            if isinstance(text, Exception):
                raise text
            answers.append(Written(text, 10, 5, 0.1, complete=self.complete))
        return answers


def heard(index: int, text: str = GOOD, status: str = "processed", error: str = "") -> HearRow:
    start, end = index * 28 * S, (index + 1) * 28 * S
    cues = [Cue(start, end, text)] if text else []
    return HearRow(
        recording="r", index=index, start=start, end=end, heard_start=start, status=status, error=error,
        transcript=text, cues=cues, words=cues,
    )  # fmt: skip


def describe(writer: Writes, *rows: HearRow, together: int = 1) -> list[Made[DescribeRow]]:
    """What the stage makes of windows: rows in order, from the model or without it."""
    stage = DescribeStage("r", TextDescriber(writer, load("general", "chunk"), max_tokens=90))
    passages = list(of_windows(rows, together))
    without = {p.index: Made(row) for p in passages if (row := stage.without_model(p)) is not None}
    asked = [p for p in passages if p.index not in without]
    made = {one.row.index: one for one in stage.worker.work(Part("r", asked))} if asked else {}
    return [(made | without)[p.index] for p in passages]


def test_a_good_chunk() -> None:
    (made,) = describe(Writes("The pump costs 412,000 euros."), heard(2))
    row = made.row
    assert (row.status, row.error, row.failed_step, made.failure) == ("processed", "", "", None)
    assert row.summary == "The pump costs 412,000 euros."
    assert (row.index, row.span, row.kind, row.model) == (2, Span(56 * S, 84 * S), "window", "writes")
    assert {"412,000", "Maria Lopez", "14 March"} <= {fact.removesuffix(" euros") for fact in row.facts}
    assert (row.tokens_in, row.tokens_out, row.attempts) == (10, 5, 1)
    assert row.prompt_hash == load("general", "chunk").digest


def test_an_answer_is_written_again_and_then_marked() -> None:
    writer = Writes("Sure, here is a summary: it rained.", "As an AI I cannot say.")
    (made,) = describe(writer, heard(0))
    row = made.row
    assert writer.temperatures[0] == 0.0
    assert writer.temperatures[1] > 0
    assert (row.status, row.failed_step, row.summary) == ("failed", "describe", "")
    assert row.error.startswith("answering")
    assert row.rejected == "As an AI I cannot say."
    assert row.facts, "what was heard is not lost"
    assert (row.attempts, row.tokens_in, row.tokens_out) == (2, 20, 10)
    assert isinstance(made.failure, ModelError)


def test_a_second_answer_that_is_good_counts() -> None:
    (made,) = describe(Writes("", "It rained."), heard(0))
    row = made.row
    assert (row.status, row.failed_step, row.error, row.summary, made.failure) == (
        "processed", "", "", "It rained.", None,
    )  # fmt: skip
    assert (row.attempts, row.tokens_in) == (2, 20)


def test_one_bad_chunk_does_not_touch_its_neighbours() -> None:
    made = describe(Writes("It rained.", "", "Then it rained.", ""), heard(0), heard(1), heard(2))
    assert [one.row.status for one in made] == ["processed", "failed", "processed"]
    assert [one.row.summary for one in made] == ["It rained.", "", "Then it rained."]


def test_a_batch_that_fails_is_asked_one_by_one() -> None:
    errors = ModelError("the batch"), ModelError("too odd")
    made = describe(Writes(errors[0], "It rained.", errors[1], "Then it rained."), heard(0), heard(1), heard(2))
    assert [one.row.summary for one in made] == ["It rained.", "", "Then it rained."]
    assert (made[1].row.failed_step, made[1].row.error, made[1].failure) == ("describe", "too odd", errors[1])


def test_what_is_too_long_is_told_apart() -> None:
    (made,) = describe(Writes(LimitError("too long")), heard(0))
    assert (made.row.status, made.row.failed_step) == ("failed", "describe")
    assert isinstance(made.failure, LimitError)


def test_a_second_try_that_fails_is_that_rows_fault_alone() -> None:
    made = describe(Writes("", "It rained.", ModelError("gone")), heard(0), heard(1))
    assert [(one.row.status, one.row.error) for one in made] == [("failed", "empty"), ("processed", "")]


def test_a_server_that_is_not_there_is_no_chunks_fault() -> None:
    for texts in ([UnreachedError("nobody")], ["", UnreachedError("nobody")]):
        with pytest.raises(UnreachedError):
            describe(Writes(*texts), heard(0))


def test_one_sentence_stands_in_its_own_words() -> None:
    writer = Writes()
    (made,) = describe(writer, heard(0, "Okay. The um the pump costs 412,000 euros. Yeah."))
    row = made.row
    assert (row.status, row.summary, row.model) == ("processed", "The pump costs 412,000 euros.", "extract")
    assert row.facts
    assert writer.prompts == []


def test_speech_without_full_stops_is_no_sentence_of_its_own() -> None:
    writer = Writes("The pump costs 412,000 euros.")
    (made,) = describe(writer, heard(0, "so the pump costs 412,000 euros and then " * 6))
    assert len(writer.prompts) == 1
    assert made.row.summary == "The pump costs 412,000 euros."


def test_the_writer_is_shown_what_tells_of_the_recording_and_no_more_than_it_may_write() -> None:
    parts = ["pier", "deck", "cable", "bearing", "joint"]
    told = [f"The {parts[at // 12 % 5]} of the bridge needs layer {at} of paint by autumn." for at in range(120)]
    worth = Worth([Said(Span(at * S, (at + 1) * S), text) for at, text in enumerate(told)])
    writer = Writes("The pier of the bridge needs paint.")
    describer = TextDescriber(writer, load("general", "chunk"), max_tokens=60)
    text = " ".join(["Look, a blue one.", *told[:12]])
    (passage,) = (with_told(one, worth, 60) for one in of_windows([heard(0, text)], 1))
    describer.work(Part("r", [passage]))
    assert "blue" not in writer.prompts[0]
    assert sum(len(one) // 4 for one in told if one in writer.prompts[0]) in range(40, 61)
    again = DescribeStage("r", describer)
    (whole,) = of_windows([heard(0, text)], 1)
    assert again.inputs(passage) != again.inputs(whole), "what is shown is what the row rests on"


def test_what_could_not_be_heard_is_not_described() -> None:
    writer = Writes("It rained.")
    made = describe(writer, heard(0), heard(1, "", "failed", "loop: 'a b' 9 times"))
    assert [one.row.status for one in made] == ["processed", "failed"]
    assert (made[1].row.failed_step, made[1].row.error) == ("hear", "hearing: loop: 'a b' 9 times")
    assert made[1].failure is None, "no fallback of describing can help"
    assert len(writer.prompts) == 1


def test_nothing_heard_is_silence_and_is_not_summarised() -> None:
    writer = Writes()
    (made,) = describe(writer, heard(0, "", "silent"))
    assert (made.row.status, made.row.attempts) == ("silent", 0)
    assert writer.prompts == []


def test_what_the_file_does_not_hold_is_skipped() -> None:
    writer = Writes("It rained.")
    made = describe(writer, heard(0), heard(1, "", "skipped", MISSING))
    assert [(one.row.status, one.row.error) for one in made] == [("processed", ""), ("skipped", MISSING)]
    assert len(writer.prompts) == 1


def test_one_summary_for_several_windows() -> None:
    first, rest = "The pump runs and the shed burns.", "The roof leaks."
    writer = Writes(first, rest)
    made = describe(writer, heard(0, "The pump runs."), heard(1, "The shed burns."), heard(2, rest), together=2)
    assert [(one.row.index, one.row.summary) for one in made] == [(0, first), (2, rest)]
    assert [one.row.span for one in made] == [Span(0, 56 * S), Span(56 * S, 84 * S)]
    assert "The pump runs. The shed burns." in writer.prompts[0]


def test_a_torn_summary_ends_with_its_last_whole_sentence() -> None:
    (made,) = describe(Writes("It rained. The pump cos", complete=False), heard(0))
    assert made.row.summary == "It rained."


def test_the_question_at_the_end_is_not_put_to_the_writer() -> None:
    writer = Writes("It rained.")
    describe(writer, heard(0, "It rained. The shed burns. Who is next?"))
    assert "It rained. The shed burns." in writer.prompts[0]
    assert "Who is next" not in writer.prompts[0]


def test_a_row_knows_what_it_rests_on() -> None:
    (one,), (other,) = (list(of_windows([heard(0, text)], 1)) for text in ("a b", "a c"))
    stage = DescribeStage("r", TextDescriber(Writes(), load("general", "chunk"), max_tokens=90))
    assert stage.inputs(one) != stage.inputs(other)
    (made,) = describe(Writes("A b."), heard(0, "a b"))
    assert made.row.inputs == stage.inputs(one)


def test_frames_without_words_are_for_the_model_and_a_segment_without_either_is_silent() -> None:
    stage = DescribeStage("r", TextDescriber(Writes(), load("general", "chunk"), max_tokens=90))

    def passage(frames: int) -> Passage:
        shown = np.zeros((frames, 48, 48, 3), np.uint8)
        return Passage(0, Span(0, S), segment=Segment(0, Span(0, S), shown, (), ()))

    assert stage.without_model(passage(1)) is None
    silent = stage.without_model(passage(0))
    assert silent is not None
    assert (silent.status, silent.kind) == ("silent", "segment")


def test_what_was_not_said_is_written_once_more() -> None:
    writer = Writes("The pump costs 9,999,000 euros.", "The pump costs 412,000 euros.")
    (made,) = describe(writer, heard(0))
    assert (made.row.summary, made.row.status, made.row.attempts) == ("The pump costs 412,000 euros.", "processed", 2)
    assert made.row.rejected == ""


def test_what_was_not_said_twice_gives_way_to_what_was() -> None:
    (made,) = describe(Writes("The pump costs 9,999,000 euros.", "The pump costs 8,000 euros."), heard(0))
    assert (made.row.summary, made.row.status) == ("The pump at Halden costs 412,000 euros.", "processed")
    assert made.row.rejected == "The pump costs 9,999,000 euros."
    assert (made.row.attempts, made.row.tokens_in) == (2, 20)


def test_an_answer_of_which_some_stands_is_not_asked_for_again() -> None:
    (made,) = describe(Writes("Maria Lopez will call. The pump costs 9,999,000 euros."), heard(0))
    assert made.row.summary == "Maria Lopez will call. The pump at Halden costs 412,000 euros."
    assert (made.row.rejected, made.row.attempts) == ("The pump costs 9,999,000 euros.", 1)


def test_small_talk_is_not_shown_to_the_writer_and_alone_needs_none() -> None:
    writer = Writes("The pump costs 412,000 euros.")
    talk = "Good morning everyone. Yeah. Okay, thank you."
    both = "Okay. Thank you. The pump costs 412,000 euros. It rained. Yeah."
    alone, asked = describe(writer, heard(0, talk), heard(1, both))
    assert (alone.row.status, alone.row.summary, alone.row.attempts) == ("processed", "", 0)
    assert asked.row.summary == "The pump costs 412,000 euros."
    (prompt,) = writer.prompts
    assert "The pump costs 412,000 euros. It rained." in prompt
    assert not any(word in prompt for word in ("Thank you", "Yeah", "Good morning"))
