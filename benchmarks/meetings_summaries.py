"""Summaries of real meetings, written by one model through this package, two peers and a single prompt, and measured.

What a writer gave is kept in a file, a line a summary: a benchmark of hours can be broken off, gone on with, and
measured anew.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.meetings_data import Meeting, write
from benchmarks.merging import Counting
from benchmarks.merging_peers import PEERS
from benchmarks.rouge import rouge_l, rouge_n
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.merge.citations import Source, Sources
from pipeline.merge.fidelity import invented
from pipeline.models.protocol import Writer
from pipeline.models.registry import Lease, Registry
from pipeline.process import process
from pipeline.prompts import Prompt
from pipeline.reports.kept_outline import outline
from pipeline.reports.reading import root, traced
from pipeline.settings import Endpoint, Models, Settings, Write, load
from pipeline.store import Store
from pipeline.text.said import Said
from pipeline.text.sentences import sentences

WORDS = (
    "You summarise a meeting. Copy numbers, dates and names exactly. Add nothing.\n\n"
    "What was said:\n{text}\n\nWrite one summary of it in plain sentences."
)
"""What the peers ask, of a part and of the summaries of parts alike."""

_OVERHEAD = 80
"""Tokens of the words above and of the chat template, with some to spare."""

_STRETCH = 30 * TICKS_PER_SECOND
"""Ticks of a stretch of the meeting by which a sentence without citations is traced: as long as our windows."""

OURS, GIST, FIRST = "longmedia", "longmedia, gist", "first tokens"


@dataclass(frozen=True, slots=True)
class Summary:
    """One summary of one meeting: its sentences, the spans that each cites, and what it took; ticks, tokens, seconds.

    `cited` is None where the way has no citations.
    """

    made_by: str
    """Model, sizes, settings and machine."""
    meeting: str
    way: str
    sentences: list[str]
    cited: list[list[tuple[int, int]]] | None
    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float
    """Of CPU, over all cores: what else runs on the machine does not change it much."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a summary; `cited` is the share of sentences with a valid citation, where there are any."""

    sentences: float
    cited: float
    precision: float
    """Of the turns that the sentences rest on: how many lie among those on which a gold answer rests."""
    recall: float
    """Of the gold answers: on how many of them a sentence rests with one turn at least."""
    invented: float
    """Numbers, dates and names that nobody said, and nobody is called."""
    rouge_1: float
    rouge_2: float
    rouge_l: float
    """F1 against the gold summary of the whole meeting."""
    told: float
    """Share of the words of all other gold answers that it has (recall of ROUGE-1)."""


def ways(
    writer: Writer, model: Path, made_by: str, *, budget: int, output: int, sets: Sequence[str]
) -> dict[str, Callable[[Meeting], list[Summary]]]:
    """Every way to a summary, by its name; each gives one or two of a meeting. `sets` are settings of this package."""
    sizes = [f"write.context={budget}", f"merge.budget={budget}", f"merge.max_tokens={output}"]
    fixed = [f"write.model={model}", "write.engine=llamacpp", "speakers.enabled=false", "profile=meeting"]
    settings = load(sets=[*fixed, *sizes, *sets])
    peers = {**PEERS, FIRST: first_tokens}
    return {
        OURS: lambda meeting: ours(meeting, writer, settings, made_by),
        **{name: _peer(name, way, writer, made_by, budget, output) for name, way in peers.items()},
    }


def ours(meeting: Meeting, writer: Writer, settings: Settings, made_by: str) -> list[Summary]:
    """The root that this package makes of the meeting's transcript, and the gist that its report shows of it."""
    counting = Counting(writer)
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        run = process(write(meeting, Path(folder)), settings, Store(Path(folder) / "store"), _Given(counting)).run
        spent = _spent(counting, started)
        node = root(run)
        found = [(one.text, one.moments) for one in traced(node)] if node else []
        gist = [(line.text, line.moments) for line in outline(run).gist]
    return [
        _summary(made_by, meeting, OURS, found, spent),
        _summary(made_by, meeting, GIST, gist, spent),
    ]


def first_tokens(writer: Writer, notes: Sequence[str], *, budget: int, output: int, words: str) -> str:
    """One prompt with as much of the beginning as fits."""
    kept: list[str] = []
    room = budget - output - _OVERHEAD
    for note in notes:
        room -= writer.count(f"{note}\n")
        if room < 0:
            break
        kept.append(note)
    return writer.write([Prompt(words.format(text="\n".join(kept)))], max_tokens=output)[0].text


def machine() -> str:
    """The processor, and how many cores of it there are."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    return f"{os.cpu_count()} cores of {model}"


def kept(path: Path) -> list[Summary]:
    """The summaries in a file, or none."""
    if not path.exists():
        return []
    return [Summary(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def keep(path: Path, made: Iterable[Summary]) -> None:
    """Add summaries to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in made)


def measured(summary: Summary, meeting: Meeting, *, aligned: bool = False) -> Measured:
    """The figures of a summary; with `aligned` its own citations do not count."""
    spans = _aligned(summary.sentences, meeting) if aligned or summary.cited is None else summary.cited
    turns = meeting.turns_in(Span(*span) for own in spans for span in own)
    precision, recall = meeting.hits(turns)
    names = {turn.speaker for turn in meeting.turns}
    wrong = invented(summary.sentences, "\n".join([*names, meeting.text]))
    text = " ".join(summary.sentences)
    return Measured(
        len(summary.sentences),
        sum(map(bool, spans)) / max(1, len(spans)),
        precision,
        recall,
        sum(map(len, wrong.values())),
        rouge_n(text, meeting.summary)[2],
        rouge_n(text, meeting.summary, 2)[2],
        rouge_l(text, meeting.summary)[2],
        rouge_n(text, meeting.told)[1],
    )


_COLUMNS = (
    *("calls", "tokens in", "tokens out", "CPU s", "sentences", "cited", "in gold turns", "answers met", "invented"),
    *("ROUGE-1", "ROUGE-2", "ROUGE-L", "words of answers"),
)


def table(summaries: Sequence[Summary], meetings: Sequence[Meeting]) -> Iterator[str]:
    """The mean of every way over its meetings, and what citing every turn would come to, as lines of Markdown."""
    named = {meeting.name: meeting for meeting in meetings}
    yield f"| mean of a meeting | {' | '.join(_COLUMNS)} |"
    yield "|---|" + "---:|" * len(_COLUMNS)
    for way in dict.fromkeys(one.way for one in summaries):
        own = [one for one in summaries if one.way == way]
        found = [measured(one, named[one.meeting]) for one in own]
        traced_to = {"in gold turns": _mean(found, "precision"), "answers met": _mean(found, "recall")}
        yield _line(
            way,
            {
                "calls": _mean(own, "calls", 0),
                "tokens in": _mean(own, "tokens_in", 0),
                "tokens out": _mean(own, "tokens_out", 0),
                "CPU s": _mean(own, "seconds", 0),
                "sentences": _mean(found, "sentences", 1),
                "cited": _mean(found, "cited") if own[0].cited is not None else "none",
                **traced_to,
                "invented": _mean(found, "invented", 1),
                "ROUGE-1": _mean(found, "rouge_1", 3),
                "ROUGE-2": _mean(found, "rouge_2", 3),
                "ROUGE-L": _mean(found, "rouge_l", 3),
                "words of answers": _mean(found, "told", 3),
            },
        )
        if own[0].cited is not None:
            again = [measured(one, named[one.meeting], aligned=True) for one in own]
            as_peers = {"in gold turns": _mean(again, "precision"), "answers met": _mean(again, "recall")}
            yield _line(f"{way}, traced as the peers", as_peers)
    whole = [named[name] for name in dict.fromkeys(one.meeting for one in summaries)]
    shares = [meeting.hits(range(len(meeting.turns)))[0] for meeting in whole]
    yield _line("every turn", {"in gold turns": f"{statistics.mean(shares):.2f}", "answers met": "1.00"})


def _line(name: str, values: Mapping[str, str]) -> str:
    return f"| {name} | {' | '.join(values.get(column, '') for column in _COLUMNS)} |"


def _mean(found: Sequence[Summary] | Sequence[Measured], column: str, digits: int = 2) -> str:
    return f"{statistics.mean(getattr(one, column) for one in found):,.{digits}f}"


def _peer(
    name: str, way: Callable[..., str], writer: Writer, made_by: str, budget: int, output: int
) -> Callable[[Meeting], list[Summary]]:
    def made(meeting: Meeting) -> list[Summary]:
        counting = Counting(writer)
        notes = [f"{turn.speaker}: {turn.text}" for turn in meeting.turns]
        started = time.process_time()
        text = way(counting, notes, budget=budget, output=output, words=WORDS)
        return [_summary(made_by, meeting, name, [(one, None) for one in sentences(text)], _spent(counting, started))]

    return made


def _summary(
    made_by: str,
    meeting: Meeting,
    way: str,
    found: Sequence[tuple[str, Sequence[Span] | None]],
    spent: tuple[int, int, int, float],
) -> Summary:
    """`found` are its sentences, each with its moments, or with None where the way has none."""
    cited = [[(span.start, span.end) for span in spans] for _, spans in found if spans is not None]
    whole = len(cited) == len(found)
    return Summary(made_by, meeting.name, way, [text for text, _ in found], cited if whole else None, *spent)


def _spent(counting: Counting, started: float) -> tuple[int, int, int, float]:
    answers = counting.answers
    tokens = sum(one.tokens_in for one in answers), sum(one.tokens_out for one in answers)
    return len(answers), *tokens, time.process_time() - started


def _aligned(lines: Sequence[str], meeting: Meeting) -> list[list[tuple[int, int]]]:
    """The stretches of the meeting that hold each sentence's words and numbers; none where none does."""
    stretches: dict[int, list[Said]] = {}
    for turn in meeting.turns:
        stretches.setdefault(turn.span.start // _STRETCH, []).append(turn)
    sources = Sources(
        [
            Source(
                number,
                "\n".join(f"{turn.speaker}: {turn.text}" for turn in turns),
                (Span(turns[0].span.start, turns[-1].span.end),),
            )
            for number, turns in stretches.items()
        ]
    )
    found = [sources.cite(number, line, ()) for number, line in enumerate(lines)]
    return [[(one.start, one.end) for one in citations if one.valid] for citations in found]


class _Given(Registry):
    """A registry whose one writer is there already."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(keep=True)
        self.writer = writer

    def lease(self) -> Lease:
        """What a meeting will hold."""
        return _GivenLease(self)


class _GivenLease(Lease):
    def __init__(self, registry: _Given) -> None:
        super().__init__(registry)
        self._given = registry.writer

    def writer(self, write: Write, endpoint: Endpoint, models: Models) -> Writer:
        """The one that was given, whatever the settings name."""
        del write, endpoint, models
        return self._given
