"""Hotwords: where they come from, what they do to what is heard, and how many a recogniser takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from chunkers.audio import windows
from chunkers.probing import probe
from pipeline.chain import chain
from pipeline.errors import SettingsError
from pipeline.models.whisper import HOTWORD_TOKENS, Whisper
from pipeline.source import Source, hotwords_beside
from tests.meeting import MEETING
from tests.pipeline.quick import quick_settings


def test_a_list_beside_the_recording_counts_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.txt").write_text("# our people\n\nPavel Novak\n  Zuzana\x1b Králová \nPavel Novak\n")
    source = Source(tmp_path / "talk.wav", "a" * 32, track=0)
    silent = chain(quick_settings(tmp_path / "weights"), source)
    assert silent.settings.hear.hotwords == (), "it is not picked up by itself"
    sets = ["hear.vocabulary=vocabulary.txt", "hear.hotwords=Okafor, Pavel Novak"]
    named = chain(quick_settings(tmp_path / "weights", sets), source)
    assert named.settings.hear.hotwords == ("Okafor", "Pavel Novak", "Zuzana Králová")
    assert named.run.stages["hear"] != silent.run.stages["hear"]
    again = chain(named.settings, source)
    assert again.run == named.run, "the settings of a run give the run again"
    elsewhere = chain(
        quick_settings(tmp_path / "weights", sets[:1]), Source(tmp_path / "a" / "b.wav", "b" * 32, track=0)
    )
    assert elsewhere.run.stages["hear"] == silent.run.stages["hear"], "without the file nothing changes"


def test_a_name_of_a_file_is_no_path_and_a_file_is_no_book(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"hear\.vocabulary"):
        quick_settings(tmp_path / "weights", ["hear.vocabulary=../vocabulary.txt"])
    (tmp_path / "book.txt").write_bytes(b"word\n" * 20_000)
    with pytest.raises(SettingsError, match="too long"):
        hotwords_beside(tmp_path / "talk.wav", "book.txt")


@pytest.mark.models
def test_a_name_that_is_expected_is_heard(whisper_base: Path) -> None:
    with windows(probe(MEETING)) as stream:
        samples = next(iter(stream)).samples
    (plain,) = Whisper(whisper_base, beam=1).hear([samples], language="en")
    (expected,) = Whisper(whisper_base, beam=1, hotwords=["Millbrook", "Helen Carter"]).hear([samples], language="en")
    assert "Millbrook" not in plain.text
    assert "Millbrook" in expected.text
    assert abs(len(expected.pieces) - len(plain.pieces)) <= 3, "nothing is lost, nothing of the list is added"


@pytest.mark.models
def test_more_than_the_recogniser_takes_is_said(whisper_base: Path) -> None:
    with pytest.raises(SettingsError, match=f"at most {HOTWORD_TOKENS} leave room"):
        Whisper(whisper_base, hotwords=[f"Name{number}" for number in range(60)])
