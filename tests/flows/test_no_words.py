"""No word that was spoken is in a log, an error, an artifact, the ledger, a document or one of Prefect's tables.

A small job in which every guard refuses something, the cloud answers badly, and somebody's code fails with the words
in its message, runs through Prefect; then everything that is kept is searched for one planted word.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from flows.local import run_flow
from flows.session import Session
from pipeline.archive import Item, Job
from pipeline.models.protocol import Heard, Samples, Written
from pipeline.prompts import Prompt
from pipeline.reports import report
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.text.cues import Cue
from tests.pipeline.fallback import cloud as play
from tests.pipeline.fallback.conftest import rules_for
from tests.pipeline.quick import QuickHearer, QuickRegistry, QuickWriter, quick_settings, tones

WORD = "zanzibarquixote"
LOOP = f"my pin is {WORD}, " * 12
REFUSAL = f"I'm sorry, I cannot transcribe this audio about {WORD}."
FAST = " ".join([WORD, *(hashlib.sha256(bytes([n])).hexdigest()[:6] for n in range(60))])
SAID = f"The pin of Anna is {WORD} 4711. The pump of Bruno costs 412,000 euros."
INVENTED = f"{WORD} paid 999,999 dollars to Bruno on the 4th of May."


class Hears(QuickHearer):
    """Every window is another fault, or words that are fine; the same window is the same words."""

    said = (SAID, LOOP, SAID, REFUSAL, SAID, FAST, SAID, SAID, SAID, SAID)

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[bytes, str] = {}

    def _said(self, samples: Samples) -> Heard:
        text = self._seen.setdefault(samples.tobytes(), self.said[len(self._seen) % len(self.said)])
        words = text.split()
        step = len(samples) // len(words)
        return Heard("en", tuple(Cue(n * step, (n + 1) * step, f" {word}") for n, word in enumerate(words)), 0.1)


class Writes(QuickWriter):
    """Of a chunk one fault after the other, of a level of the tree what is invented."""

    answers = (LOOP, REFUSAL, "", INVENTED, SAID)
    merged = (INVENTED, LOOP, "")

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        self.asked += prompts
        given = self.answers if "Transcript:" in prompts[0].user else self.merged
        return [Written(given[len(self.asked) // 2 % len(given)], 10, 10, 0.1, complete=False) for _ in prompts]


class Breaks(QuickWriter):
    """Code that fails with the words in its message."""

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        raise ValueError(f"cannot read {prompts[0].user!r}")


def leaks(question: object, send: object) -> Written:
    """A hook that fails with the words in its message."""
    raise RuntimeError(f"no answer to {question!r}")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[play.Cloud]:
    """It answers with what it was sent, wherever that may stand."""
    monkeypatch.setenv("CLOUD_KEY", "sk-test")
    playing = play.Cloud()
    playing.script = [
        play.says("x", model=WORD),
        play.says("x", finish_reason=WORD),
        play.raw(WORD.encode()),
        play.fails(400, f'{{"error": {{"message": "{WORD}"}}}}'.encode()),
        play.says(LOOP),
        play.says(INVENTED),
    ]
    server = play.serve(playing)
    yield playing
    server.shutdown()
    server.server_close()


def chosen(folder: Path, cloud: play.Cloud, hook: str) -> Settings:
    rules = rules_for(cloud.url, folder / "egress.jsonl", attempts=1, kinds=("text-only", "audio"), hook=hook)
    settings = quick_settings(folder / "weights", ["describe.part_rows=4", "merge.budget=600", "merge.max_tokens=80"])
    return settings.model_copy(update={"fallback": rules})


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_a_planted_word_is_nowhere_but_in_the_tables(
    database: Path,
    cloud: play.Cloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    encrypted: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    key = None
    if encrypted:
        monkeypatch.setenv("STORE_KEY", base64.b64encode(os.urandom(32)).decode())
        key = "env:STORE_KEY"
    folder, store = tmp_path / "store", Store(tmp_path / "store", key)
    items: list[Item] = []
    for name, writer, hook in (
        ("faults", Writes, "endpoint"),
        ("hook", Writes, "tests.flows.test_no_words:leaks"),
        ("breaks", Breaks, "endpoint"),
    ):
        settings = chosen(tmp_path, cloud, hook)
        settings = settings.model_copy(update={"encryption": settings.encryption.model_copy(update={"key": key})})
        path = tones(tmp_path / "in" / f"{name}-{encrypted}.wav", 40, pitch=300 + 10 * len(name))
        session = Session(QuickRegistry(Hears, writer))
        items += run_flow([Job(path, settings, egress=True)], settings, store, session, [])
    assert [item.state for item in items] == ["gaps", "gaps", "blocked"], items
    assert "an unforeseen ValueError, raised at" in items[2].error
    kept = _prefect(database, f"breaks-{encrypted}.wav")
    assert b"loop: " in kept, "what the guards say is among Prefect's logs"
    assert WORD.encode() not in kept
    reports = "".join("".join(report(run, "json")) for run in store.runs())
    assert reports.count(WORD) > 10, "the word went all the way"
    for why in ("loop", "answering", "rate", "empty", "fallback: ", "another model answered"):
        assert why in reports, f"no guard has refused anything for this reason: {why}"
    assert WORD not in caplog.text
    assert len(caplog.text) > 1000
    assert WORD not in "".join(capfd.readouterr())
    assert WORD not in str(items)
    assert WORD.encode() not in (tmp_path / "egress.jsonl").read_bytes()
    files = [path for path in folder.rglob("*") if path.is_file() and (encrypted or path.suffix != ".parquet")]
    assert len(files) > 5
    assert [path.name for path in files if WORD.encode() in path.read_bytes()] == []
    errors = [row.error for run in store.runs() for row in [*run.heard(), *run.chunks()]]
    errors += [node.error for run in store.runs() for level in run.levels() for node in run.nodes(level)]
    assert [error for error in errors if WORD in error] == []


def _prefect(database: Path, last: str) -> bytes:
    """Prefect's database, once what was told last is in it."""
    end = time.monotonic() + 60
    while True:
        kept = b"".join(one.read_bytes() for one in database.parent.glob(f"{database.name}*"))
        if last.encode() in kept and b"loop: " in kept:
            return kept
        assert time.monotonic() < end, "Prefect was told nothing"
        time.sleep(0.5)
