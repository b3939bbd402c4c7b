"""The chains of many recordings under the same settings: most of them have the same keys, which are made once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from pipeline.chain import Chain, Stage, chain
from pipeline.settings import Settings
from pipeline.source import Source


class Chains:
    """Chains by all that their keys rest on. To be used for as long as models and prompts stay as they are."""

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[Settings, Chain]] = {}

    def of(self, settings: Settings, source: Source, only: Stage | None = None, *, names: str = "") -> Chain:
        """As `pipeline.chain.chain`."""
        if source.words is not None or source.transcript:
            return chain(settings, source, only, names=names)
        # Hotwords lie beside a recording: of each folder they are others.
        beside = source.path.parent if settings.hear.vocabulary is not None else None
        key = (id(settings), only, names, source.track, source.pictures, source.each, beside)
        if key not in self._made:
            self._made[key] = settings, chain(settings, source, only, names=names)  # its `id` stays its own
        return replace(self._made[key][1], source=source)
