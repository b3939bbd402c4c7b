"""Which ffmpeg is run, and what becomes of it: it ends with whoever started it, and its end is named."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from chunkers.audio import windows
from chunkers.errors import DecodeError, FfmpegMissingError
from chunkers.ffmpeg import find_ffmpeg
from chunkers.probing import probe
from tests.chunkers.conftest import children

Spoken = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("nothing_stays_behind")


def test_a_killed_child_is_not_the_end_of_the_recording(encode: Spoken) -> None:
    path = encode("long.wav", "-f", "lavfi", "-i", "anoisesrc=d=900:r=16000")
    decoding = windows(probe(path), read_ahead=1)
    next(decoding)
    children()[0].send_signal(signal.SIGKILL)
    with pytest.raises(DecodeError, match="killed"):
        list(decoding)
    with pytest.raises(RuntimeError):
        _ = decoding.report


def test_a_forgotten_decoding_ends_its_child(encode: Spoken) -> None:
    decoding = windows(probe(encode("long.wav", "-f", "lavfi", "-i", "anoisesrc=d=900:r=16000")), read_ahead=1)
    next(decoding)
    assert len(children()) == 1
    del decoding
    assert children() == []


@pytest.mark.parametrize("end", ["interrupt", "exit"])
def test_an_interpreter_that_ends_leaves_no_child(end: str, encode: Spoken) -> None:
    path = encode("long.wav", "-f", "lavfi", "-i", "anoisesrc=d=900:r=16000")
    program = (
        "import sys, time, psutil; from chunkers.probing import probe\nfrom chunkers.audio import windows\n"
        "w = windows(probe(sys.argv[1]), read_ahead=1); next(w)\n"
        "print(psutil.Process().children()[0].pid, flush=True)\n"
        # Where another thread gets the signal, the main one sees it only between two sleeps.
        "for _ in range(300 if sys.argv[2] == 'interrupt' else 0): time.sleep(0.1)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, path, end], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        if end == "interrupt":
            process.send_signal(signal.SIGINT)
        process.wait(20)
    assert not psutil.pid_exists(child)


def test_ffmpeg_is_the_one_that_is_given(tmp_path: Path, ffmpeg: Path) -> None:
    assert find_ffmpeg(ffmpeg) == ffmpeg
    impostor = tmp_path / "ffmpeg"
    impostor.write_text("#!/bin/sh\necho something else\n")
    impostor.chmod(0o755)
    with pytest.raises(FfmpegMissingError, match="is not an ffmpeg"):
        find_ffmpeg(impostor)
    with pytest.raises(FfmpegMissingError, match="not a program"):
        find_ffmpeg(tmp_path / "nowhere")


def test_the_packaged_ffmpeg_comes_before_the_one_on_the_path(
    tmp_path: Path, ffmpeg: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_ffmpeg() == ffmpeg
    (tmp_path / "ffmpeg").symlink_to(ffmpeg)
    assert find_ffmpeg() == ffmpeg
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert find_ffmpeg() == tmp_path / "ffmpeg"
    (tmp_path / "ffmpeg").unlink()
    with pytest.raises(FfmpegMissingError, match="No ffmpeg was found"):
        find_ffmpeg()


def test_an_ffmpeg_that_crashes_is_named(spoken: Spoken, tmp_path: Path) -> None:
    """As a static build of 7.0.2 does on MPEG-TS: the file may be whole, and another ffmpeg the cure."""
    crashing = tmp_path / "ffmpeg"
    crashing.write_text('#!/bin/sh\n[ "$1" = -version ] && echo ffmpeg version 0 || kill -SEGV $$\n')
    crashing.chmod(0o755)
    with pytest.raises(DecodeError, match="SIGSEGV") as raised:
        list(windows(probe(spoken("a.mp3", "-t", "3")), ffmpeg=crashing))
    assert "media.ffmpeg" in raised.value.cure
