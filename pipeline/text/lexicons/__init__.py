"""Words and phrases of single languages: one module a language, all of the same form."""

from __future__ import annotations

from pipeline.text.languages import languages, told
from pipeline.text.lexicons import english, french, german, spanish
from pipeline.text.lexicons.lexicon import Headings, Lexicon

__all__ = ["LEXICONS", "Headings", "Lexicon", "lexicon"]

LEXICONS = {"en": english.LEXICON, "de": german.LEXICON, "fr": french.LEXICON, "es": spanish.LEXICON}
"""By the language's code (ISO 639-1)."""

_UNKNOWN = Lexicon()


def lexicon(text: str, otherwise: Lexicon = _UNKNOWN) -> Lexicon:
    """The words of the language that `text` is in; an empty lexicon where there is none for it.

    Where `text` is too short to tell its language it is `otherwise`.
    """
    likely = languages(text)
    return LEXICONS.get(likely[0], _UNKNOWN) if told(likely) else otherwise
