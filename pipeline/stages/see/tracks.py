"""From the lines in each picture to texts that stay: what is shown where, from when until when.

Pure. A text is the same as long as it stands in the same place, or moves as a whole, and says the same but for what
readers get wrong now and then.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Box, ReadLine
from pipeline.stages.see.boxes import across, same_place, upright
from pipeline.stages.see.spelling import crawled, key, numbers, same, similar
from pipeline.store.structs import ScreenText

BRIDGE = 2 * TICKS_PER_SECOND
"""A text that is gone, or misread, for no longer than this and then there again was there all the time."""

_MOVES = 5
"""Heights of its line that a text may move between two pictures."""

_MUCH = 0.1
"""Difference of confidence."""

_LONGEST = 2_000
"""Characters that a crawling line is put together to; then a new text begins."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines in one picture: those taken over from the picture before, and those that were read in this one."""

    at: int
    """Ticks."""
    kept: tuple[ReadLine, ...]
    read: tuple[ReadLine, ...]

    @property
    def lines(self) -> tuple[ReadLine, ...]:
        """All of them, kept ones first."""
        return self.kept + self.read


_Counted = tuple[ScreenText, int]
"""A text, and how often it was read."""


@dataclass(slots=True)
class _Track:
    """A text while it is there, with every way in which it was read."""

    start: int
    last: ReadLine
    spellings: dict[str, list[ReadLine]] = field(default_factory=lambda: defaultdict(list))
    crawl: str = ""
    readings: int = 0

    def add(self, line: ReadLine, *, read: bool) -> None:
        if read:
            longer = crawled(self.crawl or self.last.text, line.text, self.last.text) if self.readings else None
            if longer is not None:
                self.crawl = longer
            self.spellings[line.text].append(line)
            self.readings += 1
        self.last = line

    def closed(self, end: int) -> ScreenText:
        """The spelling that was read most often, and of those the surest."""
        best = max(self.spellings.values(), key=lambda lines: (len(lines), max(line.confidence for line in lines)))
        line = max(best, key=lambda line: line.confidence)
        return ScreenText(self.crawl or line.text, self.start, end, line.box, line.confidence)


def tracks(readings: Iterable[Reading], end: int) -> list[ScreenText]:
    """What is shown in successive pictures, ordered by start and place; the last picture stays until `end` (ticks)."""
    going: list[_Track] = []
    done: list[_Counted] = []
    for reading in readings:
        followers = _followers(going, reading.lines)
        stays = set()
        started = []
        for position, line in enumerate(reading.lines):
            track = followers.get(position)
            if track is None:
                track = _Track(reading.at, line)
                started.append(track)
            track.add(line, read=position >= len(reading.kept) or track.readings == 0)
            stays.add(id(track))
        done += [(track.closed(reading.at), track.readings) for track in going if id(track) not in stays]
        going = [track for track in going if id(track) in stays] + started
    done += [(track.closed(end), track.readings) for track in going]
    return _ordered(_mended(done))


def joined(*parts: Sequence[ScreenText]) -> list[ScreenText]:
    """The texts of successive stretches of a recording in one list.

    A text that ends where it begins again, in the same place, is one text: a segment's border cuts it, and no more.
    """
    done: list[ScreenText] = []
    open_ones: list[ScreenText] = []
    for part in parts:
        border = min((text.start - BRIDGE for text in part), default=0)
        done += [text for text in open_ones if text.end < border]
        open_ones = _mended([(text, 0) for text in (*open_ones, *part) if text.end >= border])
    return _ordered(done + open_ones)


def _followers(going: Sequence[_Track], lines: Sequence[ReadLine]) -> dict[int, _Track]:
    """By the position of a line, the track that goes on with it; each track goes on with one line at most.

    First those that say the same in the same place, then those that say the same elsewhere, then those that crawl.
    """
    found: dict[int, _Track] = {}
    left = list(going)
    for goes_on in (_stays, _moves, _crawls):
        for position, line in enumerate(lines):
            if position in found:
                continue
            candidates = [track for track in left if goes_on(track, line)]
            if candidates:
                track = min(candidates, key=lambda one: _distance(one.last.box, line.box))
                found[position] = track
                left.remove(track)
    return found


def _stays(track: _Track, line: ReadLine) -> bool:
    return same_place(track.last.box, line.box) and same(track.last.text, line.text)


def _moves(track: _Track, line: ReadLine) -> bool:
    """A caption that jumps aside or scrolls: the same letters, not far away, and enough of them to be no accident."""
    before, now = track.last.box, line.box
    if key(track.last.text) != key(line.text) or len(key(line.text)) < 4:
        return False
    low, high = sorted((before[3] - before[1], now[3] - now[1]))
    reach = _MOVES * high
    return high < 1.5 * low and abs(before[1] - now[1]) <= reach and abs(before[0] - now[0]) <= reach


def _crawls(track: _Track, line: ReadLine) -> bool:
    if not same_place(track.last.box, line.box) or len(track.crawl) > _LONGEST:
        return False
    return crawled(track.last.text, line.text, track.last.text) is not None


def _distance(one: Box, other: Box) -> int:
    return sum(abs(first - second) for first, second in zip(one, other, strict=True))


def _mended(done: Sequence[_Counted]) -> list[ScreenText]:
    """The texts, with those made one that a picture without them, or one in which they were misread, had split."""
    waiting = sorted(done, key=lambda one: _order(one[0]))
    mended: list[ScreenText] = []
    while waiting:
        text, readings = waiting.pop(0)
        near = list(itertools.takewhile(lambda one, end=text.end: one[0].start <= end + BRIDGE, waiting))  # type: ignore[misc]
        again = next((one for one in near if _goes_on(text, one[0])), None)
        between = [] if again is None else _between(text, again[0], near)
        if again is None or not all(_misread(one, text, again[0]) for one in between):
            mended.append(text)
            continue
        waiting = [one for one in waiting if one is not again and one not in between]
        waiting.insert(0, (_as_one(text, again[0]), readings + again[1]))
    return mended


def _between(
    before: ScreenText, after: ScreenText, texts: Sequence[tuple[ScreenText, int]]
) -> list[tuple[ScreenText, int]]:
    """Those of `texts` that were shown in the place of two while neither was."""
    return [
        one
        for one in texts
        if one[0].start < after.start and one[0].end > before.end and same_place(one[0].box, before.box)
    ]


def _misread(one: _Counted, before: ScreenText, after: ScreenText) -> bool:
    """Whether a text is a bad reading of those around it: read once, much like them, and less surely than both.

    With other numbers in it, it must have been read much less surely.
    """
    text, readings = one
    unsure = 0.0 if numbers(text.text) == numbers(before.text) else _MUCH
    worse = text.confidence < min(before.confidence, after.confidence) - unsure
    return readings == 1 and worse and similar(text.text, before.text)


def _goes_on(before: ScreenText, after: ScreenText) -> bool:
    near = 0 <= after.start - before.end <= BRIDGE
    return near and same_place(before.box, after.box) and same(before.text, after.text)


def _as_one(before: ScreenText, after: ScreenText) -> ScreenText:
    surer = max(before, after, key=lambda text: text.confidence)
    return replace(surer, start=before.start, end=after.end)


def _order(text: ScreenText) -> tuple[int, int, int, str]:
    return text.start, upright(text.box)[0], across(text.box)[0], text.text


def _ordered(texts: Iterable[ScreenText]) -> list[ScreenText]:
    return sorted(texts, key=_order)
