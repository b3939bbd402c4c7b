"""What a group of settings is, and how a setting says that it does not change the text."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.config import JsonDict

SAME_TEXT: JsonDict = {"same_text": True}
"""Marks a setting that cannot change what is written: it stays out of the keys of stages."""

NAMED_ONLY: JsonDict = {"named_only": True}
"""Marks a setting that names a program, code, an address, a key or a place for files: it counts only where the user has
named the configuration, never from a file that happens to lie beside recordings."""


class Group(BaseModel):
    """A group of settings; unknown keys are errors, so that a typing mistake is never silent."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    same_text: ClassVar[bool] = False
    """Marks a whole group as `SAME_TEXT` does one setting."""
    named_only: ClassVar[bool] = False
    """Marks a whole group as `NAMED_ONLY` does one setting."""


def _listed(value: Any) -> Any:
    """`a,b`, as it is written on a command line, as a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


LISTED = BeforeValidator(_listed)
Names = Annotated[tuple[str, ...], LISTED]
