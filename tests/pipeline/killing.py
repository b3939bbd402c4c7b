"""Kill a whole run at every single act on its files, one after the other: `python -m tests.pipeline.killing FOLDER`.

The run is the real one (decoding, hearing, describing, merging, storing) with models that answer at once, in a process
forked for each kill. The interpreter raises an event before a file is opened, renamed or removed; at the n-th such
event below the store the process kills itself.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from pipeline import source
from pipeline.process import process
from pipeline.reports import report
from pipeline.store import Store
from tests.pipeline.quick import QuickRegistry, quick_settings, tones

_SETTINGS = ["hear.part_rows=3", "describe.part_rows=3"]
_SETTINGS += ["merge.budget=512", "merge.max_tokens=120", "merge.carry=0"]
_CLOCK = ("seconds", "created", "asked", "finished")


def main(folder: Path) -> int:
    """Print kills survived and attempted; 1 where they differ."""
    media = tones(folder / "tones.wav", 30)
    # The file stays the same: its header is read here, and not by a process that every fork would have to start anew.
    source.probe = cache(source.probe)
    source.probe(media)
    _run(media, folder / "whole")  # in this process: what it imports and compiles, no fork has to
    expected = told(folder / "whole")
    survived = attempted = 0
    while True:
        store = folder / f"killed-{attempted}"
        moment = attempted + 1
        if _forked(partial(_run, media, store, kill_at=moment)) == 0:
            break  # it came to its end before that many events
        attempted += 1
        before = parts(store)
        ended = _forked(partial(_run, media, store))
        right = ended == 0 and before.items() <= parts(store).items() and told(store) == expected
        right = right and not list(store.rglob(".tmp-*"))
        survived += right
        print(f"kill {attempted}: {len(before)} parts, {'survived' if right else 'LOST'}", file=sys.stderr, flush=True)
    tables = sorted({Path(name).parent.name.partition("=")[0] for name in parts(folder / "whole")})
    print(f"survived {survived} of {attempted} kills; {len(parts(folder / 'whole'))} parts of {', '.join(tables)}")
    return int(survived != attempted)


def parts(store: Path) -> dict[str, tuple[int, int]]:
    """Every finished part of the store: which file it is, and when it was written."""
    return {
        str(path.relative_to(store)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in sorted(store.rglob("part-*.parquet"))
    }


def told(store: Path) -> dict[str, Any]:
    """Everything that the one run of the store says, but for times of day and run times."""
    (run,) = Store(store).runs()
    said: dict[str, Any] = {form: "".join(report(run, form)) for form in ("md", "srt", "txt")}
    return said | {"json": _timeless(json.loads("".join(report(run, "json"))))}


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _timeless(v) for k, v in value.items() if k not in _CLOCK}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def _run(media: Path, store: Path, kill_at: int | None = None) -> None:
    if kill_at is not None:
        _kill_at(kill_at, store)
    settings = quick_settings(media.parent / "weights", _SETTINGS)
    outcome = process(media, settings, Store(store), QuickRegistry())
    assert outcome.state == "complete"


def _kill_at(moment: int, store: Path) -> None:
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in ("open", "os.rename", "os.remove") and str(arguments[0]).startswith(str(store)):
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _forked(act: Callable[[], object]) -> int:
    """The exit status of a process that does `act`."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
