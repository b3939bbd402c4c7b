"""Models that the hub names as `owner/name`: brought only when that is asked for, whole, at one commit.

A run looks for them on this machine and never asks the network.
"""

from __future__ import annotations

import fnmatch
import hashlib
import shutil
from pathlib import Path
from typing import Any

from pipeline.errors import LongmediaError, WeightsDamagedError, WeightsMissingError
from pipeline.models.weights.fetch import Progress, folder, make_folder
from pipeline.settings import Models

_LEFT_OUT = ("*.gguf", "*.pth", "original/*")
"""The same weights in forms that transformers does not load."""


def is_hub_id(name: str) -> bool:
    """Whether `name` is written as the hub writes a model's, and not as a path."""
    return name.count("/") == 1 and not name.startswith((".", "/", "~")) and not name.endswith("/")


def home_of(model: str, models: Path) -> Path:
    """The folder below `models` that holds a hub's model."""
    return models / model.replace("/", "--")


def cached(model: str) -> Path | None:
    """The model in the cache of the hub's own library, None where it is not there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        return None


def get_from_hub(model: str, settings: Models, progress: Progress, revision: str = "main") -> tuple[Path, str]:
    """Bring a model at one commit, and return its folder and that commit; what an interruption left is kept.

    `revision` is a commit, a branch or a tag. The folder appears when all of it is there, each large file with the
    SHA-256 that the hub gives for it. Raises `WeightsMissingError`, `WeightsDamagedError`, `StoreFullError`.
    """
    from huggingface_hub import HfApi, hf_hub_download

    home = home_of(model, folder(settings))
    try:
        info = HfApi().model_info(model, revision=revision, files_metadata=True)
        commit = str(info.sha)
        files = [one for one in info.siblings or () if not _left_out(one.rfilename)]
        total = sum(one.size or 0 for one in files)
        incoming = home.with_name(f".incoming-{home.name}-{commit[:12]}")
        make_folder(incoming, total, model)
        done = 0
        for one in files:
            progress(done, total, f"{model}/{one.rfilename}")
            got = Path(hf_hub_download(model, one.rfilename, revision=commit, local_dir=incoming))
            _check(got, one.lfs)
            done += one.size or 0
        progress(done, total, model)
    except LongmediaError:
        raise
    except Exception as error:
        why = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise WeightsMissingError(
            f"{model} could not be fetched ({why}).",
            cure="Check the network and run the same command again: what was fetched is kept. A model with terms asks "
            f"for `hf auth login`. Without a network, copy the folder {home} from a machine that has it.",
        ) from error
    if not (incoming / "config.json").is_file():
        raise WeightsDamagedError(f"{model}: no config.json in it.", cure="It takes a model for transformers.")
    shutil.rmtree(incoming / ".cache", ignore_errors=True)
    incoming.replace(home)
    return home, commit


def _left_out(name: str) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in _LEFT_OUT)


def _check(path: Path, large: Any) -> None:
    if large is None:
        return
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != large.sha256:
        path.unlink()
        raise WeightsDamagedError(
            f"{path.name}: what was fetched has another SHA-256 than the hub gives; it was thrown away.",
            cure="Run the same command again.",
        )
