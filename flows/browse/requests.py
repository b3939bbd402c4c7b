"""What a browser asks for: who may ask, what is meant, and which bytes of a file. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

What = Literal["list", "report", "media", "progress"]

_FOLDERS: dict[str, What] = {"r": "report", "m": "media"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is meant, of which recording where it is about one, and the fields of a form."""

    what: What
    recording: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def admitted(headers: Mapping[str, str], port: int) -> bool:
    """Whether a request comes from a page of ours, or from the address line of a browser on this machine.

    A name of somebody else's that leads to this machine (DNS rebinding) shows in `Host`, another site's page in
    `Origin` and `Sec-Fetch-Site`. The names of `headers` are in lower case.
    """
    ours = {f"127.0.0.1:{port}", f"localhost:{port}"}
    origin = headers.get("origin")
    return (
        headers.get("host", "").lower() in ours
        and (origin is None or origin.lower() in {f"http://{one}" for one in ours})
        and headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    )


def asked(target: str, secret: str) -> Asked | None:
    """What a path below `/<secret>/` means; None where it means nothing."""
    try:
        parts = urlsplit(target)
        fields = {name: values[-1] for name, values in parse_qs(parts.query, max_num_fields=20).items()}
    except ValueError:  # no address at all, or a form that is not ours
        return None
    first, *rest = parts.path.removeprefix("/").split("/")
    if not parts.path.startswith("/") or first != secret:
        return None
    match rest:
        case [""]:
            return Asked("list", fields=fields)
        case ["progress.json"]:
            return Asked("progress")
        case [folder, name] if folder in _FOLDERS and name:
            return Asked(_FOLDERS[folder], unquote(name))
    return None


def span_of(wanted: str | None, size: int) -> tuple[int, int] | None:
    """First byte, and the byte behind the last, of a file of `size` bytes, by a header `Range`.

    The whole file where there is none, where it asks for several ranges, or for what we do not know; None where the
    file has no such bytes.
    """
    match = _RANGE.match(wanted or "")
    if match is None or match.groups() == ("", ""):
        return 0, size
    first, last = match.groups()
    if not first:  # the last so many bytes
        return (max(0, size - int(last)), size) if int(last) and size else None
    if last and int(last) < int(first):
        return 0, size
    return (int(first), min(size, int(last) + 1 if last else size)) if int(first) < size else None
