"""The address that is told when a recording is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.settings.fallback import ADDRESS
from pipeline.settings.group import Group


class Webhook(Group):
    """A signed POST for each recording that is done; see docs/reports.md. None of it is part of a key."""

    same_text = True
    named_only = True

    url: Annotated[str, Field(pattern=ADDRESS)] | None = Field(
        None, description="address that is told when a recording is done; https, or http on loopback; none: nobody is"
    )
    secret: Annotated[str, Field(pattern=r"^(env|file):.+$")] | None = Field(
        None, description="what the POST is signed with: `env:NAME` or `file:PATH`; a webhook needs one"
    )
    words: bool = Field(False, description="tell headline and gist, too: what was said, in words")
    timeout_s: Annotated[float, Field(gt=0, le=600)] = Field(10, description="longest wait for one answer, seconds")
    attempts: Annotated[int, Field(ge=1, le=10)] = Field(4, description="tries, the first included")
    longest_wait_s: Annotated[float, Field(ge=0, le=600)] = Field(
        30, description="longest wait between two tries, seconds"
    )
