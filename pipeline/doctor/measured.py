"""How long the models of earlier runs took on this machine."""

from __future__ import annotations

import itertools
from collections import defaultdict

from chunkers.spans import TICKS_PER_SECOND
from pipeline.doctor.ranking import Measured
from pipeline.settings import Settings
from pipeline.store import FORMAT, Store


def measured(store: Store) -> Measured:
    """Hours an hour of recording took, by the name of the model, over all finished runs of `store`."""
    took: dict[str, float] = defaultdict(float)
    lasted: dict[str, float] = defaultdict(float)
    for run in store.runs():
        document = run.document()
        if document is None or document.format < FORMAT or document.result is None:
            continue
        if document.result.state != "complete":
            continue
        settings = Settings.model_validate(document.settings)
        nodes = itertools.chain.from_iterable(run.nodes(level) for level in run.levels())
        written = sum(row.seconds for row in run.chunks()) + sum(row.seconds for row in nodes)
        heard = sum(row.seconds for row in run.heard())
        for model, seconds in ((_hearer(settings), heard), (_writer(settings), written)):
            if model and seconds:
                took[model] += seconds
                lasted[model] += document.duration / TICKS_PER_SECOND
    return {model: took[model] / lasted[model] for model in took if lasted[model]}


def _hearer(settings: Settings) -> str:
    """The recogniser's name, empty where Gemma hears."""
    own = settings.hear.engine == "auto" and settings.recipe == "gemma"
    return "" if own or settings.hear.engine == "gemma" else settings.hear.model


def _writer(settings: Settings) -> str:
    """The name of what describes and merges."""
    if settings.recipe == "gemma":
        return settings.endpoint.model if settings.gemma.engine == "server" else settings.gemma.model
    return settings.endpoint.model if settings.write.engine == "endpoint" else settings.write.model
