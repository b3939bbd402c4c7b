"""The runner: whole, within budget, resumable at any node, at an end whatever the writer does."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.merge import merge, sentences
from pipeline.settings import Settings, load
from pipeline.store import Run
from pipeline.store.tables import DescribeRow, NodeRow
from tests.pipeline.merge.writers import Failing, Words, chunk, first_sentences, node_writer, stored

SHOWING = load(sets=["merge.budget=2000", "merge.max_tokens=250"])
SMALL = load(sets=["merge.budget=600", "merge.max_tokens=64"])


def run_merge(run: Run, writer: Words, chosen: Settings = SMALL) -> NodeRow | None:
    with run.writing():
        return merge(run, node_writer(writer, chosen))


def must(row: NodeRow | None) -> NodeRow:
    assert row is not None
    return row


def tree(run: Run) -> list[NodeRow]:
    return [row for level in run.levels() for row in run.nodes(level)]


def check_tree(run: Run, rows: Sequence[DescribeRow]) -> None:
    """Every chunk below a node, every span the union of its children's, one root over all."""
    spans = {row.index: (row.start, row.end) for row in rows}
    below = list(spans)
    for level in run.levels():
        nodes = list(run.nodes(level))
        assert [node.index for node in nodes] == list(range(len(nodes))) == run.level(level).numbers()
        children = [child for node in nodes for child in node.children]
        assert list(dict.fromkeys(children)) == below
        for node in nodes:
            assert node.start == min(spans[child][0] for child in node.children)
            assert node.end == max(spans[child][1] for child in node.children)
            assert all(node.start <= c.start <= c.end <= node.end for c in node.citations if c.valid)
        spans = {node.index: (node.start, node.end) for node in nodes}
        below = list(spans)
    assert list(spans.values()) == [(rows[0].start, rows[-1].end)]


summaries = st.one_of(
    st.none(), st.just(""), st.text(max_size=60), st.integers(1, 900).map(lambda words: "much was said. " * words)
)
states = st.sampled_from(["processed", "processed", "processed", "silent", "failed", "skipped"])
BEHAVIOURS: dict[str, Callable[[list[str]], str]] = {
    "good": first_sentences,
    "everything": " ".join,
    "far too much": lambda lines: "It goes on and on for ever. " * 400 + " ".join(lines),
    "one endless sentence": lambda lines: " ".join(f"word{n}" for n in range(900)),
    "nothing": lambda lines: "",
    "a loop": lambda lines: "lift stop, " * 200,
    "invented": lambda lines: "They paid 987654 euros to Zorro Quux.",
}


@settings(max_examples=40)
@given(st.lists(st.tuples(summaries, states), min_size=1, max_size=60), st.sampled_from(sorted(BEHAVIOURS)))
def test_any_level_0_and_any_writer_give_a_whole_tree(given_rows: list[tuple[str | None, str]], behaviour: str) -> None:
    rows = [chunk(n, text, status) for n, (text, status) in enumerate(given_rows)]
    with tempfile.TemporaryDirectory() as folder:
        run = stored(Path(folder), rows)
        writer = Words(BEHAVIOURS[behaviour])
        root = run_merge(run, writer)
        if not any(row.summary.strip() for row in rows):
            assert root is None
            assert tree(run) == []
            return
        check_tree(run, rows)
        assert tree(run)[-1] == root
        assert all(writer.count(node.text) <= 64 for node in tree(run))


def test_the_text_of_a_failed_chunk_is_never_merged(tmp_path: Path) -> None:
    rows = [chunk(n) for n in range(20)]
    rows[7] = chunk(7, status="failed", error="poison", rejected="poison")
    rows[7].summary = "poison"
    writer = Words(first_sentences)
    must(run_merge(stored(tmp_path, rows), writer))
    assert writer.prompts
    assert not any("poison" in prompt.user for prompt in writer.prompts)


def test_no_text_leaves_no_tree(tmp_path: Path) -> None:
    rows = [chunk(n) for n in range(30)]
    run = stored(tmp_path, rows)
    assert run_merge(run, Words(first_sentences)) is not None
    for part in run.describe.numbers():
        run.describe.delete(part)
    run.describe.write(0, [chunk(0, status="silent")])
    assert run_merge(run, Words(first_sentences)) is None
    assert run.levels() == []


def test_a_lone_summary_is_the_root_as_it_is_without_a_call(tmp_path: Path) -> None:
    rows = [chunk(0, status="silent"), chunk(1, "Omar sold 40 boats. It rained."), chunk(2, status="failed")]
    writer = Words(first_sentences)
    root = must(run_merge(stored(tmp_path, rows), writer))
    assert (root.level, root.text, root.children) == (1, "Omar sold 40 boats. It rained.", [0, 1, 2])
    assert [(c.sentence, c.start, c.end, c.how) for c in root.citations] == [
        (0, 10, 20, "carried"), (1, 10, 20, "carried"),
    ]  # fmt: skip
    assert writer.prompts == []


def test_a_summary_of_several_windows_is_cited_as_a_whole(tmp_path: Path) -> None:
    rows = [chunk(0, "Omar sold 40 boats.", end=30), chunk(3)]
    root = must(run_merge(stored(tmp_path, rows), Words(" ".join)))
    assert [(c.start, c.end) for c in root.citations if c.sentence == 0] == [(0, 30)]
    assert root.children == [0, 3]


def test_chunks_of_several_windows_keep_their_own_numbers(tmp_path: Path) -> None:
    """A chunk has the number of its first window, and the next one follows with a gap."""
    rows = [chunk(n, f"{'word ' * 40}{n}.", end=n * 10 + 20) for n in range(0, 40, 2)]
    run = stored(tmp_path, rows)
    must(run_merge(run, Words(first_sentences)))
    check_tree(run, rows)
    assert len(run.level(1).numbers()) > 1
    assert all(citation.span.ticks % 20 == 0 for node in run.nodes(1) for citation in node.citations)
    writer = Words(first_sentences)
    rows[3] = chunk(6, f"{'other ' * 40}6.", end=80)
    run.describe.write(0, rows[:8])
    must(run_merge(run, writer))
    check_tree(run, rows)
    assert len(writer.prompts) == 2


def test_of_an_over_long_summary_every_node_above_it_is_shown_some(tmp_path: Path) -> None:
    words = [f"word{n}" for n in range(3_000)]
    run = stored(tmp_path, [chunk(0), chunk(1, " ".join(words)), chunk(2)])
    writer = Words(lambda lines: "Something was said.")
    must(run_merge(run, writer))
    first = [prompt for prompt in writer.prompts if "word" in prompt.user]
    assert len(first) > 5


def test_a_writer_is_shown_what_tells_most_of_every_part(tmp_path: Path) -> None:
    """Of sixty notes, every fifth about what the recording is about, the rest asides that do not come again."""
    told = [f"The bridge at mile {n} needs a repair of the pier for {n + 300} euros." for n in range(0, 60, 5)]
    asides = [f"Somebody once kept {letter * 5} at home." for letter in "abcdefghijklmnopqrstuvwxyz" * 2]
    texts = [told[n // 5] if n % 5 == 0 else asides.pop() for n in range(60)]
    writer = Words(first_sentences, context=2_000)
    must(run_merge(stored(tmp_path, [chunk(n, text) for n, text in enumerate(texts)]), writer, SHOWING))
    (prompt,) = writer.prompts
    shown = [line for line in prompt.user.splitlines() if line.startswith("- ")]
    assert writer.count(" ".join(shown)) < writer.count(" ".join(texts)) / 2
    assert sum("bridge" in line for line in shown) >= 0.8 * len(shown)
    places = [texts.index(line[2:]) for line in shown]
    assert places == sorted(places)
    assert {place * 3 // 60 for place in places} == {0, 1, 2}


class Killed(Exception):  # noqa: N818 - it is no error: it stands for the end of the process
    """The process ends here."""


@pytest.mark.parametrize("after", [0, 1, 3, 6])
def test_killed_after_any_node_the_next_start_goes_on(tmp_path: Path, after: int) -> None:
    rows = [chunk(n) for n in range(200)]
    whole, cut = stored(tmp_path / "whole", rows), stored(tmp_path / "cut", rows)
    expected = must(run_merge(whole, Words(first_sentences)))

    def stop(done: int, total: int) -> None:
        if done == after:
            raise Killed

    first, second = Words(first_sentences), Words(first_sentences)
    with pytest.raises(Killed), cut.writing():
        merge(cut, node_writer(first, SMALL), stop)
    assert must(run_merge(cut, second)) == expected
    calls = len(whole.level(1).numbers()) + len(whole.level(2).numbers())
    assert (len(first.prompts), len(first.prompts) + len(second.prompts)) == (after, calls)
    assert tree(cut) == tree(whole)


def test_nothing_changed_nothing_is_asked(tmp_path: Path) -> None:
    run = stored(tmp_path, [chunk(n) for n in range(120)])
    root = must(run_merge(run, Words(first_sentences)))
    writer = Words(first_sentences)
    assert run_merge(run, writer) == root
    assert writer.prompts == []


@pytest.mark.parametrize(("count", "more"), [(190, 0), (200, 1)], ids=["the note fits", "its group overflows"])
def test_a_retried_chunk_asks_for_the_nodes_above_it_and_no_other(tmp_path: Path, count: int, more: int) -> None:
    rows = [chunk(n) for n in range(count)]
    rows[57] = chunk(57, status="failed")
    run = stored(tmp_path, rows)
    must(run_merge(run, Words(first_sentences)))
    before = {node.inputs for node in tree(run)}
    rows[57] = chunk(57, "Zoe Ash paid 99999 crowns for the bell.")
    run.describe.write(57 // 8, rows[56:64])
    writer = Words(first_sentences)
    must(run_merge(run, writer))
    check_tree(run, rows)
    changed = [node for node in tree(run) if node.inputs not in before]
    assert [node.level for node in changed] == [1] * (1 + more) + [2]
    assert any(57 in node.children for node in changed[:-1])
    assert len(writer.prompts) == 2 + more


def test_a_smaller_tree_leaves_nothing_of_the_larger(tmp_path: Path) -> None:
    rows = [chunk(n) for n in range(200)]
    run = stored(tmp_path, rows)
    must(run_merge(run, Words(first_sentences)))
    assert run.levels() == [1, 2]
    rows = [chunk(n) if n < 10 else chunk(n, status="silent") for n in range(200)]
    for part in range(25):
        run.describe.write(part, rows[part * 8 : part * 8 + 8])
    must(run_merge(run, Words(first_sentences)))
    assert run.levels() == [1]
    check_tree(run, rows)


def test_a_damaged_node_is_made_anew(tmp_path: Path) -> None:
    run = stored(tmp_path, [chunk(n) for n in range(120)])
    root = must(run_merge(run, Words(first_sentences)))
    next(tmp_path.rglob("level=1/part-000001.parquet")).write_bytes(b"not a table")
    writer = Words(first_sentences)
    assert run_merge(run, writer) == root
    assert len(writer.prompts) == 1


def test_a_node_that_fails_spoils_no_other_and_is_tried_again(tmp_path: Path) -> None:
    rows = [chunk(n) for n in range(200)]
    before = Words(first_sentences, batch=4)
    must(run_merge(stored(tmp_path / "before", rows), before))
    word = before.prompts[0].user.splitlines()[1]
    run = stored(tmp_path, rows)
    with_gap = must(run_merge(run, Failing(word, batch=4)))
    failed = [node for node in run.nodes(1) if node.status == "failed"]
    assert [(node.text, node.error) for node in failed] == [("", "out of luck")]
    assert (with_gap.status, with_gap.start, with_gap.end) == ("processed", 0, 2_000)
    writer = Words(first_sentences, batch=4)
    root = must(run_merge(run, writer))
    assert all(node.status == "processed" for node in tree(run))
    assert len(writer.prompts) == 2
    assert root.inputs != with_gap.inputs


def test_where_every_node_fails_the_root_says_so(tmp_path: Path) -> None:
    run = stored(tmp_path, [chunk(n) for n in range(200)])
    root = must(run_merge(run, Failing("counts")))
    assert (root.status, root.text, root.start, root.end) == ("failed", "", 0, 2_000)
    assert must(run_merge(run, Words(first_sentences))).status == "processed"


def test_progress_counts_every_node_once(tmp_path: Path) -> None:
    run = stored(tmp_path, [chunk(n) for n in range(200)])
    seen: list[tuple[int, int]] = []
    with run.writing():
        merge(run, node_writer(Words(first_sentences), SMALL), lambda done, total: seen.append((done, total)))
    nodes = len(tree(run))
    assert seen[0] == (0, nodes)
    assert seen[-1] == (nodes, nodes)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_language_is_asked_for_and_then_even_a_lone_summary_is_written(tmp_path: Path) -> None:
    writer = Words(lambda lines: "Omar verkaufte 40 Boote. [1]")
    chosen = load(sets=["merge.budget=600", "merge.max_tokens=64", "merge.language=German", "merge.cite=true"])
    root = must(run_merge(stored(tmp_path, [chunk(0, "Omar sold 40 boats.")]), writer, chosen))
    assert "in German" in writer.prompts[0].user
    assert root.text.startswith("Omar verkaufte 40 Boote.")
    assert [(c.valid, c.how) for c in root.citations if c.sentence == 0] == [(True, "cited")]


def test_what_a_node_is_made_of_is_accounted_for(tmp_path: Path) -> None:
    root = must(run_merge(stored(tmp_path, [chunk(n) for n in range(5)]), Words(" ".join)))
    assert (root.attempts, root.seconds, root.model) == (1, 0.5, "words")
    assert root.tokens_in > root.tokens_out > 0
    assert json.loads(root.fidelity)["share"] == 1.0
    assert len(sentences(root.text)) == 5
