"""What is still to be done is not told as done, and a date keeps its year."""

from __future__ import annotations

import pytest

from pipeline.text.deadlines import shifted
from pipeline.text.lexicons import LEXICONS
from pipeline.text.tense import told_as_done

ENGLISH = LEXICONS["en"]


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        ("Charles Adams reported back by the 7th of July.", "Charles Adams reports back by the 7th of July.", True),
        ("Anna sent the drawings.", "Anna: I will send the drawings.", True),
        ("Anna sent the drawings.", "Anna: I sent the drawings.", False),
        ("The road is closed.", "We close the road.", False),
        ("The closed road is wet.", "The road will close, and it is wet.", False),
        ("Anna asked the council for approval.", "Anna: I ask the council for approval.", False),
        ("The team measured the crack.", "Thomas measured the crack, and will measure it again.", False),
    ],
)
def test_what_is_to_be_done_is_not_told_as_done(written: str, said: str, expected: bool) -> None:
    assert told_as_done(written, said, ENGLISH) is expected


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        ("It was inspected on May 23rd, 1970.", "We inspected it on the 23rd of May, and it dates from 1970.", True),
        ("It was inspected on May 23rd, 1970.", "We inspected it on the 23rd of May 1970.", False),
        ("It was inspected on May 23rd.", "We inspected it on the 23rd of May 1970.", False),
        ("Es wurde am 23.05.1970 geprüft.", "Es wurde am 23.05.1970 geprüft.", False),
        ("Es wurde am 23. Mai 1970 geprüft.", "Es wurde am 23. Mai geprüft und stammt von 1970.", True),
    ],
)
def test_a_year_that_was_said_of_something_else_is_not_that_of_a_date(written: str, said: str, expected: bool) -> None:
    assert shifted(written, said, ENGLISH) is expected
