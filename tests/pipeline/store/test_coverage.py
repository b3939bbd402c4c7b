"""Coverage: every tick has one fate, and the fates add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store.coverage import STATUSES, coverage
from pipeline.store.tables import DescribeRow, HearRow


def rows(parts: list[tuple[int, str]]) -> list[DescribeRow]:
    made, clock = [], 0
    for index, (ticks, status) in enumerate(parts):
        made.append(
            DescribeRow(
                recording="r",
                index=index,
                start=clock,
                end=clock + ticks,
                kind="window",
                inputs="",
                status=status,
                error="e",
            )
        )
        clock += ticks
    return made


def heard(row: DescribeRow) -> HearRow:
    return HearRow(
        recording=row.recording,
        index=row.index,
        start=row.start,
        end=row.end,
        heard_start=row.start,
        status=row.status,
        error=row.error,
    )


@given(st.lists(st.tuples(st.integers(1, 480_000), st.sampled_from(STATUSES))))
def test_it_adds_up_to_the_tick(parts: list[tuple[int, str]]) -> None:
    total = coverage(rows(parts))
    assert sum(total.ticks.values()) == total.end == sum(ticks for ticks, _ in parts)
    gaps = sum(span.ticks for span, _, _ in total.gaps)
    assert gaps == total.ticks["failed"] + total.ticks["skipped"]
    assert total.complete == (gaps == 0)
    assert coverage(heard(row) for row in rows(parts)) == total


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_hole_or_an_overlap_is_not_accepted(shift: int) -> None:
    first, second = rows([(10, "processed"), (10, "processed")])
    second.start += shift
    with pytest.raises(ValueError, match="row 1"):
        coverage([first, second])


def test_neighbouring_gaps_of_one_reason_are_one() -> None:
    total = coverage(rows([(5, "failed"), (5, "failed"), (5, "skipped"), (5, "silent")]))
    assert [str(status) for _, status, _ in total.gaps] == ["failed", "skipped"]
