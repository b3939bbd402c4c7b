"""What a GGUF file says of itself, read without the weights and without a library.

The layout (versions 2 and 3, little-endian): `GGUF`, version, number of tensors, number of entries; then each entry as
its key, the number of its type, its value. A text is its length and its UTF-8 bytes, a list the type and number of its
items. Source: the specification of the format in ggml's documentation.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import WeightsDamagedError, WeightsMissingError

Value = str | int | float | bool

_VERSIONS = (2, 3)
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9
_LONGEST = 1 << 24
"""Bytes of a text, at most: a chat template has some ten thousand."""


def read_header(path: Path, keys: Collection[str]) -> dict[str, Value]:
    """The entries of `keys` that the file at `path` has, lists excepted; reading ends where all are found.

    Raises `WeightsMissingError` where there is no such file, `WeightsDamagedError` where it is no GGUF or is cut off.
    """
    if not path.is_file():
        raise WeightsMissingError(f"{path}: no such file.")
    found: dict[str, Value] = {}
    try:
        with path.open("rb") as stream:
            for key, value in _entries(stream):
                if key in keys and value is not None:
                    found[key] = value
                if len(found) == len(keys):
                    break
    except (struct.error, UnicodeDecodeError, ValueError) as error:
        raise WeightsDamagedError(f"{path}: not a whole GGUF file.", cure="Fetch it again.") from error
    return found


def _entries(stream: BinaryIO) -> Iterator[tuple[str, Value | None]]:
    """Every entry; None stands for a list."""
    magic, version, _, entries = struct.unpack("<4sIQQ", stream.read(24))
    if magic != b"GGUF" or version not in _VERSIONS:
        raise ValueError("another format")
    for _ in range(entries):
        key = _text(stream)
        (kind,) = struct.unpack("<I", stream.read(4))
        if kind == _LIST:
            _skip_list(stream)
            yield key, None
        else:
            yield key, _text(stream) if kind == _TEXT else _number(stream, kind)


def _text(stream: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", stream.read(8))
    if length > _LONGEST:
        raise ValueError("a text that is too long")
    data = stream.read(length)
    if len(data) != length:
        raise ValueError("cut off")
    return data.decode()


def _number(stream: BinaryIO, kind: int) -> int | float | bool:
    code = _code(kind)
    value: int | float | bool = struct.unpack(code, stream.read(struct.calcsize(code)))[0]
    return value


def _skip_list(stream: BinaryIO) -> None:
    kind, items = struct.unpack("<IQ", stream.read(12))
    if kind == _TEXT:
        for _ in range(items):
            (length,) = struct.unpack("<Q", stream.read(8))
            stream.seek(min(length, _LONGEST), os.SEEK_CUR)
    else:
        stream.seek(items * struct.calcsize(_code(kind)), os.SEEK_CUR)


def _code(kind: int) -> str:
    if kind not in _NUMBERS:
        raise ValueError("an unknown type")
    return f"<{_NUMBERS[kind]}"
