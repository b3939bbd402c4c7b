"""Small writers that behave in one known way each, and level 0 of a recording to try them on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.merge.nodes import NodeWriter
from pipeline.merge.prompting import MergePrompts
from pipeline.models.protocol import Writer, Written
from pipeline.prompts import Prompt, load
from pipeline.settings import Settings
from pipeline.store import Run, RunKey, Store
from pipeline.store.tables import DescribeRow, HearRow
from pipeline.text.cues import Cue

PEOPLE = ("Anna Keller", "Pavel Novak", "Mina Okafor", "Ruth Abel", "Jonas Lind")
THINGS = ("crane", "shed", "roof", "office", "lighthouse", "machine", "elevator", "skeleton", "archive", "anchor")


class Words:
    """A writer that counts words and answers with what `answer` makes of the notes."""

    name = "words"

    def __init__(self, answer: Callable[[list[str]], str], context: int = 600, batch: int = 1) -> None:
        self.context = context
        self.batch = batch
        self.prompts: list[Prompt] = []
        self._answer = answer

    def count(self, text: str) -> int:
        return len(text.split())

    def prompt_tokens(self, prompt: Prompt) -> int:
        return self.count(prompt.system) + self.count(prompt.user) + 4

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        answers = []
        for prompt in prompts:
            assert self.prompt_tokens(prompt) + max_tokens <= self.context
            self.prompts.append(prompt)
            lines = [line.partition(" ")[2] for line in prompt.user.splitlines() if line.startswith(("- ", "["))]
            text = self._answer(lines)
            answers.append(Written(text, self.prompt_tokens(prompt), self.count(text), 0.5))
        return answers


def first_sentences(lines: list[str], most: int = 12) -> str:
    """A good, short answer: the first sentence of evenly chosen notes."""
    return " ".join(line.split(". ")[0].rstrip(".") + "." for line in lines[:: max(1, len(lines) // most)])


class Failing(Words):
    """It raises for every prompt that holds `word`."""

    def __init__(self, word: str, batch: int = 1) -> None:
        super().__init__(first_sentences, batch=batch)
        self.word = word

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        if any(self.word in prompt.user for prompt in prompts):
            raise ModelError("out of luck")
        return super().write(prompts, max_tokens=max_tokens, temperature=temperature)


def chunk(index: int, summary: str | None = None, status: str = "processed", **more: object) -> DescribeRow:
    """A chunk of ten ticks; by default its summary names a person, a number and a thing."""
    text = f"{PEOPLE[index % 5]} counts {index * 37 + 100} parts of the {THINGS[index % 10]}."
    values = {
        "recording": "r",
        "index": index,
        "start": index * 10,
        "end": index * 10 + 10,
        "kind": "window",
        "inputs": "",
        "status": status,
        "summary": (text if summary is None else summary) if status == "processed" else "",
    }
    return DescribeRow(**{**values, **more})  # type: ignore[arg-type]


def window(index: int, *cues: Cue) -> HearRow:
    """A window of ten ticks, in which the cues were heard."""
    return HearRow(
        recording="r",
        index=index,
        start=index * 10,
        end=index * 10 + 10,
        heard_start=index * 10,
        status="processed" if cues else "silent",
        transcript=" ".join(cue.text for cue in cues),
        cues=list(cues),
    )


def stored(folder: Path, rows: Sequence[DescribeRow], heard: Sequence[HearRow] = ()) -> Run:
    """A run with these chunks as its level 0, eight a part, and these windows below them."""
    run = Store(folder).run(RunKey("r", {"hear": "h", "describe": "d", "merge": "m"}))
    for part in range(0, len(rows), 8):
        run.describe.write(part // 8, rows[part : part + 8])
    for part in range(0, len(heard), 8):
        run.hear.write(part // 8, heard[part : part + 8])
    return run


def node_writer(writer: Writer, settings: Settings) -> NodeWriter:
    """The worker of a merge by `writer`, under the settings."""
    return NodeWriter(MergePrompts(writer, settings.merge, load(settings.profile, "merge")))
