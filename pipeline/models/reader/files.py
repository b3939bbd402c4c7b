"""The two files that read text: they come inside a package, and are checked before they are used."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import WeightsDamagedError, WeightsMissingError
from pipeline.models.weights.catalog import Piece, WeightFile

PACKAGE = "rapidocr"
VERSION = "3.10.0"
NAME = "PP-OCRv6 small"

DETECTOR = WeightFile(
    "PP-OCRv6_det_small.onnx",
    9_929_594,
    "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    (Piece(PACKAGE, VERSION, "rapidocr/models/PP-OCRv6_det_small.onnx"),),
)
RECOGNISER = WeightFile(
    "PP-OCRv6_rec_small.onnx",
    21_234_383,
    "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    (Piece(PACKAGE, VERSION, "rapidocr/models/PP-OCRv6_rec_small.onnx"),),
)

_CURE = f"`pip install --force-reinstall {PACKAGE}=={VERSION}` brings them again."


@dataclass(frozen=True, slots=True)
class ReaderFiles:
    """Where the verified files lie."""

    detector: Path
    recogniser: Path


def installed() -> Path:
    """The folder into which the package is installed, found without importing it. Raises `WeightsMissingError`."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsMissingError(f"{PACKAGE}: the reader of on-screen text is not installed.", cure=_CURE)
    return Path(spec.submodule_search_locations[0]).parent


def locate(site: Path) -> ReaderFiles:
    """The files below `site`, the folder of `installed`, each compared with its pinned SHA-256.

    Raises `WeightsMissingError` where one is not there, `WeightsDamagedError` where it is another file.
    """
    detector, recogniser = (_verified(site, file) for file in (DETECTOR, RECOGNISER))
    return ReaderFiles(detector, recogniser)


def _verified(site: Path, file: WeightFile) -> Path:
    path = site / file.pieces[0].member
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise WeightsMissingError(f"{path}: the weights of the reader are not here.", cure=_CURE) from error
    if found != file.sha256:
        raise WeightsDamagedError(f"{path}: not the file that was pinned (SHA-256 {file.sha256[:12]}...).", cure=_CURE)
    return path
