"""`longmedia run --recipe gemma` as a user types it, in real NF4, on a film of recorded speech."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `gemma`")

from chunkers.ffmpeg import find_ffmpeg
from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.gemma.limits import frame_tokens
from pipeline.store import Store
from pipeline.store.coverage import coverage
from tests.flows.test_cli import ROOT, longmedia

MEETING = ROOT / "data" / "meeting.opus"
PICTURE = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=40", "-c:v", "libx264", "-preset", "ultrafast"]


def test_a_film_with_sound_goes_all_the_way(taught: Path, tmp_path: Path) -> None:
    media, seconds = tmp_path / "film.mkv", 40
    cut = ["-v", "error", "-i", str(MEETING), *PICTURE, "-t", str(seconds), "-c:a", "copy", str(media)]
    subprocess.run([str(find_ffmpeg(None)), *cut], check=True)
    command = ["run", media, "--recipe", "gemma", "--model", taught, "--quantization", "nf4", "--store", tmp_path / "s"]
    sets = [
        "hear.language=en",
        "hear.max_tokens=32",
        "describe.max_tokens=48",
        "video.length_s=30",
        f"models.folder={tmp_path / 'models'}",
    ]
    done = longmedia(*command, *(word for one in sets for word in ("--set", one)), cwd=tmp_path)
    # Of real voices the checkpoint knows nothing: what it babbles may run into its cap, which is a failed row.
    assert done.returncode in {0, 3}, done.stderr
    (run,) = Store(tmp_path / "s").runs()
    heard, rows = list(run.heard()), list(run.chunks())
    for total in (coverage(heard), coverage(rows)):
        assert abs(total.end - seconds * TICKS_PER_SECOND) < TICKS_PER_SECOND
    assert {row.status for row in (*heard, *rows)} <= {"processed", "failed", "silent"}
    assert (done.returncode == 0) == ("failed" not in {row.status for row in (*heard, *rows)})
    assert all(row.audio_tokens_sent == row.audio_tokens_expected > 0 for row in heard)
    assert all(row.frames_sent == row.frames_expected for row in rows)
    seen = sum(row.span.ticks for row in rows) // TICKS_PER_SECOND
    assert sum(row.frames_sent for row in rows) == seen
    assert all(row.tokens_in < frame_tokens(180, 320, 70) * 60 for row in rows)
    assert [row.status for row in run.nodes(1)]
    assert (tmp_path / "models" / "quantized").is_dir()
    config = json.loads(next((tmp_path / "models" / "quantized").glob("*/config.json")).read_text(encoding="utf-8"))
    assert config["quantization_config"]["bnb_4bit_quant_type"] == "nf4"
