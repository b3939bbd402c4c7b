"""ffmpeg's command lines, built with ffmpeg-python. Pure: nothing is started here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from chunkers.ffmpeg import input_options
from chunkers.names import from_text, to_text
from chunkers.recording import AudioTrack, Recording, VideoTrack
from chunkers.spans import TICKS_PER_SECOND
from chunkers.tracks import Choice, audio_start

# async=1 fills gaps with silence. Not first_pts=0: ffmpeg builds its filters anew whenever the sound changes its rate
# or channels, and each time that would fill everything from zero on. A late start is filled by whoever reads.
_RESAMPLED = f"aresample={TICKS_PER_SECOND}:async=1:min_hard_comp=0.1"

_RESTART_S = 0.5
"""A stamp so far before the end of what came before it begins a new count; aresample would drop what it stamps."""


def _going_on(length: str) -> str:
    """An expression for a frame's stamp that goes on where stamps begin anew; `length` is how long a frame is.

    ld(0) is what is added since the last new beginning, ld(1) where the frame before ended.
    """
    early = f"ld(1)-{_RESTART_S}/TB"
    added = f"if(eq(N,0)+gte(PTS,{early}),0,if(lt(PTS+ld(0),{early}),ld(1)-PTS,ld(0)))"
    stamped = f"st(0,{added});st(2,PTS+ld(0));st(1,max(ld(1),ld(2)+{length}/TB));ld(2)"
    return f"if(isnan(PTS),st(1,ld(1)+{length}/TB);PTS,{stamped})"


_ON_THE_CLOCK = f"asetpts='{_going_on('NB_SAMPLES/SR')}',{_RESAMPLED}"
_NEXT_FRAME = _going_on("0.04")

# What is louder than full scale would be cut off there; speech that is cut off is heard as another language. Below it
# every sample stays as it is, and `latency` keeps each at its place; where the sound changes its channels on the way,
# 7 ms are lost. Limiting ahead of aresample would lose none, and cost three times as much (3.5 s of CPU an hour).
_LIMITED = ",alimiter=limit=1:level=disabled:attack=7:release=100:latency=1"
_FLOAT = ("mp2", "mp3", "aac", "ac3", "eac3", "vorbis", "opus", "wma", "cook", "atrac", "pcm_f", "dca")
"""How the names of codecs begin whose samples may be louder than full scale; others are decoded to whole numbers."""

_MAX_PIXELS = 8192 * 4608
"""8K. A damaged header may claim more, and every frame of it would be allocated."""


def _builder() -> Any:
    """ffmpeg-python, imported where something is decoded: whoever only reads results needs it not."""
    import ffmpeg

    return ffmpeg


def source(recording: Recording) -> Any:
    """ffmpeg-python's input node of `recording`, which can open nothing else."""
    # ffmpeg-python takes text alone; `command` puts the name of the file in its place.
    return _builder().input(
        f"file:{to_text(recording.path)}", max_pixels=_MAX_PIXELS, **input_options(read_on=recording.read_on)
    )


def audio_output(media: Any, recording: Recording, track: Choice, address: str) -> Any:
    """`track` as 16 kHz 16-bit samples of all its channels to `address`, from its first on (`tracks.audio_start`).

    The channels of "mix" are those of all tracks, one behind the other.
    """
    # Written 32 KiB at a time: a wake-up of ours for each packet costs a tenth of the decoding.
    options = {"format": "s16le", "acodec": "pcm_s16le", "flush_packets": 0}
    if track != "mix":
        # Where the number of channels changes on the way, it is made what the header says.
        options["ac"] = max(1, recording.audio[track].channels)
        return _builder().output(media[f"a:{track}"], address, af=_heard(recording.audio[track]), **options)
    total = sum(max(1, audio.channels) for audio in recording.audio)
    chains: list[str] = []
    first = 0
    for audio in recording.audio:
        # Each track gets channels of its own, the others silent in it: adding them up puts all side by side.
        places = "|".join(f"c{first + channel}=c{channel}" for channel in range(max(1, audio.channels)))
        layout = f"aformat=channel_layouts={audio.layout}," if audio.layout else ""
        delay = f"adelay={audio_start(recording, audio.index)}S:all=1"
        chains.append(f"[0:a:{audio.index}]{_heard(audio)},{layout}pan={total}C|{places},{delay}[a{audio.index}]")
        first += max(1, audio.channels)
    inputs = "".join(f"[a{n}]" for n in range(len(chains)))
    mixed = f"{inputs}amix=inputs={len(chains)}:duration=longest:normalize=0[mix]"
    return _builder().output(media, address, filter_complex=";".join([*chains, mixed]), map="[mix]", **options)


def _heard(track: AudioTrack) -> str:
    """The filters of a track: 16 kHz on the recording's clock, and nothing of it cut off at full scale."""
    return _ON_THE_CLOCK + (_LIMITED if track.codec.startswith(_FLOAT) else "")


def video_output(
    media: Any, track: int, fps: Fraction, size: tuple[int, int], *, shift: Fraction, frames: str, stamps: str
) -> Any:
    """Frames of video track `track`, `fps` a second, as rgb24 of `size` (width, height), to the address `frames`.

    They are what is shown at k / fps on the recording's clock. `stamps` gets, ahead of each frame, a line that
    holds `pts:k`. `shift` is added to ffmpeg's clock (see `clock_shift`).
    """
    # fps first: scaling every frame costs 1.7 times.
    filters = f"{_going_on_from(shift)},{_sampled(fps)},{_stamped(stamps)},scale={size[0]}:{size[1]}"
    return _builder().output(
        media[f"v:{track}"], frames, vf=filters, format="rawvideo", pix_fmt="rgb24", fps_mode="passthrough"
    )


@dataclass(frozen=True, slots=True)
class Look:
    """One of several outputs of the same frames, as `video_output` gives them."""

    fps: Fraction
    size: tuple[int, int]
    """(width, height)."""
    pix_fmt: str
    frames: str
    """The address of the frames."""
    stamps: str
    """The address of their stamps."""
    scaling: str = ""
    """Further options of ffmpeg's `scale`, each with a colon before it."""
    deinterlace: bool = False


def picture_outputs(media: Any, track: int, looks: Sequence[Look], *, shift: Fraction) -> list[Any]:
    """Frames of video track `track`, decoded once, as each of `looks`."""
    # One graph for all: where each output had its own, ffmpeg 9.0.2 waited for ever in some films of few frames.
    names = range(len(looks))
    chains = [
        f"[0:v:{track}]{_going_on_from(shift)},split={len(looks)}{''.join(f'[in{n}]' for n in names)}",
        *(f"[in{n}]{_look(look)}[out{n}]" for n, look in enumerate(looks)),
    ]
    graph = {"filter_complex": ";".join(chains)}
    return [
        _builder().output(
            media,
            look.frames,
            map=f"[out{n}]",
            format="rawvideo",
            pix_fmt=look.pix_fmt,
            fps_mode="passthrough",
            **({} if n else graph),
        )
        for n, look in enumerate(looks)
    ]


def _look(look: Look) -> str:
    # The fields of an interlaced frame are told apart behind fps: before it, they would add half to the decoding.
    # yadif halves the unit of time, and what it holds back is lost where filters are built anew: stamps come later.
    whole = f"yadif=deint=interlaced,settb=1/({look.fps})," if look.deinterlace else ""
    width, height = look.size
    return f"{_sampled(look.fps)},{whole}{_stamped(look.stamps)},scale={width}:{height}{look.scaling}"


def _going_on_from(shift: Fraction) -> str:
    return f"setpts='{_NEXT_FRAME}+({shift})/TB'"


def _sampled(fps: Fraction) -> str:
    # round=up: without it a frame is taken half an interval late.
    return f"fps=fps={fps}:round=up"


def _stamped(address: str) -> str:
    # The filters are built anew when the picture changes its size: only a stamp for each frame keeps the count then.
    escaped = address.replace(":", "\\:")
    return f"metadata=mode=add:key=k:value=1,metadata=mode=print:file='{escaped}':direct=1"


def clock_shift(recording: Recording, picture: VideoTrack, sound: Choice | None) -> Fraction:
    """How far ffmpeg's clock is behind the recording's, in seconds.

    Where stamps may jump, ffmpeg's zero is the first packet of the tracks that it decodes, not of all.
    """
    if not recording.stamps_jump:
        return Fraction(0)
    heard = recording.audio if sound == "mix" else () if sound is None else (recording.audio[sound],)
    return min([picture.first_packet, *(track.first_packet for track in heard)])


def command(binary: Path, *outputs: Any) -> list[str]:
    """The command line of one child that writes all `outputs`."""
    program, *arguments = _builder().compile(_builder().merge_outputs(*outputs), cmd=str(binary))
    # Only at this level does aresample say what it drops; each line begins with its level.
    return [program, "-nostdin", "-hide_banner", "-nostats", "-v", "level+verbose", *map(_exact, arguments)]


def _exact(argument: str) -> str:
    """An input with the very name of its file, which need not be UTF-8."""
    kind, _, name = argument.partition(":")
    return f"{kind}:{from_text(name)}" if kind == "file" and name.startswith("file:///") else argument
