"""Which audio track is heard, and the probe as people read it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from chunkers.errors import NoAudioError, TrackError
from chunkers.printable import without_controls
from chunkers.recording import AudioTrack, Recording
from chunkers.spans import stamp, to_ticks

Choice = int | Literal["mix"]
"""One pass of listening: an audio track's index, or all tracks mixed into one."""

Each = Literal["track", "channel"]
"""What holds one person each: every track of a mix, or every channel of a track."""

SILENT_DB = -70.0
"""A track below this level holds no voice; the noise of an open microphone is louder."""


_UNLIKE_DB = 6.0
"""Channels that differ by more are shown one by one."""


def choose_audio(
    recording: Recording, wanted: int | Literal["mix", "all"] | None = None, *, channel: int | None = None
) -> tuple[tuple[Choice, ...], str]:
    """The passes to make, in order, and in a few sentences why, and what is heard of the channels.

    `wanted`: a track's index, "mix" (one pass), "all" (a pass for each track), or None: the track that the file
    marks as its default, unless it is known to be silent, else the loudest. Levels are known after
    `probe(..., levels=True)`. `channel`: the only one that will be heard.

    Raises `NoAudioError` where there is no track, `TrackError` where there is no such track.
    """
    tracks = recording.audio
    if not tracks:
        raise NoAudioError(recording.path, "has no audio track.", cure="Choose a recording with sound.")
    if wanted == "mix":
        return ("mix",), f"All {len(tracks)} audio tracks mixed into one, as asked."
    if wanted == "all":
        return tuple(range(len(tracks))), f"Each of the {len(tracks)} audio tracks on its own, as asked."
    if wanted is not None:
        check_choice(recording, wanted)
        track, why = tracks[wanted], f"Audio track {wanted}, as asked."
    elif len(tracks) == 1:
        track, why = tracks[0], "Audio track 0, the only one."
    else:
        track, why = _default(tracks)
    return (track.index,), why + _how_loud(track) + _channels(track, channel)


def _default(tracks: tuple[AudioTrack, ...]) -> tuple[AudioTrack, str]:
    first = marked(tracks)
    reason = "the file's default" if first.default else "the first"
    others = f"of {len(tracks)}; others with --audio-track N|mix|all."
    loudest = max(tracks, key=lambda track: -math.inf if track.level_db is None else track.level_db)
    if _is_silent(first) and not seems_silent(loudest):
        why = f"the loudest, because track {first.index} ({reason}) is silent"
        return loudest, f"Audio track {loudest.index}, {why}, {others}"
    unknown = " Levels were not measured." if first.level_db is None else ""
    return first, f"Audio track {first.index}, {reason} {others}{unknown}"


def marked(tracks: Sequence[AudioTrack]) -> AudioTrack:
    """The track that the file marks as its default, else the first."""
    return next((track for track in tracks if track.default), tracks[0])


def seems_silent(track: AudioTrack) -> bool:
    """Whether no voice was met in `track` where it was measured."""
    return track.level_db is not None and track.level_db < SILENT_DB


def _is_silent(track: AudioTrack) -> bool:
    return seems_silent(track) and track.level_of_all


def _how_loud(track: AudioTrack) -> str:
    if _is_silent(track):
        return " It is silent."
    return " The excerpts of it that were measured are silent." if seems_silent(track) else ""


def _channels(track: AudioTrack, channel: int | None) -> str:
    if track.channels < 2:
        return ""
    if channel is not None:
        return f" Only its channel {channel} is heard, as asked."
    return f" Its {track.channels} channels are heard as one."


def check_choice(recording: Recording, choice: Choice) -> None:
    """Raises `TrackError` where `recording` has no such audio track."""
    if choice != "mix" and not 0 <= choice < len(recording.audio):
        numbers = ", ".join(str(track.index) for track in recording.audio)
        raise TrackError(recording.path, f"has no audio track {choice}.", cure=f"It has {numbers}.")


def audio_duration(recording: Recording, choice: Choice) -> int:
    """How many ticks the header promises of `choice`, from zero on the clock; 0 where it does not say."""
    chosen = recording.audio if choice == "mix" else (recording.audio[choice],)
    ends = [track.start + track.duration for track in chosen if track.duration]
    return to_ticks(max(ends)) if len(ends) == len(chosen) else recording.duration


def audio_start(recording: Recording, choice: Choice) -> int:
    """The tick at which the first sample of `choice` is heard; the mix begins at zero.

    A start behind the end of the recording is damage, and zero then; a day is the end where it is not known.
    """
    if choice == "mix":
        return 0
    start = max(0, to_ticks(recording.audio[choice].start))
    return start if start < (recording.duration or to_ticks(24 * 3600)) else 0


def render_probe(recording: Recording, wanted: int | Literal["mix", "all"] | None = None) -> list[str]:
    """`recording` as lines of text: container, duration, every track, and what would be chosen."""
    length = stamp(recording.duration) if recording.duration else "unknown"
    guess = "" if recording.exact_duration else " (guessed from the bit rate)"
    lines = [
        without_controls(str(recording.path)),
        f"  container  {recording.container}, {recording.size:,} bytes",
        f"  duration   {length}{guess}",
    ]
    if recording.start_time:
        lines.append(f"  start      {float(recording.start_time):.3f} s in the container, 0:00:00 here")
    lines.append(f"  content    {recording.content_id}")
    for audio in recording.audio:
        level = "" if audio.level_db is None else f", {_level(audio.level_db)}"
        channels = f"{audio.channels} channel{'s' if audio.channels != 1 else ''}"
        if audio.channel_db and max(audio.channel_db) - min(audio.channel_db) > _UNLIKE_DB:
            level += f" ({', '.join(_level(channel) for channel in audio.channel_db)})"
        labels = _labels(audio.language, audio.title, audio.default, audio.start)
        lines.append(f"  audio {audio.index}    {audio.codec}, {channels}, {audio.sample_rate} Hz{level}{labels}")
    for video in recording.video:
        turned = f", turned by {video.rotation} degrees" if video.rotation else ""
        rate = "" if video.cover_art or video.fps is None else f", {float(video.fps):.3g} fps"
        what = ", cover art" if video.cover_art else ""
        labels = _labels(video.language, video.title, video.default, video.start)
        lines.append(
            f"  video {video.index}    {video.codec}, {video.width}x{video.height}{turned}{rate}{what}{labels}"
        )
    if recording.audio:
        lines.append(f"  chosen     {choose_audio(recording, wanted)[1]}")
    else:
        lines.append("  chosen     no audio track: only what is shown can be described")
    return lines


def _level(level_db: float) -> str:
    return "digital silence" if level_db == -math.inf else f"{level_db:.0f} dBFS"


def _labels(language: str | None, title: str | None, default: bool, start: Fraction) -> str:
    labels = [language, title and f'"{title}"', "default" if default else None]
    labels.append(f"starts at {float(start):.3f} s" if start > Fraction(1, 10) else None)
    return "".join(f", {label}" for label in labels if label)
