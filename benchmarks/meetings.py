"""Chapters and summaries of real meetings with gold answers: `python -m benchmarks.meetings [FOLDER]`.

FOLDER (default: build/meetings) holds meetings as JSON in the form of QMSum: `meeting_transcripts`, a list of turns
(`speaker`, `content`), `topic_list` with the turns of each topic, and two lists of questions with their answers:
`general_query_list` for the whole meeting, `specific_query_list` with the turns that each answer rests on.

Three tables. Chapters: Pk and WindowDiff say how often a window of half a gold chapter has borders where the gold has
none, or the other way round (0 is best). Even cuts have as many chapters as ours; TextTiling is nltk's (extra
`peers`), where it is installed. Choice: of some sentences that a rule chooses without a model, how many lie in turns on
which a gold answer rests (precision), and of how many gold answers one was chosen (recall). Summaries, with `--model`
and `--results` (see `benchmarks.meetings_summaries`): the same of what the sentences of a summary rest on, what it
invents, and the words that it shares with gold answers; peers come with the extra `peers`. `--results` alone measures
what is in the file.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

from benchmarks.meetings_data import Meeting
from benchmarks.meetings_summaries import Summary, keep, kept, machine, table, ways
from benchmarks.rows import Row, hand_back
from pipeline.models.llamacpp.writer import LlamaCpp
from pipeline.settings import Write
from pipeline.text.chapters import borders
from pipeline.text.lexicons import lexicon
from pipeline.text.prominence import Prominence
from pipeline.text.salience import Candidate, choose, topic

MEETINGS = Path("build/meetings")

Borders = Callable[[Meeting], Sequence[int] | None]


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
    spans = [turn.span for turn in meeting.turns]
    prominence = Prominence([spans[at].start for at, _ in found], [text for _, text in found], words)
    among = [Candidate(text, bisect_right(begins, at), prominence.within([spans[at]])) for at, text in found]
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


def main() -> None:
    """Print the tables: a line a way, and with `--each` a line a meeting."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument(
        "folder", type=Path, nargs="?", default=MEETINGS, help="of meetings in the form of QMSum (JSON)"
    )
    options.add_argument("--each", action="store_true", help="every meeting by itself, too")
    options.add_argument("--sentences", type=int, default=20, help="chosen of each meeting (default 20)")
    options.add_argument("--results", type=Path, help="file of summaries: measured, and with --model added to")
    options.add_argument("--model", type=Path, help="a GGUF file: summaries are written with it, then measured")
    options.add_argument("--meetings", type=int, help="only so many, the shortest")
    options.add_argument("--budget", type=int, default=4096, help="tokens of a prompt and its answer")
    options.add_argument("--output", type=int, default=400, help="longest answer, tokens")
    options.add_argument("--slots", type=int, default=16, help="prompts computed together (default 16)")
    options.add_argument("--threads", type=int, default=0, help="threads of the model; 0: one a core")
    options.add_argument("--set", action="append", default=[], help="a setting, as for `longmedia run`")
    asked = options.parse_args()
    if asked.model and not asked.results:
        options.error("--model goes with --results")
    meetings = [Meeting.read(path) for path in asked.folder.glob("*.json")]
    if not meetings:
        print(f"{asked.folder}: no meetings. They are no part of this project; put some there, see `--help`.")
        return
    meetings = sorted(meetings, key=lambda meeting: len(meeting.text))[: asked.meetings]
    _chapters(meetings, each=asked.each)
    _choices(meetings, asked.sentences)
    if asked.model:
        context = max(asked.budget, Write().context)
        writer = LlamaCpp(asked.model, context=context, slots=asked.slots, threads=asked.threads)
        _write(meetings, writer, asked)
    if asked.results:
        _summaries(meetings, kept(asked.results), each=asked.each)


def _chapters(meetings: Sequence[Meeting], *, each: bool) -> None:
    print("| chapters | Pk | WindowDiff | chapters found | gold |\n|---|---:|---:|---:|---:|")
    ways: dict[str, Borders] = {
        "longmedia": ours,
        "even cuts": even,
        "no border": lambda _: [],
        "TextTiling (nltk)": texttiling,
    }
    for name, way in ways.items():
        _print(name, [(one, way(one)) for one in meetings], each=each)


def _choices(meetings: Sequence[Meeting], most: int) -> None:
    print(f"\n| {most} sentences | in gold turns | gold answers met |\n|---|---:|---:|")
    found = {}
    for choice in (salient, spaced, longest, first):
        rows = [one.hits(choice(one, most)) for one in meetings]
        precision, recall = found[choice.__name__] = tuple(
            statistics.mean(column) for column in zip(*rows, strict=True)
        )
        print(f"| {choice.__name__} | {precision:.2f} | {recall:.2f} |")
    for at, told in enumerate(("of the turns that they rest on in gold turns", "of the gold answers met")):
        what = f"{most} sentences chosen without a model, share {told}"
        hand_back(Row(what, found["salient"][at], "", "the longest sentences", found["longest"][at]))


def _write(meetings: Sequence[Meeting], writer: LlamaCpp, asked: argparse.Namespace) -> None:
    """Write what is not in the file yet; a meeting is finished with every way before the next one begins."""
    made_by = " · ".join(
        [
            *(writer.name, f"{asked.slots} at once", f"budget {asked.budget}", f"answers of {asked.output} tokens"),
            *(*asked.set, machine()),
        ]
    )
    there = {(one.made_by, one.meeting, one.way) for one in kept(asked.results)}
    found = ways(writer, asked.model, made_by, budget=asked.budget, output=asked.output, sets=asked.set)
    for meeting in meetings:
        for name, way in found.items():
            if (made_by, meeting.name, name) not in there:
                print(f"{meeting.name}: {name}", file=sys.stderr, flush=True)
                keep(asked.results, way(meeting))


def _summaries(meetings: Sequence[Meeting], found: Sequence[Summary], *, each: bool) -> None:
    named = [meeting.name for meeting in meetings]
    for made_by in dict.fromkeys(one.made_by for one in found):
        own = [one for one in found if one.made_by == made_by and one.meeting in named]
        finished = [
            name for name in named if {one.way for one in own if one.meeting == name} == {one.way for one in own}
        ]
        print(f"\n{made_by}; {len(finished)} meetings\n")
        for line in table([one for one in own if one.meeting in finished], meetings):
            print(line)
        for name in finished if each else ():
            print(f"\n{name}\n")
            for line in table([one for one in own if one.meeting == name], meetings):
                print(line)


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
    hand_back(Row(f"chapters of {len(rows)} meetings, {name}: Pk", mean[0], "Pk"))
    print(f"| {name} | {mean[0]:.3f} | {mean[1]:.3f} | {mean[2]:.1f} | {mean[3]:.1f} |")


if __name__ == "__main__":
    main()
