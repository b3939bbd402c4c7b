"""The ffmpeg binary, what it may open, and the one child that runs it."""

from __future__ import annotations

import functools
import os
import re
import selectors
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chunkers.errors import FfmpegMissingError, StalledError

PROTOCOLS = "file,pipe"
"""What ffmpeg may read through. It is not enough: a playlist that names a local file passes it."""

FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dts,dv,eac3,flac,flv,h264,hevc,ivf,m4v,matroska,mjpeg,mov,mp3,mpc,mpc8,mpeg,"
    "mpegts,mpegvideo,mxf,nut,obu,ogg,rm,tak,tta,vc1,voc,w64,wav,webm,wtv,wv,yuv4mpegpipe"
)
"""The containers that are opened: only those whose data lies inside the one file. Playlists (hls, dash,
concat, imf), devices, numbered images and text formats are not among them."""

_KEPT_LINES = 20
_LEVEL = re.compile(r"((?:\[[^\]]* @ [^\]]*\] )*)\[(quiet|panic|fatal|error|warning|info|verbose|debug|trace)\] ?")
_ERRORS = {"quiet", "panic", "fatal", "error"}
_ADDRESS = re.compile(r"(\[[^\]@]*) @ 0x[0-9a-fA-F]+\]")
"""Where in memory the part of ffmpeg is that speaks: at every run another place."""
_READ = re.compile(r"Statistics: (\d+) bytes read")
_DROPPED = re.compile(r"discarding (\d+) audio samples")
_LINE_BYTES = 1 << 12
_READ_BYTES = 1 << 18


def input_options(*, read_on: bool) -> dict[str, str]:
    """The options that stop a file from opening anything but itself; PyAV takes the same names.

    `read_on`: it is a WAV, and is read to its end whatever size its header gives.
    """
    return {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS} | ({"ignore_length": "1"} if read_on else {})


def find_ffmpeg(given: Path | None = None) -> Path:
    """The ffmpeg to use: the one that is given, else the one in imageio-ffmpeg's wheel, else the one on PATH.

    The wheel's comes first because it is the one that the locks name and the tests ran: of those on PATH, Debian's
    5.1 loses the end of a recording whose sound changes its rate, and a static build of 7.0.2 crashes on MPEG-TS.

    Raises `FfmpegMissingError` where there is none, or where it does not start.
    """
    if given is not None:
        found = shutil.which(given)
        if found is None:
            raise FfmpegMissingError(f"{given} is not a program.", cure="Give the path of an ffmpeg binary.")
    else:
        found = _bundled()
    path = Path(found)
    ffmpeg_version(path)
    return path


def _bundled() -> str:
    # Imported here: whoever names an ffmpeg does not need the wheel.
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        if found := shutil.which("ffmpeg"):
            return found
        raise FfmpegMissingError(
            f"No ffmpeg was found ({error}).", cure="`pip install imageio-ffmpeg`, or install ffmpeg."
        ) from error


@functools.cache
def ffmpeg_version(path: Path) -> str:
    """The version that `path` reports, such as `7.1.1`.

    Raises `FfmpegMissingError` where it does not run or is no ffmpeg.
    """
    try:
        ran = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise FfmpegMissingError(f"{path} does not run: {error}.", cure="Give the path of a working ffmpeg.") from error
    words = ran.stdout.split(maxsplit=3)
    if words[:2] != ["ffmpeg", "version"]:
        raise FfmpegMissingError(f"{path} is not an ffmpeg.", cure="Give the path of an ffmpeg binary.")
    return words[2]


class Pipe:
    """A pipe from ffmpeg to us."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()

    @property
    def address(self) -> str:
        """What ffmpeg calls its end."""
        return f"pipe:{self.write}"


class Child:
    """One ffmpeg process; whoever iterates it reads its outputs.

    `command` writes to the addresses of `pipes`. Iterating gives `(name of the pipe, bytes)` as they come and ends
    when ffmpeg has ended; a consumer that pauses stops ffmpeg through the full pipes. Error lines are counted and
    the first are kept; other lines, where `command` asks for them, say how much of the source was read and how much
    of the sound was left out.

    Raises `FfmpegMissingError` where it does not start and, while iterated, `StalledError` when nothing came for
    `stall_s` seconds.
    """

    def __init__(self, command: Sequence[str], pipes: Mapping[str, Pipe], *, source: Path, stall_s: float) -> None:
        self.errors: list[str] = []
        self.error_lines = 0
        self.read_bytes: int | None = None
        """How much of its source it has read; known once it has ended."""
        self.dropped = 0
        """Samples, at the output's rate, that were decoded and left out because their time was taken already."""
        self._level = "error"
        self._source = source
        self._stall_s = stall_s
        self._stderr = Pipe()
        self._names: dict[int, str | None] = {pipe.read: name for name, pipe in pipes.items()}
        self._names[self._stderr.read] = None
        ours = [pipe.write for pipe in pipes.values()]
        try:
            # Its own session: Ctrl-C reaches us alone, and we end the child on every way out.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr.write,
                pass_fds=ours,
                start_new_session=True,
            )
        except OSError as error:
            self._close_pipes()
            raise FfmpegMissingError(f"{command[0]} does not start: {error}.") from error
        finally:
            for end in (*ours, self._stderr.write):
                os.close(end)

    @property
    def pid(self) -> int:
        """The process id, while it runs."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status once it has ended; negative for the signal that ended it."""
        return self._process.returncode

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        partial = b""
        with selectors.DefaultSelector() as selector:
            for end, name in self._names.items():
                selector.register(end, selectors.EVENT_READ, name)
            while selector.get_map():
                ready = selector.select(self._stall_s)
                if not ready:
                    raise StalledError(
                        self._source,
                        f"nothing could be read for {self._stall_s:g} s.",
                        cure="Check the disk or network mount, or copy the file to a local disk first.",
                    )
                for key, _ in ready:
                    data = os.read(key.fd, _READ_BYTES)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.data is None:
                        *lines, partial = (partial + data).split(b"\n")
                        self._note(lines)
                        partial = partial[-_LINE_BYTES:]
                    else:
                        yield key.data, data
        self._note([partial])
        self._process.wait()

    def _note(self, lines: list[bytes]) -> None:
        texts = [text for line in lines if (text := self._error(line.decode("utf-8", "replace").strip()))]
        self.error_lines += len(texts)
        # The first lines say what went wrong; what follows is mostly its echo.
        self.errors.extend(texts[: _KEPT_LINES - len(self.errors)])

    def _error(self, line: str) -> str:
        """What `line` says of an error, else nothing. A line without a level goes on with the message before it."""
        if found := _LEVEL.match(line):
            self._level = found[2]
            line = found[1] + line[found.end() :]
        if dropped := _DROPPED.search(line):
            self.dropped += int(dropped[1])
        if read := _READ.search(line):
            self.read_bytes = int(read[1])
        return _ADDRESS.sub(r"\1]", line) if self._level in _ERRORS else ""

    def kill(self) -> None:
        """End and reap it. SIGKILL: a child that blocks on a full pipe does not see SIGTERM."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill it and close the pipes; only once nobody iterates any more. Safe to call twice."""
        self.kill()
        self._close_pipes()

    def _close_pipes(self) -> None:
        for end in self._names:
            os.close(end)
        self._names.clear()
