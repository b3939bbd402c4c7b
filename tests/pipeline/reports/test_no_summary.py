"""Why a report has no summary: what it says of a finished run is not that it is unfinished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.models.protocol import Heard, Samples
from pipeline.process import process
from pipeline.reports import report
from pipeline.store import Store
from pipeline.text.cues import Cue
from tests.pipeline.quick import QuickHearer, QuickRegistry, quick_settings, tones

SAID = "That's what I wanted to say."


class Remarks(QuickHearer):
    """Hears in every window a remark that tells nothing."""

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        """Nothing that a summary could tell."""
        words = tuple(Cue(at * 4_000, (at + 1) * 4_000, f" {word}") for at, word in enumerate(SAID.split()))
        return [Heard("en", words, 0.1) for _ in batch]


def test_a_finished_run_of_a_remark_says_why_it_has_no_summary(tmp_path: Path) -> None:
    media = tones(tmp_path / "a.wav", 3)
    outcome = process(media, quick_settings(tmp_path / "weights"), Store(tmp_path / "store"), QuickRegistry(Remarks))
    assert outcome.state == "complete"
    written = "".join(report(outcome.run, "md"))
    assert "Nothing was said that a summary could tell" in written
    assert "not finished" not in written
    assert SAID in written
