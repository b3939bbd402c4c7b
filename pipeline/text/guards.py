"""Catching what models do wrong: loops, impossible speech rates, answering instead of doing.

Pure functions from text to a reason, or to the empty string where nothing is wrong. Confidence is not
used: a loop can be very sure of itself.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter

from pipeline.text.sentences import ASKING, ended, joined, sentences

COMPRESSION = 2.4
"""Ratio above which text is taken for a loop (Whisper's own threshold)."""

WORDS_PER_SECOND = 7.0
"""Nobody speaks faster for half a minute; the quickest auctioneers come near it."""

LETTERS_PER_SECOND = 35.0
"""The same limit for scripts that write no spaces."""

_REPEATED_NGRAM = 4
_REPEATED_TIMES = 4
_ANSWERING = re.compile(
    r"(?:sure|certainly|of course|absolutely)[,!.]? (?:here|i|let)"
    r"|(?:i'm|i am) (?:sorry|unable|an? (?:ai|language model))"
    r"|as an ai\b|(?:here is|here's) (?:the|a|your) (?:transcript|transcription|summary)"
    r"|i (?:cannot|can't) (?:assist|help|provide|transcribe|summari[sz]e)"
    r"|(?:please )?provide (?:me with )?the (?:transcript|audio|text)",
    re.IGNORECASE,
)


def loops(text: str) -> str:
    """Why `text` looks like a loop: it compresses too well, or says the same few words over and over."""
    raw = text.encode()
    if len(raw) >= 100:
        ratio = len(raw) / len(zlib.compress(raw))
        if ratio > COMPRESSION:
            return f"loop: compresses {ratio:.1f} times"
    words = text.lower().split()
    runs = Counter(tuple(words[n : n + _REPEATED_NGRAM]) for n in range(len(words) - _REPEATED_NGRAM + 1))
    if runs:
        phrase, times = runs.most_common(1)[0]
        if times >= _REPEATED_TIMES and times * _REPEATED_NGRAM > len(words) / 3:
            return f"loop: '{' '.join(phrase)}' {times} times"
    return ""


def too_fast(text: str, seconds: float) -> str:
    """Why `text` cannot have been said in `seconds`."""
    words, letters = len(text.split()), len(text)
    if seconds > 0 and words > 20 and words / seconds > WORDS_PER_SECOND:
        return f"rate: {words / seconds:.1f} words a second"
    if seconds > 0 and letters > 100 and letters / seconds > LETTERS_PER_SECOND:
        return f"rate: {letters / seconds:.0f} letters a second"
    return ""


def answers(text: str) -> str:
    """Why `text` looks like talk to the user rather than the text that was asked for."""
    found = _ANSWERING.match(text.strip())
    return f"answering: '{found.group(0)}'" if found else ""


def transcript_fault(text: str, seconds: float) -> str:
    """The first reason to refuse a transcript of `seconds` of audio, or the empty string."""
    return loops(text) or too_fast(text, seconds)


def summary_fault(text: str) -> str:
    """The first reason to refuse a summary, or the empty string."""
    return "empty" if not text.strip() else loops(text) or answers(text)


def without_open_questions(text: str) -> str:
    """`text` without the questions that it ends with: the answer lies in the next window.

    A small model that is told not to answer them answers all the same, out of nothing.
    """
    parts = sentences(text)
    while len(parts) > 1 and parts[-1].endswith(tuple(ASKING)):
        parts.pop()
    return joined(parts)


def tidy(text: str, *, complete: bool = True) -> str:
    """A summary without exact repetitions of a sentence, and without a torn-off end.

    The end is cut back to the last whole sentence where the writer ran into its cap, if there is one.
    """
    parts = list(dict.fromkeys(sentences(text)))
    if not complete and len(parts) > 1 and not ended(parts[-1]):
        parts.pop()
    return joined(parts)
