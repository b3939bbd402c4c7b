"""Models that the hub names as `owner/name`: brought only when that is asked for, whole, at one commit.

First it is planned what will come, so that its size can be told; then it comes into a folder of its own, which takes
the model's name when every file is there and has the hash that the hub gives for it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from pipeline.errors import LongmediaError, WeightsDamagedError, WeightsMissingError
from pipeline.models.weights.choosing import HubFile, choose
from pipeline.models.weights.fetch import Progress, folder, make_folder, size_below, switch_telemetry_off
from pipeline.models.weights.lock import safe, sha256, write_lock
from pipeline.models.weights.names import HubName
from pipeline.models.weights.places import home_of
from pipeline.models.weights.turns import WAITING, fetch_lock
from pipeline.settings import Models
from pipeline.store.documents import LockedFile, ModelLock

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Download:
    """What will be brought."""

    name: HubName
    commit: str
    files: tuple[HubFile, ...]
    home: Path
    """The folder that will hold it."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)


def plan_download(name: HubName, settings: Models, revision: str = "main") -> Download:
    """Ask the hub what the model `name` is made of at `revision`, a commit, branch or tag; brings nothing.

    Raises `WeightsMissingError` where the hub does not answer, or has no such model.
    """
    switch_telemetry_off()
    from huggingface_hub import HfApi

    home = home_of(name, folder(settings))
    info = _asked(name, home, lambda: HfApi().model_info(name.repository, revision=revision, files_metadata=True))
    listed = [
        HubFile(one.rfilename, one.size or 0, one.lfs.sha256 if one.lfs else "", "" if one.lfs else one.blob_id or "")
        for one in info.siblings or ()
        if safe(one.rfilename)
    ]
    return Download(name, str(info.sha), tuple(choose(name, listed)), home)


def offers(name: HubName, settings: Models) -> bool:
    """Whether the hub answers and has the model `name`: it is asked once, and nothing is brought."""
    try:
        plan_download(name, settings)
    except WeightsMissingError:
        return False
    return True


def bring(download: Download, progress: Progress) -> Path:
    """Bring what was planned and return its folder; what an interruption left is kept, and gone on with.

    Where another process brings the same model, it is waited for.

    Raises `WeightsMissingError`, `WeightsDamagedError`, `StoreFullError`.
    """
    with fetch_lock(download.home, lambda: progress(0, download.size, WAITING)):
        return download.home if download.home.exists() else _bring(download, progress)


def _bring(download: Download, progress: Progress) -> Path:
    name, home = download.name, download.home
    incoming = home.with_name(f".incoming-{home.name}-{download.commit[:12]}")
    make_folder(incoming, max(0, download.size - size_below(incoming)), str(name))
    done, locked = 0, []
    for file in download.files:
        progress(done, download.size, f"{name.repository}/{file.name}")
        target = incoming / file.name
        if not target.is_file():
            _asked(name, home, partial(_fetch, download, file, target))
        locked.append(_checked(target, file))
        done += file.size
    progress(done, download.size, str(name))
    lock = ModelLock(name=str(name), repository=name.repository, commit=download.commit, files=tuple(locked))
    write_lock(incoming, lock)
    incoming.replace(home)
    return home


def _fetch(download: Download, file: HubFile, target: Path) -> None:
    """Bring a file; what a cut left of it is gone on with.

    `hf_hub_download` begins a file anew at every start: a file of many gigabytes would never come over a poor line.
    """
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    target.parent.mkdir(parents=True, exist_ok=True)
    begun = target.with_name(f"{target.name}.part")
    with begun.open("ab") as sink:
        url = hf_hub_url(download.name.repository, file.name, revision=download.commit)
        headers = build_hf_headers() | {"Accept-Encoding": "identity"}  # sizes are those of the file
        http_get(url, sink, resume_size=sink.tell(), headers=headers, expected_size=file.size)
        sink.flush()
        os.fsync(sink.fileno())
    begun.replace(target)


def _asked(name: HubName, home: Path, ask: Callable[[], _T]) -> _T:
    """What the hub's library gives; whatever it raises becomes one error with a cure."""
    try:
        return ask()
    except LongmediaError:
        raise
    except Exception as error:
        why = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise WeightsMissingError(
            f"{name} could not be fetched ({why}).",
            cure="Check the network and run the same command again: what was fetched is kept. A model with terms asks "
            f"for `hf auth login`. Without a network, `longmedia models export` on a machine that has it and "
            f"`longmedia models import` here, or copy the folder {home}.",
        ) from error


def _checked(path: Path, file: HubFile) -> LockedFile:
    """The file's part of the lock; raises `WeightsDamagedError` where it is not what the hub named."""
    size, found = path.stat().st_size, sha256(path)
    same = size == file.size and (found == file.sha256 if file.sha256 else _git_sha1(path) == file.git_sha1)
    if not same:
        path.unlink()
        raise WeightsDamagedError(
            f"{path.name}: what was fetched has another SHA-256 than the hub gives; it was thrown away."
            if file.sha256
            else f"{path.name}: what was fetched is not what the hub lists; it was thrown away.",
            cure="Run the same command again.",
        )
    return LockedFile(name=file.name, size=size, sha256=found)


def _git_sha1(path: Path) -> str:
    """As git names that content."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
