"""Files for tests that look at names only."""

from __future__ import annotations

import os
from pathlib import Path


def touched(folder: Path, *names: str) -> list[Path]:
    """Files of these names below `folder`, each with its own name in it."""
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(path.name))
    return paths
