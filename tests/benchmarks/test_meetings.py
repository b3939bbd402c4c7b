"""The figures of the benchmark on meetings: known answers on a meeting of three turns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.meetings import disagreement
from benchmarks.meetings_data import Meeting, write
from benchmarks.meetings_summaries import FIRST, GIST, OURS, Summary, first_tokens, keep, kept, measured, ours, table
from benchmarks.rouge import rouge_l, rouge_n
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt
from pipeline.text.transcript_files import read_transcript
from tests.pipeline.quick import QuickWriter, quick_settings

TURNS = [
    ("Ann", "The old pump costs 640 euros . " * 15),
    ("Ben", "We paint the garden fence green . " * 15),
    ("Ann", "The kitchen needs a new oven . " * 15),
]
SUMMARY = "The pump costs 640 euros."


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    path = tmp_path / "M1.json"
    spans = {"pump": ["0", "0"], "fence": ["1", "1"]}
    document = {
        "meeting_transcripts": [{"speaker": who, "content": text} for who, text in TURNS],
        "topic_list": [{"topic": "pump", "relevant_text_span": [["0", "0"]]}],
        "general_query_list": [{"query": "?", "answer": "The pump is dear."}],
        "specific_query_list": [
            {"query": "?", "answer": f"About the {thing}.", "relevant_text_span": [span]}
            for thing, span in spans.items()
        ],
    }
    path.write_text(json.dumps(document))
    return Meeting.read(path)


class Echo(QuickWriter):
    """A writer whose tokens are words, and that remembers what it was asked."""

    context = 4096

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def count(self, text: str) -> int:
        return len(text.split())

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        self.asked += [prompt.user for prompt in prompts]
        return [Written(SUMMARY, 10, 5, 0.0, True) for _ in prompts]


def test_rouge_is_what_two_texts_share() -> None:
    assert rouge_n("the cat sat on the mat", "the cat is on a mat") == (4 / 6, 4 / 6, pytest.approx(4 / 6))
    assert rouge_n("the cat sat", "a cat sat down", 2) == (1 / 2, 1 / 3, pytest.approx(0.4))
    assert rouge_l("a b c d", "a c b d")[:2] == (3 / 4, 3 / 4)
    assert rouge_n("", "a") == rouge_l("a", "") == (0.0, 0.0, 0.0)


def test_a_meeting_has_times_and_gold(meeting: Meeting, tmp_path: Path) -> None:
    assert meeting.gold == (1,)
    assert meeting.answers == (frozenset({0}), frozenset({1}))
    assert meeting.hits([0, 2]) == (0.5, 0.5)
    assert [round(turn.span.seconds) for turn in meeting.turns] == [42, 42, 42]
    words = read_transcript(write(meeting, tmp_path / "out"))
    assert {cue.speaker for cue in words.cues} == {"Ann", "Ben"}
    assert disagreement([1], [1], 3) == (0, 0)
    assert disagreement([1], [], 3)[0] > 0


def test_a_summary_is_measured_by_what_it_cites_or_else_by_its_words(meeting: Meeting) -> None:
    spans = [(turn.span.start, turn.span.end) for turn in meeting.turns]
    lines = ["The pump costs 640 euros.", "The fence costs 712 euros."]
    spent = (1, 2, 3, 4.0)
    found = Summary("m", "M1", OURS, lines, [[spans[2]], []], *spent)
    own = measured(found, meeting)
    assert (own.sentences, own.cited, own.precision, own.recall, own.invented) == (2, 0.5, 0.0, 0.0, 1)
    aligned = measured(found, meeting, aligned=True)
    assert (aligned.cited, aligned.precision, aligned.recall) == (0.5, 1.0, 0.5)
    peer = Summary("m", "M1", FIRST, lines, None, *spent)
    assert measured(peer, meeting) == aligned
    assert aligned.rouge_1 == rouge_n(" ".join(lines), "The pump is dear.")[2]


def test_the_table_has_a_line_a_way_and_the_base_rate(meeting: Meeting, tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    assert kept(path) == []
    spans = [(meeting.turns[0].span.start, meeting.turns[0].span.end)]
    keep(path, [Summary("m", "M1", OURS, [SUMMARY], [spans], 3, 100, 50, 9.0)])
    keep(path, [Summary("m", "M1", FIRST, [SUMMARY], None, 1, 40, 20, 2.0)])
    lines = list(table(kept(path), [meeting]))
    assert [line.split(" | ")[0] for line in lines[2:]] == [
        "| longmedia", "| longmedia, traced as the peers", "| first tokens", "| every turn",
    ]  # fmt: skip
    assert len({line.count("|") for line in lines}) == 1
    assert " 0.67 | 1.00 |" in lines[-1]


def test_first_tokens_are_as_many_as_fit() -> None:
    writer = Echo()
    notes = [f"note{number} " * 10 for number in range(50)]
    assert first_tokens(writer, notes, budget=500, output=100, words="{text}") == SUMMARY
    assert "note31" in writer.asked[0]
    assert "note32" not in writer.asked[0]


def test_our_way_is_a_run_with_the_writer_that_is_given(meeting: Meeting, tmp_path: Path) -> None:
    writer = Echo()
    root, gist = ours(meeting, writer, quick_settings(tmp_path / "weights"), "m")
    assert (root.way, gist.way) == (OURS, GIST)
    assert root.calls == len(writer.asked) > 0
    assert root.tokens_in == 10 * root.calls
    assert root.cited is not None
    assert len(root.cited) == len(root.sentences) > 0
