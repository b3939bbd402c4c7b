"""What became of each recording of a command, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flows.terminal import say
from pipeline.archive import Item

_WORDS = {
    "complete": "done",
    "gaps": "with gaps",
    "duplicate": "the same content as another",
    "unreadable": "cannot be read",
    "blocked": "failed",
    "stopped": "not done yet",
}


def show(items: Sequence[Item], store: str) -> None:
    """What became of each recording, and where there are several, how many of each."""
    for item in items:
        say(_line(item, store), error=item.state in ("unreadable", "blocked"))
    if len(items) > 1:
        counts: Counter[str] = Counter(item.state for item in items)
        say(", ".join(f"{counts[state]} {words}" for state, words in _WORDS.items() if counts[state]) + ".")


def _line(item: Item, store: str) -> str:
    if item.error:
        return item.error if item.state == "unreadable" else f"{item.path}: {item.state}: {item.error}"
    if item.state == "stopped":
        return f"{item.path}: stopped before its end; what is finished is kept"
    command = f"`longmedia report {item.recording} --run {item.run} --store {store}`"
    if not item.fresh:
        how = "already complete" if item.state == "complete" else "already done, with gaps that the file has"
        return f"{item.path}: {how}. {command}"
    rate = item.media_seconds / item.seconds if item.seconds else 0
    took = f"{item.media_seconds:.0f} s in {item.seconds:.0f} s ({rate:.1f}x real time)"
    return f"{item.path}: {item.state}, {took}. {command}"
