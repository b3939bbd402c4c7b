"""SubRip and WebVTT, as tools and people really write them.

Both are read by their lines of times: what stands between two of them is text, blank lines included, less the
number or name of the next cue. Formats: https://www.w3.org/TR/webvtt1/ and the SubRip files that every player reads.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chunkers.spans import TICKS_PER_SECOND
from pipeline.text.transcript_cues import CLOCK, FormError, ImportedCue, Word, clock, label, positive, tidy

_TIMES = re.compile(rf"{CLOCK}[ \t]*-->[ \t]*{CLOCK}(?:[ \t].*)?")
_LETTERS_OF_TIMES = "0123456789:.,+- \tna"
"""Those of a damaged time too: a sign, and the NaN that some tools write."""

# Every pattern runs to a character that it excludes, so that unterminated tags are read in linear time.
_MARK = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_STAMP = re.compile(rf"<{CLOCK}>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_SRT_TAG = re.compile(r"</?(?:[bius]|em|strong|ruby|rt|(?:font|span|lang|c|v)\b[^>]*)>", re.IGNORECASE)
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,31};")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_COMMENT = re.compile(r"NOTE(?:[ \t].*)?|STYLE|REGION")
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z-]{2,35})[ \t]*$", re.MULTILINE)
_HEADER = 4096
"""Letters in which the header of a WebVTT file ends."""

_TOUCHING = TICKS_PER_SECOND // 10
"""Rolling captions repeat a line at once, not after a pause."""


@dataclass(slots=True)
class _Block:
    """A cue as it stands in the file; `line` is that of its times."""

    line: int
    start: int
    end: int
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """A line of a cue, or its part in one voice: each piece with the inline time that it follows."""

    voice: str | None
    pieces: list[tuple[int | None, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces)


def read(text: str, *, vtt: bool) -> tuple[list[ImportedCue], str]:
    """The cues in the order of the file, and the language where the header names it; raises `FormError`."""
    named = _LANGUAGE.search(re.split(r"\n\n|\r\r|\r\n\r\n", text[:_HEADER])[0].replace("\r", "\n")) if vtt else None
    rolling = vtt and _STAMP.search(text) is not None
    cues: list[ImportedCue] = []
    shown, shown_until = "", 0
    for block in _blocks(text, vtt):
        lines = [line for line in _lines(block, vtt) if tidy(line.text)]
        last = tidy(lines[-1].text) if lines else ""
        if rolling and lines and block.start - shown_until <= _TOUCHING:
            # Captions that roll show the line before once more above the new one.
            first = lines[0]
            if tidy(first.text) == shown and all(at is None for at, _ in first.pieces):
                del lines[0]
        shown, shown_until = last, block.end
        cues += _cues(block, lines)
    if not vtt and not cues:
        raise FormError("no cue holds text.", cure="Export the transcript again.")
    return cues, named[1] if named else ""


def has_times(text: str) -> bool:
    """Whether a line of `text` is the times of a cue."""
    return any(_TIMES.fullmatch(line) for line in _stripped(text) if "-->" in line)


def _stripped(text: str) -> Iterator[str]:
    """The lines, one after the other: a list of them could take more memory than the text."""
    return (found[0].strip() for found in _LINE.finditer(text))


def _blocks(text: str, vtt: bool) -> Iterator[_Block]:
    block: _Block | None = None
    held: list[str] = []
    number: int | None = None
    comment, blank = vtt, False  # the header ends as a comment does: at a blank line
    for count, line in enumerate(_stripped(text), 1):
        times = _times(line, count)
        if times is None:
            comment = bool(line) and (comment or (vtt and blank and _COMMENT.fullmatch(line) is not None))
            blank = not line
            if not comment and (line or (held and held[-1])):
                held.append(line)
            continue
        number = _cut_name(held, number, first=block is None, vtt=vtt)
        if block:
            yield block
        elif any(held) and not vtt:
            raise FormError("there is text above the times of the first cue.", cure="Remove the lines above it.")
        block = _Block(count, *times)
        held, comment, blank = block.lines, False, False
    if block:
        _cut_last_number(held, number)
        yield block
    elif any(held):
        raise FormError("there is text, but no line with the times of a cue.")


def _times(line: str, count: int) -> tuple[int, int] | None:
    """The two times of a cue, or None where the line is something else."""
    before, arrow, _ = line.partition("-->")
    if not arrow:
        return None
    found = _TIMES.fullmatch(line)
    groups = found.groups() if found else ()
    if groups and (groups[4] or not groups[0]):  # an end with fewer parts than the start is one that was cut off
        return clock(groups[:4], f"line {count}"), clock(groups[4:], f"line {count}")
    if ":" in before and not before.lower().strip(_LETTERS_OF_TIMES):
        raise FormError(f"line {count}: the times of this cue cannot be read.")
    return None  # an arrow that somebody wrote into the text


def _cut_name(held: list[str], last: int | None, *, first: bool, vtt: bool) -> int | None:
    """Take the number (WebVTT: any name) of the coming cue off the lines before it; the number, or the last one."""
    adjacent = bool(held) and bool(held[-1])
    _cut_blank(held)
    if not held:
        return last
    alone = len(held) == 1 or not held[-2]
    number = _number(held[-1])
    # Some files leave out the blank line above a number, others put one below it: then it must be the next one.
    follows = number is not None and last is not None and number == last + 1 and len(held) > 1
    if (adjacent and alone and (vtt or number is not None)) or follows or (first and number is not None):
        held.pop()
        return last if number is None else number
    return last


def _cut_last_number(held: list[str], last: int | None) -> None:
    """Take off the number of a cue that was not written any more."""
    _cut_blank(held)
    if last is not None and len(held) > 2 and not held[-2] and _number(held[-1]) == last + 1:
        held.pop()


def _cut_blank(held: list[str]) -> None:
    while held and not held[-1]:
        held.pop()


def _number(line: str) -> int | None:
    return int(line) if len(line) <= 9 and line.isascii() and line.isdigit() else None


def _lines(block: _Block, vtt: bool) -> list[_Line]:
    """The lines of a cue without their markup."""
    payload = "\n".join(block.lines)
    lines = [_Line(None)]
    at: int | None = None
    done = 0

    def add(text: str) -> None:
        if vtt:
            text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
        for count, part in enumerate(text.split("\n")):
            if count:
                lines.append(_Line(lines[-1].voice))
            if part:
                lines[-1].pieces.append((at, part))

    for mark in _MARK.finditer(payload):
        add(payload[done : mark.start()])
        done = mark.end()
        tag = mark[0]
        if stamp := _STAMP.fullmatch(tag):
            at = clock(stamp.groups(), f"the cue of line {block.line}")
        elif voice := _VOICE.fullmatch(tag):
            lines.append(_Line(tidy(html.unescape(voice[1])) or None))
        elif tag == "</v>":
            lines.append(_Line(None))
        elif _BREAK.fullmatch(tag):
            add("\n")
        elif not vtt and tag[0] == "<" and not _SRT_TAG.fullmatch(tag):
            add(tag)  # SubRip escapes nothing: these are words between angle brackets
    add(payload[done:])
    return lines


def _cues(block: _Block, lines: list[_Line]) -> Iterator[ImportedCue]:
    """A cue for each speaker of the block: all of them at the block's time."""
    turns: list[_Line] = []
    voice: str | None = None
    for line in lines:
        found = label(line.text) if line.voice is None else None
        if found:
            turns.append(_Line(found[0], _behind(line.pieces, found[1])))
        elif not turns or line.voice != voice:
            turns.append(_Line(line.voice, line.pieces))
        else:
            turns[-1].pieces += [(line.pieces[0][0], " "), *line.pieces]
        voice = line.voice
    end = positive(block.start, block.end)
    for turn in turns:
        text = tidy(turn.text)
        if text:
            yield ImportedCue(block.start, end, text, turn.voice, _words(turn.pieces, block.start, end))


def _behind(pieces: list[tuple[int | None, str]], letters: int) -> list[tuple[int | None, str]]:
    """The pieces without their first `letters`."""
    kept = []
    for at, text in pieces:
        kept.append((at, text[letters:]))
        letters = max(letters - len(text), 0)
    return kept


def _words(pieces: list[tuple[int | None, str]], start: int, end: int) -> tuple[Word, ...]:
    """What stands between inline times, each with its own; nothing where there are none."""
    if all(at is None for at, _ in pieces):
        return ()
    begun: list[int] = []
    texts: list[list[str]] = []
    space = False
    for at, text in pieces:
        core = tidy(text)
        if core:
            lead = " " if texts and (space or text[:1].isspace()) else ""
            # A time outside of its cue, or before the one before it, is moved to the nearest that is possible.
            moment = min(max(start if at is None else at, begun[-1] if begun else start), end)
            if not begun or begun[-1] < moment:
                begun.append(moment)
                texts.append([])
            texts[-1].append(lead + core)
        space = text[-1:].isspace() if core else space or bool(text)
    ends = [*begun[1:], end]
    return tuple(
        (first, positive(first, last), "".join(text)) for first, last, text in zip(begun, ends, texts, strict=True)
    )
