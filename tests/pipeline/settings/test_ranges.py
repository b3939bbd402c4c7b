"""A number, or a range of numbers."""

from __future__ import annotations

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import load


@pytest.mark.parametrize(
    ("written", "least", "most"), [("2", 2, 2), ("2-5", 2, 5), ("03-3", 3, 3), (" 1-10 ", 1, 10), (4, 4, 4)]
)
def test_how_many_people_speak(written: str | int, least: int, most: int) -> None:
    speakers = load(None, [], speakers={"count": written}).speakers
    assert (speakers.least, speakers.most) == (least, most)


def test_the_same_number_is_the_same_setting() -> None:
    assert load(sets=["speakers.count=3-3"]) == load(sets=["speakers.count=03"]) == load(sets=["speakers.count=3"])
    assert (load().speakers.least, load().speakers.most) == (1, None)


@pytest.mark.parametrize("written", ["0", "5-2", "two", "2-", "-2", "1000", "2-5-7", "2.5"])
def test_what_is_no_number_of_people(written: str) -> None:
    with pytest.raises(SettingsError, match=r"speakers\.count"):
        load(sets=[f"speakers.count={written}"])
