"""The recipe `cascade`: what models say is checked, tried again once, and marked; never merged as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chunkers import Window
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.models.protocol import Heard, Samples, Written
from pipeline.prompts import Prompt, load
from pipeline.recipes.cascade import Cascade
from pipeline.recipes.protocol import Part
from pipeline.store.tables import ChunkRow
from pipeline.text.cues import Cue

S = TICKS_PER_SECOND
GOOD = "The pump at Halden costs 412,000 euros. Maria Lopez will call on 14 March."
LOOP = "thank you for watching " * 20


class Says:
    """A hearer and writer that says the given texts in turn, and counts what it was asked."""

    name = "says"
    context = 4096

    def __init__(self, *texts: str, complete: bool = True) -> None:
        self.texts = list(texts)
        self.complete = complete
        self.careful: list[bool] = []
        self.temperatures: list[float] = []
        self.prompts: list[str] = []

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        self.careful.append(careful)
        heard = []
        for samples in batch:
            words = self.texts.pop(0).split()
            step = len(samples) // max(len(words), 1)
            pieces = tuple(Cue(n * step, (n + 1) * step, f" {word}") for n, word in enumerate(words))
            heard.append(Heard("en", pieces, 0.5))
        return heard

    def count(self, text: str) -> int:
        return len(text.split())

    def prompt_tokens(self, prompt: Prompt) -> int:
        return self.count(prompt.user)

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        self.temperatures.append(temperature)
        self.prompts += [prompt.user for prompt in prompts]
        return [Written(self.texts.pop(0), 10, 5, 0.1, complete=self.complete) for _ in prompts]


def window(index: int = 0, *, lead_in: int = 0) -> Window:
    start = index * 28 * S
    heard = Span(max(start - lead_in, 0), start + 28 * S)
    samples = np.zeros(heard.ticks, np.float32)
    return Window(index=index, span=Span(start, start + 28 * S), heard=heard, samples=samples, silent=False)


def describe(hears: Says, writes: Says, *windows: Window, windows_per_summary: int = 1) -> list[ChunkRow]:
    recipe = Cascade(hears, writes, load("general", "chunk"), windows_per_summary=windows_per_summary)
    return recipe.describe(Part("r", windows))


def test_a_good_chunk() -> None:
    (row,) = describe(Says(GOOD), Says("The pump costs 412,000 euros."), window(2))
    assert (row.status, row.error, row.transcript) == ("processed", "", GOOD)
    assert row.summary == "The pump costs 412,000 euros."
    assert (row.summary_start, row.summary_end) == (row.start, row.end)
    assert {"412,000", "Maria Lopez", "14 March"} <= {fact.removesuffix(" euros") for fact in row.facts}
    assert " ".join(cue["text"] for cue in row.cues) == GOOD
    assert all(row.start <= cue["start"] < cue["end"] <= row.end for cue in row.cues)


def test_a_loop_is_heard_again_carefully() -> None:
    hears = Says(LOOP, GOOD)
    (row,) = describe(hears, Says("Fine."), window())
    assert hears.careful == [False, True]
    assert (row.status, row.transcript, row.attempts) == ("processed", GOOD, 2)


def test_a_loop_that_stays_is_marked_and_its_text_is_nowhere() -> None:
    writes = Says()
    (row,) = describe(Says(LOOP, LOOP), writes, window())
    assert row.status == "failed"
    assert row.error.startswith("hearing: loop")
    assert (row.transcript, row.summary, row.cues) == ("", "", [])
    assert row.rejected.startswith("thank you")
    assert writes.prompts == []


def test_an_answer_is_written_again_and_then_marked() -> None:
    writes = Says("Sure, here is a summary: it rained.", "As an AI I cannot say.")
    (row,) = describe(Says(GOOD), writes, window())
    assert writes.temperatures[0] == 0.0
    assert writes.temperatures[1] > 0
    assert (row.status, row.summary) == ("failed", "")
    assert row.error.startswith("summary: answering")
    assert row.transcript == GOOD, "what was heard is not lost"


def test_one_bad_chunk_does_not_touch_its_neighbours() -> None:
    rows = describe(Says(GOOD, LOOP, GOOD, LOOP), Says("One.", "Two."), window(0), window(1), window(2))
    assert [row.status for row in rows] == ["processed", "failed", "processed"]
    assert [row.summary for row in rows] == ["One.", "", "Two."]


def test_nothing_heard_is_silence_and_is_not_summarised() -> None:
    writes = Says()
    (row,) = describe(Says(""), writes, window())
    assert row.status == "silent"
    assert writes.prompts == []


def test_one_summary_for_several_windows() -> None:
    writes = Says("All of it.", "The rest.")
    rows = describe(Says("a b", "c d", "e f"), writes, window(0), window(1), window(2), windows_per_summary=2)
    assert [row.summary for row in rows] == ["All of it.", "", "The rest."]
    assert (rows[0].summary_start, rows[0].summary_end) == (rows[0].start, rows[1].end)
    assert "a b c d" in writes.prompts[0]


def test_words_of_the_lead_in_belong_to_the_window_before() -> None:
    (row,) = describe(Says("one two three four five six seven eight nine ten"), Says("Ten."), window(1, lead_in=3 * S))
    assert row.transcript == "two three four five six seven eight nine ten"


def test_a_torn_summary_ends_with_its_last_whole_sentence() -> None:
    (row,) = describe(Says(GOOD), Says("It rained. The pump cos", complete=False), window())
    assert row.summary == "It rained."
