"""All settings of a program together, and where their values come from.

Values come, strongest first, from `--set group.key=value`, the environment
(`LONGMEDIA_GROUP__KEY`), and `longmedia.toml`. `longmedia settings` prints this file as a table, so
the descriptions below are the documentation.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as SourceError

from pipeline.errors import SettingsError
from pipeline.settings.fallback import Endpoint, Fallback
from pipeline.settings.group import Group
from pipeline.settings.groups import Audio, Describe, Encryption, Gemma, Hear, Media, Merge, Models, See, Video, Write


class Settings(BaseSettings):
    """All groups, and the few settings that stand alone."""

    model_config = SettingsConfigDict(
        env_prefix="LONGMEDIA_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    recipe: Literal["cascade", "gemma"] = Field("cascade", description="what turns chunks into text")
    profile: str = Field("general", description="prompt profile, or a folder with prompt files of your own")
    audio: Audio = Audio()
    video: Video = Video()
    hear: Hear = Hear()
    see: See = See()
    describe: Describe = Describe()
    write: Write = Write()
    gemma: Gemma = Gemma()
    merge: Merge = Merge()
    encryption: Encryption = Encryption()
    models: Models = Models()
    media: Media = Media()
    endpoint: Endpoint = Endpoint()
    fallback: Fallback = Fallback()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment only: files and command line are merged by `load`."""
        del settings_cls, dotenv_settings, file_secret_settings
        return init_settings, env_settings


CONFIG_NAME = "longmedia.toml"


def load(config: Path | None = None, sets: Iterable[str] = (), **fixed: Any) -> Settings:
    """Settings from a TOML file, the environment and `group.key=value` strings, weakest first.

    Raises `SettingsError` naming the key and what it may be.
    """
    values: dict[str, Any] = {}
    if config is not None:
        try:
            values = tomllib.loads(config.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{config}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{config}: not a TOML file: {error}") from error
    environment = _from_environment()
    merged = _deep_merge(values, environment)
    for text in sets:
        key, equals, value = text.partition("=")
        if not equals:
            raise SettingsError(f"--set {text}: expected group.key=value")
        _put(merged, key.strip(), value.strip())
    merged = _deep_merge(merged, {key: value for key, value in fixed.items() if value is not None})
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError(_explain(error), cure="`longmedia settings` lists them all.") from error


def load_here(config: Path | None = None, sets: Iterable[str] = (), **fixed: Any) -> Settings:
    """The settings of a program that starts in the working folder: as `load`, and where `config` is None from the
    `longmedia.toml` of that folder, if there is one.

    Raises `SettingsError`.
    """
    here = Path(CONFIG_NAME)
    return load(config or (here if here.is_file() else None), sets, **fixed)


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
        name: getattr(group, name)
        for name, info in type(group).model_fields.items()
        if not (isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get("same_text") is True)
    }


def _from_environment() -> dict[str, Any]:
    try:
        return Settings().model_dump(exclude_unset=True)
    except ValidationError as error:
        raise SettingsError(f"in the environment (LONGMEDIA_...): {_explain(error)}") from error
    except SourceError as error:
        raise SettingsError(f"in the environment (LONGMEDIA_...): {error}", cure='Lists are JSON: ["a"].') from error


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
    return "; ".join(_explain_one(".".join(map(str, one["loc"])), one) for one in error.errors())


def _explain_one(where: str, one: Any) -> str:
    """A mistake in one line; what stands at a key or an address is never shown: a secret may be in it."""
    secret = any(name in where.rpartition(".")[2] for name in ("key", "url", "proxy"))
    got = "" if secret else f" (got {one['input']!r})"
    return f"{where}: {one['msg']}{got}"


def _type_name(annotation: Any) -> str:
    text = getattr(annotation, "__name__", None) if isinstance(annotation, type) else None
    return text or str(annotation).replace("typing.", "").replace("pathlib.", "")
