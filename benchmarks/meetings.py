"""Chapters and notes of real meetings with gold answers: `python -m benchmarks.meetings FOLDER`.

FOLDER holds meetings as JSON in the form of QMSum: `meeting_transcripts`, a list of turns (`speaker`, `content`),
`topic_list` with the turns of each topic, and `specific_query_list`, questions with the turns that their answers rest
on. The turns have no times: each gets as long as its words take at 150 a minute.

Three tables. Chapters: Pk and WindowDiff say how often a window of half a gold chapter has borders where the gold has
none, or the other way round (0 is best). Even cuts have as many chapters as ours; TextTiling is nltk's (extra
`peers`), where it is installed. Choice: of some sentences that a rule chooses without a model, how many lie in turns on
which a gold answer rests (precision), and of how many gold answers one was chosen (recall). Summaries, with `--store`:
the same of the moments that a root's sentences rest on, and its numbers and names that nobody said. `--write FOLDER`
writes the meetings as transcripts that `longmedia run` takes.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.merge.fidelity import invented
from pipeline.reports.reading import root
from pipeline.store import Store
from pipeline.text.chapters import borders
from pipeline.text.lexicons import lexicon
from pipeline.text.said import Said
from pipeline.text.salience import Candidate, choose, topic
from pipeline.text.sentences import sentences
from pipeline.text.small_talk import small_talk

WORDS_A_MINUTE = 150

Borders = Callable[["Meeting"], Sequence[int] | None]


@dataclass(frozen=True)
class Meeting:
    """A meeting: what was said turn by turn, and the turns with which a gold topic begins."""

    name: str
    turns: tuple[Said, ...]
    gold: tuple[int, ...]
    answers: tuple[frozenset[int], ...]
    """For every question the turns on which its gold answer rests."""

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
        answers = [
            frozenset(turn for first, last in query["relevant_text_span"] for turn in range(int(first), int(last) + 1))
            for query in document["specific_query_list"]
        ]
        return cls(path.stem, tuple(said), tuple(_begins(spans, len(said))), tuple(answers))

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(one.text for one in self.turns)

    def sentences(self) -> list[tuple[int, str]]:
        """Every sentence that is no small talk, with the number of its turn."""
        words = lexicon(self.text)
        return [
            (at, one)
            for at, turn in enumerate(self.turns)
            for one in sentences(turn.text)
            if not small_talk(one, words)
        ]


def ours(meeting: Meeting) -> list[int]:
    """Our borders, as numbers of turns, without the first."""
    return borders(meeting.turns, lexicon(meeting.text))[1:]


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


def salient(meeting: Meeting, most: int) -> list[int]:
    """The turns of the sentences that we choose: salient, spread over our chapters."""
    found, words = meeting.sentences(), lexicon(meeting.text)
    about = topic((text for _, text in found), words)
    begins = ours(meeting)
    among = [Candidate(text, bisect_right(begins, at)) for at, text in found]
    return [found[number][0] for number in choose(among, most, about, words)]


def spaced(meeting: Meeting, most: int) -> list[int]:
    """The turns of sentences at even distances."""
    found = meeting.sentences()
    return [found[len(found) * number // most][0] for number in range(min(most, len(found)))]


def longest(meeting: Meeting, most: int) -> list[int]:
    """The turns of the longest sentences."""
    return [at for at, _ in sorted(meeting.sentences(), key=lambda pair: -len(pair[1]))[:most]]


def first(meeting: Meeting, most: int) -> list[int]:
    """The turns of the first sentences, as of a prompt that is cut off."""
    return [at for at, _ in meeting.sentences()[:most]]


def hits(meeting: Meeting, turns: Sequence[int]) -> tuple[float, float]:
    """Precision and recall of chosen turns against those on which gold answers rest."""
    gold = frozenset[int]().union(*meeting.answers)
    right = [turn for turn in turns if turn in gold]
    met = [answer for answer in meeting.answers if not answer.isdisjoint(turns)]
    return len(right) / max(1, len(turns)), len(met) / max(1, len(meeting.answers))


def summaries(meetings: Sequence[Meeting], store: Store) -> Iterator[tuple[str, float, float, int, int]]:
    """Of every meeting whose run is in the store: its name, precision, recall, sentences, and inventions in them."""
    named = {meeting.name: meeting for meeting in meetings}
    for run in (store.runs(recording)[-1] for recording in store.recordings()):
        document, node = run.document(), root(run)
        meeting = named.get(Path(document.input.name).stem) if document else None
        if meeting is None or node is None:
            continue
        spans = [citation.span for citation in node.citations if citation.valid]
        turns = [at for at, turn in enumerate(meeting.turns) if any(turn.span.overlaps(span) for span in spans)]
        wrong = sum(len(items) for items in invented(node.sentences, meeting.text).values())
        yield (meeting.name, *hits(meeting, turns), len(node.sentences), wrong)


def main() -> None:
    """Print a table: a line a way, and with `--each` a line a meeting."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folder", type=Path, help="of meetings in the form of QMSum (JSON)")
    options.add_argument("--each", action="store_true", help="every meeting by itself, too")
    options.add_argument("--sentences", type=int, default=20, help="chosen of each meeting (default 20)")
    options.add_argument("--store", type=Path, help="of runs over the transcripts of `--write`")
    options.add_argument("--write", type=Path, help="folder for the meetings as transcripts")
    asked = options.parse_args()
    meetings = [Meeting.read(path) for path in sorted(asked.folder.glob("*.json"))]
    if asked.write:
        _write(meetings, asked.write)
        return
    print("| chapters | Pk | WindowDiff | chapters found | gold |\n|---|---:|---:|---:|---:|")
    ways: dict[str, Borders] = {
        "longmedia": ours,
        "even cuts": even,
        "no border": lambda _: [],
        "TextTiling (nltk)": texttiling,
    }
    for name, way in ways.items():
        _print(name, [(one, way(one)) for one in meetings], each=asked.each)
    print(f"\n| {asked.sentences} sentences | in gold turns | gold answers met |\n|---|---:|---:|")
    for choice in (salient, spaced, longest, first):
        rows = [hits(one, choice(one, asked.sentences)) for one in meetings]
        precision, recall = (statistics.mean(column) for column in zip(*rows, strict=True))
        print(f"| {choice.__name__} | {precision:.2f} | {recall:.2f} |")
    if asked.store:
        print("\n| summary | in gold turns | gold answers met | sentences | invented |\n|---|---:|---:|---:|---:|")
        for name, precision, recall, lines, wrong in summaries(meetings, Store(asked.store)):
            print(f"| {name} | {precision:.2f} | {recall:.2f} | {lines} | {wrong} |")


def _write(meetings: Sequence[Meeting], folder: Path) -> None:
    """The meetings as JSON transcripts: a segment a sentence, its time shared out by letters."""
    folder.mkdir(parents=True, exist_ok=True)
    for meeting in meetings:
        segments: list[dict[str, str | float]] = []
        for turn in meeting.turns:
            parts = sentences(turn.text)
            ends = list(accumulate(map(len, parts), initial=0))
            for part, start, end in zip(parts, ends, ends[1:], strict=False):
                at, stop = (turn.span.start + turn.span.ticks * place // ends[-1] for place in (start, end))
                times = {"start": at / TICKS_PER_SECOND, "end": stop / TICKS_PER_SECOND}
                segments.append({**times, "text": part, "speaker": turn.speaker})
        text = json.dumps({"segments": segments}, ensure_ascii=False)
        (folder / f"{meeting.name}.json").write_text(text, encoding="utf-8")


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
