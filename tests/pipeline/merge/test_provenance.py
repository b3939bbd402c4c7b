"""From the root to the second, and from nothing but numbers to an estimate."""

from __future__ import annotations

from pathlib import Path

import pytest

from chunkers.spans import Span, to_ticks
from pipeline.errors import LimitError
from pipeline.merge import Limits, Rates, estimate, merge, plan, sentences, trace
from pipeline.merge.plan import Item
from pipeline.settings import load
from pipeline.text.cues import Cue
from tests.pipeline.merge.writers import Words, chunk, node_writer, stored, window


def test_a_sentence_of_the_root_leads_to_its_cue(tmp_path: Path) -> None:
    rows = [chunk(n) for n in range(200)]
    rows[123].summary = "Zoe Ash paid 99999 crowns for the bell."
    heard = [window(n) for n in range(200)]
    heard[123] = window(
        123, Cue(1230, 1234, "so let us begin"), Cue(1234, 1239, "Zoe Ash has paid 99999 crowns"),
    )  # fmt: skip
    run = stored(tmp_path, rows, heard)
    writer = Words(lambda lines: next((line for line in lines if "Zoe" in line), lines[0]))
    with run.writing():
        root = merge(run, node_writer(writer, load(sets=["merge.budget=600", "merge.max_tokens=64"])))
    assert root is not None
    number = next(n for n, line in enumerate(sentences(root.text)) if "Zoe" in line)
    (trail,) = trace(run, root, number)
    assert (trail.chunk, trail.span, trail.cue, trail.words) == (
        123, Span(1230, 1240), Span(1234, 1239), "Zoe Ash has paid 99999 crowns",
    )  # fmt: skip
    assert [level for level, _ in trail.nodes] == [2, 1]
    nodes = {(row.level, row.index): row for level in (1, 2) for row in run.nodes(level)}
    assert 123 in nodes[trail.nodes[1]].children
    assert trail.nodes[1][1] in nodes[trail.nodes[0]].children


def test_a_chunk_of_several_windows_leads_to_the_cue_of_the_right_one(tmp_path: Path) -> None:
    rows = [chunk(0, "Zoe Ash paid 99999 crowns for the bell.", end=30), chunk(3, "Omar sold 40 boats.", end=60)]
    heard = [window(n, Cue(n * 10 + 1, n * 10 + 5, f"{words} and so on")) for n, words in enumerate(
        ["it rained", "it snowed", "99999 crowns", "a storm", "40 boats", "it hailed"]
    )]  # fmt: skip
    run = stored(tmp_path, rows, heard)
    with run.writing():
        root = merge(run, node_writer(Words(" ".join), load(sets=["merge.budget=600"])))
    assert root is not None
    found = [trace(run, root, number) for number in range(2)]
    assert [(trail.chunk, trail.span, trail.cue, trail.words) for (trail,) in found] == [
        (0, Span(0, 30), Span(21, 25), "99999 crowns and so on"),
        (3, Span(30, 60), Span(41, 45), "40 boats and so on"),
    ]


def test_where_nothing_was_heard_a_sentence_leads_to_the_chunk_itself(tmp_path: Path) -> None:
    run = stored(tmp_path, [chunk(n) for n in range(3)])
    with run.writing():
        root = merge(run, node_writer(Words(" ".join), load(sets=["merge.budget=600"])))
    assert root is not None
    (trail,) = trace(run, root, 1)
    assert (trail.chunk, trail.span, trail.cue, trail.words) == (1, Span(10, 20), Span(10, 20), chunk(1).summary)


def test_a_sentence_that_nothing_bears_out_is_left_out(tmp_path: Path) -> None:
    run = stored(tmp_path, [chunk(n) for n in range(5)])
    with run.writing():
        writer = Words(lambda lines: f"Nobody expected any rain. {lines[0]}")
        root = merge(run, node_writer(writer, load(sets=["merge.budget=600"])))
    assert root is not None
    assert "rain" not in root.text
    assert len(trace(run, root, 0)) == 1
    with pytest.raises(IndexError):
        trace(run, root, 99)


def windows(count: int) -> list[Span]:
    return [Span(to_ticks(30 * n), to_ticks(30 * n + 30)) for n in range(count)]


def test_an_estimate_agrees_with_the_plan() -> None:
    limits = Limits(8_192, 140, 400, 7)
    found = estimate(windows(2_880), limits, Rates(prefill=100, decode=25, hear=10), chunk_tokens=90)
    tree = plan([Item(n, span, 90) for n, span in enumerate(windows(2_880))], limits)
    assert [level.calls for level in found.levels] == [2_880, *map(len, tree.levels)]
    assert found.depth == tree.depth
    assert found.levels[0].tokens_in == 2_880 * 60 + round(86_400 * 3.4)
    assert found.levels[0].seconds == pytest.approx(found.levels[0].tokens_in / 100 + 2_880 * 90 / 25 + 8_640)
    assert found.calls == sum(level.calls for level in found.levels)


def test_windows_that_share_a_summary_save_calls() -> None:
    found = estimate(
        windows(10), Limits(8_192, 140, 400, 7), Rates(100, 25, 10), chunk_tokens=90, windows_per_summary=4
    )
    assert [level.calls for level in found.levels] == [3, 1]


def test_a_lone_chunk_needs_no_merge_and_no_chunk_nothing() -> None:
    limits = Limits(8_192, 140, 400, 7)
    assert estimate(windows(1), limits, Rates(100, 25, 10), chunk_tokens=90).calls == 1
    assert estimate([], limits, Rates(100, 25, 10), chunk_tokens=90).seconds == 0


def test_an_estimate_with_a_budget_too_small_says_so() -> None:
    with pytest.raises(LimitError):
        estimate(windows(2), Limits(100, 90, 400, 7), Rates(100, 25, 10), chunk_tokens=90)


def test_rates_give_back_the_time_they_were_measured_from() -> None:
    rates = Rates.measured(tokens_in=7_400, tokens_out=1_000, seconds=120, hear=10)
    assert 7_400 / rates.prefill + 1_000 / rates.decode == pytest.approx(120)
    with pytest.raises(ValueError, match="measured"):
        Rates.measured(tokens_in=0, tokens_out=0, seconds=0, hear=10)
