"""The fallback of a run: asked for what failed, refused by any rule, every byte accounted for, whatever happens."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import EgressError, EgressRefusedError, EndpointError, LedgerError, ModelError, SettingsError
from pipeline.fallback.client import admit, open_fallback
from pipeline.fallback.hook import Question, Send
from pipeline.fallback.ledger import Ledger
from pipeline.fallback.redaction import contacts
from pipeline.models.endpoint.client import Endpoint
from pipeline.models.endpoint.messages import Ask
from pipeline.models.endpoint.writer import EndpointWriter
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt
from pipeline.settings.fallback import Fallback
from tests.pipeline.fallback import cloud as play
from tests.pipeline.fallback.cloud import GOOD, Cloud
from tests.pipeline.fallback.conftest import KEY, RUN, opened, requests, rules_for

ROOT = Path(__file__).parents[3]

QUESTION = Question(Ask(Prompt("Summarise: mail joe@example.org.")), 24, "chunk 3", "failed", "summary: loop")


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
