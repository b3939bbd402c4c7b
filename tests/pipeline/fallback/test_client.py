"""The fallback of a run: asked for what failed, refused by any rule, every byte accounted for, whatever happens."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chunkers import Window
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import EgressError, EgressRefusedError, EndpointError, LedgerError, ModelError, SettingsError
from pipeline.fallback.client import FallbackClient, admit, open_fallback
from pipeline.fallback.hook import Question, Send
from pipeline.fallback.ledger import Ledger
from pipeline.fallback.recipe import FallbackRecipe
from pipeline.fallback.redaction import contacts
from pipeline.models.endpoint.client import Endpoint
from pipeline.models.endpoint.messages import Ask
from pipeline.models.endpoint.writer import EndpointWriter
from pipeline.models.protocol import Samples, Written
from pipeline.prompts import Prompt
from pipeline.recipes.protocol import Chunk, Part
from pipeline.settings import Settings, load
from pipeline.settings.fallback import Fallback
from pipeline.store.tables import ChunkRow
from tests.pipeline.fallback import cloud as play
from tests.pipeline.fallback.cloud import GOOD, Cloud
from tests.pipeline.fallback.conftest import KEY, RUN, rules_for

ROOT = Path(__file__).parents[3]
QUESTION = Question(Ask(Prompt("Summarise: mail joe@example.org.")), 24, "chunk 3", "failed", "summary: loop")


def settings_with(rules: Fallback) -> Settings:
    return load().model_copy(update={"fallback": rules})


def opened(rules: Fallback, recording: Path) -> FallbackClient:
    fallback = open_fallback(settings_with(rules), recording, RUN, egress=True)
    assert fallback is not None
    return fallback


def requests(rules: Fallback) -> list[dict[str, Any]]:
    return [record for record in Ledger(rules.ledger).records() if record["type"] == "request"]


def test_an_answer_says_that_it_came_from_outside(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    written = opened(rules, recording).ask(QUESTION)
    assert (written.text, written.details["source"]) == (GOOD, "cloud")


def test_off_by_default_and_for_each_run(rules: Fallback, recording: Path) -> None:
    assert open_fallback(settings_with(rules), recording, RUN, egress=False) is None
    with pytest.raises(SettingsError, match=r"fallback\.enabled is false"):
        open_fallback(load(), recording, RUN, egress=True)


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
from pipeline.recipes.protocol import Chunk, Part
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


# -- level 0 -----------------------------------------------------------------------------------------------


class Fails:
    """A recipe whose chunks fail as they are told to, and whose writer answers `local`."""

    sees = False
    name = "local"
    context = 4096

    def __init__(self, errors: dict[int, str], local: str = "A local summary of it.") -> None:
        self.errors = errors
        self.local = local
        self.asked = 0

    @property
    def writer(self) -> Fails:
        return self

    def count(self, text: str) -> int:
        return len(text.split())

    def prompt_tokens(self, prompt: Prompt) -> int:
        return self.count(prompt.user)

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        self.asked += 1
        return [Written(self.local, 10, 5, 0.1) for _ in prompts]

    def begin(self, chunk: Chunk) -> Chunk:
        return chunk

    def describe(self, *parts: Part) -> list[ChunkRow]:
        return [self._row(part.recording, chunk) for part in parts for chunk in part.chunks]

    def _row(self, recording: str, chunk: Window) -> ChunkRow:
        error = self.errors.get(chunk.index, "")
        heard = "" if error.startswith("hearing") else f"Words of chunk {chunk.index}, to joe."
        return ChunkRow(
            recording=recording, index=chunk.index, start=chunk.span.start, end=chunk.span.end, kind="window",
            status="failed" if error else "processed", error=error, transcript=heard, model="local",
            summary="" if error else "Fine.",
        )  # fmt: skip


def window(index: int) -> Window:
    span = Span(index * 4 * TICKS_PER_SECOND, (index + 1) * 4 * TICKS_PER_SECOND)
    samples: Samples = np.full(span.ticks, 0.1, np.float32)
    return Window(index=index, span=span, heard=span, samples=samples, silent=False)


def with_fallback(rules: Fallback, recording: Path, recipe: Fails) -> list[ChunkRow]:
    settings = settings_with(rules)
    return FallbackRecipe(recipe, opened(rules, recording), settings).describe(Part("r", [window(n) for n in range(3)]))


def test_only_what_failed_is_asked_and_only_as_text(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    rows = with_fallback(rules, recording, Fails({1: "summary: loop", 2: "hearing: loop"}))
    assert [row.source for row in rows] == ["local", "cloud", "local"]
    assert (rows[1].status, rows[1].summary, rows[1].error, rows[1].model) == ("processed", GOOD, "", "local + tiny-1")
    assert (rows[1].summary_start, rows[1].summary_end) == (rows[1].start, rows[1].end)
    assert (rows[2].status, rows[2].transcript) == ("failed", "")
    assert rows[2].error == "hearing: loop; fallback: not sent: fallback.kinds does not name `audio`."
    (got,) = cloud.got
    assert "Words of chunk 1" in got.body.decode()
    assert b"input_audio" not in got.body
    assert b"Secret" not in got.body
    assert [entry["chunk"] for entry in requests(rules)] == ["chunk 1"]
    assert rules.ledger is not None
    assert "Secret" not in rules.ledger.read_text()


def test_audio_where_the_hearing_failed_and_that_is_allowed(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [play.says("The pump at Halden costs 412,000 euros.")]
    local = Fails({0: "hearing: loop"})
    rows = with_fallback(rules.model_copy(update={"kinds": ("text-only", "audio")}), recording, local)
    assert (rows[0].status, rows[0].source, rows[0].summary) == ("processed", "cloud", local.local)
    assert rows[0].transcript == "The pump at Halden costs 412,000 euros."
    assert [cue["text"] for cue in rows[0].cues] == [rows[0].transcript]
    assert "412,000" in " ".join(rows[0].facts)
    assert [entry["kind"] for entry in requests(rules)] == ["audio"]


def test_silence_heard_outside_is_silence(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [play.says("[silence]")]
    rows = with_fallback(rules.model_copy(update={"kinds": ("audio",)}), recording, Fails({0: "hearing: loop"}))
    assert (rows[0].status, rows[0].transcript, rows[0].error) == ("silent", "", "")


def test_the_guards_hold_for_the_cloud_too(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [play.says("thank you for watching " * 20)]
    rows = with_fallback(rules, recording, Fails({1: "summary: empty"}))
    assert (rows[1].status, rows[1].source, rows[1].summary) == ("failed", "local", "")
    assert rows[1].error.startswith("summary: empty; fallback: loop")


def test_a_refusal_is_in_the_row(rules: Fallback, recording: Path) -> None:
    (recording.parent / ".no-egress").touch()
    rows = with_fallback(rules, recording, Fails({1: "summary: loop"}))
    assert rows[1].status == "failed"
    assert "forbids it" in rows[1].error


# -- a writer on another machine -----------------------------------------------------------------------------


def test_a_writer_on_another_machine_needs_all_that_the_cloud_needs(tmp_path: Path, recording: Path) -> None:
    rules = rules_for("https://gpu.example/v1", tmp_path / "egress.jsonl")
    settings = settings_with(rules).model_copy(update={"endpoint": load(None, ["endpoint.model=tiny-1"]).endpoint})
    writer = EndpointWriter(Endpoint(rules), context=2048)
    for wrong in ({"egress": False}, {"egress": True}):
        with pytest.raises(EgressError):
            admit(writer, settings, recording, RUN, **wrong)
        assert writer.gate is None
    named = settings.model_copy(update={"fallback": rules.model_copy(update={"hosts": ("gpu.example",)})})
    admit(writer, named, recording, RUN, egress=True)
    assert writer.gate is not None


def test_a_writer_on_this_machine_needs_nothing(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    writer = EndpointWriter(Endpoint(rules), context=2048)
    admit(writer, load(), recording, RUN, egress=False)
    assert (writer.gate, writer.write([Prompt("x")], max_tokens=16)[0].text) == (None, GOOD)
