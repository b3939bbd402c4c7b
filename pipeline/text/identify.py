"""In which language a sentence is written, told by its letters (py3langid): for texts too short for word lists."""

from __future__ import annotations

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from pipeline.settings.languages import LANGUAGES
from pipeline.text.sentences import sentences

SURE = 0.6
"""Probability from which a sentence is said to be in a language."""

UNLIKELY = 0.02
"""Probability up to which it is said not to be in one."""


def in_other_language(sentence: str, source: str) -> bool:
    """Whether `sentence` is written in a language in which no sentence of `source` is.

    Both must be told with certainty: names, numbers and a few words tell nothing. Of languages that are much alike
    (Danish, Norwegian) neither is unlikely, so that they count as one here.
    """
    likely = _probabilities(sentence)
    if max(likely.values()) < SURE:
        return False
    spoken = _spoken(source)
    return bool(spoken) and sum(likely[language] for language in spoken) <= UNLIKELY


def language_name(text: str, otherwise: str) -> str:
    """The English name of the language that `text` is in; `otherwise` where that is not sure."""
    likely = _probabilities(text)
    code = max(likely, key=likely.__getitem__)
    return LANGUAGES[code] if likely[code] >= SURE else otherwise


@lru_cache(maxsize=64)
def _spoken(source: str) -> frozenset[str]:
    """The languages that sentences of `source` are surely in."""
    ranked = [_probabilities(text) for text in [source, *sentences(source)]]
    return frozenset(max(one, key=one.__getitem__) for one in ranked if max(one.values()) >= SURE)


def _probabilities(text: str) -> dict[str, float]:
    """The probability of each language that a recogniser may hear, by its code."""
    return {language: float(probability) for language, probability in _identifier().rank(text)}


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """The identifier, loaded once: it takes about half a second."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([language for language in LANGUAGES if language in identifier.labels])
    return identifier
