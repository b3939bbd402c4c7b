"""Recipes: how a chunk becomes a level-0 summary.

`identity` is cheap and loads nothing, so that a finished recording is answered at once; `load` loads.
"""

from __future__ import annotations

from pipeline import prompts
from pipeline.models import registry
from pipeline.models.weights.fetch import folder
from pipeline.recipes.cascade import Cascade
from pipeline.recipes.protocol import Recipe
from pipeline.recipes.shared_batches import SharedBatches
from pipeline.settings import Settings

_OVERLAPPING = 2
"""Recordings at once among which no two can wait for the models."""

VERSION = "2"
"""Raised when code changes what is written although no setting, model or prompt did."""


def identity(settings: Settings) -> dict[str, str]:
    """Models, prompts and code, by name and hash: what the fingerprint knows beside the settings."""
    if settings.recipe == "gemma":
        roles = ["gemma_hear", "gemma_watch", "gemma_listen", "merge"]
        models = {"gemma": registry.gemma_identity(settings)}
    else:
        roles = ["chunk", "merge"]
        models = {
            "hearer": registry.weights_identity(settings.hear.model, settings),
            "writer": registry.writer_identity(settings),
        }
    digests = {f"prompt.{role}": prompts.load(settings.profile, role).digest for role in roles}
    return {"version": VERSION} | models | digests


def load(settings: Settings) -> Recipe:
    """The recipe with its models in memory; raises `WeightsMissingError` where they are not here."""
    recipe = _alone(settings)
    if settings.media.recordings <= _OVERLAPPING or registry.text_engine(settings) == "endpoint":
        return recipe  # what leaves the machine is one recording's matter, never a common batch's
    return registry.once(
        ("together", settings.model_dump_json()), lambda: SharedBatches(recipe, settings.storage.part_rows)
    )


def _alone(settings: Settings) -> Recipe:
    if settings.recipe == "gemma":
        from pipeline.recipes.gemma import open_recipe

        return registry.once(
            ("gemma", settings.gemma, settings.video.frame_tokens, settings.hear.language, settings.profile),
            lambda: open_recipe(settings, folder(settings.models)),
        )
    return Cascade(
        hearer=registry.hearer(settings),
        writer=registry.writer(settings),
        prompt=prompts.load(settings.profile, "chunk"),
        language=settings.hear.language,
        max_tokens=settings.write.chunk_tokens,
        windows_per_summary=settings.write.windows_per_summary,
    )
