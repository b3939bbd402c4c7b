"""Merging, measured: `python -m benchmarks.merging`.

Two hours of notes with forty planted facts are merged by this package and by two peers, all with the
same model, budget and cap: calls, tokens, facts recalled at the root, citations that are right.
`--day` instead merges twenty-four hours and measures what is not the model: depth, memory, time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.merging_data import Planted, recalled, transcript
from benchmarks.merging_peers import PEERS
from benchmarks.rows import Row, hand_back
from pipeline.merge import merge
from pipeline.merge.nodes import NodeWriter
from pipeline.merge.prompting import MergePrompts
from pipeline.models.llamacpp.writer import LlamaCpp
from pipeline.models.protocol import Writer, Written
from pipeline.prompts import Prompt
from pipeline.prompts import load as load_prompt
from pipeline.settings import Settings, load
from pipeline.store import Run, RunKey, Store
from pipeline.store.tables import DescribeRow, NodeRow

CHUNKS_A_PART = 8


class Counting:
    """A writer that keeps count of what it is asked."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.name, self.context, self.batch = writer.name, writer.context, writer.batch
        self.count, self.prompt_tokens = writer.count, writer.prompt_tokens
        self.answers: list[Written] = []

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Pass on, remember the answers, and say on stderr how far it is."""
        answers = self._writer.write(prompts, max_tokens=max_tokens, temperature=temperature)
        for one in answers:
            ends = f"{one.text[:50]!r} ... {one.text[-50:]!r}"
            print(f"{one.tokens_in} in, {one.tokens_out} out, {one.seconds:.0f} s: {ends}", file=sys.stderr)
        self.answers += answers
        return answers


class FirstWords:
    """A writer without a model: its answer is the beginning of the notes, as long as it may be."""

    name = "first words"
    context = 32_768
    batch = 1

    def count(self, text: str) -> int:
        """Words."""
        return len(text.split())

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Words of both texts."""
        return self.count(prompt.system) + self.count(prompt.user)

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """The first words after `Notes:`."""
        del temperature
        return [
            Written(
                " ".join(prompt.user.split()[1 : max_tokens + 1]), self.prompt_tokens(prompt), max_tokens, 0.0, False
            )
            for prompt in prompts
        ]


@dataclass
class Result:
    """A line of the table."""

    name: str
    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float
    """Of the processor, over all cores: what else runs on the machine does not change it much."""
    levels: list[float]
    """Recall a level, the root last."""
    text: str
    shown: int = 0
    right: int = 0
    cited: float | None = None
    rows: list[NodeRow] = field(default_factory=list)

    def line(self) -> str:
        """As a row of Markdown."""
        levels = " → ".join(f"{share:.0%}" for share in self.levels)
        cited = "none" if self.cited is None else f"{self.right}/{self.shown}; {self.cited:.0%} of sentences"
        return (
            f"| {self.name} | {self.calls} | {self.tokens_in:,} | {self.tokens_out:,} | {self.seconds:.0f} | "
            f"{levels} | {cited} |"
        )


HEAD = (
    "| | calls | tokens in | tokens out | CPU s | facts recalled, level 1 → root | citations right / shown |\n"
    "|---|---:|---:|---:|---:|---|---|"
)


def ours(name: str, writer: Writer, rows: list[DescribeRow], planted: list[Planted], settings: Settings) -> Result:
    """Merge with this package, in a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        run = fill(Path(folder), rows)
        counting = Counting(writer)
        started = time.process_time()
        with run.writing():
            root = merge(run, _worker(counting, settings))
        seconds = time.process_time() - started
        assert root is not None
        nodes = [list(run.nodes(level)) for level in run.levels()]
    levels = [recalled(planted, (node.text for node in level)) for level in nodes]
    result = Result(name, *_spent(counting), seconds, levels, root.text, rows=[n for level in nodes for n in level])
    for node in result.rows:
        right, shown = citations(node, planted)
        result.right += right
        result.shown += shown
    figures = json.loads(root.fidelity)
    result.cited = figures["cited"]
    return result


def citations(node: NodeRow, planted: list[Planted]) -> tuple[int, int]:
    """Of the sentences that hold a planted fact and are shown as cited, those whose moments hold it."""
    right = shown = 0
    for fact in planted:
        for number in fact.within(node.text):
            spans = [one.span for one in node.citations if one.valid and one.sentence == number]
            shown += bool(spans)
            right += any(span.overlaps(fact.span) for span in spans)
    return right, shown


def peer(name: str, writer: Writer, rows: list[DescribeRow], planted: list[Planted], settings: Settings) -> Result:
    """Merge with a peer; its last answer is the root, the others are level 1."""
    counting = Counting(writer)
    started = time.process_time()
    budget = min(settings.merge.budget, writer.context)
    text = PEERS[name](counting, [row.summary for row in rows], budget=budget, output=settings.merge.max_tokens)
    seconds = time.process_time() - started
    below = [answer.text for answer in counting.answers if answer.text != text]
    levels = [recalled(planted, below), recalled(planted, [text])] if below else [recalled(planted, [text])]
    return Result(name, *_spent(counting), seconds, levels, text)


def fill(folder: Path, rows: list[DescribeRow]) -> Run:
    """A run whose level 0 holds the rows."""
    run = Store(folder).run(RunKey("generated", {"describe": "notes", "merge": "merging"}))
    for part in range(0, len(rows), CHUNKS_A_PART):
        run.describe.write(part // CHUNKS_A_PART, rows[part : part + CHUNKS_A_PART])
    return run


def day(writer: Writer, settings: Settings, hours: float) -> None:
    """Merge a day: what it takes beside the model."""
    rows, planted = transcript(hours, facts=round(hours * 20), note_s=30)
    with tempfile.TemporaryDirectory() as folder:
        run = fill(Path(folder), rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        counting = Counting(writer)
        started, computing = time.perf_counter(), time.process_time()
        with run.writing():
            root = merge(run, _worker(counting, settings))
        seconds, computed = time.perf_counter() - started, time.process_time() - computing
        assert root is not None
        model = sum(answer.seconds for answer in counting.answers)
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        levels = [len(run.level(level).numbers()) for level in run.levels()]
        print(f"{hours:g} h, {len(rows)} chunks, {writer.name}: levels {levels}")
        what = f"merging {hours:g} h of notes with {writer.name}, {len(counting.answers)} calls"
        hand_back(Row(f"{what}: all but the model", seconds - model, "s", "the model", model))
        print(f"{computed:.2f} s of CPU in all")
        hand_back(Row(f"{what}: more memory", more / 1024, "MiB"))
        print(f"facts at the root {recalled(planted, [root.text]):.0%}")
        started = time.perf_counter()
        with run.writing():
            merge(run, _worker(counting, settings))
        print(f"again, nothing changed: {time.perf_counter() - started:.2f} s, {len(counting.answers)} calls in all")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=os.environ.get("LONGMEDIA_BENCH_GGUF"), help="a GGUF file")
    parser.add_argument("--hours", type=float, help="length of the recording (2; with --day 24)")
    parser.add_argument("--budget", type=int, default=2048, help="tokens of one merge, prompt and answer")
    parser.add_argument("--output", type=int, default=400, help="longest answer, tokens")
    parser.add_argument("--threads", type=int, default=0, help="threads of the model; 0: one a core")
    parser.add_argument("--facts", type=int, default=40, help="planted facts")
    parser.add_argument("--only", action="append", help="names of the lines wanted, or beginnings of them")
    parser.add_argument("--day", action="store_true", help="24 hours; without --model: without a model")
    parser.add_argument("--show", action="store_true", help="print the roots as well")
    parser.add_argument("--set", action="append", default=[], help="a setting, as for `longmedia run`")
    args = parser.parse_args()
    sets = [f"merge.budget={args.budget}", f"merge.max_tokens={args.output}", *args.set]
    settings = load(sets=sets)
    writer: Writer = LlamaCpp(args.model, context=args.budget, threads=args.threads) if args.model else FirstWords()
    if args.day:
        day(writer, settings, args.hours or 24)
        return
    rows, planted = transcript(args.hours or 2, args.facts)
    print(
        f"{writer.name}; {len(rows)} notes; budget {args.budget}, answers of {args.output} tokens\n\n{HEAD}", flush=True
    )
    lines = {
        "longmedia": lambda name: ours(name, writer, rows, planted, settings),
        "longmedia, nothing carried": lambda name: ours(
            name, writer, rows, planted, load(sets=[*sets, "merge.carry=0"])
        ),
        **{name: lambda name: peer(name, writer, rows, planted, settings) for name in PEERS},
    }
    results = []
    for name, make in lines.items():
        if not args.only or any(name.startswith(one) for one in args.only):
            result = make(name)
            print(result.line(), flush=True)
            results.append(result)
            if args.show:
                print(f"\n{result.text}\n")
                for node in result.rows:
                    print(node.level, node.index, node.attempts, node.fidelity)
    for own, other in ((results[0], other) for other in results[1:]):
        facts = f"{own.name}: of {len(planted)} planted facts at the root"
        hand_back(Row(facts, 100 * own.levels[-1], "%", other.name, 100 * other.levels[-1]))
        hand_back(Row(f"{own.name}: merging", own.seconds, "CPU s", other.name, other.seconds))


def _worker(writer: Writer, settings: Settings) -> NodeWriter:
    return NodeWriter(MergePrompts(writer, settings.merge, load_prompt(settings.profile, "merge")))


def _spent(counting: Counting) -> tuple[int, int, int]:
    answers = counting.answers
    return len(answers), sum(one.tokens_in for one in answers), sum(one.tokens_out for one in answers)


if __name__ == "__main__":
    main()
