"""`longmedia correct`: everything follows at once; only the summaries that rest on it are written again."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chunkers.spans import TICKS_PER_SECOND as S
from flows.cli import app
from pipeline.archive import jobs, triage
from pipeline.errors import LongmediaError, SettingsError
from pipeline.process import process
from pipeline.reports import report
from pipeline.search import Searcher
from pipeline.settings import Settings
from pipeline.stages.describe import EXTRACT
from pipeline.store import Run, Store
from pipeline.store.documents import CorrectionsDocument
from pipeline.text.corrections import Correction
from tests.pipeline.quick import PEOPLE, QuickHearer, QuickRegistry, QuickWriter, quick_settings, tones
from tests.pipeline.stages.speakers.talk import unused

LENGTH = 40


class Made:
    """A recording of ten windows in a store, and what was asked of the models."""

    def __init__(self, folder: Path) -> None:
        self.path = tones(folder / "talk.wav", LENGTH)
        self.settings: Settings = quick_settings(folder / "weights", ["describe.windows=1", "see.enabled=false"])
        self.store = Store(folder / "store")
        self.writers: list[QuickWriter] = []
        self.run = self.again(QuickHearer)

    def again(self, hearer: type[QuickHearer] | None = None) -> Run:
        """What `longmedia run` does; a hearer that is not expected is an error."""
        with QuickRegistry(hearer or unused, self._writer) as registry:
            return process(self.path, self.settings, self.store, registry).run

    def _writer(self) -> QuickWriter:
        self.writers.append(QuickWriter())
        return self.writers[-1]

    @property
    def finished(self) -> bool:
        """Whether `longmedia run` would answer at once."""
        ((_, item),) = triage(list(jobs([self.path], self.settings)), self.store, threading.Event())
        return item is not None

    def correct(self, *words: str) -> list[str]:
        """What the command prints; raises what it ends with."""
        told = ["correct", str(self.path), *words, "--store", self.store.files.url]
        done = CliRunner().invoke(app, told, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout.splitlines()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return Made(tmp_path)


def someone(made: Made) -> tuple[str, list[int]]:
    """A name that is heard in some windows and not in others, and those windows."""
    for name in PEOPLE:
        inside = [row.index for row in made.run.as_heard() if name in row.transcript]
        if 0 < len(inside) < len(list(made.run.as_heard())) - 1:
            return name, inside
    raise ValueError("every name is everywhere")


def test_everything_follows_at_once(made: Made) -> None:
    name, inside = someone(made)
    parts = {path: path.read_bytes() for path in Path(made.store.files.url).rglob("hear=*/part-*")}
    count = sum(row.transcript.count(name) for row in made.run.as_heard())
    lines = made.correct(name.lower(), "Zuzana Králová")
    places = f"{count} place{'s' * (count != 1)}"
    assert lines == [
        f"{name.lower()} -> Zuzana Králová  {places}",
        "Reports show it now; the next `longmedia run` writes the summaries again that rest on it.",
    ]
    assert made.correct() == lines[:1]
    for form in ("txt", "srt", "vtt", "json"):
        text = "".join(report(made.run, form))
        if form == "json":
            text = "".join(turn["text"] for turn in json.loads(text)["turns"])
        text = " ".join(text.split())
        assert text.count("Zuzana") == count, form
        assert name.split()[0] not in text, form
    with Searcher(made.store) as searcher:
        searcher.follow()
        assert searcher.search("králová")
    assert all(path.read_bytes() == before for path, before in parts.items()), "no part is edited"
    for row, before in zip(made.run.heard(), made.run.as_heard(), strict=True):
        assert (row == before) == (row.index not in inside)
        assert "".join(word.text for word in row.words).strip() == row.transcript
        if row.words:
            assert (row.words[0].start, row.words[-1].end) == (before.words[0].start, before.words[-1].end)


def test_only_what_rests_on_it_is_written_again_and_nothing_is_heard(made: Made) -> None:
    name, inside = someone(made)
    before = {row.index: row for row in made.run.chunks()}
    assert made.finished
    made.correct(name, "Zuzana Králová")
    assert not made.finished
    run = made.again()
    assert run.key == made.run.key
    chunk_prompts = [prompt for prompt in made.writers[-1].asked if "\n- " not in prompt.user]
    written = [row.index for row in run.chunks() if row.model != EXTRACT]
    assert len(chunk_prompts) == len(set(inside) & set(written)) > 0, "a call a changed window of several sentences"
    assert all("Zuzana" in prompt.user for prompt in chunk_prompts)
    for row in run.chunks():
        assert (row == before[row.index]) == (row.index not in inside)
    assert made.finished
    calls = len(made.writers)
    made.again()
    assert len(made.writers) == calls, "a finished run is answered at once"

    made.correct("--undo")
    assert not made.finished
    assert {row.index: row.summary for row in made.again().chunks()} == {at: row.summary for at, row in before.items()}


def test_one_moment(made: Made) -> None:
    first, other = [row for row in made.run.as_heard() if "parts" in row.transcript][:2]
    at = next(word.start for word in other.words if "parts" in word.text)
    (line, _) = made.correct("parts", "pieces", "--at", f"{at // S // 60}:{at // S % 60:02d}")
    assert line.endswith("  1 place")
    changed = [row for row, before in zip(made.run.heard(), made.run.as_heard(), strict=True) if row != before]
    assert [row.index for row in changed] == [other.index]
    assert changed[0].transcript.count("pieces") == 1
    assert sum(word.text == " pieces" for word in changed[0].words) == 1
    with pytest.raises(SettingsError, match="not heard within 30 s of 1:00:00"):
        made.correct("parts", "pieces", "--at", "1:00:00")
    with pytest.raises(SettingsError, match="not a moment"):
        made.correct("parts", "pieces", "--at", "soon")
    assert "parts" in first.transcript


def test_a_correction_of_nothing_is_refused_and_nothing_is_kept(made: Made) -> None:
    for words, why in (
        (("zebra", "horse"), "not heard in this recording"),
        (("part", "piece"), "not heard"),
        (("parts", "parts"), "the same"),
        (("parts",), "what it should be"),
        (("\x1b\u202e", "x"), "what was heard"),
        (("parts", "x" * 201), "201 letters"),
        (("--undo",), "no correction to take back"),
        (("zebra", "--undo"), "no correction of zebra"),
        (("zebra", "horse", "--undo"), "--undo takes"),
        (("--at", "1:00"), "what was heard"),
    ):
        with pytest.raises(SettingsError, match=why):
            made.correct(*words)
    assert made.run.corrections() == CorrectionsDocument(recording=made.run.key.recording)
    assert made.correct() == ["Nothing is corrected."]
    assert made.finished


def test_the_same_words_corrected_again_are_one_correction(made: Made) -> None:
    made.correct("parts", "bits")
    made.correct("counts", "reckons")
    made.correct("Parts", "pieces")
    made.correct("pieces", "shares")
    assert [line.partition("  ")[0] for line in made.correct()] == [
        "counts -> reckons",
        "Parts -> pieces",
        "pieces -> shares",
    ]
    made.correct("PARTS", "--undo")
    assert [line[-8:] for line in made.correct()][1] == "0 places", "nothing is left that it could change"
    made.correct("--undo")
    assert "parts" in next(row.transcript for row in made.run.heard() if row.transcript)


def test_hostile_words_are_text(made: Made) -> None:
    made.correct("parts", "<script>alert(1)</script>\x1b[31m & **x** \\1")
    said = "<script>alert(1)</script> [31m & **x** \\1"
    assert said in "".join(report(made.run, "txt"))
    assert "<script>alert(1)" not in "".join(report(made.run, "html"))
    with pytest.raises(LongmediaError, match="not heard"):
        made.correct(".*", "x")


def test_what_is_put_right_while_a_run_is_written_waits(made: Made) -> None:
    name, _ = someone(made)
    with made.run.writing():
        made.correct(name, "Zuzana")
        assert not any("Zuzana" in row.transcript for row in made.run.heard())
    assert any("Zuzana" in row.transcript for row in made.run.heard())


def test_everywhere_is_every_recording_of_the_store(made: Made) -> None:
    """What is finished is not heard again, and only what changes is written again."""
    other = tones(made.path.with_name("other.wav"), LENGTH, more=S)
    with QuickRegistry() as registry:
        second = process(other, made.settings, made.store, registry).run
    (line, _) = made.correct("parts", "pieces", "--everywhere")
    assert line.startswith("parts -> pieces  everywhere  ")
    assert made.run.corrections().corrections == ()
    for run in (made.run, second):
        assert "pieces" in "".join(report(run, "txt"))
        assert "parts" not in "".join(report(run, "txt"))
    with Searcher(made.store) as searcher:
        searcher.follow()
        assert {hit.recording for hit in searcher.search("pieces")} >= {made.run.key.recording, second.key.recording}
        made.correct("pieces", "shares")
        made.correct("parts", "--undo", "--everywhere")
        searcher.follow()
        assert not [hit for hit in searcher.search("pieces") if hit.kind == "transcript"]
    assert made.correct() == ["pieces -> shares  0 places"]
    made.correct("--undo")
    made.correct("parts", "pieces", "--everywhere")
    made.again()
    assert made.finished
    with pytest.raises(SettingsError, match="not with --everywhere"):
        made.correct("parts", "pieces", "--everywhere", "--at", "0:01")


def test_a_vocabulary_that_changes_nothing_in_a_recording_leaves_it_finished(made: Made) -> None:
    vocabulary = CorrectionsDocument(corrections=(Correction("zebra", "horse"),))
    made.store.save_corrections(vocabulary)
    assert made.store.vocabulary() == vocabulary
    assert made.finished
    document = made.run.document()
    assert document is not None
    assert document.result is not None
    assert document.result.corrections == made.run.corrected().digest, "the next start need not look again"


def test_a_transcript_that_was_brought_along_keeps_its_cues(tmp_path: Path) -> None:
    path, store = tmp_path / "talk.srt", Store(tmp_path / "store")
    path.write_text(
        "1\n00:00:01,000 --> 00:00:03,000\nThe pump is Pavle\n\n2\n00:00:03,000 --> 00:00:05,000\nNowak's, he said.\n"
    )
    settings = quick_settings(tmp_path / "weights", ["audio.length_s=30"])
    run = process(path, settings, store, QuickRegistry()).run
    one = Correction("Pavle Nowak", "Pavel Novak")
    store.save_corrections(CorrectionsDocument(recording=run.key.recording, corrections=(one,)))
    text = "".join(report(run, "srt"))
    assert "The pump is Pavel Novak's," in text
    assert "he said." in text
    assert "00:00:03,000 -->" in text
