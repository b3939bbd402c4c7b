"""The stages with a fallback: asked for what failed and for nothing else, and guarded like the local model."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chunkers.audio import Window
from chunkers.segments import Segment
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import LimitError, ModelError
from pipeline.fallback.stages import FallbackDescribing, FallbackHearing, FallbackNodes
from pipeline.merge.run import merge
from pipeline.models.protocol import Samples
from pipeline.prompts import load
from pipeline.settings import load as load_settings
from pipeline.settings.fallback import Fallback
from pipeline.stages.hear import Sound
from pipeline.stages.passages import Passage, row_of
from pipeline.stages.protocol import Made, Part
from pipeline.store.tables import DescribeRow, HearRow, NodeRow
from tests.pipeline.fallback import cloud as play
from tests.pipeline.fallback.cloud import GOOD, Cloud
from tests.pipeline.fallback.conftest import opened, requests
from tests.pipeline.merge.writers import Failing, Words, chunk, node_writer, stored


class FailsToHear:
    """A worker whose windows fail as they are told to."""

    def __init__(self, errors: dict[int, ModelError]) -> None:
        self.errors = errors
        self.begun: list[int] = []

    def begin(self, item: Sound) -> Sound:
        self.begun.append(item.index)
        return item

    def work(self, *parts: Part[Sound]) -> list[Made[HearRow]]:
        return [self._made(part.recording, item) for part in parts for item in part.items]

    def _made(self, recording: str, item: Sound) -> Made[HearRow]:
        error = self.errors.get(item.index)
        row = HearRow(
            recording=recording, index=item.index, start=item.span.start, end=item.span.end,
            heard_start=item.span.start, status="failed" if error else "processed", error=str(error or ""),
            transcript="" if error else f"Words of window {item.index}.", model="local", attempts=2 if error else 1,
        )  # fmt: skip
        return Made(row, error)


class FailsToDescribe:
    """A worker whose chunks fail as they are told to."""

    def __init__(self, errors: dict[int, ModelError]) -> None:
        self.errors = errors

    def begin(self, item: Passage) -> Passage:
        return item

    def work(self, *parts: Part[Passage]) -> list[Made[DescribeRow]]:
        return [self._made(part.recording, item) for part in parts for item in part.items]

    def _made(self, recording: str, item: Passage) -> Made[DescribeRow]:
        error = self.errors.get(item.index)
        row = row_of(recording, item, "processed")
        row.model, row.summary, row.attempts = "local", "Fine.", 1
        if error:
            row.status, row.failed_step, row.error, row.summary = "failed", "describe", str(error), ""
        return Made(row, error)


def window(index: int) -> Window:
    span = Span(index * 4 * TICKS_PER_SECOND, (index + 1) * 4 * TICKS_PER_SECOND)
    heard = Span(max(0, span.start - 1000), span.end)
    samples: Samples = np.full(heard.ticks, 0.1, np.float32)
    return Window(index=index, span=span, heard=heard, samples=samples, silent=False)


def passage(index: int, text: str | None = None) -> Passage:
    span = window(index).span
    said = f"Words of chunk {index}, to joe. {GOOD}" if text is None else text
    row = HearRow(
        recording="r", index=index, start=span.start, end=span.end, heard_start=span.start, status="processed",
        transcript=said,
    )  # fmt: skip
    return Passage(index, span, (row,))


def heard(rules: Fallback, recording: Path, errors: dict[int, ModelError]) -> list[HearRow]:
    """What the stage of hearing has of three windows, with the fallback for those that fail."""
    worker = FallbackHearing(FailsToHear(errors), opened(rules, recording), load("general", "fallback_hear"))
    return [made.row for made in worker.work(Part("r", [worker.begin(window(n)) for n in range(3)]))]


def described(
    rules: Fallback, recording: Path, errors: dict[int, ModelError], text: str | None = None
) -> list[DescribeRow]:
    """What the stage of describing has of three chunks, with the fallback for those that fail."""
    client, template = opened(rules, recording), load("general", "chunk")
    worker = FallbackDescribing(FailsToDescribe(errors), client, template, max_tokens=90)
    return [made.row for made in worker.work(Part("r", [worker.begin(passage(n, text)) for n in range(3)]))]


AUDIO = {"kinds": ("text-only", "audio")}


def test_only_what_failed_is_asked_and_only_as_text(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    rows = described(rules, recording, {1: ModelError("loop")})
    assert [row.source for row in rows] == ["local", "cloud", "local"]
    assert (rows[1].status, rows[1].summary, rows[1].error, rows[1].model) == ("processed", GOOD, "", "local + tiny-1")
    assert (rows[1].failed_step, rows[1].inputs, rows[1].span) == ("", passage(1).inputs, passage(1).span)
    assert (rows[1].attempts, rows[1].tokens_in, rows[1].tokens_out) == (2, 40, 10)
    (got,) = cloud.got
    assert "Words of chunk 1" in got.body.decode()
    assert "Words of chunk 0" not in got.body.decode()
    assert b"input_audio" not in got.body
    assert b"Secret" not in got.body
    assert [(entry["chunk"], entry["reason"]) for entry in requests(rules)] == [("chunk 1", "loop")]
    assert rules.ledger is not None
    assert "Secret" not in rules.ledger.read_text()


def test_sound_does_not_leave_where_only_text_may(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    rows = heard(rules, recording, {2: ModelError("loop")})
    assert (rows[2].status, rows[2].transcript, rows[2].source) == ("failed", "", "local")
    assert rows[2].error == "loop; fallback: not sent: fallback.kinds does not name `audio`."
    assert cloud.got == []
    assert requests(rules) == []


def test_audio_where_the_hearing_failed_and_that_is_allowed(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [play.says("The pump at Halden costs 412,000 euros.")]
    rows = heard(rules.model_copy(update=AUDIO), recording, {1: ModelError("loop")})
    assert [row.source for row in rows] == ["local", "cloud", "local"]
    assert (rows[1].status, rows[1].error, rows[1].model) == ("processed", "", "local + tiny-1")
    assert rows[1].transcript == "The pump at Halden costs 412,000 euros."
    assert [(cue.start, cue.end, cue.text) for cue in rows[1].cues] == [
        (rows[1].start, rows[1].end, rows[1].transcript)
    ]
    assert rows[1].words == rows[1].cues
    assert rows[1].attempts == 3
    assert [entry["kind"] for entry in requests(rules)] == ["audio"]
    (content,) = [part for part in cloud.got[0].said["messages"][-1]["content"] if part["type"] == "input_audio"]
    sent = base64.b64decode(content["input_audio"]["data"])
    assert len(sent) == 44 + 2 * rows[1].span.ticks, "what the window owns, without its lead-in"


def test_silence_heard_by_the_cloud_is_silence(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [play.says("[silence]")]
    rows = heard(rules.model_copy(update=AUDIO), recording, {0: ModelError("loop")})
    assert (rows[0].status, rows[0].transcript, rows[0].cues, rows[0].error) == ("silent", "", [], "")


@pytest.mark.parametrize(
    ("answer", "why"),
    [(play.says("thank you for watching " * 20), "loop"),
     (play.says("I'm sorry, I cannot transcribe this."), "answering"),
     (play.says("The pump at", finish_reason="length"), "the transcript is cut off")],
)  # fmt: skip
def test_the_guards_hold_for_what_the_cloud_hears(
    cloud: Cloud, rules: Fallback, recording: Path, answer: play.Behave, why: str
) -> None:
    cloud.script = [answer]
    rows = heard(rules.model_copy(update=AUDIO), recording, {1: ModelError("empty")})
    assert (rows[1].status, rows[1].source, rows[1].transcript) == ("failed", "local", "")
    assert rows[1].error.startswith(f"empty; fallback: {why}")
    assert rows[1].rejected


def test_the_guards_hold_for_what_the_cloud_writes(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [play.says("thank you for watching " * 20)]
    rows = described(rules, recording, {1: ModelError("empty")})
    assert (rows[1].status, rows[1].failed_step, rows[1].source, rows[1].summary) == (
        "failed", "describe", "local", "",
    )  # fmt: skip
    assert rows[1].error.startswith("empty; fallback: loop")
    assert rows[1].rejected.startswith("thank you")


def test_a_refusal_is_in_the_row(rules: Fallback, recording: Path) -> None:
    (recording.parent / ".no-egress").touch()
    rows = described(rules, recording, {1: ModelError("loop")})
    assert (rows[1].status, rows[1].failed_step) == ("failed", "describe")
    assert "forbids it" in rows[1].error


def test_what_was_too_long_is_asked_where_that_is_allowed(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    rows = described(rules, recording, {1: LimitError("too long for the model")})
    assert (rows[1].status, cloud.got) == ("failed", [])
    assert "fallback.when" in rows[1].error
    both = rules.model_copy(update={"when": ("failed", "too-long")})
    assert described(both, recording, {1: LimitError("too long for the model")})[1].summary == GOOD


def test_a_chunk_without_words_is_nothing_to_ask_about(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    """Its pictures do not leave: the fallback of describing sends text."""
    rows = described(rules, recording, {1: ModelError("loop")}, text="")
    assert (rows[1].status, rows[1].error, cloud.got) == ("failed", "loop", [])


def test_a_chunk_with_pictures_says_that_only_its_words_are_summarised(
    cloud: Cloud, rules: Fallback, recording: Path
) -> None:
    """Its row counts as processed: the words are, the frames no model has described."""
    worker = FallbackDescribing(
        FailsToDescribe({1: ModelError("the answer holds no summary")}),
        opened(rules, recording),
        load("general", "chunk"),
        max_tokens=90,
    )
    frames, span = np.zeros((2, 48, 48, 3), np.uint8), passage(1).span
    seen = [replace(passage(n), segment=Segment(n, span, frames[:n], (), ())) for n in range(2)]
    rows = [made.row for made in worker.work(Part("r", seen))]
    assert [row.source for row in rows] == ["local", "cloud"]
    assert (rows[1].status, rows[1].summary) == ("processed", GOOD)
    assert rows[1].error == "the picture is not described: the answer holds no summary"


def test_what_began_locally_is_begun_locally(rules: Fallback, recording: Path) -> None:
    local = FailsToHear({})
    worker = FallbackHearing(local, opened(rules, recording), load("general", "fallback_hear"))
    worker.begin(window(2))
    assert local.begun == [2]


def merged(rules: Fallback, recording: Path, folder: Path, writer: Words) -> NodeRow:
    rows = [chunk(n) for n in range(3)]
    worker = FallbackNodes(node_writer(writer, SETTINGS), opened(rules, recording))
    root = merge(stored(folder, rows), worker)
    assert root is not None
    return root


SETTINGS = load_settings(None, ["merge.budget=600", "merge.max_tokens=120", "merge.carry=0"])


def test_a_node_that_the_local_model_failed_at_is_written_by_the_cloud(
    cloud: Cloud, rules: Fallback, recording: Path, tmp_path: Path
) -> None:
    cloud.script = [play.says("Anna Keller counts 100 parts of the crane. Pavel Novak counts 137 parts of the shed.")]
    root = merged(rules, recording, tmp_path, Failing("crane"))
    assert (root.status, root.source, root.model, root.error) == ("processed", "cloud", "tiny-1", "")
    assert root.text.startswith("Anna Keller counts 100 parts of the crane.")
    assert [citation.sentence for citation in root.citations if citation.valid][:2] == [0, 1], "traced like any other"
    assert [entry["chunk"] for entry in requests(rules)] == ["level 1 node 0"]
    assert "Anna Keller counts 100" in cloud.got[0].body.decode()


def test_a_node_that_nobody_can_write_says_what_both_said(
    cloud: Cloud, rules: Fallback, recording: Path, tmp_path: Path
) -> None:
    (recording.parent / ".no-egress").touch()
    root = merged(rules, recording, tmp_path, Failing("crane"))
    assert (root.status, root.source, root.text) == ("failed", "local", "")
    assert root.error.startswith("out of luck; fallback: ")
    assert "forbids it" in root.error
    assert cloud.got == []


def test_a_node_of_which_only_the_answer_was_of_no_use_keeps_its_notes(
    cloud: Cloud, rules: Fallback, recording: Path, tmp_path: Path
) -> None:
    """The local model says nothing; where the cloud may not help, sentences of the notes stand in."""
    refused = rules.model_copy(update={"allow": ()})
    root = merged(refused, recording, tmp_path / "refused", Words(lambda _lines: ""))
    assert (root.status, root.source, root.error) == ("processed", "local", "")
    assert "Anna Keller counts 100 parts of the crane." in root.text
    cloud.script = [play.says("Anna Keller counts 100 parts of the crane. Pavel Novak counts 137 parts of the shed.")]
    helped = merged(rules, recording, tmp_path / "helped", Words(lambda _lines: ""))
    assert (helped.status, helped.source) == ("processed", "cloud")
