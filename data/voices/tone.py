"""No words, only a beep as long as the sentence: for trying out offsets where no voice is installed."""

import numpy as np

from data.voices import Samples


class Tone:
    """A sine, higher for every further speaker, 60 ms a character."""

    name = "tone"
    rate = 16_000

    def say(self, text: str, speaker: int) -> Samples:
        """Beep for as long as the text would take to say."""
        count = len(text) * self.rate * 60 // 1000
        phase = 2 * np.pi * (220 + 55 * speaker) * np.arange(count) / self.rate
        return np.round(8_000 * np.sin(phase)).astype(np.int16)
