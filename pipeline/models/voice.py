"""How much of a stretch of sound is voice, by the detector that comes with faster-whisper (Silero, MIT).

A signal, not a gate: it misses some single words. Where it hears no voice at all, words need better evidence.
"""

from __future__ import annotations

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Samples

_THRESHOLD = 0.25
_SHORTEST_MS = 100


def voice_seconds(samples: Samples) -> float:
    """Seconds of voice in 16 kHz samples; about 60 ms of computing for half a minute."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(threshold=_THRESHOLD, min_speech_duration_ms=_SHORTEST_MS, speech_pad_ms=0)
    found = get_speech_timestamps(samples, options)
    return float(sum(one["end"] - one["start"] for one in found) / TICKS_PER_SECOND)
