"""Transcripts in JSON: of the Whisper family of tools, and our own reports.

What each tool writes: `segments` with times in seconds (openai-whisper, faster-whisper, WhisperX with speakers),
`transcription` with times in milliseconds (whisper.cpp), `run` and `windows` or `chunks` (our own report).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.errors import NotMediaError
from pipeline.text.transcript_cues import (
    CLOCK,
    FORMS,
    FormError,
    ImportedCue,
    Word,
    clock,
    label,
    moment,
    positive,
    spaced,
    tidy,
)

_CLOCK = re.compile(CLOCK)
_BEGINS = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{\]"])')
# A quote behind a backslash is one inside a text.
_LISTS = re.compile(r'(?<!\\)"(?:segments|transcription)"\s*:\s*\[')
_OURS = re.compile(r'\s*\{\s*"run"\s*:')
_OUR_LIST = re.compile(r'(?<!\\)"(?:windows|chunks)"\s*:\s*\[')
_BARE = re.compile(r"\s*\[\s*\{")
_BARE_KEYS = tuple(re.compile(rf'(?<!\\)"{key}"\s*:') for key in ("start", "end", "text"))


class _Heard(NamedTuple):
    """A word as the tool wrote it; some give no time to numbers and to words that they could not align."""

    start: int | None
    end: int | None
    text: str


def begins(text: str) -> bool:
    """Whether `text` begins as a JSON object or list does."""
    return _BEGINS.match(text) is not None


def looks_like(head: str) -> bool:
    """Whether the beginning of a JSON file is that of a transcript."""
    if _OURS.match(head):
        return _OUR_LIST.search(head) is not None
    if _BARE.match(head):
        return all(key.search(head) for key in _BARE_KEYS)
    return _LISTS.search(head) is not None


def read(text: str) -> tuple[list[ImportedCue], str, str]:
    """The cues in the order of the file, the language and the form; raises `FormError`."""
    document = _load(text)
    if isinstance(document, list) and document and isinstance(document[0], dict) and "start" in document[0]:
        return list(_segments(document, "")), "", "json (whisper)"
    if isinstance(document, dict):
        segments, transcription, chunks = (document.get(key) for key in ("segments", "transcription", "chunks"))
        windows = document.get("windows", chunks)  # of the first format each chunk has its cues
        if "run" in document and isinstance(windows, list):
            name = "windows" if "windows" in document else "chunks"
            return list(_windows(windows, name)), _spoken(windows), "json (longmedia)"
        if isinstance(transcription, list):
            heard = document.get("result")
            language = heard.get("language") if isinstance(heard, dict) else None
            return list(_milliseconds(transcription)), _language(language), "json (whisper.cpp)"
        if isinstance(segments, list):
            speakers = any(isinstance(one, dict) and "speaker" in one for one in segments)
            form = "json (whisperx)" if speakers or "word_segments" in document else "json (whisper)"
            return list(_segments(segments, "segments")), _language(document.get("language")), form
    raise FormError(
        "this JSON is no transcript: it has no list segments, transcription or windows.",
        cure=FORMS,
        kind=NotMediaError,
    )


def _load(text: str) -> object:
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        # Not chained: that error carries the whole text.
        raise FormError(
            f"the JSON is damaged at line {error.lineno}, column {error.colno}.",
            cure="Was it copied to the end? Export it again.",
        ) from None
    except RecursionError:
        raise FormError("the JSON is nested too deeply for a transcript.") from None
    except ValueError:
        raise FormError("the JSON holds a number of thousands of digits.") from None
    return document


def _segments(items: Sequence[object], name: str) -> Iterator[ImportedCue]:
    for place, item in _objects(items, name):
        words, speaker = _words(item.get("words"), f"{place}.words")
        times = moment(item.get("start"), f"{place}.start"), moment(item.get("end"), f"{place}.end")
        yield from _cue(*times, _text(item, "text", place), _speaker(item.get("speaker")) or speaker, words)


def _windows(items: Sequence[object], name: str) -> Iterator[ImportedCue]:
    for place, item in _objects(items, name):
        cues = item.get("cues")
        if not isinstance(cues, list):
            raise FormError(f"{place}.cues is missing or is no list.")
        yield from _segments(cues, f"{place}.cues")


def _milliseconds(items: Sequence[object]) -> Iterator[ImportedCue]:
    for place, item in _objects(items, "transcription"):
        offsets, stamps = item.get("offsets"), item.get("timestamps")
        if isinstance(offsets, dict):
            start, end = (moment(offsets.get(k), f"{place}.offsets.{k}", per_second=1000) for k in ("from", "to"))
        elif isinstance(stamps, dict):
            start, end = (_stamp(stamps.get(k), f"{place}.timestamps.{k}") for k in ("from", "to"))
        else:
            raise FormError(f"{place} has neither offsets nor timestamps.")
        # Its tokens are parts of words, some of them half a letter: they are no words with times.
        yield from _cue(start, end, _text(item, "text", place), _speaker(item.get("speaker")), [])


def _stamp(value: object, where: str) -> int:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise FormError(f"{where} is missing or is no time.")
    return clock(found.groups(), where)


def _cue(start: int, end: int, text: str, speaker: str | None, words: Sequence[_Heard]) -> Iterator[ImportedCue]:
    named = label(text)
    if named and speaker in {None, named[0]}:
        speaker, text = named[0], text[named[1] :]
    text = tidy(text)
    if text:
        yield ImportedCue(start, positive(start, end), text, speaker, _timed(words, text))


def _timed(words: Sequence[_Heard], text: str) -> tuple[Word, ...]:
    """The words that have times; one without joins the one before it, or the first, so that no letter is lost."""
    done: list[tuple[int, int, list[str]]] = []
    waiting: list[str] = []
    for word, shown in zip(words, spaced((word.text for word in words), text), strict=True):
        if word.start is not None and word.end is not None:
            done.append((word.start, positive(word.start, word.end), [*waiting, shown]))
            waiting = []
        else:
            (done[-1][2] if done else waiting).append(shown)
    return tuple((start, end, "".join(texts)) for start, end, texts in done)


def _words(value: object, place: str) -> tuple[list[_Heard], str | None]:
    """The words of a segment, and who says most of them."""
    if value is None:
        return [], None
    if not isinstance(value, list):
        raise FormError(f"{place} is no list.")
    words: list[_Heard] = []
    speakers: Counter[str] = Counter()
    for where, item in _objects(value, place):
        start, end = (None if _absent(item.get(k)) else moment(item.get(k), f"{where}.{k}") for k in ("start", "end"))
        text = _text(item, "word" if "word" in item else "text", where)
        if text.strip():
            words.append(_Heard(start, end, text))
        speaker = _speaker(item.get("speaker"))
        if speaker:
            speakers[speaker] += 1
    return words, speakers.most_common(1)[0][0] if speakers else None


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _objects(items: Sequence[object], name: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Each item with its place in the file."""
    for count, item in enumerate(items):
        if not isinstance(item, dict):
            raise FormError(f"{name}[{count}] is no object.")
        yield f"{name}[{count}]", item


def _text(item: dict[str, object], key: str, place: str) -> str:
    value = item.get(key)
    if not isinstance(value, str):
        raise FormError(f"{place}.{key} is missing or is no text.")
    return value


def _speaker(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10_000:
        return str(value)
    name = tidy(value) if isinstance(value, str) else ""
    return name if name not in {"", "?"} else None  # whisper.cpp writes ? where it cannot tell


def _language(value: object) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z_ -]{1,34}", value) else ""


def _spoken(windows: Sequence[object]) -> str:
    """The language of most windows."""
    languages = Counter(_language(one.get("language")) for one in windows if isinstance(one, dict))
    del languages[""]
    return languages.most_common(1)[0][0] if languages else ""
