"""The words that a run was told to expect, and where they were heard: hotwords, and the vocabulary of the archive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chunkers.spans import Span
from pipeline.store import Run
from pipeline.store.corrected import said_at
from pipeline.store.tables import HearRow


@dataclass(frozen=True, slots=True)
class ExpectedWord:
    """A word or a name, and the cues in which it is heard; none where it is nowhere."""

    text: str
    moments: tuple[Span, ...]

    @property
    def count(self) -> str:
        """How often it is heard, in words."""
        times = len(self.moments)
        return "not heard" if not times else "heard once" if times == 1 else f"heard {times} times"


def expected_words(run: Run, heard: Iterable[HearRow]) -> tuple[ExpectedWord, ...]:
    """Each word in the order in which it was given, whole and in any case; `heard` are the windows of the run.

    Given were `hear.hotwords` (those of `hear.vocabulary` are among them), and what `correct --everywhere` puts right.
    """
    words = _given(run)
    if not words:
        return ()
    found: dict[str, list[Span]] = {word: [] for word in words}
    for row in heard:
        for word, moments in found.items():
            moments += [_cue(row, tick) for tick in said_at(row, word)]
    return tuple(ExpectedWord(word, tuple(moments)) for word, moments in found.items())


def _given(run: Run) -> list[str]:
    document = run.document()
    hear = document.settings.get("hear") if document is not None else None
    hotwords = hear.get("hotwords") if isinstance(hear, dict) else None
    own = [word for word in hotwords if isinstance(word, str)] if isinstance(hotwords, list) else []
    return list(dict.fromkeys([*own, *(one.right for one in run.vocabulary().corrections if one.at is None)]))


def _cue(row: HearRow, tick: int) -> Span:
    """The cue that is shown at a tick of a row."""
    cue = next((cue for cue in row.cues if cue.start <= tick < cue.end), None)
    return Span(tick, min(row.end, tick + 1)) if cue is None else Span(cue.start, cue.end)
