"""What a request is about: a recording, which of its tracks is heard, and a transcript that came along."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chunkers.identity import content_id
from chunkers.printable import printable
from chunkers.probing import probe
from chunkers.recording import AudioTrack, Recording
from chunkers.tracks import Choice, Each, choose_audio
from pipeline.encodings import decode
from pipeline.errors import SettingsError, TrackError
from pipeline.store.documents import RecordingDocument
from pipeline.store.store import Store
from pipeline.text.transcript_files import ImportedTranscript, is_transcript, read_transcript

log = logging.getLogger(__name__)

AUTO, MIX, ALL, EACH = "auto", "mix", "all", "each"

_MOST_BYTES = 64_000
"""Of a file of hotwords: far more than a recogniser takes."""

_SIDES = {"FL": "Left", "FR": "Right"}


@dataclass(frozen=True, slots=True)
class Source:
    """A recording as a chain of stages needs to know it; `media` and `words` are there once it was opened."""

    path: Path
    recording: str
    """Its content id."""
    track: Choice | None = None
    """The audio track that is heard; None without sound."""
    pictures: bool = False
    """Whether there is something to see."""
    transcript: str = ""
    """The hash of a transcript that stands for hearing; empty without one."""
    transcript_path: Path | None = None
    media: Recording | None = None
    words: ImportedTranscript | None = None
    parts: tuple[Path, ...] = ()
    """The files that it is joined of."""
    each: Each | None = None
    """What holds one person each, where that was asked for."""
    why: str = ""
    """In a sentence, why this track is heard; empty where there is no other."""

    @property
    def also(self) -> tuple[Path, ...]:
        """Other files that hold what is in it: where one of them may not leave, nothing of it may."""
        return self.parts if self.transcript_path is None else (*self.parts, self.transcript_path)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who is on each track or channel, by its title, else by its number; known once the source was opened."""
        if self.media is None or self.each is None or self.track is None:
            return ()
        if self.each == "track":
            names = [printable(one.title or "").strip() or f"Track {one.index}" for one in self.media.audio]
        else:
            track = self.media.audio[0 if self.track == "mix" else self.track]
            sides = _SIDES if track.channel_names == tuple(_SIDES) else {}
            names = [sides.get(name, f"Channel {at}") for at, name in enumerate(_channels(track))]
        twice = {name for name in names if names.count(name) > 1}
        return tuple(f"{name} ({at})" if name in twice else name for at, name in enumerate(names))

    @property
    def duration(self) -> int:
        """Ticks: what the header promises, or where the transcript ends."""
        spoken = max((cue.end for cue in self.words.cues), default=0) if self.words is not None else 0
        return max(self.media.duration if self.media is not None else 0, spoken)


def open_source(
    path: Path, track: str, transcript: Path | None = None, *, channel: int | Literal["each"] | None = None
) -> Source:
    """The recording at `path`, probed; `track` is the setting `audio.track`, `channel` is `audio.channel`.

    A transcript file stands for itself: it is a recording without sound. Raises the `MediaError` that says what is
    wrong with a file.
    """
    if transcript is None and is_transcript(path):
        words = read_transcript(path)
        return Source(path, content_id(path), transcript=_hash(path), transcript_path=path, words=words)
    media = probe(path)
    if len(media.audio) > 1 and track == AUTO and transcript is None:
        media = probe(path, levels=True)
    each = _each(track, channel, len(media.audio))
    chosen, why = _choose(media, track, channel if isinstance(channel, int) else None)
    if each == "channel":
        why = f"{why} Each of its channels is one person's, as asked."
    return Source(
        path,
        media.content_id,
        track=chosen,
        pictures=bool(media.pictures),
        transcript="" if transcript is None else _hash(transcript),
        transcript_path=transcript,
        media=media,
        words=None if transcript is None else read_transcript(transcript),
        each=each,
        why=why if len(media.audio) > 1 or each else "",
    )


def known_source(
    path: Path,
    recording: str,
    track: str,
    store: Store,
    transcript: Path | None = None,
    *,
    channel: int | Literal["each"] | None = None,
) -> Source | None:
    """The recording at `path`, `recording` by its content id, as the store knows it; None where the store does not.

    The file is not looked into; a transcript given with it is read. Raises `TrackError`, `StoreDamagedError`, and
    what is wrong with the transcript.
    """
    if transcript is None and is_transcript(path):
        return Source(path, recording, transcript=_hash(path), transcript_path=path)
    document = store.recording(recording)
    if document is None or (track == AUTO and document.audio and document.default_track is None):
        return None
    return Source(
        path,
        recording,
        track=_known_track(path, document, track),
        pictures=document.pictures,
        transcript="" if transcript is None else _hash(transcript),
        transcript_path=transcript,
        words=None if transcript is None else read_transcript(transcript),
        each=_each(track, channel, len(document.audio)),
    )


def names_digest(store: Store, recording: str) -> str:
    """The digest of the names that people have given the speakers of a recording; empty where they gave none.

    Raises `StoreDamagedError`: a run without the names would be another one.
    """
    document = store.names(recording)
    return "" if document is None else document.digest


def hotwords_beside(path: Path, name: str) -> tuple[str, ...]:
    """The lines of the text file called `name` in the folder of a recording; none where there is no such file.

    Empty lines, and those that begin with `#`, are left out. Raises `SettingsError` where it cannot be read.
    """
    file = path.parent / name
    if not file.is_file():
        return ()
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{printable(str(file))}: {error.strerror or error}.") from error
    if len(data) > _MOST_BYTES:
        raise SettingsError(f"{printable(str(file))}: too long for a list of hotwords.", cure="A few dozen words help.")
    lines = (" ".join(printable(line).split()) for line in decode(data).splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def document_of(source: Source, before: RecordingDocument | None, track: str) -> RecordingDocument:
    """What the store keeps of a recording: its tracks, and the names it was seen under, the last one last.

    `track` is the setting by which the source was opened: what `auto` stands for was measured, and is kept.
    """
    media = source.media
    name = printable(source.path.name)
    older = [one for one in (before.names if before else ()) if one != name]
    names = (*older, name)
    if media is None:
        return RecordingDocument(recording=source.recording, container="transcript", names=names)
    default = before.default_track if before else None
    if isinstance(source.track, int) and (track == AUTO or len(media.audio) == 1):
        default = source.track
    return RecordingDocument(
        recording=source.recording,
        container=media.container,
        duration=media.duration,
        start_time=str(media.start_time),
        audio=tuple(str(track) for track in media.audio),
        video=tuple(str(track) for track in media.video),
        pictures=bool(media.pictures),
        default_track=default,
        names=names,
    )


def _choose(media: Recording, wanted: str, channel: int | None) -> tuple[Choice | None, str]:
    """The pass to make, and why: `auto` looks for a track that is not silent."""
    if not media.audio:
        return None, ""
    asked: Choice | None = "mix" if wanted in (MIX, ALL) else None if wanted == AUTO else int(wanted)
    (choice, *_), why = choose_audio(media, asked, channel=channel)
    if wanted == ALL and len(media.audio) > 1:
        why = f"Each of the {len(media.audio)} audio tracks is one person's, as asked."
    log.info("%s: %s", printable(media.path.name), why)
    return choice, why


def _known_track(path: Path, document: RecordingDocument, wanted: str) -> Choice | None:
    if not document.audio:
        return None
    if wanted in (MIX, ALL):
        return "mix"
    if wanted == AUTO:
        return document.default_track
    if int(wanted) >= len(document.audio):
        raise TrackError(path, f"has no audio track {wanted}.", cure=f"It has {len(document.audio)}.")
    return int(wanted)


def _each(track: str, channel: int | str | None, tracks: int) -> Each | None:
    """What holds one person each; a single track is a recording like any other."""
    if track == ALL:
        return "track" if tracks > 1 else None
    return "channel" if channel == EACH and tracks else None


def _channels(track: AudioTrack) -> Sequence[str]:
    return track.channel_names if len(track.channel_names) == track.channels else [""] * max(1, track.channels)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
