"""The lock of a model's folder: which repository, commit and files it holds, kept in the folder as a hidden file.

What a folder holds is read and compared with it: when a model arrives, is moved to another machine, or is verified.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from pipeline.errors import WeightsDamagedError
from pipeline.store.documents import ModelLock

NAME = ".model.json"
_BLOCK = 1 << 20

Read = Callable[[int], None]
"""Called with the bytes that were read since it was last called."""


def write_lock(folder: Path, lock: ModelLock) -> None:
    """Write it into `folder`, which nobody else uses yet."""
    (folder / NAME).write_text(lock.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_lock(folder: Path) -> ModelLock | None:
    """The lock in `folder`, None where there is none.

    Raises `WeightsDamagedError` where it is unreadable, or names files that would lie elsewhere.
    """
    try:
        lock = ModelLock.model_validate_json((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise WeightsDamagedError(f"{folder / NAME}: not readable.", cure="Get the model again.") from error
    for file in lock.files:
        if not safe(file.name):
            raise WeightsDamagedError(f"{folder / NAME}: {file.name!r} is no file of that folder.")
    return lock


def safe(name: str) -> bool:
    """Whether `name` is the path of a file in a folder, with `/`, and cannot lead out of it on any system."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not set(name) & set("\\:\0")


def lost(folder: Path, lock: ModelLock) -> list[str]:
    """The files that are not there in their size; reads no content."""
    return [
        file.name
        for file in lock.files
        if not (folder / file.name).is_file() or (folder / file.name).stat().st_size != file.size
    ]


def faults(folder: Path, lock: ModelLock) -> list[str]:
    """What is wrong with the files, a line each; reads every byte."""
    gone = set(lost(folder, lock))
    found = [f"{folder / name}: missing or cut off" for name in sorted(gone)]
    for file in lock.files:
        if file.name not in gone and file.sha256 and sha256(folder / file.name) != file.sha256:
            found.append(f"{folder / file.name}: its SHA-256 is not the locked one")
    return found


def sha256(path: Path) -> str:
    """Of the file's content, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copy_hashed(source: Path, target: Path, read: Read) -> str:
    """Copy a file and return the SHA-256 of what was written."""
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as stream, target.open("wb") as sink:
        while block := stream.read(_BLOCK):
            digest.update(block)
            sink.write(block)
            read(len(block))
        sink.flush()
        os.fsync(sink.fileno())
    return digest.hexdigest()
