"""What the tests of transcripts from elsewhere share."""

from __future__ import annotations

import json
from pathlib import Path

from chunkers.spans import TICKS_PER_SECOND
from pipeline.text.transcript_files import read_transcript

S = TICKS_PER_SECOND
SAID = "marzipan"
TIMES = "00:00:01,000 --> 00:00:02,000"
SRT = """1
00:00:01,000 --> 00:00:02,500
<i>The pump</i> &amp; the
{\\an8}valve cost <font color="#fff">412,000</font> euros.

2
01:00:00.250 --> 01:00:02
[Speaker 1]: With a dot.
"""


def put(folder: Path, name: str, content: str | bytes | object) -> Path:
    """A file with this content; what is neither text nor bytes is written as JSON."""
    path = folder / name
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def brief(path: Path) -> list[tuple[float, float, str | None, str]]:
    """Its cues: from when to when, in seconds, by whom, and the words."""
    return [(cue.start / S, cue.end / S, cue.speaker, cue.text) for cue in read_transcript(path).cues]
