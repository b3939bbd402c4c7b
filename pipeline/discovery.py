"""Which recordings are meant: files, folders, patterns, lists. What cannot be taken is named, and stops nothing."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chunkers.probing import check_file
from pipeline.encodings import decode, encoding_of
from pipeline.errors import MediaError, NotAFileError, NotFoundError, SettingsError, UnreadableError

SUFFIXES = frozenset(
    f".{suffix}"
    for line in (
        "3gp aac ac3 aif aiff amr asf avi caf flac flv m2ts m4a m4b m4v mka mkv mov mp2 mp3 mp4",
        "mpeg mpg mts mxf oga ogg ogv opus ts vob wav webm wma wmv",
    )
    for suffix in line.split()
)
"""What is taken from a folder; a file that is named itself may have any suffix."""


@dataclass(frozen=True, slots=True)
class Found:
    """The recordings that were found, each once, and what was passed over, with its reason."""

    files: list[Path] = field(default_factory=list)
    passed: list[MediaError] = field(default_factory=list)


def discover(paths: Iterable[Path], listed: Path | None = None) -> Found:
    """The files that `paths` stand for: a file, a folder with all below it, a pattern (`**/*.mp3`).

    `listed` is a text file that names more of them, one a line, relative to its own folder; what begins with `#` is
    passed over. In folders, links to files are taken; hidden files, and links to folders below the same folder are
    left out. Raises nothing: a path that does not exist, a folder or pattern without any recording, a list that
    cannot be read are among what was passed over.
    """
    found = Found()
    files: dict[Path, None] = {}
    for path in [*paths, *(_lines(listed, found.passed) if listed else ())]:
        files.update(dict.fromkeys(_stands_for(path, found.passed)))
    found.files.extend(files)
    return found


def shard(paths: Sequence[Path], part: str) -> list[Path]:
    """The paths of one of n machines, `part` being `i/n` with i from 1; each path belongs to exactly one.

    Which one depends on the path alone, so that a file that is added moves no other. Raises `SettingsError`.
    """
    number, _, of = part.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise SettingsError(f"--shard {part}: expected i/n, such as 2/8.")
    return [path for path in paths if _hash(path) % int(of) == int(number) - 1]


def _hash(path: Path) -> int:
    return int.from_bytes(hashlib.blake2b(os.fsencode(path), digest_size=8).digest(), "big")


def _stands_for(path: Path, passed: list[MediaError]) -> list[Path]:
    kind = _kind(path)
    if stat.S_ISDIR(kind):
        before = len(passed)
        inside = _inside(path, passed)
        if not inside and len(passed) == before:
            passed.append(NotFoundError(path, "no recording in this folder.", cure="Name the files themselves."))
        return inside
    if kind:
        return [path]
    matches = sorted(Path(name) for name in glob.iglob(str(path), recursive=True))  # noqa: PTH207 - any root
    files = [file for file in matches if stat.S_ISREG(_kind(file))]
    if not files:
        passed.append(_missing(path))
    return files


def _missing(path: Path) -> MediaError:
    try:
        check_file(path)
    except MediaError as error:
        return error
    return NotFoundError(path, "there is no such file.")  # it came while we looked


def _inside(top: Path, passed: list[MediaError]) -> list[Path]:
    """The recordings below a folder, sorted."""
    files = sorted(_walk(top, passed))
    links = {file for file in files if file.is_symlink()}
    real = {file.resolve() for file in files if file not in links} if links else ()
    return [file for file in files if not (file in links and file.resolve() in real)]


def _walk(top: Path, passed: list[MediaError]) -> Iterator[Path]:
    def refused(error: OSError) -> None:
        why = f"cannot be listed ({error.strerror})."
        passed.append(UnreadableError(error.filename, why, cure="Check its rights and the disk."))

    for folder, folders, names in os.walk(top, onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for link in (Path(folder, name) for name in folders):
            if link.is_symlink() and not link.resolve().is_relative_to(top.resolve()):
                passed.append(NotAFileError(link, "is a link to a folder elsewhere.", cure="Name that folder itself."))
        for name in names:
            file = Path(folder, name)
            if name.startswith(".") or file.suffix.lower() not in SUFFIXES:
                continue
            kind = _kind(file)
            if stat.S_ISREG(kind):
                yield file
            else:
                passed.append(_missing(file))


def _kind(path: Path) -> int:
    """What is there: file, folder, pipe; 0 where nothing is, or nothing that can be reached."""
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except (OSError, ValueError):
        return 0


def _lines(listed: Path, passed: list[MediaError]) -> list[Path]:
    try:
        check_file(listed)
        raw = listed.read_bytes()
        # A name need not be UTF-8: what `find` has written is read as the system reads names.
        text = decode(raw, "surrogateescape" if encoding_of(raw) == "utf-8" else "strict")
    except MediaError as error:
        passed.append(error)
        return []
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error.reason
        passed.append(UnreadableError(listed, f"is no list of files ({why}).", cure="Write one path a line, in UTF-8."))
        return []
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    return [listed.parent / line for line in lines if line and not line.startswith("#")]
