"""What models wrote of a run, sentence by sentence, as far as what was said bears it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from pipeline.merge.ground import Ground
from pipeline.merge.heard import heard_units
from pipeline.merge.inputs import Unit
from pipeline.merge.run import VERSION as MERGE_VERSION
from pipeline.reports.reading import Sentence, traced
from pipeline.stages.describe import MEASURED
from pipeline.stages.describe import VERSION as DESCRIBE_VERSION
from pipeline.store import DESCRIBE, MERGE, Run
from pipeline.text.sentences import sentences


class Written:
    """The sentences of a run, held against what was said where they were not when they were made."""

    def __init__(self, run: Run) -> None:
        self._run = run
        document = run.document()
        merging = document.settings.get("merge") if document else None
        self._translated = isinstance(merging, dict) and merging.get("language") is not None
        """Whether the summaries are in another language than what was said: then nothing can be held against it."""

    def true_root(self, found: list[Sentence]) -> list[Sentence]:
        """The sentences of the root as what was said holds them; there is one at least."""
        if self._translated or self._made_now(MERGE, MERGE_VERSION):
            return found
        units = self._ground.true([Unit(one.text, one.moments) for one in found])
        return [Sentence(unit.text, unit.spans) for unit in units]

    def true(self, found: Iterable[Sentence]) -> list[Sentence]:
        """Those sentences of any level that what was said holds, or its own sentences in their place."""
        chosen = list(found)
        if self._translated or (self._made_now(MERGE, MERGE_VERSION) and self._made_now(DESCRIBE, DESCRIBE_VERSION)):
            return chosen
        units = (self._ground.borne_out(Unit(one.text, one.moments)) for one in chosen)
        return [Sentence(unit.text, unit.spans) for unit in units if unit is not None]

    def every(self) -> Iterator[Sentence]:
        """The sentences of every level that have moments, the highest level first.

        Those of chunks are left out where the summaries are in another language, and where they tell of the picture.
        """
        for level in reversed(self._run.levels()):
            for node in self._run.nodes(level):
                yield from (one for one in traced(node) if one.moments)
        for chunk in self._run.chunks() if not self._translated else ():
            if chunk.status == "processed" and chunk.model != MEASURED:
                yield from (Sentence(text, (chunk.span,)) for text in sentences(chunk.summary))

    def _made_now(self, stage: str, version: int) -> bool:
        """Whether a stage held its sentences against what was said, as it would now."""
        document = self._run.stage(stage)
        return document is not None and document.rests_on.get("version") == version

    @cached_property
    def _ground(self) -> Ground:
        return Ground(list(heard_units(self._run)))
