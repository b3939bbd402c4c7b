"""Audio windows: exact to the sample, whatever the container."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chunkers.audio import WindowRules, windows
from chunkers.probing import probe
from chunkers.spans import union

CONTAINERS = {
    "a.wav": (),
    "a.flac": (),
    "a.mp3": ("-ar", "44100", "-b:a", "96k"),
    "a.m4a": ("-ar", "48000", "-c:a", "aac"),
    "a.opus": ("-c:a", "libopus"),
    "a.ts": ("-ar", "48000", "-c:a", "aac"),
    "a.mkv": ("-ar", "44100", "-ac", "2", "-c:a", "aac"),
}


def one_pass(ffmpeg: Path, path: Path) -> np.ndarray:
    resample = "aresample=16000:async=1:min_hard_comp=0.1"
    command = [ffmpeg, "-v", "error", "-i", path, "-map", "0:a:0", "-af", resample, "-ac", "1", "-f", "s16le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<i2")


@pytest.mark.parametrize("name", CONTAINERS)
def test_windows_join_to_the_one_pass_decode(name: str, spoken: Callable[..., Path], ffmpeg: Path) -> None:
    path = spoken(name, *CONTAINERS[name])
    with windows(probe(path)) as decoding:
        found = list(decoding)
    whole = one_pass(ffmpeg, path)
    owned = [window.samples[window.span.start - window.heard.start :] for window in found]
    joined = np.concatenate(owned) * 32768
    # Several channels are made one here, not by ffmpeg, which rounds otherwise.
    assert np.abs(joined - whole).max() <= (1 if "2" in CONTAINERS[name] else 0)
    assert union(window.span for window in found).ticks == len(whole) == decoding.report.duration
    assert len(found) == 3
    assert all(len(window.samples) == window.heard.ticks <= 30 * 16_000 for window in found)
    assert not decoding.report.truncated
    assert decoding.report.error_lines == 0


@pytest.mark.parametrize(
    ("name", "codec"), [("l.mp3", "libmp3lame"), ("l.m4a", "aac"), ("l.ogg", "libvorbis"), ("l.wav", "pcm_f32le")]
)
@pytest.mark.parametrize("each", [False, True])
def test_what_is_louder_than_full_scale_is_not_cut_off(
    name: str, codec: str, each: bool, spoken: Callable[..., Path], ffmpeg: Path
) -> None:
    """Cut off, a voice is heard as another language."""
    louder = ("-af", "aformat=sample_fmts=flt,volume=9:precision=float,pan=stereo|c0=c0|c1=0.5*c0")
    path = spoken(f"{each}{name}", *louder, "-c:a", codec)
    with windows(probe(path), track="mix" if each else 0) as decoding:
        heard = np.concatenate([window.samples[window.span.start - window.heard.start :] for window in decoding])
    mixed = one_pass(ffmpeg, path) / 32768
    assert _cut_off(mixed) > 100
    assert _cut_off(heard) == 0
    assert 0.5 < np.abs(heard).max() <= 1
    assert abs(len(heard) - len(mixed)) <= 1


def _cut_off(samples: np.ndarray) -> int:
    """How often four samples in a row are at full scale."""
    full = np.abs(samples) > 0.9998
    return int(np.sum(full[3:] & full[2:-1] & full[1:-2] & full[:-3]))


def test_a_second_run_gives_the_same_windows(spoken: Callable[..., Path]) -> None:
    recording = probe(spoken("a.mp3", *CONTAINERS["a.mp3"]))
    first, second = (list(windows(recording, read_ahead=depth)) for depth in (1, 9))
    assert [window.span for window in first] == [window.span for window in second]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(first, second, strict=True))


def test_cuts_fall_into_pauses(spoken: Callable[..., Path]) -> None:
    found = list(windows(probe(spoken("a.wav"))))
    for window in found[:-1]:
        assert np.abs(window.samples[-1600:]).max() < 0.001
        assert 25 * 16_000 <= window.heard.ticks <= 30 * 16_000


def test_without_a_pause_the_next_window_hears_what_came_before(encode: Callable[..., Path]) -> None:
    path = encode("noise.wav", "-f", "lavfi", "-i", "anoisesrc=d=70:r=16000:seed=1")
    rules = WindowRules(length_s=20, cut_range_s=4, lead_in_s=1)
    found = list(windows(probe(path), rules))
    assert [window.span.ticks for window in found] == [20 * 16_000, 19 * 16_000, 19 * 16_000, 12 * 16_000]
    assert [window.span.start - window.heard.start for window in found] == [0, 16_000, 16_000, 16_000]
    assert np.array_equal(found[0].samples[-16_000:], found[1].samples[:16_000])


def test_leaving_early_leaves_nothing_behind(spoken: Callable[..., Path]) -> None:
    before = threading.active_count()
    with windows(probe(spoken("a.wav")), read_ahead=1) as decoding:
        next(decoding)
    assert threading.active_count() == before
    with pytest.raises(RuntimeError):
        _ = decoding.report


@pytest.mark.parametrize("rules", [{"lead_in_s": -1}, {"cut_range_s": 0}, {"length_s": 6}])
def test_rules_that_do_not_fit_are_refused(rules: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="fit"):
        WindowRules(**rules)
