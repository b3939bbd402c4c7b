"""Catching what models do wrong: loops, impossible speech rates, answering instead of doing.

Pure functions from text to a reason, or to the empty string where nothing is wrong. Confidence is not
used: a loop can be very sure of itself. A reason repeats no word of the text: reasons are logged, and texts are not.
"""

from __future__ import annotations

import zlib
from collections import Counter

from pipeline.text import refusals
from pipeline.text.scripts import spaceless, syllables
from pipeline.text.sentences import ended, is_question, joined, sentences

COMPRESSION = 2.4
"""Ratio above which text is taken for a loop (Whisper's own threshold), a letter counted as one byte in any script.

In 24 scripts what is said in half a minute compresses 0.9 to 1.6 times, prose that repeats itself as much as the text
of a licence up to 2.38; four times the same sentence 2.8 to 4.0.
"""

WINDOW = 600
"""Letters that are compressed together: the ratio of honest text grows with its length, and a loop may be its end."""

SHORTEST = 60
"""Letters below which compression says nothing."""

WORDS_PER_SECOND = 7.0
"""Nobody speaks faster for half a minute; the quickest auctioneers come near it."""

LETTERS_PER_SECOND = 35.0
"""The same limit for scripts that write no spaces."""

SYLLABLE = 2
"""Letters that a syllable of Chinese, Japanese or Korean counts for."""

_REPEATED_RUN = {False: 4, True: 8}
"""Words in a run that is looked for; letters, where no spaces are written: `しました` ends many a sentence."""

_REPEATED_TIMES = 4


def loops(text: str) -> str:
    """Why `text` looks like a loop: it compresses too well, or says the same few words over and over."""
    for start in range(0, max(1, len(text) - WINDOW // 2), WINDOW // 2):
        fault = _loop(text[start : start + WINDOW])
        if fault:
            return fault
    return ""


def _loop(text: str) -> str:
    if _weight(text) >= SHORTEST:
        ratio = len(text) / len(zlib.compress(_one_byte_a_letter(text)))
        if ratio > COMPRESSION:
            return f"loop: compresses {ratio:.1f} times"
    unspaced = spaceless(text)
    words = [char for char in text if char.isalnum()] if unspaced else text.lower().split()
    length = _REPEATED_RUN[unspaced]
    runs = Counter(tuple(words[n : n + length]) for n in range(len(words) - length + 1))
    if runs:
        times = max(runs.values())
        if times >= _REPEATED_TIMES and times * length > len(words) / 3:
            return f"loop: the same {length} {'letters' if unspaced else 'words'} {times} times"
    return ""


def _one_byte_a_letter(text: str) -> bytes:
    """`text` with the letters numbered as they come: UTF-8 repeats a lead byte, and so would compress by itself."""
    codes: dict[str, int] = {}
    return bytes(codes.setdefault(char, len(codes)) % 256 for char in text)


def _weight(text: str) -> int:
    return len(text) + (SYLLABLE - 1) * syllables(text)


def too_fast(text: str, seconds: float) -> str:
    """Why `text` cannot have been said in `seconds`."""
    words, letters = len(text.split()), _weight(text)
    if seconds > 0 and words > 20 and words / seconds > WORDS_PER_SECOND:
        return f"rate: {words / seconds:.1f} words a second"
    if seconds > 0 and letters > 100 and letters / seconds > LETTERS_PER_SECOND:
        return f"rate: {letters / seconds:.0f} letters a second"
    return ""


def answers(text: str) -> str:
    """Why `text` looks like talk to the user rather than the text that was asked for."""
    return "answering: talk to the user" if refusals.found(text) else ""


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
    while len(parts) > 1 and is_question(parts[-1]):
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
