"""Speakers through a whole run: stored as pieces, told when read, in every report and in what the writer is given."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from chunkers.spans import TICKS_PER_SECOND
from pipeline.archive import jobs, triage
from pipeline.errors import ModelError
from pipeline.models.protocol import Samples, VoicePiece, Written
from pipeline.prompts import Prompt
from pipeline.reports import report
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run, Store
from pipeline.text.sentences import sentences
from tests.pipeline.quick import QuickVoices, QuickWriter, quick_settings
from tests.pipeline.stages.speakers.talk import LENGTH, made, unused

S = TICKS_PER_SECOND


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spoken")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return made(folder)


def test_rows_add_up_and_hold_the_pieces(run: Run) -> None:
    rows, heard = list(run.voiced()), list(run.heard())
    assert [row.span for row in rows] == [row.span for row in heard]
    assert rows[-1].end == LENGTH * S
    assert {row.status for row in rows} <= {"processed", "silent"}
    for row in rows:
        assert all(row.start <= piece.start < piece.end <= row.end for piece in row.pieces)
        assert all(len(piece.voice) == 2 * 192 for piece in row.pieces)
    assert all(word.speaker is None for row in heard for word in row.words), "no table holds a speaker twice"


def test_words_and_cues_have_their_speakers(run: Run) -> None:
    spoken = Spoken(run)
    assert [person.name for person in spoken.people] == ["Speaker 1", "Speaker 2"]
    rows = list(spoken.heard())
    for row, before in zip(rows, run.heard(), strict=True):
        assert [(w.start, w.end, w.text) for w in row.words] == [(w.start, w.end, w.text) for w in before.words]
    said = [word for row in rows for word in row.words]
    assert {word.speaker for word in said if word.end < 23 * S} == {"Speaker 1"}
    assert {word.speaker for word in said if word.start > 28 * S} == {"Speaker 2"}
    assert {cue.speaker for row in rows for cue in row.cues} == {"Speaker 1", "Speaker 2"}


def test_turns_go_on_over_windows(run: Run) -> None:
    turns = list(Spoken(run).turns())
    assert [turn.speaker for turn in turns] == ["Speaker 1", "Speaker 2"]
    assert " ".join(turn.text for turn in turns) == " ".join(row.transcript for row in run.heard() if row.transcript)


def test_the_writer_is_told_who_speaks(folder: Path) -> None:
    writer = QuickWriter()
    made(folder, "describe.max_tokens=99", writer=lambda: writer)
    chunks = [
        prompt.user for prompt in writer.asked if not any(one.startswith("- ") for one in prompt.user.split("\n"))
    ]
    assert chunks
    assert all("\nSpeaker 1: " in prompt or "\nSpeaker 2: " in prompt for prompt in chunks)


def test_no_sentence_that_was_written_begins_with_a_label(folder: Path) -> None:
    class Labels(QuickWriter):
        def _answer(self, prompt: Prompt) -> Written:
            said = super()._answer(prompt)
            return replace(said, text=" ".join(f"Speaker 1: {one}" for one in sentences(said.text)))

    run = made(folder, "describe.max_tokens=98", writer=Labels)
    summaries = [row.summary for row in run.chunks()] + [
        node.text for level in run.levels() for node in run.nodes(level)
    ]
    assert any(summaries)
    assert not any("Speaker 1:" in text for text in summaries)


def test_reports_name_them(run: Run) -> None:
    text = "".join(report(run, "md"))
    assert "## Speakers" in text
    assert "| Speaker 1 | 0:00:2" in text
    assert "**Speaker 2:** " in text
    assert "<v Speaker 2>" in "".join(report(run, "vtt"))
    assert "Speaker" not in "".join(report(run, "srt")) + "".join(report(run, "txt"))
    told = json.loads("".join(report(run, "json")))
    assert [one["name"] for one in told["speakers"]] == ["Speaker 1", "Speaker 2"]
    assert [one["speaker"] for one in told["turns"]] == ["Speaker 1", "Speaker 2"]
    assert told["windows"][0]["words"][0]["speaker"] == "Speaker 1"


def test_rttm_has_a_line_a_stretch(run: Run) -> None:
    lines = [line.split(" ") for line in "".join(report(run, "rttm")).splitlines()]
    assert all(len(line) == 10 and line[:3] == ["SPEAKER", "talk", "1"] for line in lines)
    assert [line[7] for line in lines] == sorted(line[7] for line in lines)
    assert {line[7] for line in lines} == {"Speaker_1", "Speaker_2"}
    times = [(float(line[3]), float(line[3]) + float(line[4])) for line in lines]
    assert all(end <= start + 1e-3 for (_, end), (start, _) in pairwise(times))


def test_another_number_of_people_asks_for_no_sound(folder: Path, run: Run) -> None:
    one = made(folder, "speakers.count=1", voices=unused, hearer=unused)
    assert one.key.stages["speakers"] == run.key.stages["speakers"]
    assert one.key.stages["describe"] != run.key.stages["describe"]
    assert len(Spoken(one).people) == 1
    assert all(word.speaker is None for row in Spoken(one).heard() for word in row.words), "one voice needs no name"
    assert "## Speakers" not in "".join(report(one, "md"))
    assert "Speaker_1" in "".join(report(one, "rttm"))


def test_a_finished_run_follows_the_settings_that_it_was_last_asked_for_with(tmp_path: Path) -> None:
    run = made(tmp_path, only="speakers")
    assert len(Spoken(run).people) == 2
    one = made(tmp_path, "speakers.count=1", only="speakers", voices=unused, hearer=unused)
    assert one.key == run.key
    assert len(Spoken(run).people) == 1
    assert "Speaker 2" not in "".join(report(run, "rttm"))
    settings = quick_settings(tmp_path / "weights", ["speakers.enabled=true"])
    ((_, item),) = triage(jobs([tmp_path / "talk.wav"], settings, only="speakers"), Store(tmp_path / "store"), Event())
    assert item is not None
    assert item.state == "complete"
    assert len(Spoken(run).people) == 2


def test_off_is_off(folder: Path, run: Run) -> None:
    off = made(folder, "speakers.enabled=false", voices=unused, hearer=unused)
    assert "speakers" not in off.key.stages
    assert off.key.stages["hear"] == run.key.stages["hear"]
    assert Spoken(off).people == ()
    assert list(Spoken(off).heard()) == list(off.heard())
    assert "".join(report(off, "rttm")) == ""


def test_until_all_is_told_apart_nobody_is_named(tmp_path: Path) -> None:
    class Breaks(QuickVoices):
        def voices(self, samples: Samples) -> list[VoicePiece]:
            """Nothing is found after two windows."""
            self.count = getattr(self, "count", 0) + 1
            if self.count > 2:
                raise KeyboardInterrupt
            return super().voices(samples)

    with pytest.raises(KeyboardInterrupt):
        made(tmp_path, "speakers.part_rows=1", voices=Breaks)
    (run,) = Store(tmp_path / "store").runs()
    assert len(list(run.voiced())) == 2
    assert Spoken(run).people == ()
    assert "Speaker" not in "".join(report(run, "md"))
    again = made(tmp_path, "speakers.part_rows=1", hearer=unused)
    assert [person.name for person in Spoken(again).people] == ["Speaker 1", "Speaker 2"]


def test_a_window_that_failed_is_tried_again(tmp_path: Path) -> None:
    class Fails(QuickVoices):
        def voices(self, samples: Samples) -> list[VoicePiece]:
            """Nothing."""
            raise ModelError("the diariser failed.")

    run = made(tmp_path, only="speakers", voices=Fails)
    assert {row.status for row in run.voiced()} <= {"failed", "silent"}
    assert {row.error for row in run.voiced() if row.status == "failed"} == {"the diariser failed."}
    made(tmp_path)
    assert all(row.status != "failed" for row in run.voiced())


def test_a_transcript_that_was_brought_along_keeps_its_names_and_cues(tmp_path: Path) -> None:
    transcript = tmp_path / "talk.vtt"
    transcript.write_text(
        "WEBVTT\n\n00:01.000 --> 00:05.000\n<v Anna>We begin.\n\n00:06.000 --> 00:09.000\nGo on.\n\n"
        "00:30.000 --> 00:33.000\nThank you.\n"
    )
    run = made(tmp_path, transcript=transcript)
    cues = [(cue.text, cue.speaker) for row in Spoken(run).heard() for cue in row.cues]
    assert cues == [("We begin.", "Anna"), ("Go on.", "Speaker 1"), ("Thank you.", "Speaker 2")]
