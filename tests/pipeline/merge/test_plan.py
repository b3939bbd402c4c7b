"""The planner over hostile sizes: contiguous, within budget, balanced, and always at an end."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chunkers.spans import Span
from pipeline.errors import LimitError
from pipeline.merge.plan import Group, Item, Limits, Plan, plan, plan_level

sizes = st.one_of(st.integers(0, 3), st.integers(0, 200), st.integers(0, 50_000))


@st.composite
def budgets(draw: st.DrawFn) -> Limits:
    """Limits from the barest that still work up to a whole context of 262,144 tokens."""
    overhead, per_item = draw(st.integers(0, 300)), draw(st.integers(0, 12))
    output = draw(st.integers(1, 4_000))
    least = overhead + 2 * per_item + 3 * (min(16, output) + 8)
    return Limits(draw(st.integers(least, least + 2_000) | st.integers(least, 262_144)), overhead, output, per_item)


def items(tokens: list[int], borders: list[float] | None = None) -> list[Item]:
    ends = borders or [0.0] * len(tokens)
    return [Item(n, Span(n * 10, n * 10 + 10), size, ends[n]) for n, size in enumerate(tokens)]


def check_level(groups: tuple[Group, ...], count: int, limits: Limits) -> None:
    assert [group.first for group in groups] == [0, *(group.stop for group in groups[:-1])]
    assert groups[-1].stop == count
    assert all(group.first < group.stop for group in groups)
    assert all(limits.overhead + group.tokens + limits.cap <= limits.budget for group in groups)


@given(st.lists(sizes, max_size=60), budgets())
def test_a_plan_is_whole_within_budget_and_ends_in_one_root(tokens: list[int], limits: Limits) -> None:
    made = plan(items(tokens), limits)
    assert sum(leaf.tokens for leaf in made.leaves) == sum(tokens)
    assert [leaf.index for leaf in made.leaves] == sorted(leaf.index for leaf in made.leaves)
    if not tokens:
        assert made == Plan((), ())
        return
    count = len(made.leaves)
    for level, groups in enumerate(made.levels, 1):
        check_level(groups, count, limits)
        assert level == 1 or len(groups) < count
        count = len(groups)
    assert count == 1
    assert made.levels[-1][0].span == Span(0, len(tokens) * 10)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=10), st.integers(110, 200))
def test_no_cut_has_fewer_groups(tokens: list[int], budget: int) -> None:
    limits = Limits(budget, 10, 20)
    groups = plan_level(items(tokens), limits)
    fewest = len(tokens)
    for cuts in range(2 ** (len(tokens) - 1)):
        loads = [0]
        for n, size in enumerate(tokens):
            if n and cuts >> (n - 1) & 1:
                loads.append(0)
            loads[-1] += size
        if max(loads) <= limits.room:
            fewest = min(fewest, len(loads))
    assert len(groups) == fewest


@given(st.integers(2, 4_000), st.integers(1, 90), st.integers(2_048, 32_768))
def test_equal_notes_make_equal_groups(count: int, size: int, budget: int) -> None:
    groups = plan_level(items([size] * count), Limits(budget, 60, 400, 6))
    counts = [group.stop - group.first for group in groups]
    assert max(counts) - min(counts) <= 1


@given(st.lists(st.integers(1, 90), min_size=2, max_size=300), st.integers(1_024, 4_096))
def test_where_there_is_room_a_group_is_an_item_off_the_mean_at_most(tokens: list[int], budget: int) -> None:
    limits = Limits(budget, 60, 200, 6)
    groups = plan_level(items(tokens), limits)
    mean = sum(group.tokens for group in groups) / len(groups)
    assume(mean + 2 * max(tokens) + 12 <= limits.room)
    assert all(abs(group.tokens - mean) <= max(tokens) + 6 for group in groups)


def test_a_cut_goes_to_the_border_beside_the_balanced_place() -> None:
    limits = Limits(1_000, 0, 100)
    flat = plan_level(items([10] * 160), limits)
    drawn = plan_level(items([10] * 160, [1.0 if n == 84 else 0.0 for n in range(160)]), limits)
    assert [group.first for group in flat] == [0, 80]
    assert [group.first for group in drawn] == [0, 84]


def test_a_border_far_away_or_over_the_budget_draws_nothing() -> None:
    limits = Limits(1_000, 0, 100)
    far = [1.0 if n in {5, 95} else 0.0 for n in range(160)]
    assert [group.first for group in plan_level(items([10] * 160, far), limits)] == [0, 80]


@given(st.lists(st.integers(0, 90), min_size=1, max_size=200), st.data())
def test_earlier_cuts_are_kept_while_they_fit(tokens: list[int], data: st.DataObject) -> None:
    limits = Limits(700, 60, 200, 6)
    before = plan_level(items(tokens), limits)
    cuts = [group.first for group in before]
    at = data.draw(st.integers(0, len(tokens) - 1))
    changed = [*tokens[:at], data.draw(st.integers(0, 90)), *tokens[at + 1 :]]
    after = plan_level(items(changed), limits, cuts)
    check_level(after, len(changed), limits)
    fewest = len(plan_level(items(changed), limits))
    kept = [cut in [group.first for group in after] for cut in cuts]
    assert len(after) <= fewest + 1
    assert all(kept) or len(before) > fewest or len(after) == fewest


@pytest.mark.parametrize("cuts", [[1], [0, 0], [0, 500], [0, 3, 2], [5, 0]])
def test_cuts_of_another_tree_are_not_kept(cuts: list[int]) -> None:
    check_level(plan_level(items([50] * 10), Limits(400, 20, 60), cuts), 10, Limits(400, 20, 60))


def test_a_budget_without_room_for_two_answers_is_an_error_with_a_cure() -> None:
    with pytest.raises(LimitError, match="too small") as caught:
        plan(items([5]), Limits(120, 100, 400))
    assert "172" in str(caught.value)


def test_a_note_that_was_not_split_is_refused_by_a_level() -> None:
    with pytest.raises(LimitError, match="split first"):
        plan_level(items([10_000]), Limits(1_000, 0, 100))


def test_a_day_of_chunks_is_planned_at_once() -> None:
    made = plan(items([70] * 2_880), Limits(32_768, 60, 400, 6))
    assert [len(groups) for groups in made.levels] == [7, 1]


def test_a_group_that_overflows_is_cut_by_itself() -> None:
    limits = Limits(1_000, 0, 100)
    cuts = [group.first for group in plan_level(items([10] * 360), limits)]
    assert cuts == [0, 90, 180, 270]
    after = plan_level(items([10] * 100 + [15] + [10] * 259), limits, cuts)
    assert [group.first for group in after] == [0, 90, 135, 180, 270]
