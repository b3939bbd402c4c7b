"""The fallback of a run: asked for what failed, refused by any rule, every byte accounted for, whatever happens."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chunkers import Segment, Window
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import (
    EgressError,
    EgressRefusedError,
    EndpointError,
    LedgerError,
    LimitError,
    ModelError,
    SettingsError,
)
from pipeline.fallback.client import FallbackClient, admit, open_fallback
from pipeline.fallback.hook import Question, Send
from pipeline.fallback.ledger import Ledger
from pipeline.fallback.redaction import contacts
from pipeline.fallback.stages import FallbackDescribing, FallbackHearing, FallbackNodes
from pipeline.merge.run import merge
from pipeline.models.endpoint.client import Endpoint
from pipeline.models.endpoint.messages import Ask
from pipeline.models.endpoint.writer import EndpointWriter
from pipeline.models.protocol import Samples, Written
from pipeline.prompts import Prompt, load
from pipeline.settings import load as load_settings
from pipeline.settings.fallback import Fallback
from pipeline.stages.hear import Sound
from pipeline.stages.passages import Passage, row_of
from pipeline.stages.protocol import Made, Part
from pipeline.store.tables import DescribeRow, HearRow, NodeRow
from tests.pipeline.fallback import cloud as play
from tests.pipeline.fallback.cloud import GOOD, Cloud
from tests.pipeline.fallback.conftest import KEY, RUN, rules_for
from tests.pipeline.merge.writers import Failing, Words, chunk, node_writer, stored

ROOT = Path(__file__).parents[3]
QUESTION = Question(Ask(Prompt("Summarise: mail joe@example.org.")), 24, "chunk 3", "failed", "summary: loop")


def opened(rules: Fallback, recording: Path) -> FallbackClient:
    fallback = open_fallback(rules, recording, RUN, egress=True)
    assert fallback is not None
    return fallback


def requests(rules: Fallback) -> list[dict[str, Any]]:
    return [record for record in Ledger(rules.ledger).records() if record["type"] == "request"]


def test_an_answer_says_that_it_came_from_outside(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    written = opened(rules, recording).ask(QUESTION)
    assert (written.text, written.details["source"]) == (GOOD, "cloud")


def test_off_by_default_and_for_each_run(rules: Fallback, recording: Path) -> None:
    assert open_fallback(rules, recording, RUN, egress=False) is None
    with pytest.raises(SettingsError, match=r"fallback\.enabled is false"):
        open_fallback(Fallback(), recording, RUN, egress=True)


@pytest.mark.parametrize(
    ("change", "why"),
    [({"hosts": ("api.example",)}, "not in fallback.hosts"), ({"allow": ()}, "fallback.allow"),
     ({"prices": {}}, "no price"),
     ({"cap": 0.00001}, "money cap"), ({"key_variable": "NO_SUCH_KEY"}, "NO_SUCH_KEY holds no key"),
     ({"kinds": ()}, "fallback.kinds"), ({"when": ("too-long",)}, "fallback.when"),
     ({"url": "http://api.example/v1", "hosts": ("api.example",)}, "not reached over https")],
)  # fmt: skip
def test_a_rule_that_does_not_hold_keeps_it_here(
    cloud: Cloud, rules: Fallback, recording: Path, change: dict[str, Any], why: str
) -> None:
    changed = rules.model_copy(update=change)
    with pytest.raises(EgressRefusedError, match=why):
        opened(changed, recording).ask(QUESTION)
    assert cloud.got == []
    assert requests(rules) == []


def test_a_file_that_appears_in_the_middle_of_a_run_wins(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    fallback = opened(rules, recording)
    fallback.ask(QUESTION)
    (recording.parent / ".no-egress").touch()
    with pytest.raises(EgressRefusedError, match=r"no-egress forbids it"):
        fallback.ask(QUESTION)
    assert len(cloud.got) == 1


def test_no_ledger_no_request(cloud: Cloud, rules: Fallback, recording: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere = rules.model_copy(update={"ledger": tmp_path / "file" / "egress.jsonl"})
    with pytest.raises(LedgerError):
        opened(nowhere, recording).ask(QUESTION)
    assert rules.ledger is not None
    rules.ledger.write_text("{}\n")
    with pytest.raises(LedgerError, match="damaged"):
        opened(rules, recording).ask(QUESTION)
    assert cloud.got == []


def test_the_cap_is_reached_in_the_middle(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    fallback = opened(rules.model_copy(update={"cap": 0.00043}), recording)
    for _ in range(3):
        fallback.ask(QUESTION)
    with pytest.raises(EgressRefusedError, match="money cap"):
        fallback.ask(QUESTION)
    assert len(cloud.got) == 3
    verdict = Ledger(rules.ledger).verify()
    assert (verdict.spent, verdict.unsettled) == (3 * (40 + 4 * 10), 0)


def test_retries_stop_at_the_cap(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.answer = play.raw(b"garbage")
    with pytest.raises(EgressRefusedError, match="money cap"):
        opened(rules.model_copy(update={"cap": 0.00045}), recording).ask(QUESTION)
    assert len(cloud.got) == 2


def test_a_server_that_fails_again_and_again_is_left_alone(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.answer = play.fails(400)
    fallback = opened(rules, recording)
    for _ in range(3):
        with pytest.raises(EndpointError, match="status 400"):
            fallback.ask(QUESTION)
    with pytest.raises(EndpointError, match="no more are asked"):
        fallback.ask(QUESTION)
    assert len(cloud.got) == 3


KILLED = """
import sys
from pathlib import Path
from tests.pipeline.fallback.conftest import rules_for, gate_for
from tests.pipeline.fallback.test_endpoint import ASK
from pipeline.models.endpoint.client import Endpoint
rules = rules_for(sys.argv[1], Path(sys.argv[2]))
Endpoint(rules).ask(ASK, max_tokens=24, gate=gate_for(rules, Path(sys.argv[3])))
"""


def test_killed_between_the_ledger_and_the_answer(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [lambda playing, handler, body: time.sleep(60)]
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, cloud.url, str(rules.ledger), str(recording)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 200
    while not cloud.got and time.monotonic() < until and child.poll() is None:
        time.sleep(0.05)
    seen = b"".join((Path("/proc") / str(child.pid) / "cmdline").read_bytes().split(b"\0"))
    child.send_signal(signal.SIGKILL)
    told = child.communicate()[1]
    assert cloud.got, told
    assert KEY.encode() not in seen + told
    (request,) = requests(rules)
    assert request["sha256"] == hashlib.sha256(cloud.got[0].body).hexdigest()
    verdict = Ledger(rules.ledger).verify()
    assert (verdict.spent, verdict.unsettled, verdict.faults) == (request["cost"], request["cost"], ())
    enough = (request["cost"] + 1000) / 1e6
    with pytest.raises(EgressRefusedError, match="money cap"):
        opened(rules.model_copy(update={"cap": request["cost"] / 1e6}), recording).ask(QUESTION)
    assert opened(rules.model_copy(update={"cap": enough}), recording).ask(QUESTION).text == GOOD


# -- hook and redaction ------------------------------------------------------------------------------------


def shouting(question: Question, send: Send) -> Written:
    """A user's hook: it changes the prompt, and has no road out but `send`."""
    return send(Ask(Prompt(question.ask.prompt.user.upper())))


def broken(question: Question, send: Send) -> Written:
    raise RuntimeError(os.environ["CLOUD_KEY"])


def test_a_hook_of_the_users_own(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    named = rules.model_copy(update={"hook": f"{__name__}:shouting"})
    assert opened(named, recording).ask(QUESTION).text == GOOD
    assert "SUMMARISE" in cloud.got[0].body.decode()
    assert len(requests(rules)) == 1
    for wrong in (f"{__name__}:nothing", "no.such:hook", "no-entry-point"):
        with pytest.raises(SettingsError):
            opened(rules.model_copy(update={"hook": wrong}), recording)


def test_a_broken_hook_tells_no_secrets(rules: Fallback, recording: Path) -> None:
    with pytest.raises(ModelError, match="failed with RuntimeError") as caught:
        opened(rules.model_copy(update={"hook": f"{__name__}:broken"}), recording).ask(QUESTION)
    assert KEY not in f"{caught.value!r}{caught.value.__context__!r}"


def test_what_is_redacted_is_what_leaves(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    opened(rules.model_copy(update={"redact": "contacts"}), recording).ask(QUESTION)
    assert b"joe@example.org" not in cloud.got[0].body
    assert b"[e-mail]" in cloud.got[0].body
    with pytest.raises(EgressRefusedError, match="redaction failed"):
        opened(rules.model_copy(update={"redact": "os:chdir"}), recording).ask(QUESTION)
    assert len(cloud.got) == 1


@pytest.mark.parametrize(
    ("text", "clean"),
    [("Write to a.b+c@mail.example.org!", "Write to [e-mail]!"), ("Call +49 (0)30 901820.", "Call [number]."),
     ("Card 4111 1111 1111 1111 works", "Card [card] works"), ("DE89 3704 0044 0532 0130 00 it is", "[account] it is"),
     ("It costs 412,000 euros, or 1.200.000.", "It costs 412,000 euros, or 1.200.000."),
     ("On 14 March 2026 at 10:30, 12.5 tons", "On 14 March 2026 at 10:30, 12.5 tons"), ("5551234567", "[number]")],
)  # fmt: skip
def test_contacts(text: str, clean: str) -> None:
    assert contacts(text) == clean


# -- the stages --------------------------------------------------------------------------------------------


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


# -- merging -----------------------------------------------------------------------------------------------


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


# -- a writer on another machine -----------------------------------------------------------------------------


def test_a_writer_on_another_machine_needs_all_that_the_cloud_needs(tmp_path: Path, recording: Path) -> None:
    rules = rules_for("https://gpu.example/v1", tmp_path / "egress.jsonl")
    writer = EndpointWriter(Endpoint(rules), context=2048)
    for wrong in ({"egress": False}, {"egress": True}):
        with pytest.raises(EgressError):
            admit(writer, rules, "tiny-1", recording, RUN, **wrong)
        assert writer.gate is None
    named = rules.model_copy(update={"hosts": ("gpu.example",)})
    with pytest.raises(EgressError, match="no price for other"):
        admit(writer, named, "other", recording, RUN, egress=True)
    admit(writer, named, "tiny-1", recording, RUN, egress=True)
    assert writer.gate is not None


def test_a_writer_on_this_machine_needs_nothing(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    writer = EndpointWriter(Endpoint(rules), context=2048)
    admit(writer, Fallback(), "tiny-1", recording, RUN, egress=False)
    assert (writer.gate, writer.write([Prompt("x")], max_tokens=16)[0].text) == (None, GOOD)
