"""The webhook is told of what is done: states and numbers, no words; a webhook that fails fails nothing."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows import cli_retry, cli_run
from flows.cli import app
from flows.notices import GIVE_UP_AFTER, Notices, each, notice
from flows.schedule import Served, _when_done
from pipeline.archive import Item
from pipeline.errors import SettingsError
from pipeline.fallback import webhook
from pipeline.fallback.gate import NO_EGRESS
from pipeline.fallback.ledger import Ledger
from pipeline.process import process
from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.fallback.hook import Hook, served, status
from tests.pipeline.quick import PEOPLE, THINGS, QuickRegistry, quick_settings, tones
from tests.pipeline.reports.test_outline import LINES, ROOT, stored

ELSEWHERE = "hooks.example"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hook]:
    monkeypatch.setenv("HOOK", "0123456789abcdef")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with served() as hook:
        yield hook


class Made:
    """A recording that was processed, and the settings with a webhook."""

    def __init__(self, folder: Path, hook: Hook, *sets: str) -> None:
        ledger = f"fallback.ledger={folder / 'egress.jsonl'}"
        asked = [f"webhook.url={hook.url}", "webhook.secret=env:HOOK", "webhook.attempts=1", ledger, *sets]
        self.settings: Settings = quick_settings(folder / "weights", asked)
        self.store = Store(folder / "store")
        self.path = tones(folder / "in" / "Talk.wav", 9)
        outcome = process(self.path, self.settings, self.store, QuickRegistry())
        self.item = Item(self.path, "complete", outcome.run.key.recording, outcome.run.key.run, fresh=True,
                         media_seconds=9.0, seconds=1.0)  # fmt: skip
        self.notices = Notices(self.store, self.settings)

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [one for one in Ledger(self.settings.fallback.ledger).records() if one["type"] == "request"]


def elsewhere(made: Made, hook: Hook, monkeypatch: pytest.MonkeyPatch, **rules: Any) -> Notices:
    """Notices for another machine, whose connections end at the hook all the same."""
    port = int(hook.url.rpartition(":")[2].partition("/")[0])
    monkeypatch.setattr(webhook, "_connection", lambda *_: http.client.HTTPConnection("127.0.0.1", port, timeout=5))
    own = made.settings
    changed = own.model_copy(
        update={
            "webhook": own.webhook.model_copy(update={"url": f"https://{ELSEWHERE}/done"}),
            "fallback": own.fallback.model_copy(update=rules),
        }
    )
    return Notices(made.store, changed)


def test_states_and_numbers_are_told_and_no_words(tmp_path: Path, hook: Hook) -> None:
    made = Made(tmp_path, hook)
    made.notices(made.item)
    ((_, body),) = hook.got
    told = json.loads(body)
    assert (told["version"], told["event"], told["name"], told["state"]) == (
        1,
        "recording.done",
        "Talk.wav",
        "complete",
    )
    assert (told["recording"], told["run"]) == (made.item.recording, made.item.run)
    assert (sum(told["coverage"].values()), told["length"], told["gaps"]) == (9.0, 9.0, 0)
    assert set(told["found"]) == {"decisions", "tasks", "questions", "figures"}
    assert not [word for name in (*PEOPLE, *THINGS) for word in name.split() if word.encode() in body]
    assert made.requests == [], "nothing has left this machine"


def test_what_was_found_is_counted(tmp_path: Path) -> None:
    run = stored(tmp_path, LINES, ROOT)
    item = Item(tmp_path / "a.wav", "complete", "r", run.key.run, fresh=True)
    assert notice(item, run, "a.wav", words=False)["found"] == {
        "decisions": 1,
        "tasks": 2,
        "questions": 1,
        "figures": 2,
    }


def test_words_are_told_where_the_user_says_so(tmp_path: Path, hook: Hook) -> None:
    made = Made(tmp_path, hook, "webhook.words=true")
    made.notices(made.item)
    told = json.loads(hook.got[0][1])
    assert told["gist"]
    assert any(name in " ".join(told["gist"]) for name in PEOPLE)


def test_the_same_recording_has_the_same_id_and_only_what_was_worked_on_is_told(tmp_path: Path, hook: Hook) -> None:
    made = Made(tmp_path, hook)
    made.notices(made.item)
    made.notices(made.item)
    first, second = (json.loads(body) for _, body in hook.got)
    assert first["id"] == second["id"]
    made.notices(replace(made.item, fresh=False))
    for state in ("stopped", "blocked", "unreadable", "duplicate"):
        made.notices(Item(made.path, state, fresh=True))
    assert len(hook.got) == 2


def test_a_webhook_that_fails_is_said_and_fails_nothing(
    tmp_path: Path, hook: Hook, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Made(tmp_path, hook)
    hook.script = [status(500)] * 9
    for _ in range(GIVE_UP_AFTER + 2):
        made.notices(made.item)
    assert len(hook.got) == GIVE_UP_AFTER
    said = capsys.readouterr().err
    assert said.count("Talk.wav: 127.0.0.1: status 500.") == GIVE_UP_AFTER
    assert said.count("told of no more") == 1


def test_another_machine_is_told_no_name_and_is_in_the_ledger_first(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(tmp_path, hook, "webhook.words=true", "webhook.attempts=3")
    written: list[int] = []
    hook.seen = lambda: written.append(len(made.requests))
    hook.script = [status(500)]
    elsewhere(made, hook, monkeypatch)(made.item)
    assert written == [1, 2], "a row a try, on disk before anything left"
    assert [(one["host"], one["kind"], one["attempt"]) for one in made.requests] == [
        (ELSEWHERE, "webhook", 1),
        (ELSEWHERE, "webhook", 2),
    ]
    told = json.loads(hook.got[-1][1])
    assert told["name"] == made.item.recording[:12]
    assert "gist" not in told, "words stay here, too, unless fallback.allow matches"
    elsewhere(made, hook, monkeypatch, allow=(f"{tmp_path}/*",))(made.item)
    told = json.loads(hook.got[-1][1])
    assert told["name"] == "Talk.wav"
    assert told["gist"]


@pytest.mark.parametrize("how", ["a file", "a pattern", "no TLS"])
def test_what_must_stay_here_is_told_to_nobody_elsewhere(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    made = Made(tmp_path, hook)
    notices = elsewhere(made, hook, monkeypatch, deny=("*/Talk.wav",) if how == "a pattern" else ())
    if how == "a file":
        (made.path.parent / NO_EGRESS).touch()
    if how == "no TLS":
        rules = notices._settings.webhook.model_copy(update={"url": f"http://{ELSEWHERE}/done"})
        notices = Notices(made.store, notices._settings.model_copy(update={"webhook": rules}))
    for _ in range(GIVE_UP_AFTER + 1):
        notices(made.item)
    assert hook.got == []
    assert made.requests == []
    said = capsys.readouterr().err
    assert said.count("not sent to the webhook on hooks.example") == GIVE_UP_AFTER + 1
    assert "no more" not in said, "the address is not down"


def test_a_secret_that_is_not_there_ends_a_command_before_it_begins(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK")
    sets = ["--set", f"webhook.url={hook.url}", "--set", "webhook.secret=env:HOOK"]
    done = CliRunner().invoke(app, ["run", str(tones(tmp_path / "a.wav", 4)), "--direct", *sets])
    assert isinstance(done.exception, SettingsError)
    assert "HOOK" in str(done.exception)


def test_the_commands_that_process_write_reports_and_tell(tmp_path: Path, hook: Hook) -> None:
    """`run`, `retry` and `serve` take the same two options, and a served inbox does the same with them."""
    options = [set(cli.__annotations__) & {"formats", "reports"} for cli in (cli_run.run, cli_retry.retry)]
    assert options == [{"formats", "reports"}] * 2
    made = Made(tmp_path, hook)
    inbox = Served(inbox=str(tmp_path), store=made.store.files.url, settings={}, until=None, settle_s=0,
                   formats="srt", reports=str(tmp_path / "out"))  # fmt: skip
    _when_done(inbox, made.settings, made.store)(replace(made.item, fresh=False))
    assert not (tmp_path / "out").exists(), "an inbox is looked through again and again"
    _when_done(inbox, made.settings, made.store)(made.item)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Talk.srt"]
    assert len(hook.got) == 1
    with pytest.raises(SettingsError, match="pdf"):
        _when_done(inbox.model_copy(update={"formats": "pdf"}), made.settings, made.store)


def test_each_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    each(lambda item: told.append(f"a {item.state}"), lambda item: told.append(f"b {item.state}"))(
        Item(tmp_path, "complete")
    )
    assert told == ["a complete", "b complete"]
