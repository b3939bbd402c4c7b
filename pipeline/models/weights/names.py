"""How a model of the hub is named: `owner/name`, or `owner/name:Q4_K_M` for one quantisation of GGUF files."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?P<repository>{_PART}/{_PART})(?::(?P<quantization>{_PART}))?")
_FILES = (".gguf", ".bin", ".safetensors")
"""What ends so is a path, even where nothing lies there."""


@dataclass(frozen=True, slots=True)
class HubName:
    """A model of the hub."""

    repository: str
    """`owner/name`."""
    quantization: str = ""
    """The quantisation, as names of GGUF files tell it; empty: everything that one model is made of."""

    @property
    def folder(self) -> str:
        """Name of the folder that holds it below the folder of the models; the hub has no `--` in names."""
        return "--".join(filter(None, (*self.repository.split("/"), self.quantization)))

    def __str__(self) -> str:
        """As the user writes it."""
        return f"{self.repository}:{self.quantization}" if self.quantization else self.repository


def parse_hub_name(name: str) -> HubName | None:
    """What `name` means as the hub writes names, None where it is written as a path or as a name of the catalogue."""
    found = _NAME.fullmatch(name)
    if found is None or name.endswith(_FILES) or "--" in name or ".." in name:
        return None
    return HubName(found["repository"], found["quantization"] or "")


def is_hub_id(name: str) -> bool:
    """Whether `name` is written as the hub writes a model's, and not as a path."""
    return parse_hub_name(name) is not None
