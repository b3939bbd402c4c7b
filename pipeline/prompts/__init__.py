"""Prompts: text files, a folder a profile, a file a role.

`sections.txt` lists, one a line, the sections that a report of the profile has. `focus.txt` says in a sentence or two
what matters in such a recording; it is put behind the system text of the prompts by which the multimodal model
describes, where the profile takes them from `general`. Every other file holds the system text (or none), a line `---`,
and the user text; `$name` marks what is filled in. A profile that lacks a file takes it from `general`. A user's own
folder works in the same way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from pipeline.errors import SettingsError

_HERE = Path(__file__).parent
_SECTIONS = "sections.txt"
_FOCUS = "focus.txt"
_FOCUSED = frozenset({"gemma_watch", "gemma_listen"})
"""Roles to whose common prompt the focus is put. Hearing keeps to the frame that Gemma was trained with."""
_DIVIDER = "\n---\n"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request: the system text may be empty."""

    user: str
    system: str = ""


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """One role's prompt; `digest` is 16 hex digits of its SHA-256."""

    system: str
    user: str
    digest: str

    def fill(self, **values: str) -> Prompt:
        """The prompt with every `$name` replaced, in both parts; raises `KeyError` where a value is missing."""
        return Prompt(
            system=Template(self.system).substitute(values),
            user=Template(self.user).substitute(values),
        )


@cache
def profiles() -> tuple[str, ...]:
    """The profiles that come with the package."""
    return tuple(sorted(folder.name for folder in _HERE.iterdir() if folder.is_dir() and any(folder.glob("*.txt"))))


def sections(profile: str) -> tuple[str, ...]:
    """The sections that a report of `profile` (a name, or a folder's path) has, in order.

    Those of `general` where the profile has none of its own, or its folder is no longer there.
    """
    return _own_sections(profile) if profile in profiles() else _sections(Path(profile).expanduser())


@cache
def _own_sections(profile: str) -> tuple[str, ...]:
    """Those of a profile that comes with the package, and so stays as it is."""
    return _sections(_HERE / profile)


def _sections(folder: Path) -> tuple[str, ...]:
    path = next(p for p in (folder / _SECTIONS, _HERE / "general" / _SECTIONS) if p.is_file())
    return tuple(path.read_text(encoding="utf-8").split())


def folder_of(profile: str) -> Path:
    """The folder of a profile, which is a name or the folder's path; raises `SettingsError` where there is none."""
    folder = _HERE / profile if profile in profiles() else Path(profile).expanduser()
    if not folder.is_dir():
        raise SettingsError(
            f"profile {profile}: no such profile or folder.", cure=f"Profiles: {', '.join(profiles())}; or a folder."
        )
    return folder


def load(profile: str, role: str) -> PromptTemplate:
    """The prompt of `role` in `profile` (a name, or a folder's path).

    Raises `SettingsError` where the profile does not exist or the file has no dividing line.
    """
    folder = folder_of(profile)
    path = next(p for p in (folder / f"{role}.txt", _HERE / "general" / f"{role}.txt") if p.is_file())
    text = path.read_text(encoding="utf-8").strip()
    system, divider, user = f"\n{text}".partition(_DIVIDER)
    if not divider:
        raise SettingsError(f"{path}: no line `---` between the system text and the user text")
    focus = folder / _FOCUS
    if role in _FOCUSED and path.parent != folder and focus.is_file():
        system = f"{system.strip()} {focus.read_text(encoding='utf-8').strip()}"
        text = f"{system}{_DIVIDER}{user}"
    return PromptTemplate(system.strip(), user.strip(), hashlib.sha256(text.encode()).hexdigest()[:16])
