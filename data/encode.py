"""Sound to a file, through one ffmpeg child that reads raw samples from a pipe."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import imageio_ffmpeg

# -bitexact: no clock, no random serial number and no version string, so the same samples give the same file
CODECS = {
    "flac": ["-c:a", "flac"],
    "opus": ["-c:a", "libopus", "-b:a", "32k", "-application", "voip"],
    "mp3": ["-c:a", "libmp3lame", "-b:a", "64k"],
    "wav": ["-c:a", "pcm_s16le", "-rf64", "auto"],
}


@contextmanager
def encoder(target: Path, rate: int) -> Iterator[IO[bytes]]:
    """A pipe for mono 16-bit samples; `target`'s suffix names the codec. The file appears only when all went well."""
    part = target.with_name(f".{target.stem}.part{target.suffix}")
    arguments = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0"),
        *CODECS[target.suffix.removeprefix(".")],
        *("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", str(part)),
    ]
    child = subprocess.Popen(arguments, stdin=subprocess.PIPE)
    assert child.stdin is not None
    try:
        with child.stdin as pipe:
            yield pipe
        if child.wait() != 0:
            raise OSError(f"ffmpeg could not write {target}")
        part.replace(target)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        part.unlink(missing_ok=True)
