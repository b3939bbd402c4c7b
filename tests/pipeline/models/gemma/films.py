"""Short films for the tests of the recipe."""

from __future__ import annotations

import subprocess
from pathlib import Path

from chunkers.ffmpeg import find_ffmpeg


def small_film(path: Path, seen_s: int = 4, heard_s: int = 4) -> Path:
    """Pictures, and a tone in syllables, so that it is not taken for silence."""
    picture = ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seen_s}"]
    tone = f"aevalsrc=0.4*sin(440*PI*t)*pow(sin(2*PI*t)\\,2):s=16000:d={heard_s}"
    command = [str(find_ffmpeg(None)), "-v", "error", *picture, "-f", "lavfi", "-i", tone, "-c:a", "pcm_s16le"]
    subprocess.run([*command, str(path)], check=True)
    return path
