"""All settings of a program together, and where their values come from.

Values come, strongest first, from `--set group.key=value`, the environment (`LONGMEDIA_GROUP__KEY`), the file that the
user names or else the `longmedia.toml` of the working folder, and the user's own file. `longmedia settings` prints this
file as a table, so the descriptions below are the documentation.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from chunkers.printable import printable
from pipeline.encodings import decode
from pipeline.errors import SettingsError
from pipeline.settings.checks import check, check_words
from pipeline.settings.fallback import Endpoint, Fallback
from pipeline.settings.group import Group
from pipeline.settings.groups import (
    Audio,
    Describe,
    Gemma,
    Hear,
    Merge,
    Report,
    See,
    Speakers,
    Video,
    Write,
)
from pipeline.settings.machine import Encryption, Media, Models
from pipeline.settings.webhook import Webhook

PREFIX = "LONGMEDIA_"
"""How the names begin by which the environment sets something."""


class Settings(BaseModel):
    """All groups, and the few settings that stand alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: Literal["cascade", "gemma"] = Field("cascade", description="what turns chunks into text")
    profile: str = Field("general", description="prompt profile, or a folder with prompt files of your own")
    audio: Audio = Audio()
    video: Video = Video()
    hear: Hear = Hear()
    speakers: Speakers = Speakers()
    see: See = See()
    describe: Describe = Describe()
    write: Write = Write()
    gemma: Gemma = Gemma()
    merge: Merge = Merge()
    report: Report = Report()
    encryption: Encryption = Encryption()
    models: Models = Models()
    media: Media = Media()
    endpoint: Endpoint = Endpoint()
    fallback: Fallback = Fallback()
    webhook: Webhook = Webhook()


CONFIG_NAME = "longmedia.toml"
CONFIG_VARIABLE = "LONGMEDIA_CONFIG"
"""Names a file of settings, as `--config` does."""


def own_config() -> Path:
    """The user's own file of settings, which counts in every folder."""
    return user_config_path("longmedia") / CONFIG_NAME


def load(config: Path | None = None, sets: Iterable[str] = (), **fixed: Any) -> Settings:
    """Settings from a TOML file, the environment and `group.key=value` strings, weakest first.

    Raises `SettingsError` naming the key and what it may be.
    """
    return _settled(_read(config) if config is not None else {}, sets, fixed)


def load_here(config: Path | None = None, sets: Iterable[str] = (), **fixed: Any) -> Settings:
    """The settings of a program that starts in the working folder: as `load`, above those of the user's own file.

    Where `config` is None, LONGMEDIA_CONFIG may name it; where that does not, it is the `longmedia.toml` of the working
    folder, if there is one. It may lie there because it came with somebody's recordings: what is marked `NAMED_ONLY`
    is refused from it. Raises `SettingsError`.
    """
    values = _read(own) if (own := own_config()).is_file() else {}
    named = config or (Path(name) if (name := os.environ.get(CONFIG_VARIABLE)) else None)
    here = Path(CONFIG_NAME)
    if named is not None:
        values = _deep_merge(values, _read(named))
    elif here.is_file():
        found = _read(here)
        _refuse_named_only(found, here)
        values = _deep_merge(values, found)
    return _settled(values, sets, fixed)


def _read(path: Path) -> dict[str, Any]:
    name = printable(str(path))
    try:
        return tomllib.loads(decode(path.read_bytes()).replace("\r\n", "\n"))
    except OSError as error:
        raise SettingsError(f"{name}: {error.strerror}.", cure="Check the name and its rights.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{name}: not a TOML file: {error}.", cure="Each line is `key = value`.") from error


def _refuse_named_only(values: Mapping[str, Any], path: Path) -> None:
    refused = [key for key in named_only() if _has(values, key)]
    if refused:
        raise SettingsError(
            f"{printable(str(path.absolute()))}: sets {', '.join(refused)}. A program, code, an address, a key or a "
            "place for files is not taken from a file that only lies in the working folder.",
            cure=f"If it is yours, name it: `--config {path}` or {CONFIG_VARIABLE}={path}; or put these settings "
            f"into {printable(str(own_config()))}.",
        )


def named_only() -> list[str]:
    """The settings that are marked `NAMED_ONLY`, or whose group is."""
    return [
        f"{name}.{key}"
        for name, group in _groups()
        for key, info in group.model_fields.items()
        if group.named_only or marked(info, "named_only")
    ]


def _groups() -> Iterator[tuple[str, type[Group]]]:
    for name, info in Settings.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Group):
            yield name, info.annotation


def _has(values: Mapping[str, Any], key: str) -> bool:
    group, _, name = key.partition(".")
    inner = values.get(group)
    return isinstance(inner, Mapping) and name in inner


def _settled(values: Mapping[str, Any], sets: Iterable[str], fixed: Mapping[str, Any]) -> Settings:
    merged = _deep_merge(values, _from_environment())
    for text in sets:
        key, equals, value = text.partition("=")
        if not equals:
            raise SettingsError(f"--set {text}: expected group.key=value.")
        _put(merged, key.strip(), value.strip())
    merged = _deep_merge(merged, {key: value for key, value in fixed.items() if value is not None})
    check_words(merged)
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError(_explain(error), cure="`longmedia settings` lists them all.") from error
    check(settings)
    return settings


def table() -> list[tuple[str, str, str, str]]:
    """Every setting as (key, type, default, description), in the order of this file."""
    lines: list[tuple[str, str, str, str]] = []
    for name, info in Settings.model_fields.items():
        group = info.annotation
        if isinstance(group, type) and issubclass(group, Group):
            for key, inner in group.model_fields.items():
                lines.append(
                    (f"{name}.{key}", _type_name(inner.annotation), str(inner.default), inner.description or "")
                )
        else:
            lines.append((name, _type_name(group), str(info.default), info.description or ""))
    return lines


def text_changing(group: Group) -> dict[str, Any]:
    """The settings of a group that can change what is written, by name; those marked `SAME_TEXT` stay out."""
    if group.same_text:
        return {}
    return {
        name: getattr(group, name) for name, info in type(group).model_fields.items() if not marked(info, "same_text")
    }


def marked(info: FieldInfo, mark: str) -> bool:
    """Whether a setting has a mark, such as `same_text`."""
    return isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get(mark) is True


def _from_environment() -> dict[str, Any]:
    """What the environment sets. Where that is nothing, as mostly, what reads it is not imported: it takes 0.2 s."""
    ours = tuple(f"{PREFIX}{name}".upper() for name in Settings.model_fields)
    if not any(name.upper().startswith(ours) for name in os.environ):
        return {}
    from pydantic_settings.exceptions import SettingsError as SourceError

    from pipeline.settings.environment import Environment

    try:
        return Environment().model_dump(exclude_unset=True)
    except ValidationError as error:
        raise SettingsError(f"in the environment ({PREFIX}...): {_explain(error)}") from error
    except SourceError as error:
        raise SettingsError(f"in the environment ({PREFIX}...): {error}", cure='Lists are JSON: ["a"].') from error


def _deep_merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _deep_merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _put(values: dict[str, Any], key: str, value: str) -> None:
    *groups, last = key.split(".")
    for group in groups:
        inner = values.setdefault(group, {})
        if not isinstance(inner, dict):
            raise SettingsError(f"--set {key}: {group} is not a group of settings")
        values = inner
    values[last] = None if value.lower() in {"none", "null"} else value


def _explain(error: ValidationError) -> str:
    return " ".join(_explain_one(".".join(map(str, one["loc"])), one) for one in error.errors())


def _explain_one(where: str, one: Any) -> str:
    """A mistake in one line; what stands at a key, a secret or an address is never shown: a secret may be in it."""
    secret = any(name in where.rpartition(".")[2] for name in ("key", "url", "proxy", "secret"))
    value = repr(one["input"])
    got = "" if secret else f" (got {value if len(value) < 80 else f'{value[:77]}...'})"
    if one["type"] == "extra_forbidden":
        return f"{where}: no such setting."
    return f"{where}: {one['msg'].removeprefix('Value error, ').removesuffix('.')}{got}."


def _type_name(annotation: Any) -> str:
    """A type as people read it, without what checks its values: that has a place in memory, which is never the same."""
    if get_origin(annotation) is Annotated:
        return _type_name(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return " | ".join(map(_type_name, get_args(annotation)))
    if isinstance(annotation, type) and not get_args(annotation):
        return "None" if annotation is type(None) else annotation.__name__
    return str(annotation).replace("typing.", "").replace("pathlib.", "")
