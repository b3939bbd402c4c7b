"""Files that are no media, or that change or stall: each failure has its own name, and nothing else is opened."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chunkers.audio import windows
from chunkers.errors import (
    ChangedError,
    DecodeError,
    EmptyFileError,
    MediaError,
    NoAudioError,
    NotAFileError,
    NotFoundError,
    NotMediaError,
    StalledError,
    UnreadableError,
)
from chunkers.probing import probe
from tests.chunkers.conftest import seeded

Spoken = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("nothing_stays_behind")


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
