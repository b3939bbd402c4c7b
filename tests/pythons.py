"""Proves each supported Python that this machine has: `make pythons`, or `python -m tests.pythons 3.12 3.13`.

They are proved side by side. For each, in an environment of its own (`.venv-3.12`): install from the lock, run the
beginning of the recording of the demo with the small models, start every reading command twice, and run the tests that
another Python can break. Needs nothing but the standard library.

Another Python brings other builds of every library, another standard library and another syntax: that shows in an
import, in decoding, in tables, in processes and servers, in the command line, and in what Unicode knows. It
does not change what we reason about with numbers and strings, or what a model answers: the tests in `LEFT_OUT`, which
take most of the time, are run on one Python, by `make test`. On another, `make test PYTHON=python3.12 VENV=.venv-3.12`
runs all of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
STARTS = 2
"""Of each command; `python -m tests.starts --times 200` looks for what happens once in hundreds."""

LEFT_OUT = (
    "tests/benchmarks",
    "tests/chunkers/test_picture_events.py",  # numbers
    "tests/chunkers/test_plans.py",
    "tests/data",  # makes recordings; no part of the package
    "tests/pipeline/merge",  # plans and prompts
    "tests/pipeline/models/gemma",  # needs torch
    "tests/pipeline/models/test_llamacpp.py",  # the models themselves: the recording goes through them
    "tests/pipeline/models/test_llamacpp_batches.py",
    "tests/pipeline/models/test_whisper_batches.py",
    "tests/pipeline/models/test_voice.py",
    "tests/pipeline/models/diariser",
    "tests/pipeline/models/chat",
    "tests/pipeline/test_each_by_itself.py",
    "tests/pipeline/stages/see",  # what is read in pictures
    "tests/pipeline/test_killed.py",  # hundreds of kills: the order of acts on files
    "tests/flows/test_crashes.py",
    "tests/flows/test_flows.py",  # a server with what it shows: the recording goes through one
    "tests/flows/test_requests.py",  # what is made anew and what is kept
    "tests/flows/test_schedule.py",  # every way a server ends; the recording starts one and ends it
    "tests/flows/test_server.py",
    "tests/test_house.py",  # texts
    "tests/test_end_to_end.py",  # what is heard of the whole recording
)
_PRINTING = threading.Lock()
_CUT = "import sys; from pathlib import Path; from tests.meeting import beginning; beginning(Path(sys.argv[1]))"


def find(version: str) -> Path | None:
    """The interpreter of `version`, such as 3.12: on PATH, of the system, or of pyenv."""
    return next((python for python in _candidates(version) if _version(python) == version), None)


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    found = shutil.which(name)
    if found:
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True)
    yield Path("/usr/bin") / name
    yield Path("/usr/local/bin") / name


def _version(python: Path) -> str | None:
    """What `python` says it is; None where it does not run, as pyenv's stand-ins for versions that are not chosen."""
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def prove(version: str, python: Path, folder: Path, log: IO[bytes]) -> str | None:
    """The first step that failed with this Python, or None; what the steps print goes to `log`."""
    environment = f".venv-{version}"
    own = ROOT / environment / "bin" / "python"
    store, meeting, models = folder / "store", folder / "meeting.opus", ("whisper-base", "smollm2-135m")
    program = [own.with_name("longmedia")]
    run = [*program, "run", meeting, "--store", store, "--model", models[1]]
    starts = [own, "-m", "tests.starts", meeting, "--store", store, "--times", str(STARTS)]
    steps: dict[str, list[str | Path]] = {
        "install": ["make", f"VENV={environment}", f"PYTHON={python}", f"{environment}/.dev"],
        "weights": [*program, "models", "get", *models],
        "beginning": [own, "-c", _CUT, meeting],
        "recording": run,
        "starts": starts,
        "tests": [own, "-m", "pytest", "-q", *(f"--ignore={path}" for path in LEFT_OUT)],
    }
    for name, command in steps.items():
        began = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, check=False, stdout=log, stderr=log).returncode
        log.write(f"-- Python {version}: {name} took {time.monotonic() - began:.0f} s, exit code {code}\n".encode())
        log.flush()
        if code:
            return name
    return None


def _proved(version: str) -> tuple[str, bool]:
    """What came of a Python, in words, and whether it failed; what its steps printed is printed as one piece."""
    python = find(version)
    if python is None:
        return "not found here", False
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        step = prove(version, python, Path(folder), log)
        log.seek(0)
        with _PRINTING:
            sys.stdout.buffer.write(log.read())
            sys.stdout.flush()
    return (f"failed: {step}" if step else f"proved with {python}"), step is not None


def main(versions: list[str]) -> int:
    """The number of Pythons that failed, which are proved side by side; one that is not here is no failure."""
    with ThreadPoolExecutor(len(versions) or 1) as pool:
        results = dict(zip(versions, pool.map(_proved, versions), strict=True))
    for version, (result, _) in results.items():
        print(f"Python {version}: {result}")
    return sum(failed for _, failed in results.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
