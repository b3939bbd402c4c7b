"""What the crash tests share: a real run of the command line that is killed, and what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent

SETTINGS = {
    "audio.length_s": "8",
    "audio.cut_range_s": "2",
    "hear.language": "en",
    "write.model": "smollm2-135m",
    "write.context": "1024",
    "write.threads": "1",
    "describe.max_tokens": "40",
    "merge.budget": "600",
    "merge.max_tokens": "100",
    "hear.part_rows": "1",
    "describe.part_rows": "1",
}
"""A part a window and a chunk, and little to merge."""

_PROGRAM = """
import os, re, resource, signal, sys
event, pattern, times, largest = sys.argv[1:5]
del sys.argv[1:5]
seen = 0
def hook(name, arguments):
    global seen
    if name == event and re.search(pattern, str(arguments[1 if name == "os.rename" else 0])):
        seen += 1
        if seen == int(times):
            os.kill(os.getpid(), signal.SIGKILL)
if event:
    sys.addaudithook(hook)
if largest:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest),) * 2)
from flows.cli import main
main()
"""


def break_off(store: Path) -> Path:
    """Make the one run of the store one whose last summary is missing, and of which nothing is merged."""
    from pipeline.store import Store

    (run,) = Store(store).runs()
    document, stage = run.document(), run.stage("describe")
    assert document is not None
    assert stage is not None
    run.save(document.model_copy(update={"result": None}))
    run.save_stage(stage.model_copy(update={"parts": None}))
    described = sorted(store.glob("*/describe=*/part-*"))
    for path in [described[-1], *store.glob("*/merge=*/level=*/part-*")]:
        path.unlink()
    return store


def command(*arguments: object, event: str = "", at: str = "", times: int = 1, largest: str = "") -> list[str]:
    """`longmedia` with arguments. It kills itself, as `kill -9` does, at an `event` whose file matches `at`.

    `event`: `open` or `os.rename`, audit events of the interpreter, raised just before the act; at which of them
    `times` says. `largest`: bytes that a file may have.
    """
    return [sys.executable, "-c", _PROGRAM, event, at, str(times), largest, *map(str, arguments)]


def run_arguments(media: Path, store: Path) -> list[object]:
    """`longmedia run`, without Prefect."""
    sets = [word for key, value in SETTINGS.items() for word in ("--set", f"{key}={value}")]
    return ["run", media, "--direct", "--store", store, *sets]


def start(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run to the end, whatever end that is."""
    return subprocess.run(words, capture_output=True, text=True, env=environment(), timeout=500, check=False)


def environment() -> dict[str, str]:
    """The child finds this source tree, and its threads do not wait for each other on a busy machine."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "OMP_NUM_THREADS": "1"}


def parts(store: Path) -> dict[str, tuple[int, int]]:
    """Every finished part of the store: which file it is, and when it was written."""
    return {
        str(path.relative_to(store)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in sorted(store.rglob("part-*.parquet"))
    }


def told(store: Path) -> dict[str, Any]:
    """Everything that the run of the store that was asked for last says, but for times of day and run times."""
    from pipeline.reports import report
    from pipeline.store import Store

    run = Store(store).runs()[-1]
    said: dict[str, Any] = {form: "".join(report(run, form)) for form in ("md", "srt", "txt")}
    whole = json.loads("".join(report(run, "json")))
    return said | {"json": _timeless(whole)}


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _timeless(v) for k, v in value.items() if k not in ("seconds", "created", "asked", "finished")}
    return [_timeless(one) for one in value] if isinstance(value, list) else value
