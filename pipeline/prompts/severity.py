"""How bad an event of the picture is: rules that a profile states in `severity.toml`, and that its user may edit."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import SettingsError
from pipeline.prompts import folder_of, profiles

Severity = Literal["critical", "major", "minor", "none"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The worst first."""

EventKind = Literal[
    "black", "frozen", "changed", "lights", "flicker", "camera", "cut", "fade", "still", "moving", "text", "number"
]


class SeverityRule(BaseModel):
    """One rule; of several that fit an event the first decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: EventKind
    """What happens in the picture; `text`: a line on the screen; `number`: a value on the screen beyond a limit."""
    severity: Severity
    seconds: float = Field(0, ge=0)
    """How long it lasts, at least."""
    text: str = ""
    """One of the words, parted by `|`, that the line, the label or the unit holds, upper and lower case alike."""
    above: float | None = None
    below: float | None = None
    """Limits of a number: beyond one of them it is an event."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        limits = self.above is not None or self.below is not None
        if limits != (self.event == "number"):
            raise ValueError("`above` and `below` belong to the event `number`, which needs one of them")
        if self.text and self.event not in ("text", "number"):
            raise ValueError("`text` belongs to the events `text` and `number`")
        if self.event == "text" and not self.text.strip("| "):
            raise ValueError("the event `text` needs `text`")
        return self

    def names(self, *texts: str) -> bool:
        """Whether one of the rule's words stands in one of `texts`; a rule without words takes all."""
        words = [word.strip().casefold() for word in self.text.split("|") if word.strip()]
        return not words or any(word in text.casefold() for word in words for text in texts)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rule: list[SeverityRule]


def severity_rules(profile: str) -> tuple[SeverityRule, ...]:
    """The rules of a profile (a name, or a folder's path); none where it has no `severity.toml`.

    Raises `SettingsError` where the profile does not exist or the file cannot be read.
    """
    return _own_rules(profile) if profile in profiles() else _rules(folder_of(profile))


@cache
def _own_rules(profile: str) -> tuple[SeverityRule, ...]:
    """Those of a profile that comes with the package, and so stays as it is."""
    return _rules(folder_of(profile))


def _rules(folder: Path) -> tuple[SeverityRule, ...]:
    path = folder / "severity.toml"
    if not path.is_file():
        return ()
    try:
        return tuple(_File.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig"))).rule)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsError(f"{path}: {faults}", cure=f"Events: {', '.join(get_args(EventKind))}.") from None
