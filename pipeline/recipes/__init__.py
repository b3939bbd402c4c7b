"""Recipes: how a chunk becomes a level-0 summary.

`identity` is cheap and loads nothing, so that a finished recording is answered at once; `load` loads.
"""

from __future__ import annotations

from pipeline import prompts
from pipeline.models import engines
from pipeline.recipes.cascade import Cascade
from pipeline.recipes.protocol import Recipe
from pipeline.settings import Settings

VERSION = "1"
"""Raised when code changes what is written although no setting, model or prompt did."""


def identity(settings: Settings) -> dict[str, str]:
    """Models, prompts and code, by name and hash: what the fingerprint knows beside the settings."""
    names = {
        "version": VERSION,
        "hearer": engines.weights_identity(settings.hear.model, settings),
        "writer": engines.writer_identity(settings),
    }
    roles = {f"prompt.{role}": prompts.load(settings.profile, role).digest for role in ("chunk", "merge")}
    return names | roles


def load(settings: Settings) -> Recipe:
    """The recipe with its models in memory; raises `WeightsMissingError` where they are not here."""
    return Cascade(
        hearer=engines.hearer(settings),
        writer=engines.writer(settings),
        prompt=prompts.load(settings.profile, "chunk"),
        language=settings.hear.language,
        max_tokens=settings.write.chunk_tokens,
        together=settings.write.windows_per_summary,
    )
