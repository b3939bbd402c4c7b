"""Chapters and notes of real meetings with gold answers: `python -m benchmarks.meetings FOLDER`.

FOLDER holds meetings as JSON in the form of QMSum: `meeting_transcripts`, a list of turns (`speaker`, `content`),
`topic_list` with the turns of each topic, and `specific_query_list`, questions with the turns that their answers rest
on. The turns have no times: each gets as long as its words take at 150 a minute.

Pk and WindowDiff say how often a window of half a gold chapter has borders where the gold has none, or the other way
round (0 is best). Even cuts have as many chapters as ours; TextTiling is nltk's (extra `peers`), where it is installed.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.text.chapters import borders
from pipeline.text.lexicons import lexicon
from pipeline.text.spoken import Said

WORDS_A_MINUTE = 150

Borders = Callable[["Meeting"], Sequence[int] | None]


@dataclass(frozen=True)
class Meeting:
    """A meeting: what was said turn by turn, and the turns with which a gold topic begins."""

    name: str
    turns: tuple[Said, ...]
    gold: tuple[int, ...]

    @classmethod
    def read(cls, path: Path) -> Meeting:
        """A meeting in the form of QMSum."""
        document = json.loads(path.read_text(encoding="utf-8"))
        said, tick = [], 0
        for turn in document["meeting_transcripts"]:
            end = tick + len(turn["content"].split()) * 60 * TICKS_PER_SECOND // WORDS_A_MINUTE
            said.append(Said(Span(tick, end), _plain(turn["content"]), turn["speaker"]))
            tick = end
        spans = [
            (int(first), int(last)) for topic in document["topic_list"] for first, last in topic["relevant_text_span"]
        ]
        return cls(path.stem, tuple(said), tuple(_begins(spans, len(said))))


def ours(meeting: Meeting) -> list[int]:
    """Our borders, as numbers of turns, without the first."""
    return borders(meeting.turns, lexicon(" ".join(one.text for one in meeting.turns)))[1:]


def even(meeting: Meeting) -> list[int]:
    """As many chapters as ours, all of the same number of words."""
    parts = len(ours(meeting)) + 1
    words = list(accumulate(len(one.text.split()) for one in meeting.turns))
    return sorted(
        {next(at for at, count in enumerate(words) if count >= words[-1] * part / parts) for part in range(1, parts)}
    )


def texttiling(meeting: Meeting) -> list[int] | None:
    """The borders of nltk's TextTiling, each turn a paragraph; None where nltk is not installed."""
    try:
        from nltk.tokenize import TextTilingTokenizer  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    text = "\n\n" + "\n\n".join(one.text or "-" for one in meeting.turns)
    stopwords = sorted(lexicon(text).empty)
    sizes = list(accumulate(map(len, TextTilingTokenizer(stopwords=stopwords).tokenize(text))))
    starts = list(accumulate((len(one.text or "-") + 2 for one in meeting.turns), initial=0))
    return sorted({min(range(len(meeting.turns)), key=lambda at: abs(starts[at] - size)) for size in sizes[:-1]} - {0})


def disagreement(gold: Sequence[int], found: Sequence[int], turns: int) -> tuple[float, float]:
    """Pk and WindowDiff of borders, as numbers of turns."""
    window = max(1, round(turns / (len(gold) + 1) / 2))
    pairs = [
        (sum(at < one <= at + window for one in gold), sum(at < one <= at + window for one in found))
        for at in range(turns - window)
    ]
    return (
        statistics.mean(bool(one) != bool(other) for one, other in pairs),
        statistics.mean(one != other for one, other in pairs),
    )


def main() -> None:
    """Print a table: a line a way, and with `--each` a line a meeting."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folder", type=Path, help="of meetings in the form of QMSum (JSON)")
    options.add_argument("--each", action="store_true", help="every meeting by itself, too")
    asked = options.parse_args()
    meetings = [Meeting.read(path) for path in sorted(asked.folder.glob("*.json"))]
    print("| chapters | Pk | WindowDiff | chapters found | gold |\n|---|---:|---:|---:|---:|")
    ways: dict[str, Borders] = {
        "longmedia": ours,
        "even cuts": even,
        "no border": lambda _: [],
        "TextTiling (nltk)": texttiling,
    }
    for name, way in ways.items():
        _print(name, [(one, way(one)) for one in meetings], each=asked.each)


def _print(name: str, found: Sequence[tuple[Meeting, Sequence[int] | None]], *, each: bool) -> None:
    rows = []
    for meeting, cuts in found:
        if cuts is None:
            print(f"| {name} | not installed | | | |")
            return
        rows.append((*disagreement(meeting.gold, cuts, len(meeting.turns)), len(cuts) + 1, len(meeting.gold) + 1))
        if each:
            print(f"| {name}, {meeting.name} | {rows[-1][0]:.3f} | {rows[-1][1]:.3f} | {rows[-1][2]} | {rows[-1][3]} |")
    mean = [statistics.mean(column) for column in zip(*rows, strict=True)]
    print(f"| {name} | {mean[0]:.3f} | {mean[1]:.3f} | {mean[2]:.1f} | {mean[3]:.1f} |")


def _begins(spans: Sequence[tuple[int, int]], turns: int) -> list[int]:
    """The turns with which a topic begins, or after which none goes on."""
    begins = {first for first, _ in spans}
    begins |= {last + 1 for _, last in spans if not any(first <= last + 1 <= stop for first, stop in spans)}
    return sorted(one for one in begins if 0 < one < turns)


def _plain(text: str) -> str:
    """The words of a turn without marks of noises, written as usual."""
    bare = re.sub(r"\{\w+\}", "", text)
    return " ".join(re.sub(r"\s+([.,?!;:'])", r"\1", bare).split())


if __name__ == "__main__":
    main()
