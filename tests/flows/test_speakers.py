"""`longmedia speakers`: who speaks is listed, named and merged; reports change at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from pipeline.errors import LongmediaError
from pipeline.process import process
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run, Store
from pipeline.store.documents import NamesDocument
from tests.pipeline.quick import RATE, QuickRegistry, quick_settings, tones
from tests.pipeline.stages.speakers.talk import LENGTH, made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return made(tmp_path_factory.mktemp("talk"))


@pytest.fixture(autouse=True)
def _nobody_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    document = run.names()
    if document is not None:
        Store(run.files.url).save_names(document.model_copy(update={"names": (), "merged": (), "split": ()}))


def speakers(run: Run, *words: str) -> list[str]:
    """What the command prints; raises what it ends with."""
    done = CliRunner().invoke(app, ["speakers", *words, "--store", run.files.url], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_they_are_listed_with_their_share_and_moments(run: Run) -> None:
    lines = speakers(run, run.key.recording)
    assert lines == speakers(run, "list", run.key.recording[:8])
    heads = [line for line in lines if not line.startswith(" ")]
    assert [head.split("  ")[:2] for head in heads] == [["S1", "Speaker 1"], ["S2", "Speaker 2"]]
    assert all(head.endswith("%  1 turns") for head in heads)
    assert next(line.split("  ")[2] for line in lines if line.startswith(" ")) == "0:00:00"


def test_a_name_is_in_every_report_at_once(run: Run) -> None:
    lines = speakers(run, "name", run.key.recording, "S2", "Anna Keller")
    assert any(line.startswith("S2  Anna Keller  ") for line in lines)
    assert lines[-1] == "Reports show it now; the next `longmedia run` writes the summary again."
    done = CliRunner().invoke(app, ["report", run.key.recording, "--store", run.files.url])
    assert "**Anna Keller:** " in done.stdout
    speakers(run, "name", run.key.recording, "Anna Keller", "")
    assert [one.name for one in Spoken(run).people] == ["Speaker 1", "Speaker 2"]


def test_two_are_one(run: Run) -> None:
    speakers(run, "merge", run.key.recording, "S2", "S1")
    (one,) = Spoken(run).people
    assert (one.name, one.named) == ("Speaker 1", False)


def test_one_is_two(run: Run) -> None:
    speakers(run, "merge", run.key.recording, "S2", "S1")
    lines = speakers(run, "split", run.key.recording, "S1")
    assert [line[:2] for line in lines if not line.startswith(" ")] == ["S1", "S2", "Re"]
    lines = speakers(run, "split", run.key.recording, "S1")
    assert [line[:2] for line in lines if not line.startswith(" ")] == ["S1", "S2", "S3", "Re"]
    speakers(run, "merge", run.key.recording, "S3", "S1")
    assert run.names() == NamesDocument(recording=run.key.recording)


def test_a_voice_is_remembered_only_where_it_is_asked_for_and_only_proposed(run: Run, tmp_path: Path) -> None:
    store, recording = Store(run.files.url), run.key.recording
    speakers(run, "name", recording, "S2", "Ben")
    assert not (Path(run.files.url) / "voices.parquet").exists()
    assert speakers(run, "remembered") == ["No voice is remembered."]
    lines = speakers(run, "name", recording, "S1", "Nora Vogel", "--set", "speakers.remember=true")
    assert lines[-1] == "The voice is remembered in this store; `longmedia speakers forget 'Nora Vogel'` deletes it."
    assert [row.name for row in store.voices.rows()] == ["Nora Vogel"]
    assert speakers(run, "remembered")[0].startswith("Nora Vogel  0:00:")

    other = later(run, tmp_path)
    proposed = [line for line in speakers(other, other.key.recording) if not line.startswith(" ")]
    assert proposed[0].endswith("  perhaps Nora Vogel, distance 0.00")
    assert "perhaps" not in "".join(proposed[1:])
    assert other.names() is None, "nobody is renamed"
    assert "Nora" not in CliRunner().invoke(app, ["report", other.key.recording, "--store", run.files.url]).stdout

    speakers(run, "name", recording, "Nora Vogel", "Nor")
    assert store.voices.rows() == [], "nobody is called that any more, and Nor was not asked to be remembered"


def test_a_voice_is_forgotten(run: Run) -> None:
    speakers(run, "name", run.key.recording, "S1", "Anna", "--set", "speakers.remember=true")
    with pytest.raises(LongmediaError, match="no voice of Ben is remembered"):
        speakers(run, "forget", "Ben")
    assert speakers(run, "forget", "anna") == ["Forgotten: anna."]
    assert not (Path(run.files.url) / "voices.parquet").exists()
    assert [one.name for one in Spoken(run).people] == ["Anna", "Speaker 2"], "the name stays"


def later(run: Run, folder: Path) -> Run:
    """Another recording of the same two people in the same store."""
    path = tones(folder / "later.wav", LENGTH, more=RATE)
    settings = quick_settings(folder / "weights", ["speakers.enabled=true"])
    with QuickRegistry() as registry:
        return process(path, settings, Store(run.files.url), registry).run


def test_who_came_with_a_label_is_not_split(tmp_path: Path) -> None:
    transcript = tmp_path / "talk.vtt"
    transcript.write_text("WEBVTT\n\n00:01.000 --> 00:05.000\n<v Anna>We begin.\n")
    run = made(tmp_path, transcript=transcript, only="hear")
    with pytest.raises(LongmediaError, match="Anna cannot be split: the words came with their speakers"):
        speakers(run, "split", run.key.recording, "Anna")
    speakers(run, "name", run.key.recording, "Anna", "Anna Keller", "--set", "speakers.remember=true")
    assert Store(run.files.url).voices.rows() == []


def test_whom_nobody_knows_and_runs_without_speakers(run: Run, tmp_path: Path) -> None:
    with pytest.raises(LongmediaError, match="no speaker S9"):
        speakers(run, "name", run.key.recording, "S9", "Anna")
    other = made(tmp_path, "speakers.enabled=false", only="hear")
    with pytest.raises(LongmediaError, match="not told apart"):
        speakers(other, other.key.recording)
