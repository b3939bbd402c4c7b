"""Documents of runs as the tests of the store need them."""

from __future__ import annotations

from pipeline.store import FORMAT, RunDocument, RunKey
from pipeline.store.documents import InputDocument


def document(key: RunKey, created: str = "2026-01-01", asked: str = "", name: str = "a.wav") -> RunDocument:
    """The document of a run that has just begun."""
    return RunDocument(
        format=FORMAT,
        recording=key.recording,
        run=key.run,
        created=created,
        asked=asked,
        input=InputDocument(name=name, path=f"/recordings/{name}"),
        stages=dict(key.stages),
    )
