"""Writing a file that people get: whole, or as it was."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(out: Path, pieces: Iterable[str] | bytes) -> None:
    """Write text, or bytes, under a name, replacing what is there only when all of it is written. Raises `OSError`."""
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        if isinstance(pieces, bytes):
            unfinished.write_bytes(pieces)
        else:
            with unfinished.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
