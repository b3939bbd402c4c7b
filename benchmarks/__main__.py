"""Runs benchmarks and writes one table of what they found: `python -m benchmarks [NAME ...]`, or `make bench`.

Each is a program of its own, so that its memory and its time are its own. What one has handed back takes the place of
what it had handed back before, in docs/benchmarks.json; docs/benchmarks.md is that file as tables.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.rows import GATHER, Row
from benchmarks.table import JSON, MARKDOWN, Found, Table, machine, versions

BENCHMARKS: dict[str, tuple[str, ...]] = {
    "start": ("benchmarks.finished",),
    "transcription": ("benchmarks.transcription",),
    "costs": ("benchmarks.costs",),
    "ghosts": ("benchmarks.ghosts",),
    "speakers": ("benchmarks.speakers",),
    "seeing": (
        "data.inspection_film --minutes 30 --out build",
        "benchmarks.seeing build/inspection.mp4",
        "benchmarks.seeing_peers build/inspection.mp4",
        "data.slides_film --out build",
        "benchmarks.seeing build/slides.mp4",
        "benchmarks.seeing_peers build/slides.mp4",
    ),
    "decoding": ("benchmarks.chunkers",),
    "archive": ("benchmarks.archive",),
    "cluster": ("benchmarks.cluster",),
    "search": ("benchmarks.search --hours 200", "benchmarks.search --hours 200 --tantivy"),
    "overhead": ("benchmarks.overhead",),
    "resume": ("benchmarks.resume",),
    "meetings": ("benchmarks.meetings",),
    "merging": ("benchmarks.merging --day", "benchmarks.merging --model {model}"),
}
"""Each benchmark's modules with their arguments, in order; `{model}` is the file of the 0.5B."""


def main() -> int:
    """How many of them failed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all without one")
    options.add_argument("--with", dest="more", default="", help="arguments for the one that is named, as one text")
    given = options.parse_args()
    unknown = set(given.names) - BENCHMARKS.keys()
    if unknown or (given.more and len(given.names) != 1):
        options.error(f"there is no {', '.join(sorted(unknown))}" if unknown else "--with goes with one name")
    failed = []
    for name in given.names or BENCHMARKS:
        print(f"== {name}", flush=True)
        found = run(name, BENCHMARKS[name], given.more)
        if found is None:
            failed.append(name)
            continue
        table = Table.read(JSON)
        table.benchmarks[name] = found
        table.write(JSON, MARKDOWN)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def run(name: str, commands: Sequence[str], more: str = "") -> Found | None:
    """What a benchmark hands back; None where one of its programs fails."""
    Path("build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        gathered = Path(folder) / "rows.jsonl"
        gathered.touch()
        for command in commands:
            words = shlex.split(f"{command} {more}".replace("{model}", _model() if "{model}" in command else ""))
            done = subprocess.run(
                [sys.executable, "-m", *words], env={**os.environ, GATHER: str(gathered)}, check=False
            )
            if done.returncode:
                return None
        rows = [Row(**json.loads(line)) for line in gathered.read_text(encoding="utf-8").splitlines()]
    ending = f" --with '{more}'" if more else ""
    return Found(
        command=f"python -m benchmarks {name}{ending}",
        date=datetime.now(UTC).date().isoformat(),
        machine=machine(),
        versions=versions(),
        rows=rows,
    )


def _model() -> str:
    command = [sys.executable, "-m", "pipeline.models.weights.fetch", "qwen2.5-0.5b"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
