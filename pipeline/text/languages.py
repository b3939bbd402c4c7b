"""Which language a text is in, told by its commonest words: enough to read its number words and decimal marks."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

_COMMON = {
    "en": "the of and to is was that with they you it this are were for we have at by from not our he she",
    "de": "der die das und ist nicht wir sind ein eine mit auf für von dem den im zu am es war ich sie auch",
    "fr": "le la les et est nous vous des une dans pour avec que qui pas au du sont était ils elle je",
    "es": "el los las y es con para por que una del se en la son no fue como pero su",
    "it": "il gli che è di per con una sono della nel non le i la e del era ma",
    "pt": "o os as e é com para uma não do da em que dos foi são no na por um",
    "nl": "de het een en is van niet wij dat met op zijn voor we zij was ik naar",
    "da": "og det er en ikke vi til af på som den at var jeg et med har",
}
"""The commonest words of every language whose number words are known."""

_LANGUAGES: dict[str, list[str]] = {}
for _language, _words in _COMMON.items():
    for _word in _words.split():
        _LANGUAGES.setdefault(_word, []).append(_language)

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


@lru_cache(maxsize=1024)
def languages(text: str) -> tuple[str, ...]:
    """Codes of the languages that `text` may be in, the likeliest first; all that are known where nothing tells."""
    votes = Counter(
        language for word in _WORD.findall(text.lower()) for language in _LANGUAGES.get(word, ())
    ).most_common()
    return tuple(language for language, count in votes if 2 * count > votes[0][1]) or tuple(_COMMON)


def common(text: str) -> frozenset[str]:
    """The commonest words of the languages that `text` may be in."""
    return frozenset(word for language in languages(text) for word in _COMMON[language].split())


def told(likely: tuple[str, ...]) -> bool:
    """Whether `languages` knew anything."""
    return len(likely) < len(_COMMON)


def decimal_comma(text: str) -> bool:
    """Whether `text` writes 1.234,5 rather than 1,234.5: so do most languages of Europe but English."""
    likely = languages(text)
    return bool(_CYRILLIC.search(text)) or (told(likely) and likely[0] != "en")
