"""Whether a full stop ends a sentence, or belongs to an abbreviation, an initial or an ordinal.

Decided from the word before it and the word after it alone, so that a long text costs no more than its full stops.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BEFORE_SOMETHING = _set(
    "Mr Mrs Ms Mx Dr Drs Prof St Mt Rev Hon Gen Col Sgt Capt Lt Cpl Maj Sen Rep Gov Pres Messrs Hr Fr Frl Dipl "
    "Ing Hl Sr Sra Srta Dra Dña Lic Sig Dott Mme Mlle Mgr vs cf ca approx viz e.g i.e eg ie z.B d.h u.a o.ä s.o "
    "s.u v.a z.T vgl bzw bspw ggf evtl inkl exkl zzgl abzgl sog resp p.ex p.ej г-н г-жа т.е д-р ул"
)
"""Abbreviations that something always follows."""

_BEFORE_NUMBER = _set("No Nos no nos Nr Nrn nr Art Abs Bd Kap Abb Fig fig Vol vol Ch ch Sec sec pp núm Tel Ziff")
"""Abbreviations only where a number follows: `No.` alone is an answer."""

_EITHER = _set("etc usw usf al a.m p.m Inc Ltd Co Corp Jr Bros Ave Blvd")
"""Abbreviations that end a sentence too, where a capital follows."""

_UNITS = _set("Mio Mrd Tsd Std Min Sek")
"""Abbreviations after which a German noun has its capital: only a word that opens a sentence shows its end."""

_OPENERS = _set(
    "a an and as at but by for from he her his how i if in is it its my no not now of on or our she so that the "
    "their then there these they this those to we well what when where who why yes you your aber also am auch auf "
    "bei da dann das dem den der des die dies diese dieser doch ein eine er es für ich ihr im ja man mit nach "
    "nein nun sie und von was wenn wer wie wir wo zu ce cette elle en et il ils je la le les mais nous où si tu "
    "un une vous el ella ellos esta este los las pero y yo che gli io lui lei ma noi questo uno"
)
"""Words that open a sentence rather than carry on a name: before one of them a letter is no initial."""

_ORDINAL = _set("am im vom zum zur beim der die das dem den des seit bis ab jeder jede jedem")
"""German words after which a number with a full stop is an ordinal."""

_COUNTED = re.compile(
    r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jahrhundert|Jahrtausend|Quartal|Klasse|Stock|Etage)"
)
_DOTTED = re.compile(r"[^\W\d_](?:\.[^\W\d_])*")
_SMALL = re.compile(r"\d{1,2}(?:\.\d{1,2})?")
_OPENING = "\"'„“‘‚«‹»([-–—*•"
_SEEN = 24
"""Characters that are looked at on either side: longer words are no abbreviations."""


def ends(text: str, start: int, dot: int, after: int) -> bool:
    """Whether the mark at `dot` ends the sentence that began at `start`; `after` is where its quotes have closed.

    Only a mark that a space follows is asked for. It need not be a full stop: a question in quotes may be within a
    sentence (`"Why?" she asked`).
    """
    follows = text[after : after + _SEEN].split(maxsplit=1)
    nearby = text[max(start, dot - _SEEN) : dot].split()
    if not follows or not nearby:
        return True
    following, word = follows[0].lstrip(_OPENING), nearby[-1].lstrip(_OPENING)
    if following[:1].islower() and (after > dot + 1 or text[dot] == "…" or word.endswith(".")):
        return False
    if text[dot] != ".":
        return True
    before = nearby[-2].lower() if len(nearby) > 1 else ""
    return not _goes_on(word, before, following, alone=not text[start : dot - len(word)].strip())


def _goes_on(word: str, before: str, following: str, *, alone: bool) -> bool:
    """Whether `following` belongs to `word` and its full stop; `before` is the word before, in lower case."""
    opens = re.split(r"\W", following, maxsplit=1)[0].lower() in _OPENERS and not following[:1].islower()
    lower, digit = following[:1].islower(), following[:1].isdigit()
    if word in _BEFORE_SOMETHING:
        goes_on = True
    elif word in _BEFORE_NUMBER:
        goes_on = digit
    elif word in _EITHER:
        goes_on = lower or digit
    elif word in _UNITS:
        goes_on = not opens
    elif _SMALL.fullmatch(word):
        goes_on = alone or lower or _COUNTED.match(following) is not None or (before in _ORDINAL and not opens)
    elif _DOTTED.fullmatch(word) and word.lower() != word.upper():
        goes_on = not opens and not (word == "I" and before.islower())  # `so do I.`
    else:
        goes_on = False
    return goes_on
