"""The summary of a recording in which nobody speaks: what was measured and read, without a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from pipeline.stages.describe import MEASURED
from pipeline.stages.see.statements import Statement
from pipeline.store import Run
from pipeline.store.structs import Citation
from pipeline.store.tables import NodeRow
from pipeline.text.sentences import joined


def measured_root(run: Run, statements: Sequence[Statement]) -> NodeRow:
    """Store the one node of the tree: each statement a sentence, with the moments that it is about."""
    chunks = [(row.index, row.span) for row in run.chunks()]
    lines = [statement.text for statement in statements]
    moments = [[(span.start, span.end) for span in one.spans] for one in statements]
    row = NodeRow(
        recording=run.key.recording,
        level=1,
        index=0,
        start=0,
        end=max((span.end for _, span in chunks), default=0),
        children=[index for index, _ in chunks],
        inputs=hashlib.sha256(json.dumps([lines, moments]).encode()).hexdigest()[:16],
        status="processed",
        text=joined(lines),
        sentences=lines,
        citations=[
            Citation(number, span.start, span.end, True, "measured")
            for number, one in enumerate(statements)
            for span in one.spans
        ],
        model=MEASURED,
        attempts=0,
    )
    run.level(1).write(0, [row])
    return row
