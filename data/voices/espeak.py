"""espeak-ng through its shared library: fast, robotic; also the phonemes for the neural voice.

Data and library come from the package `espeakng-loader`. Only this generator uses them; `longmedia` never does.
"""

import ctypes
import re
from functools import cache
from importlib import import_module

import numpy as np

from data.voices import Samples, VoiceMissingError, level, trim

SYNCHRONOUS = 2
UTF8 = 1
RATE, PITCH = 1, 3
IPA_TIED = (ord("^") << 8) | 0x82  # a tie mark between the letters of one sound
PEOPLE = (("en-us", 35), ("en-us+m3", 40), ("en+f2", 65), ("en+m7", 55), ("en-us+f5", 40), ("en-us+m1", 25))
SPEED_WPM = 160

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Library:
    """The loaded library. It is one state machine for the whole process, hence `library()`."""

    def __init__(self) -> None:
        try:
            package = import_module("espeakng_loader")
        except ImportError as missing:
            raise VoiceMissingError("espeak-ng is not installed: pip install 'longmedia[voices]'") from missing
        self._lib = ctypes.CDLL(package.get_library_path())
        self.rate: int = self._lib.espeak_Initialize(SYNCHRONOUS, 0, str(package.get_data_path()).encode(), 0)
        if self.rate <= 0:
            raise VoiceMissingError("espeak-ng is installed, but does not start")
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._heard: list[Samples] = []
        self._callback = _Callback(self._collect)  # kept alive: the library holds only its address
        self._lib.espeak_SetSynthCallback(self._callback)
        self._lib.espeak_ng_SetRandSeed(1)  # breathiness is random; a run must not be

    def _collect(self, wav: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if wav and count > 0:
            self._heard.append(np.ctypeslib.as_array(wav, (count,)).astype(np.int16))
        return 0

    def _voice(self, name: str) -> None:
        if self._lib.espeak_SetVoiceByName(name.encode()) != 0:
            raise VoiceMissingError(f"espeak-ng has no voice {name}")

    def speak(self, text: str, voice: str, pitch: int) -> Samples:
        """Say a text."""
        self._voice(voice)
        self._lib.espeak_SetParameter(RATE, SPEED_WPM, 0)
        self._lib.espeak_SetParameter(PITCH, pitch, 0)
        self._heard = []
        raw = text.encode()
        self._lib.espeak_Synth(raw, ctypes.c_size_t(len(raw) + 1), 0, 1, 0, UTF8, None, None)
        return np.concatenate(self._heard) if self._heard else np.zeros(0, np.int16)

    def phonemes(self, text: str, voice: str = "en-us") -> str:
        """International phonetic letters; punctuation is kept, since it shapes the melody."""
        self._voice(voice)
        spoken = []
        for piece in re.split(r"([,.;:?!]+(?=\s|$))", text):
            if re.fullmatch(r"[,.;:?!]*", piece):
                spoken.append(piece + " ")
                continue
            cursor = ctypes.c_char_p(piece.encode())
            while cursor.value:
                clause = self._lib.espeak_TextToPhonemes(ctypes.byref(cursor), UTF8, IPA_TIED)
                spoken.append(clause.decode() + " ")
        return re.sub(r" +([,.;:?!])", r"\1", re.sub(r" +", " ", "".join(spoken))).strip()


@cache
def library() -> Library:
    """The one espeak-ng of this process."""
    return Library()


class Espeak:
    """Six voices, American and British."""

    name = "espeak"

    def __init__(self) -> None:
        self._library = library()
        self.rate = self._library.rate

    def say(self, text: str, speaker: int) -> Samples:
        """Say a sentence."""
        voice, pitch = PEOPLE[speaker % len(PEOPLE)]
        sound = self._library.speak(text, voice, pitch)
        return trim(level(sound.astype(np.float32)), self.rate)
