"""A window in doubt takes its neighbours' language; one that is sure keeps its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.protocol import Heard, Samples
from pipeline.stages.hear import HearWorker
from pipeline.stages.language import SURE, decide
from pipeline.stages.protocol import Part
from tests.pipeline.stages.test_hear import GOOD, Says, window

DE = {"de": 0.97, "en": 0.02}
EN = {"en": 0.95, "de": 0.03}
DOUBT = {"en": 0.4, "de": 0.35, "nn": 0.2}

probabilities = st.dictionaries(st.sampled_from(["de", "en", "fr"]), st.floats(0, 1), max_size=3)


def test_doubt_takes_the_language_around_it() -> None:
    assert decide([DE, DOUBT, DE]) == ["de", "de", "de"]
    assert decide([DE, DE, DOUBT, DOUBT]) == ["de"] * 4
    assert decide([EN, DOUBT, EN]) == ["en"] * 3


def test_a_true_change_of_language_stays() -> None:
    assert decide([EN, DE, DE, EN, DE]) == ["en", "de", "de", "en", "de"]


def test_alone_the_likeliest_is_taken_and_nothing_is_nothing() -> None:
    assert decide([DOUBT]) == ["en"]
    assert decide([{}]) == [None]
    assert decide([]) == []


@given(st.lists(probabilities, max_size=12))
def test_who_is_sure_keeps_its_own_and_nobody_else_counts_beyond_two_windows(found: list[dict[str, float]]) -> None:
    decided = decide(found)
    for at, own in enumerate(found):
        if own and max(own.values()) >= SURE:
            assert own[decided[at] or ""] == max(own.values())
    assert decide(found[:3])[0:1] == decided[0:1]


class Finds(Says):
    """A recogniser that tells the languages beforehand."""

    def __init__(self, *found: Mapping[str, float]) -> None:
        super().__init__(*[GOOD] * len(found))
        self.found = list(found)
        self.asked: list[tuple[str | None, int]] = []

    def language_probabilities(self, batch: Sequence[Samples]) -> list[Mapping[str, float]]:
        return [self.found.pop(0) for _ in batch]

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        self.asked.append((language, len(batch)))
        return [Heard(language or "", one.pieces, 0.5) for one in super().hear(batch)]


def test_windows_are_heard_in_the_language_decided_and_the_row_says_how_sure_it_was() -> None:
    hearer = Finds(DE, DOUBT, EN, DE)
    made = HearWorker(hearer, lambda _samples: 1.0).work(Part("r", [window(at) for at in range(4)]))
    assert hearer.asked == [("de", 3), ("en", 1)]
    assert [(one.row.index, one.row.language, one.row.language_probability) for one in made] == [
        (0, "de", 0.97),
        (1, "de", 0.35),
        (2, "en", 0.95),
        (3, "de", 0.97),
    ]


def test_recordings_that_are_heard_together_do_not_vote_for_each_other() -> None:
    hearer = Finds(DE, DE, DOUBT)
    made = HearWorker(hearer, lambda _samples: 1.0).work(Part("a", [window(0), window(1)]), Part("b", [window(0)]))
    assert [one.row.language for one in made] == ["de", "de", "en"]


def test_a_language_that_was_set_is_not_looked_for() -> None:
    hearer = Finds(DE)
    (made,) = HearWorker(hearer, lambda _samples: 1.0, language="fr").work(Part("r", [window()]))
    assert (hearer.asked, made.row.language, made.row.language_probability) == ([("fr", 1)], "fr", 0.0)
    assert hearer.found == [DE]
