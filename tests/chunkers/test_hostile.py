"""Hostile and broken media: each failure has its own name, nothing hangs, nothing else is opened."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from chunkers import (
    ChangedError,
    DecodeError,
    EmptyFileError,
    FfmpegMissingError,
    MediaError,
    NoAudioError,
    NotAFileError,
    NotFoundError,
    NotMediaError,
    StalledError,
    UnreadableError,
    find_ffmpeg,
    probe,
    segments,
    windows,
)

Spoken = Callable[..., Path]


def seeded(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same damage in every run


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "ffmpeg" in child.name()]


@pytest.fixture(autouse=True)
def nothing_stays_behind() -> object:
    threads = threading.active_count()
    yield
    assert children() == []
    assert threading.active_count() == threads


@pytest.mark.parametrize(
    ("name", "content", "error", "says"),
    [
        ("empty.mp3", b"", EmptyFileError, "is empty"),
        ("notes.txt", b"Meeting at nine.\n" * 200, NotMediaError, "text file"),
        ("talk.mp3", b"<html><body>404 Not Found</body></html>" * 20, NotMediaError, "text file"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:3,\nsecret.mp3\n", NotMediaError, "playlist"),
        ("list.mp4", b"ffconcat version 1.0\nfile secret.mp3\n", NotMediaError, "playlist"),
        ("list.mpd", b'<?xml version="1.0"?><MPD><Period/></MPD>', NotMediaError, "playlist"),
        ("noise.mp4", seeded("noise").randbytes(5000), NotMediaError, "no audio or video"),
        ("notes.txt", "Besprechung über Öl und Käse.\n".encode("latin-1") * 200, NotMediaError, "text file"),
        ("notes.txt", ("会議の記録です。" * 999).encode(), NotMediaError, "text file"),
        ("notes.txt", ("会議の記録です。" * 99).encode("utf-16"), NotMediaError, "text file"),
        ("list.m3u8", b"\xef\xbb\xbf#EXTM3U\nsecret.mp3\n", NotMediaError, "playlist"),
        ("call.wav", b"PK\x03\x04" + seeded("zip").randbytes(5000), NotMediaError, "is an archive"),
    ],
)
def test_files_that_are_no_media(
    *, name: str, content: bytes, error: type[MediaError], says: str, tmp_path: Path, spoken: Spoken
) -> None:
    (tmp_path / "secret.mp3").write_bytes(spoken("a.mp3", "-t", "3").read_bytes())
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error, match=says) as raised:
        probe(path)
    assert raised.value.path == path
    assert raised.value.cure


@pytest.mark.parametrize("name", ["call.g722", "call.gsm", "CALL.G722", "talk.sph", "talk.wav"])
def test_formats_that_are_not_opened_are_not_called_damaged(name: str, tmp_path: Path, encode: Spoken) -> None:
    """G.722 and GSM are known by their names alone, and their bytes may look like a text; SPHERE begins with a name."""
    path = tmp_path / name
    if "talk" in name:
        path.write_bytes(b"NIST_1A\n   1024\nchannel_count -i 1\nend_head\n".ljust(1024) + bytes(5000))
    else:
        path.write_bytes(encode("call.g722", "-f", "lavfi", "-i", "anoisesrc=d=3:r=16000:a=0.1").read_bytes())
    with pytest.raises(NotMediaError, match="not in a format that is opened here") as raised:
        probe(path)
    assert "Convert it" in raised.value.cure


def test_the_child_refuses_a_playlist_even_unprobed(tmp_path: Path, spoken: Spoken) -> None:
    secret = spoken("a.mp3", "-t", "3")
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:3,\n{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(DecodeError, match="no audio could be decoded"):
        list(windows(dataclasses.replace(probe(secret), path=playlist)))


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(NotAFileError, match="directory"):
        probe(tmp_path)
    with pytest.raises(NotAFileError, match="pipe"):
        probe(fifo)
    with pytest.raises(NotFoundError):
        probe(tmp_path / "nowhere.mp3")
    with pytest.raises(NotFoundError):
        probe("https://example.org/a.mp3")


def test_a_file_that_may_not_be_read() -> None:
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "a.mp3"
        path.write_bytes(b"x")
        path.chmod(0)
        if user == 0:
            os.seteuid(65534)  # root may read everything
        try:
            with pytest.raises(UnreadableError, match="may not be read"):
                probe(path)
        finally:
            os.seteuid(user)


def test_a_film_without_its_index(film: Spoken, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    whole = film("a.mp4", 30, "-c:v", "libx264").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotMediaError, match="index") as raised:
        probe(path)
    assert "moov" in raised.value.cure


def test_a_wrong_extension_does_not_matter(spoken: Spoken, tmp_path: Path) -> None:
    path = tmp_path / "really an mp3.wav"
    path.write_bytes(spoken("a.mp3", "-t", "3").read_bytes())
    assert probe(path).container == "mp3"
    assert len(list(windows(probe(path)))) == 1


@pytest.mark.parametrize("name", ["file:a.mp3", "-i.mp3", "a%03d.mp3", "http:x.mp3", "é 'q\" $x.mp3"])
def test_names_are_only_names(name: str, spoken: Spoken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(spoken("a.mp3", "-t", "3").read_bytes())
    assert len(list(windows(probe(name)))) == 1


def test_no_audio(film: Spoken) -> None:
    with pytest.raises(NoAudioError, match="no audio track"):
        windows(probe(film("a.mp4", 30, "-c:v", "libx264")))


@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.flac", "flac")])
def test_a_truncated_file_gives_what_it_has_and_says_so(name: str, codec: str, spoken: Spoken, tmp_path: Path) -> None:
    whole = spoken(name, "-c:a", codec).read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: len(whole) // 2])
    decoding = windows(probe(path))
    found = list(decoding)
    report = decoding.report
    assert 20 * 16_000 < found[-1].span.end == report.duration < 55 * 16_000
    assert report.truncated
    assert report.missing is not None
    assert report.missing.end == report.header == pytest.approx(75 * 16_000, abs=2000)
    assert "Truncated" in " ".join(report.notes)


@pytest.mark.parametrize("name", ["a.mp3", "a.flac"])
def test_damage_in_the_middle_is_counted_and_the_rest_is_kept(name: str, spoken: Spoken, tmp_path: Path) -> None:
    content = bytearray(spoken(name).read_bytes())
    rng = seeded("middle")
    for _ in range(30):
        at = rng.randrange(len(content) // 4, len(content) // 2)
        content[at : at + 50] = rng.randbytes(50)
    path = tmp_path / name
    path.write_bytes(content)
    decoding = windows(probe(path))
    assert list(decoding)[-1].span.end > 70 * 16_000
    assert decoding.report.error_lines > 0
    assert 0 < len(decoding.report.errors) <= 20
    assert "Damaged" in " ".join(decoding.report.notes)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3"])
def test_a_file_that_changes_while_it_is_read(name: str, spoken: Spoken, tmp_path: Path) -> None:
    """Grown, replaced under its name, or overwritten: what was heard is not stored under the first one's identity."""
    content = spoken(name).read_bytes()
    path = tmp_path / name

    def grow() -> None:
        path.write_bytes(content + content[5000:])

    def replaced() -> None:
        (tmp_path / "new").write_bytes(content[:-1] + b"x")
        (tmp_path / "new").rename(path)

    def overwritten() -> None:
        path.write_bytes(content[:9000] + bytes(99) + content[9099:])

    for change in (grow, replaced, overwritten):
        path.write_bytes(content)
        decoding = windows(probe(path), read_ahead=1)
        next(decoding)
        change()
        with pytest.raises(ChangedError, match="changed while it was read"):
            list(decoding)


def test_a_file_that_is_only_touched_or_taken_away(spoken: Spoken, tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    for change in (os.utime, Path.unlink):
        path.write_bytes(spoken("a.mp3").read_bytes())
        decoding = windows(probe(path), read_ahead=1)
        next(decoding)
        change(path)
        assert list(decoding)[-1].span.end > 74 * 16_000


def test_a_source_that_stalls_ends_in_time(spoken: Spoken, tmp_path: Path) -> None:
    """What came before the stall is given in whole windows."""
    sound = spoken("a.wav")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    recording = dataclasses.replace(probe(sound), path=fifo)
    stop = threading.Event()

    def write() -> None:
        with fifo.open("wb") as pipe:
            pipe.write(sound.read_bytes()[: 40 * 32_000])
            pipe.flush()
            stop.wait(20)

    writer = threading.Thread(target=write)
    writer.start()
    found = []
    started = time.monotonic()
    with pytest.raises(StalledError, match="nothing could be read for 1 s"):
        found.extend(windows(recording, stall_s=1))
    took = time.monotonic() - started
    stop.set()
    writer.join()
    assert took < 10


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
        "import sys, time, psutil; from chunkers import probe, windows\n"
        "w = windows(probe(sys.argv[1]), read_ahead=1); next(w)\n"
        "print(psutil.Process().children()[0].pid, flush=True)\n"
        "time.sleep(30 if sys.argv[2] == 'interrupt' else 0)\n"
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


FUZZED = {
    "f.wav": (),
    "f.flac": (),
    "f.mp3": (),
    "f.m4a": ("-c:a", "aac"),
    "f.opus": ("-c:a", "libopus"),
    "f.ogg": ("-c:a", "libvorbis"),
    "f.ts": ("-c:a", "aac"),
    "f.mkv": ("-c:a", "aac"),
    "f.aac": ("-c:a", "aac"),
    "f.avi": ("-c:a", "mp3"),
}
CASES = int(os.environ.get("FUZZ_CASES", "24"))
"""For each container; `FUZZ_CASES=2000 pytest tests/chunkers/test_hostile.py -k fuzz` is the longer run."""


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Bytes flipped (half of the time near the head), a stretch removed, or the end cut off."""
    data = bytearray(content)
    kind = rng.randrange(4)
    if kind == 3:
        return bytes(data[: rng.randrange(1, len(data))])
    if kind == 2:
        at = rng.randrange(len(data))
        del data[at : at + rng.randrange(1, 2000)]
        return bytes(data) or b"x"
    for _ in range(rng.choice([1, 5, 50])):
        data[rng.randrange(min(len(data), 600) if kind else len(data))] = rng.randrange(256)
    return bytes(data)


def check(path: Path, *, video: bool) -> str:
    """Decode what can be decoded; anything but chunks that tile or one of our errors raises."""
    try:
        recording = probe(path)
        decoding = segments(recording, stall_s=20) if video else windows(recording, stall_s=20)
        end = 0
        for chunk in decoding:
            assert chunk.span.start == end
            end = chunk.span.end
            assert end <= 3600 * 16_000, "a few seconds grew to an hour"
        assert decoding.report.duration == end
    except MediaError as error:
        if "exit code" in str(error):
            # A native crash is the file's; an exception in our own code that ends the process is not.
            raise AssertionError(str(error)) from error
        return type(error).__name__
    return "decoded"


@pytest.mark.parametrize("name", FUZZED)
def test_fuzzed_audio(name: str, spoken: Spoken, tmp_path: Path) -> None:
    content = spoken(name, "-t", "4", "-ar", "24000", *FUZZED[name]).read_bytes()
    rng = seeded(name)
    path = tmp_path / name
    outcomes = []
    for _ in range(CASES):
        path.write_bytes(damaged(content, rng))
        outcomes.append(check(path, video=False))
    assert "decoded" in outcomes


@pytest.mark.parametrize(("name", "codec"), [("f.mp4", "libx264"), ("f.webm", "libvpx"), ("f.mpg", "mpeg2video")])
def test_fuzzed_video(name: str, codec: str, encode: Spoken, tmp_path: Path) -> None:
    pictures = ("-f", "lavfi", "-i", "testsrc=s=96x96:r=25:d=3")
    sound = ("-f", "lavfi", "-i", "sine=d=3:r=48000")
    content = encode(name, *pictures, *sound, "-c:v", codec).read_bytes()
    rng = seeded(name)
    path = tmp_path / name
    outcomes = []
    for _ in range(CASES):
        path.write_bytes(damaged(content, rng))
        outcomes.append(check(path, video=True))
    assert "decoded" in outcomes


def test_noise_lines_do_not_grow_the_memory(spoken: Spoken, tmp_path: Path) -> None:
    """Thousands of error lines: the first are kept, all are counted."""
    rng = np.random.default_rng(0)
    content = np.frombuffer(spoken("a.mp3", "-b:a", "64k").read_bytes(), np.uint8).copy()
    content[rng.integers(2000, len(content), 20_000)] = rng.integers(0, 256, 20_000)
    path = tmp_path / "a.mp3"
    path.write_bytes(content.tobytes() * 5)
    decoding = windows(probe(path))
    list(decoding)
    assert decoding.report.error_lines > 1000
    assert len(decoding.report.errors) == 20
