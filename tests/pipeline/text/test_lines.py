"""Lines are broken where their script allows it, and are never wider than the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.lines import LINE, breakable, units, wrap
from pipeline.text.scripts import cells

texts = st.text(max_size=200) | st.text("ab .,字かー。กเ้ำ가<\u0301(", max_size=150)


@given(texts)
def test_no_letter_is_lost_and_no_line_is_too_wide(text: str) -> None:
    lines = wrap(text)
    assert "".join(units(text)) == text
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) > 0 and cells(line) <= LINE for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("The pump costs four hundred thousand euros, which is more.", 2),
        ("因为我们今天要讨论的是关于明年预算的问题，所以请大家先看一下文件", 2),
        ("今日は来年の予算についてお話ししますので、まず資料の三ページをご覧ください", 2),
        ("การซ่อมจะใช้เวลาประมาณหกสัปดาห์ระหว่างนั้นรถเมล์จะอ้อมไปทางโรงสี", 2),
        ("수리에는 육 주쯤 걸리고 그동안 버스는 방앗간 쪽으로 돌아갑니다", 2),
        ("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", 2),
    ],
)
def test_every_script_fills_two_lines(text: str, lines: int) -> None:
    assert len(wrap(text)) == lines


@given(st.text("字かー。、」っ（", max_size=60))
def test_no_line_of_japanese_begins_with_a_closing_mark(text: str) -> None:
    lines = wrap(f"字{text}字")
    assert not any(line[0] in "ー。、」っ" for line in lines[1:] if len(line) < LINE // 2)


def test_a_mark_stays_with_its_letter() -> None:
    for text in ("การซ่อมจะใช้เวลา", "ကျေးဇူးတင်ပါတယ်", "សួស្តីទាំងអស់គ្នា"):
        assert all(cells(unit) > 0 and not "\u0e30" <= unit[0] <= "\u0e3a" for unit in units(text))
    assert units("เมือง")[0].startswith("เม")


def test_two_lines_are_of_like_length_and_end_at_a_comma() -> None:
    assert wrap("The man who had come from the other side of the valley left") == [
        "The man who had come from the",
        "other side of the valley left",
    ]
    assert wrap("When they came down from the hills, nobody was left in the town") == [
        "When they came down from the hills,",
        "nobody was left in the town",
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("one", " two", True), ("three", "-fold", False), ("3", ".5", False), ("今日", "は", True),
        ("今日", "。", False),
        ("（", "今", False), ("pre", "fix", False), ("AI", "は", True), ("เ", "ม", False), ("ก", "้", False),
        ("안녕", "하세요", False),
    ],
)  # fmt: skip
def test_where_words_that_follow_each_other_may_part(before: str, after: str, expected: bool) -> None:
    assert breakable(before, after) is expected


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("字か", 4), ("가", 2), ("é", 1), ("e\u0301", 1), ("ก้", 1), ("ｱ", 1)]
)
def test_the_width_of_a_text(text: str, width: int) -> None:
    assert cells(text) == width
