"""The main job on a real recording with real weights: words against the reference, spans, sources, and the rerun.

The text model is the smallest one: what is tested here is the road, and what Whisper base hears.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jiwer
import pytest

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.registry import Lease, Registry
from pipeline.process import Outcome, process
from pipeline.reports import report
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.coverage import coverage
from tests.meeting import MEETING, beginning
from tests.starts import commands, faults

ROOT = Path(__file__).parent.parent

NORMAL = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.SubstituteRegexes({r"(?<=\d),(?=\d{3})": "", r"[-–]": " ", r"[^\w\s':.]": " ", r"[.:](?!\d)": " "}),
        jiwer.RemoveMultipleSpaces(),
        jiwer.Strip(),
        jiwer.ReduceToListOfListOfWords(),
    ]
)
"""Case, punctuation, hyphens and thousands separators do not count; digits must be the same digits."""


@pytest.fixture(scope="module")
def outcome(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings, whisper_base: Path, smollm2_gguf: Path
) -> Outcome:
    with Registry(keep=False) as registry:
        return process(MEETING, settings, Store(tmp_path_factory.mktemp("store")), registry)


@pytest.fixture(scope="module")
def sentences() -> list[dict[str, object]]:
    lines = (ROOT / "data" / "meeting.reference.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_words_are_those_of_the_reference(outcome: Outcome, sentences: list[dict[str, object]]) -> None:
    heard = " ".join(row.transcript for row in outcome.run.heard())
    spoken = " ".join(str(sentence["text"]) for sentence in sentences)
    error = jiwer.wer(spoken, heard, reference_transform=NORMAL, hypothesis_transform=NORMAL)
    assert error < 0.06


def _numbers(text: str) -> set[str]:
    """Numbers of two digits and more: Whisper writes small ones as words, and 9:30 as 9.30."""
    return {re.sub(r"[,.:]", "", number) for number in re.findall(r"\d[\d,.:]*\d", text)}


def test_numbers_survive_the_hearing(outcome: Outcome, sentences: list[dict[str, object]]) -> None:
    heard = " ".join(row.transcript for row in outcome.run.heard())
    spoken = _numbers(" ".join(str(sentence["text"]) for sentence in sentences))
    kept = spoken & _numbers(heard)
    assert len(spoken) > 20
    assert len(kept) / len(spoken) > 0.9


def test_every_cue_lies_where_its_words_were_said(outcome: Outcome, sentences: list[dict[str, object]]) -> None:
    """The cue that holds a sentence's rarest words overlaps the sentence's own time."""
    cues = [cue for row in outcome.run.heard() for cue in row.cues]
    found = misplaced = 0
    for sentence in sentences:
        words = set(re.findall(r"[a-z]{6,}", str(sentence["text"]).lower()))
        if len(words) < 3:
            continue
        best = max(cues, key=lambda cue: len(words & set(re.findall(r"[a-z]{6,}", cue.text.lower()))))
        if len(words & set(re.findall(r"[a-z]{6,}", best.text.lower()))) < 3:
            continue
        found += 1
        start, end = float(str(sentence["start_s"])), float(str(sentence["end_s"]))
        inside = best.start / TICKS_PER_SECOND < end + 0.5 and best.end / TICKS_PER_SECOND > start - 0.5
        misplaced += not inside
    assert found >= 5
    assert misplaced == 0


def test_coverage_adds_up_to_the_sample(outcome: Outcome) -> None:
    stage = outcome.run.stage("hear")
    assert stage is not None
    assert stage.decoded is not None
    for total in (coverage(outcome.run.heard()), coverage(outcome.run.chunks())):
        assert total.end == stage.decoded.duration == sum(total.ticks.values())


def test_one_summary_is_left_and_its_citations_lie_inside(outcome: Outcome) -> None:
    levels = outcome.run.levels()
    (root,) = outcome.run.nodes(levels[-1])
    assert (root.start, root.end) == (0, coverage(outcome.run.chunks()).end)
    assert root.text
    assert all(root.start <= one.start < one.end <= root.end for one in root.citations)


@pytest.mark.parametrize("form", ["md", "srt", "vtt", "txt", "json"])
def test_every_report_is_written(outcome: Outcome, form: str) -> None:
    assert len("".join(report(outcome.run, form))) > 1000


def test_the_reading_commands_end_well_every_time(outcome: Outcome) -> None:
    """A native library that aborts in its exit handlers does so now and then; `python -m tests.starts` looks longer."""
    for command in commands(MEETING, Path(outcome.run.files.url)):
        assert faults(command, 2) == []


class _Nothing(Registry):
    """Fails whoever asks for a model."""

    def lease(self) -> Lease:
        raise AssertionError("a model was asked for")


def test_a_finished_recording_is_answered_without_models(outcome: Outcome, settings: Settings) -> None:
    again = process(MEETING, settings, Store(outcome.run.files.url), _Nothing())
    assert not again.fresh
    assert again.run.key == outcome.run.key


def test_another_name_is_the_same_recording(outcome: Outcome, settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "renamed.opus"
    shutil.copy(MEETING, copy)
    assert not process(copy, settings, Store(outcome.run.files.url), _Nothing()).fresh


def test_the_same_inputs_give_the_same_report(
    settings: Settings, whisper_base: Path, smollm2_gguf: Path, tmp_path: Path
) -> None:
    """Each with models of its own, and more than one window."""
    media = beginning(tmp_path / "short.opus", 35)
    said = []
    for keep in (False, True):
        with Registry(keep=keep) as registry:
            run = process(media, settings, Store(tmp_path / f"kept {keep}"), registry).run
        said.append(["".join(report(run, form)) for form in ("txt", "srt", "md")])
    assert said[0] == said[1]
