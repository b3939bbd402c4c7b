"""Starts the reading commands again and again: each must end with exit code 0 and print the same, and nothing else.

    python -m tests.starts data/meeting.opus --store demo --times 200

A native library that ends a process in its exit handlers does so now and then; one start shows nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FORMATS = ("md", "html", "srt", "vtt", "txt", "json")


def commands(recording: Path, store: Path) -> list[list[str]]:
    """The commands that only read, for a recording that the store holds a finished run of."""
    program = [str(Path(sys.executable).with_name("longmedia"))]
    place = ["--store", str(store)]
    reports = [[*program, "report", str(recording), "--format", form, *place] for form in FORMATS]
    looks = [
        ["status", *place],
        ["search", "the", *place],
        ["plan", str(recording), *place],
        ["retry", *place],
        ["probe", str(recording)],
    ]
    others = [["ledger", "show"], ["ledger", "verify"], ["models", "list"], ["settings"], ["--help"]]
    return [*reports, *([*program, *words] for words in (*looks, *others))]


def faults(command: list[str], times: int, at_once: int = 2) -> list[str]:
    """What went wrong in `times` starts of `command`, `at_once` side by side: a line a kind of fault."""

    def start(_number: int) -> tuple[int, bytes, bytes]:
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        return done.returncode, done.stdout, done.stderr

    with ThreadPoolExecutor(at_once) as pool:
        seen = Counter(pool.map(start, range(times)))
    found = [
        f"{count} of {times}: exit code {code}, {error.decode(errors='replace')[-300:]!r}"
        for (code, _, error), count in seen.items()
        if code or error
    ]
    outputs = {output for _, output, _ in seen}
    if len(outputs) > 1:
        found.append(f"{len(outputs)} different outputs")
    if outputs == {b""}:
        found.append("nothing was printed")
    return found


def main() -> int:
    """The number of commands that failed at least once."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("recording", type=Path)
    options.add_argument("--store", type=Path, required=True)
    options.add_argument("--times", type=int, default=200, help="of each command, half of them two side by side")
    given = options.parse_args()
    failed = 0
    for command in commands(given.recording, given.store):
        found = [f"{n} at once: {fault}" for n in (1, 2) for fault in faults(command, given.times // 2, n)]
        failed += bool(found)
        print(f"{given.times} starts of `{' '.join(command[1:])}`: {'; '.join(found) or 'all well'}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
