"""Hundreds of `kill -9` at random moments: `make torture`.

A run is started, killed, and started again until it comes to its end; then what it says is compared with
an undisturbed run, and the next one begins. A kill is survived where every finished part is still there,
untouched, and the run that follows it ends right.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.flows.crashes import command, environment, parts, run_arguments, start, told
from tests.meeting import beginning


def main() -> int:
    """The number of kills that were not survived."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - moments, not secrets
    with tempfile.TemporaryDirectory() as folder:
        survived, attempted = torture(Path(folder), given.kills, chance)
    print(f"survived {survived} of {attempted} kills")
    return attempted - survived


def torture(folder: Path, kills: int, chance: random.Random) -> tuple[int, int]:
    """Kills survived and attempted; the last run always comes to its end."""
    media, whole, store = beginning(folder / "short.opus"), folder / "whole", folder / "store"
    began = time.monotonic()
    start(command(*run_arguments(media, whole)))
    length = time.monotonic() - began
    expected, words = told(whole), command(*run_arguments(media, store))
    survived = attempted = pending = 0
    while attempted < kills or pending:
        before = parts(store)
        with subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            try:
                child.wait(chance.uniform(0, length) if attempted < kills else None)
            except subprocess.TimeoutExpired:
                child.kill()
        kept = before.items() <= parts(store).items()
        if child.returncode < 0:
            attempted += 1
            pending += kept
            print(f"{attempted} of {kills}: {len(parts(store))} parts{'' if kept else ': PARTS LOST'}", flush=True)
        elif kept and told(store) == expected:
            survived, pending = survived + pending, 0
            shutil.rmtree(store)
        else:
            print(f"the end differs: exit code {child.returncode}", flush=True)
            return survived, attempted
    return survived, attempted


if __name__ == "__main__":
    sys.exit(main())
