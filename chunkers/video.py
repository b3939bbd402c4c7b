"""Video segments: frames and the sound that belongs to them, on one clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from chunkers.arguments import audio_output, clock_shift, command, source, video_output
from chunkers.audio import Cut, WindowRules
from chunkers.channels import Mixer, mixed, mixer
from chunkers.decoding import Decoded, Decoding, check_end, judge, runs_away
from chunkers.errors import NoVideoError, TrackError
from chunkers.ffmpeg import Child, Pipe, find_ffmpeg
from chunkers.frames import frame_size
from chunkers.recording import Recording, VideoTrack
from chunkers.segments import Segment, SegmentCutter, SegmentRules
from chunkers.spans import to_ticks
from chunkers.tracks import Choice, audio_duration, audio_start, check_choice, choose_audio

Segments = Decoding[Segment]


def segments(
    recording: Recording,
    rules: SegmentRules | None = None,
    window_rules: WindowRules | None = None,
    *,
    track: Choice | None = None,
    channel: int | None = None,
    video: int | None = None,
    read_ahead: int = 1,
    stall_s: float = 60,
    ffmpeg: Path | None = None,
    cuts: Sequence[Cut] = (),
) -> Segments:
    """The video segments of `recording`, in order, frames and sound from one decode pass.

    `track` is an audio track's index or "mix", None takes `choose_audio`'s default; `channel` is the only channel of it
    to be heard, from 0, None hears all of them as one (see `chunkers.channels`); `video` is a video track's index,
    None takes the default one. Without an audio track the segments have no windows. `cuts` are those of an earlier
    pass over the sound: the windows are cut there, and segments end where windows do.

    Raises `NoVideoError` and `TrackError` at once; see `Decoding` for what comes later.
    """
    rules = rules or SegmentRules()
    picture = choose_video(recording, video)
    if track is None and recording.audio:
        (track, *_), _ = choose_audio(recording, None)
    if track is not None:
        check_choice(recording, track)
    mix = mixer(recording, track, channel) if track is not None else None
    size = frame_size(picture.width, picture.height, rules.patches, rules.patch_px)
    cutter = SegmentCutter(
        rules,
        window_rules,
        size=size,
        sound_start=None if track is None else audio_start(recording, track),
        cuts=cuts,
    )
    media = source(recording)
    binary = find_ffmpeg(ffmpeg)
    pipes = {"frames": Pipe(), "stamps": Pipe()}
    addresses = {name: pipe.address for name, pipe in pipes.items()}
    shift = clock_shift(recording, picture, track)
    outputs = [video_output(media, picture.index, rules.rate, size, shift=shift, **addresses)]
    if track is not None:
        pipes["audio"] = Pipe()
        outputs.append(audio_output(media, recording, track, pipes["audio"].address))
    child = Child(command(binary, *outputs), pipes, source=recording.path, stall_s=stall_s)
    header = _header(recording, picture, track)
    return Decoding(
        child,
        _cut(child, cutter, mix, recording, picture, header),
        lambda: _report(child, cutter, mix, recording, header),
        read_ahead,
    )


def choose_video(recording: Recording, wanted: int | None) -> VideoTrack:
    """The video track number `wanted`, or by default the one that the file marks, else the first.

    Raises `NoVideoError` where none can be looked at, `TrackError` where there is no such track.
    """
    if not recording.pictures:
        art = "no video track but cover art or one without a size" if recording.video else "no video track"
        raise NoVideoError(recording.path, f"has {art}.", cure="Listen to it instead: `windows`.")
    if wanted is None:
        return next((track for track in recording.pictures if track.default), recording.pictures[0])
    for track in recording.pictures:
        if track.index == wanted:
            return track
    numbers = ", ".join(str(track.index) for track in recording.pictures)
    raise TrackError(recording.path, f"has no video track {wanted}.", cure=f"It has {numbers}.")


def _header(recording: Recording, picture: VideoTrack, track: Choice | None) -> int:
    """What the header promises of the chosen tracks, in ticks."""
    if picture.duration is None:
        return recording.duration
    seen = to_ticks(picture.start + picture.duration)
    return seen if track is None else max(seen, audio_duration(recording, track))


def _cut(
    child: Child, cutter: SegmentCutter, mix: Mixer | None, recording: Recording, picture: VideoTrack, header: int
) -> Iterator[Segment]:
    feed = {"frames": cutter.feed_frames, "stamps": cutter.feed_stamps, "audio": cutter.feed_audio}
    stopped = False
    for name, data in mixed(child, mix) if mix else child:
        feed[name](data)
        yield from cutter.segments()
        if runs_away(cutter.done, header, recording):
            child.kill()
            stopped = True
            break
    check_end(child, recording, gave=not cutter.empty, stopped=stopped, what="video or audio")
    cutter.end(None if picture.duration is None else to_ticks(picture.start + picture.duration))
    yield from cutter.segments()


def _report(child: Child, cutter: SegmentCutter, mix: Mixer | None, recording: Recording, header: int) -> Decoded:
    heard = mix.notes if mix else []
    return judge(child, cutter.done, header, recording, exact=True, notes=[*heard, *cutter.notes])
