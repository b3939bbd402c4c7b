"""The recording of the demo, and the beginning of it: most tests need no more than a few sentences."""

from __future__ import annotations

import subprocess
from pathlib import Path

from chunkers.ffmpeg import find_ffmpeg

MEETING = Path(__file__).parent.parent / "data" / "meeting.opus"


def beginning(path: Path, seconds: int = 30) -> Path:
    """Write the first `seconds` of the meeting to `path`, and return it."""
    command = [find_ffmpeg(), "-v", "error", "-i", MEETING, "-t", str(seconds), "-c", "copy", path]
    subprocess.run([str(word) for word in command], check=True)
    return path
