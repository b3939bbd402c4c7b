"""Sizes that a file tells of itself against the file: every byte is heard, or is a named gap."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chunkers.audio import windows
from chunkers.decoding import Decoded, runs_away
from chunkers.probing import probe
from chunkers.structure import structure
from chunkers.video import segments

Make = Callable[..., Path]
CLICKS = "aevalsrc='if(lt(mod(t,1),0.002),0.6,0)':s=16000"
_MP3 = ("-ar", "22050", "-c:a", "libmp3lame", "-b:a", "128k")


def heard(path: Path) -> tuple[list[float], Decoded]:
    """When each click is heard, in seconds, and the report."""
    decoding = windows(probe(path))
    samples = np.concatenate([window.samples[window.span.start - window.heard.start :] for window in decoding])
    loud = np.flatnonzero(np.abs(samples) > 0.2)
    found = [tick / 16_000 for tick, before in zip(loud, [-9999, *loud], strict=False) if tick - before > 4000]
    return found, decoding.report


def clicks(encode: Make, name: str, seconds: int, *arguments: str) -> Path:
    return encode(name, "-f", "lavfi", "-i", f"{CLICKS}:d={seconds}", *arguments)


def sized(wav: Path, size: int, tmp_path: Path) -> Path:
    """`wav`, whose sound is told to have `size` bytes."""
    content = bytearray(wav.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", size)
    path = tmp_path / "sized.wav"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le", "pcm_u8", "pcm_f32le"])
def test_a_size_that_is_too_small_is_not_believed(codec: str, encode: Make, tmp_path: Path) -> None:
    """A recorder that went on behind 4 GiB tells only what is beyond."""
    path = sized(clicks(encode, "a.wav", 11, "-c:a", codec), 64_000, tmp_path)
    found, report = heard(path)
    assert found == pytest.approx(range(11), abs=0.01)
    assert probe(path).duration == pytest.approx(11 * 16_000, abs=500)
    assert not report.truncated
    assert "too small" in report.notes[0]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_size_that_was_never_known(size: int, encode: Make, tmp_path: Path) -> None:
    found, report = heard(sized(clicks(encode, "a.wav", 11), size, tmp_path))
    assert found == pytest.approx(range(11), abs=0.01)
    assert report.notes == ()


def test_what_follows_the_sound_in_chunks_is_not_heard(encode: Make, tmp_path: Path) -> None:
    content = clicks(encode, "a.wav", 3).read_bytes()
    noise = np.random.default_rng(0).bytes(90_000)
    path = tmp_path / "tagged.wav"
    path.write_bytes(content + b"LIST" + struct.pack("<I", len(noise)) + noise + b"TAG" + bytes(125))
    found, report = heard(path)
    assert report.duration == 3 * 16_000
    assert len(found) == 3
    assert report.notes == ()


def test_joined_wavs_of_one_kind_are_heard(encode: Make, tmp_path: Path) -> None:
    parts = [clicks(encode, f"{seconds}.wav", seconds).read_bytes() for seconds in (3, 11, 2)]
    path = tmp_path / "joined.wav"
    path.write_bytes(b"".join(parts))
    found, report = heard(path)
    assert found == pytest.approx(range(16), abs=0.02)
    assert probe(path).duration == pytest.approx(16 * 16_000, abs=200)
    assert not report.truncated


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("a.wav",), ("b.wav", "-ar", "8000")),
        (("a.aiff",), ("b.aiff",)),
        (("a.m4a", "-c:a", "aac"), ("b.m4a", "-c:a", "aac")),
        (("a.mov", "-c:a", "pcm_s16le"), ("b.mov", "-c:a", "pcm_s16le")),
        (("a.tta",), ("b.tta",)),
        (("a.flv", *_MP3), ("b.flv", *_MP3)),
    ],
)
def test_a_second_recording_that_cannot_be_read_is_a_gap(
    first: tuple[str, ...], second: tuple[str, ...], encode: Make, tmp_path: Path
) -> None:
    parts = [clicks(encode, name, s, *arguments).read_bytes() for s, (name, *arguments) in ((9, first), (20, second))]
    path = tmp_path / f"joined.{first[0]}"
    path.write_bytes(b"".join(parts))
    found, report = heard(path)
    assert len(found) == 9
    assert report.unread == pytest.approx(len(parts[1]), abs=90_000)
    assert report.missing is not None
    assert report.missing.start == report.duration
    assert "which was not heard" in report.notes[0]
    path.write_bytes(parts[0])
    assert heard(path)[1].unread == 0


def test_a_second_film_is_a_gap(film: Make, tmp_path: Path) -> None:
    part = film("a.mp4", 90, "-c:v", "libx264").read_bytes()
    path = tmp_path / "joined.mp4"
    path.write_bytes(part * 2)
    decoding = segments(probe(path))
    list(decoding)
    assert decoding.report.unread == len(part)
    assert decoding.report.missing is not None
    assert decoding.report.missing.ticks == pytest.approx(9 * 16_000, abs=1600)


def test_a_film_in_fragments_is_no_second_one(film: Make) -> None:
    path = film("f.mp4", 90, "-c:v", "libx264", "-g", "10", "-movflags", "frag_keyframe+empty_moov")
    assert structure(path).unread == 0


def test_joined_mp3_is_complete(encode: Make, tmp_path: Path) -> None:
    """The tag of the first part counts its frames alone."""
    silence = encode("s.mp3", "-f", "lavfi", "-i", "anullsrc=r=44100:d=3", "-q:a", "9").read_bytes()
    path = tmp_path / "joined.mp3"
    path.write_bytes(silence + clicks(encode, "c.mp3", 11, "-ar", "44100", "-q:a", "2").read_bytes())
    recording = probe(path)
    assert not recording.exact_duration
    found, report = heard(path)
    assert len(found) == 11
    assert report.duration == pytest.approx(14 * 16_000, abs=2000)
    assert not report.truncated


@pytest.mark.parametrize("quality", ["9", "2"])
def test_an_mp3_that_was_not_joined_is_exact(quality: str, encode: Make, tmp_path: Path) -> None:
    content = clicks(encode, "c.mp3", 11, "-ar", "44100", "-q:a", quality).read_bytes()
    path = tmp_path / "whole.mp3"
    for part in (content, content + b"TAG" + bytes(125), content[: len(content) // 2]):
        path.write_bytes(part)
        assert probe(path).exact_duration


def test_many_parts_are_not_taken_for_damage(encode: Make) -> None:
    """Ten hours of 64 kbit/s under the header of the first hour; without such a size they would be silence."""
    recording = probe(clicks(encode, "a.mp3", 3))
    hour = 3600 * 16_000
    joined = replace(recording, size=10 * 3600 * 8000)
    assert not runs_away(10 * hour, hour, joined)
    assert runs_away(10 * hour, hour, recording)
    assert runs_away(1000 * hour, hour, joined)


@example(b"\x1a\x45\xdf\xa3", b"\x01\x00\x10\x00\x00\x00\x00\x00")  # it says that it is longer than any file can be
@given(st.sampled_from([b"RIFF\0\0\0\0WAVE", b"FORM", b"\0\0\0\x10ftyp", b"\x1a\x45\xdf\xa3"]), st.binary(max_size=200))
def test_any_bytes_have_a_structure(tmp_path_factory: pytest.TempPathFactory, magic: bytes, rest: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(magic + rest)
    assert 0 <= structure(path).unread <= len(magic + rest)
