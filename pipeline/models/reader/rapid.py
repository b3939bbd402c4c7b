"""The embedded reader of on-screen text: PP-OCRv6 small through rapidocr, on the CPU.

One network finds lines of text, another reads each of them. Nothing is fetched: both come inside the package.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np

from pipeline.errors import LimitError, ModelError
from pipeline.models.protocol import Image, ReadLine
from pipeline.models.reader.files import NAME, PACKAGE, VERSION, installed, locate

SIDE_PX = 736
"""Longest side of the picture in which lines are looked for; they are read in the picture as it was given."""

SMALLEST_PX = 8
"""A picture lower or narrower than this holds no text that can be read."""

_LEAST_PX = 32
_NARROWEST = 8

_SURE = 0.5
"""Lines below this confidence are noise."""

_LONGEST_STEP = 2.0
"""Heights of a line that a character may take up. In a script that the network does not know (Cyrillic, Arabic) it
finds the line, and of its letters only a comma here and there: `, :  ,2` in place of a sentence."""


class RapidReader:
    """A `Reader` over rapidocr."""

    def __init__(self, *, threads: int = 1) -> None:
        """Load the two networks; each works with `threads` threads, at most as many as there are cores.

        Raises `WeightsMissingError`, `WeightsDamagedError`, `ModelError`.
        """
        files = locate(installed())
        parameters = {
            "Global.log_level": "critical",  # its lines would show what was read
            "Global.use_cls": False,
            "Global.text_score": _SURE,
            "EngineConfig.onnxruntime.intra_op_num_threads": min(threads, os.cpu_count() or 1),  # more would be all
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(files.detector),
            "Det.limit_type": "max",
            "Det.limit_side_len": SIDE_PX,
            "Rec.model_path": str(files.recogniser),
            # A line alone is read the same whatever stands beside it; six together would be padded to the longest.
            "Rec.rec_batch_num": 1,
        }
        self._lock = threading.Lock()
        try:
            from rapidocr import RapidOCR

            self._engine: Any = RapidOCR(params=parameters)
            self._run(np.full((32, 320, 3), 255, np.uint8), detect=False)
            self._run(np.full((32, 32, 3), 255, np.uint8), detect=True)
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(f"{PACKAGE}: the reader cannot be loaded ({type(error).__name__}).") from error

    @property
    def name(self) -> str:
        """Name of the weights, and of the engine."""
        return f"{NAME} ({PACKAGE} {VERSION})"

    def read(self, image: Image) -> list[ReadLine]:
        """See `Reader.read`."""
        if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
            seen = f"{image.dtype} {image.shape}"
            raise LimitError(f"a picture must be uint8 (height, width) or (height, width, 3), not {seen}")
        if min(image.shape[:2]) < SMALLEST_PX:
            return []
        colours = np.repeat(image[:, :, None], 3, axis=2) if image.ndim == 2 else image[:, :, ::-1]
        height, width = image.shape[:2]
        found = self._run(_broadened(colours), detect=True)
        if found.boxes is None:
            return []
        lines = [
            ReadLine(text.strip(), _box(corners, width, height), float(score))
            for text, corners, score in zip(found.txts, found.boxes, found.scores, strict=True)
        ]
        return [line for line in lines if _fills_its_box(line)]

    def _run(self, picture: Image, *, detect: bool) -> Any:
        try:
            with self._lock:  # the engine keeps its last size and its switches
                return self._engine(picture, use_det=detect)
        except Exception as error:
            # The message of the library is a traceback, and may hold what was read.
            size, kind = f"{picture.shape[1]}x{picture.shape[0]}", type(error).__name__
            raise ModelError(f"{PACKAGE}: a picture of {size} was not read ({kind}).") from error


def _broadened(picture: Image) -> Image:
    """`picture` with its last rows or columns repeated until no side is shorter than an eighth of the other.

    The library would put black bars around what is narrower, and refuses what is a line.
    """
    height, width = picture.shape[:2]
    least = max(_LEAST_PX, -(-max(height, width) // _NARROWEST))
    rows, columns = max(0, least - height), max(0, least - width)
    return np.ascontiguousarray(np.pad(picture, ((0, rows), (0, columns), (0, 0)), mode="edge"))


def _box(corners: Any, width: int, height: int) -> tuple[int, int, int, int]:
    """The upright box around four corners, inside the picture and never empty."""
    left, top = (int(np.floor(low)) for low in np.min(corners, axis=0))
    right, bottom = (int(np.ceil(high)) for high in np.max(corners, axis=0))
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    return left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height)


def _fills_its_box(line: ReadLine) -> bool:
    """Whether a line has as many characters as its length asks for."""
    left, top, right, bottom = line.box
    short, long = sorted((right - left, bottom - top))
    return long <= _LONGEST_STEP * short * len(line.text.replace(" ", ""))
