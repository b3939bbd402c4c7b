"""Many channels heard as one, without losing what one of them holds.

A mix by layout gives the low-frequency channel no weight, and channels of opposite phase cancel in it; a recorder
with six microphones, or one with a wire reversed, stores just that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chunkers.errors import TrackError
from chunkers.recording import AudioTrack, Recording
from chunkers.spans import TICKS_PER_SECOND, stamp
from chunkers.tracks import Choice, Each

_WEIGHTS = {"FC": 1.0, "FL": 0.5**0.5, "FR": 0.5**0.5, "FLC": 0.5**0.5, "FRC": 0.5**0.5, "LFE": 0.0, "LFE2": 0.0}
"""What a channel weighs in the mix, as in ITU-R BS.775; all others weigh 0.5."""
_UNNAMED = "NONE"

_STEP = 4
_BAND_HZ = (300, 1800)
_FLOOR = 10 ** (-70 / 10)
"""Below this power there is no voice to lose."""
_NEAR = 10 ** (-10 / 10)
"""Channels that are further below the loudest one are its echo."""
_OPPOSED = -0.1
"""The correlation from which on a channel is reversed; independent voices come near to 0."""
_MOST_CHANNELS = 64

Weights = NDArray[np.float32]
"""(channels,): what each channel is multiplied by; the absolute values add up to at most 1, so that nothing clips."""


def layout_weights(tracks: Sequence[AudioTrack]) -> Weights:
    """The usual mix of all channels of `tracks`, one behind the other; each track counts the same."""
    weights: list[float] = []
    for track in tracks:
        count = max(1, track.channels)
        named = len(track.channel_names) == count and _UNNAMED not in track.channel_names
        own = [_WEIGHTS.get(name, 0.5) for name in track.channel_names] if named else [1.0] * count
        total = sum(own) or 1.0
        weights += [weight / total / len(tracks) for weight in own]
    return np.array(weights, np.float32)


@dataclass(frozen=True, slots=True)
class Change:
    """From `tick` on, another mix was heard, because the one before lost what channel `lost` holds."""

    tick: int
    lost: int
    weights: Weights


class Mixer:
    """Makes one channel of interleaved 16-bit samples, a second at a time.

    The mix by layout is kept until it loses a voice that one channel holds. From that second on all channels are heard
    at the same strength, those that oppose the loudest one reversed, so that nothing can cancel it.
    `channel` is one that is heard alone throughout.
    """

    def __init__(self, weights: Weights, channel: int | None = None, voices: Sequence[Weights] = ()) -> None:
        """`voices` are mixes of their own, kept beside the one of all (`take_voices`)."""
        self._weights = weights
        self._count = len(weights)
        self._channel = channel
        self._voices = np.stack(voices, 1) if voices else None
        self._apart = bytearray()
        self._bytes = bytearray()
        self._done = 0
        self.changes: list[Change] = []

    def feed(self, data: bytes) -> bytes:
        """Mono samples, as far as whole seconds are there."""
        if self._count == 1 and self._voices is None:
            return data
        self._bytes += data
        second = 2 * self._count * TICKS_PER_SECOND
        whole = len(self._bytes) // second * second
        mixed = b"".join(self._mix(self._bytes[at : at + second]) for at in range(0, whole, second))
        del self._bytes[:whole]
        return mixed

    def finish(self) -> bytes:
        """What is left, once nothing more will come."""
        whole = len(self._bytes) // (2 * self._count)
        return self._mix(self._bytes[: whole * 2 * self._count]) if whole else b""

    def take_voices(self) -> bytes:
        """The mixes beside, as interleaved 16-bit samples, of all that came in since this was last asked."""
        taken = bytes(self._apart)
        self._apart.clear()
        return taken

    @property
    def voices(self) -> int:
        """How many mixes are kept beside."""
        return 0 if self._voices is None else int(self._voices.shape[1])

    @property
    def notes(self) -> list[str]:
        """In words, where another mix than the usual one was heard."""
        if self._channel is not None:
            return [f"Only channel {self._channel} of {self._count} was heard, as asked."]
        if not self.changes:
            return []
        change, others = self.changes[0], len(self.changes) - 1
        turned = ", ".join(str(channel) for channel in np.flatnonzero(change.weights < 0))
        how = f"all {self._count} channels are heard at the same strength" + (f", {turned} reversed" if turned else "")
        more = f" The mix was changed {others} more time(s)." if others else ""
        return [f"From {stamp(change.tick)} on, {how}: the usual mix loses what channel {change.lost} holds.{more}"]

    def _mix(self, data: bytearray) -> bytes:
        samples = np.frombuffer(data, "<i2").reshape(-1, self._count)
        if self._channel is not None:
            mixed = samples[:, self._channel]
        else:
            self._choose(samples)
            mixed = np.rint(samples.astype(np.float32) @ self._weights).astype("<i2")
        if self._voices is not None:
            self._apart += np.rint(samples.astype(np.float32) @ self._voices).astype("<i2").tobytes()
        self._done += len(samples)
        return mixed.tobytes()

    def _choose(self, samples: NDArray[np.int16]) -> None:
        """Other weights, where those of now lose what is in `samples`."""
        powers = _voice_powers(samples)
        lost = _lost(self._weights, powers)
        if lost is None:
            return
        weights = _aligned(powers)
        if not np.array_equal(weights, self._weights):
            self._weights = weights
            self.changes.append(Change(self._done, lost, weights))


def _voice_powers(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """(channels, channels): the power that two channels share where voices are loud, full scale being 1.

    Every fourth sample is enough: what it folds into the band is as alike, or as opposed, as the rest.
    """
    thinned = samples[::_STEP].astype(np.float32) / np.float32(32768)
    low, high = (hz * len(thinned) * _STEP // TICKS_PER_SECOND for hz in _BAND_HZ)
    spectrum = np.fft.rfft(thinned, axis=0)[low : high + 1]
    return np.asarray((spectrum.conj().T @ spectrum).real * (2 / len(thinned) ** 2), np.float32)


def _lost(weights: Weights, powers: NDArray[np.float32]) -> int | None:
    """The loudest channel of whose voice `weights` leave less than half of what an average over all would."""
    own = powers.diagonal()
    shared = np.abs(powers @ weights)
    lost = (own >= max(_FLOOR, own.max() * _NEAR)) & (shared * 2 * len(weights) < own)
    return int(np.argmax(own * lost)) if lost.any() else None


def _aligned(powers: NDArray[np.float32]) -> Weights:
    """All channels alike, each reversed that opposes the sum of the louder ones."""
    own = powers.diagonal()
    signs = np.zeros(len(own), np.float32)
    for channel in np.argsort(-own, kind="stable"):
        limit = _OPPOSED * np.sqrt(own[channel] * max(0.0, signs @ powers @ signs))
        signs[channel] = -1 if own[channel] > _FLOOR and powers[channel] @ signs < limit else 1
    return signs / np.float32(len(own))


def mixer(recording: Recording, choice: Choice, channel: int | None, each: Each | None = None) -> Mixer:
    """What makes one channel of `choice`, and beside it keeps each of its channels or tracks by itself.

    Raises `TrackError` where it has no such channel, or too many of them.
    """
    weights = layout_weights(recording.audio if choice == "mix" else [recording.audio[choice]])
    what = "the mix of all tracks" if choice == "mix" else f"audio track {choice}"
    if choice == "mix" and len(weights) > _MOST_CHANNELS:
        raise TrackError(
            recording.path, f"has {len(weights)} channels, too many for one mix.", cure="Choose a single track."
        )
    if channel is not None and (choice == "mix" or not 0 <= channel < len(weights)):
        has = "Choose a track too." if choice == "mix" else f"It has 0 to {len(weights) - 1}."
        raise TrackError(recording.path, f"has no channel {channel} in {what}.", cure=has)
    return Mixer(weights, channel, _by_itself(recording, choice, each))


def _by_itself(recording: Recording, choice: Choice, each: Each | None) -> list[Weights]:
    """The mix of each channel, or of each track, of `choice`."""
    tracks = recording.audio if choice == "mix" else (recording.audio[choice],)
    counts = [max(1, track.channels) for track in tracks]
    if each == "channel":
        return list(np.eye(sum(counts), dtype=np.float32))
    mixes = []
    for number, track in enumerate(tracks if each == "track" else ()):
        weights = np.zeros(sum(counts), np.float32)
        first = sum(counts[:number])
        weights[first : first + counts[number]] = layout_weights([track])
        mixes.append(weights)
    return mixes


def mixed(outputs: Iterable[tuple[str, bytes]], mixer: Mixer) -> Iterator[tuple[str, bytes]]:
    """The `outputs` of a child, with what is named "audio" made one channel by `mixer`."""
    for name, data in outputs:
        heard = mixer.feed(data) if name == "audio" else data
        if heard:
            yield name, heard
    if rest := mixer.finish():
        yield "audio", rest
