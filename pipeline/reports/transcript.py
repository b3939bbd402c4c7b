"""The bare transcript: the words, a paragraph a chunk, and a line for every gap."""

from __future__ import annotations

from collections.abc import Iterator

from chunkers.printable import printable
from pipeline.store import Run


def report(run: Run) -> Iterator[str]:
    """Plain text; what failed or was skipped is named in brackets, silence is left out."""
    for row in run.heard():
        if row.transcript:
            yield f"{printable(row.transcript)}\n"
        elif row.status in ("failed", "skipped"):
            yield f"[{row.span}: {row.status}: {printable(row.error)}]\n"
