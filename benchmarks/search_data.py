"""Made-up hours of talk for the benchmark of searching: words by Zipf's law, and a phrase planted in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.search.passages import Passage

WORDS_AN_HOUR = 9_000
_WORDS = 48
"""Words of a passage: half a minute."""

_VOCABULARY = 40_000
_ENDINGS = {"en": ["", "s", "ed", "ing"], "de": ["", "en", "er", "es"], "fr": ["", "s", "er", "ant"],
            "es": ["o", "a", "os", "ar"], "ru": ["", "а", "ов", "ами"]}  # fmt: skip
_SYLLABLES = {
    "en": "ba ton ridge low man stir ock per lim gra win ed fos ty cre mul den ash ver no",
    "de": "stra ge wal ter schul un ber kom mei ach ein tung for zer lich dor kan mut pfe re",
    "fr": "cha mon lu ver ri eau pla toi fer gne dou san mé lan bru tou ré cou ma pi",
    "es": "ca sa do lo mi ra pe ñor vi to lla cu bre gan no tri ma su de fo",
    "ru": "ко ра до ми сто ла пе ро ва ни гу бер са то ле ду ша кри мо на",
}
LANGUAGES = (*_SYLLABLES, "zh", "ja")


@dataclass(frozen=True, slots=True)
class Planted:
    """A phrase that one passage of one hour holds, as it stands there and as it is asked for."""

    hour: int
    asked: str
    text: str


class Talk:
    """Hours of talk: the same for the same seed, whichever are asked for."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        rng = np.random.default_rng(seed)
        self.words = {language: _vocabulary(language, rng) for language in LANGUAGES}
        share = 1 / (np.arange(_VOCABULARY) + 2.7)
        self._up_to = np.cumsum(share / share.sum())

    def language(self, hour: int) -> str:
        """What is spoken in an hour: English in every second one."""
        return "en" if hour % 2 == 0 else LANGUAGES[hour // 2 % len(LANGUAGES)]

    def planted(self, hour: int) -> Planted:
        """The phrase of an hour: three common words that do not stand together anywhere else but by chance."""
        language = self.language(hour)
        rng = np.random.default_rng((self._seed, 7, hour))
        chosen = [self.words[language][at] for at in rng.integers(200, 4_000, 4)]
        if language in ("zh", "ja"):
            text = "".join(chosen)
            return Planted(hour, f'"{text}"', text)
        bent = [f"{word}s" if language == "en" and word[-1] in "klmnr" else word for word in chosen]
        return Planted(hour, f'"{" ".join(chosen)}"', " ".join(bent))

    def hour(self, number: int) -> Iterator[Passage]:
        """The passages of an hour, one of which holds its planted phrase."""
        language = self.language(number)
        rng = np.random.default_rng((self._seed, number))
        ranks = np.searchsorted(self._up_to, rng.random(WORDS_AN_HOUR))
        words, between = self.words[language], "" if language in ("zh", "ja") else " "
        count = WORDS_AN_HOUR // _WORDS
        step = 3600 * TICKS_PER_SECOND // count
        place = int(rng.integers(count))
        for at in range(count):
            own = [words[rank] for rank in ranks[at * _WORDS : (at + 1) * _WORDS]]
            if at == place:
                own[_WORDS // 2 : _WORDS // 2] = [self.planted(number).text]
            cues = [between.join(own[first : first + 8]) for first in range(0, len(own), 8)]
            starts = np.cumsum([0, *[len(cue) + len(between) for cue in cues[:-1]]])
            moments = tuple((int(start), at * step + n * step // 8) for n, start in enumerate(starts))
            text = between.join(cues)
            yield Passage("transcript", Span(at * step, (at + 1) * step), text, f"Speaker {at % 4}", language, moments)


def _vocabulary(language: str, rng: np.random.Generator) -> list[str]:
    if language == "zh":
        return _letters(0x4E00, 3000, rng)
    if language == "ja":
        return _letters(0x3042, 80, rng)
    syllables, endings = _SYLLABLES[language].split(), _ENDINGS[language]
    found: dict[str, None] = {}
    while len(found) < _VOCABULARY:
        number = 1 + min(len(found) // 400, 3)
        stem = "".join(rng.choice(syllables, number + int(rng.integers(2))))
        found[stem + str(rng.choice(endings))] = None
    return list(found)


def _letters(first: int, many: int, rng: np.random.Generator) -> list[str]:
    """Words of one to four letters out of a range of them."""
    return [
        "".join(chr(first + int(many * share**3)) for share in rng.random(1 + min(n // 200, 3)))
        for n in range(_VOCABULARY)
    ]
