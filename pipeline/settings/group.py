"""What a group of settings is, and how a setting says that it does not change the text."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.config import JsonDict

SAME_TEXT: JsonDict = {"same_text": True}
"""Marks a setting that cannot change what is written: it stays out of the keys of stages."""


class Group(BaseModel):
    """A group of settings; unknown keys are errors, so that a typing mistake is never silent."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    same_text: ClassVar[bool] = False
    """Marks a whole group as `SAME_TEXT` does one setting."""


def _listed(value: Any) -> Any:
    """`a,b`, as it is written on a command line, as a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


LISTED = BeforeValidator(_listed)
Names = Annotated[tuple[str, ...], LISTED]
