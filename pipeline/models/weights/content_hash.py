"""What tells one user's weights from another's, without reading gigabytes at every start."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.models.weights.gguf_names import files_of

_EDGE = 1 << 20


def build(path: Path) -> str:
    """12 hex digits over the names, the lengths and the first and last MiB of a weight file, or of all in a folder.

    Reading all of 24 GB would be the better proof and the worse habit: what is missed is a change in the middle
    of a file that leaves its length, its header and its end as they were. Hidden files do not count; all parts of a
    split GGUF file do.
    """
    files = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else files_of(path)
    digest = hashlib.sha256()
    for file in files:
        if file.name.startswith("."):
            continue
        length = file.stat().st_size
        digest.update(f"{file.name}:{length}:".encode())
        with file.open("rb") as stream:
            digest.update(stream.read(_EDGE))
            stream.seek(max(_EDGE, length - _EDGE))
            digest.update(stream.read(_EDGE))
    return digest.hexdigest()[:12]
