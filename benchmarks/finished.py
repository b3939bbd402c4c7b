"""How long a finished archive takes to be answered: `python -m benchmarks.finished [--recordings N]`.

One recording of three seconds goes through the real chain with models that answer at once; its store is copied under
the names of N other files. Then the commands are started as a user starts them: `--help`, `run`, `status`, and `report`
of an hour of generated talk that came as a transcript.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rows import Row, hand_back
from chunkers.identity import content_id
from data.long_script import long_script
from data.script import Utterance
from pipeline.process import process
from pipeline.store import Store
from tests.pipeline.quick import QuickRegistry, quick_settings, tones

GOALS = {"--help": 0.4, "run": 5.0, "status": 5.0, "report": 0.8}
"""CPU seconds; of `run` and `status` for 10,000 recordings, of `report` for an hour."""

WORDS_PER_SECOND = 2.5
"""How fast the generated hour is spoken."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of files, the store that holds a finished run of each, and the settings of these runs."""

    files: Path
    store: Path
    config: Path


def main() -> None:
    """Print what each command takes."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--recordings", type=int, default=10_000)
    number = options.parse_args().recordings
    with tempfile.TemporaryDirectory() as folder:
        archive = finished(Path(folder), number)
        place = ["--store", str(archive.store), "--config", str(archive.config)]
        for words in (["--help"], ["run", str(archive.files), *place], ["status", *place]):
            cpu = started(words)
            what = f"`longmedia {words[0]}`, {number} finished recordings"
            hand_back(Row(what, cpu, "CPU s", "the goal", GOALS[words[0]]))
        cpu = started(["report", hour(Path(folder)), "--store", str(archive.store)])
        hand_back(Row("`longmedia report` of an hour", cpu, "CPU s", "the goal", GOALS["report"]))


def hour(place: Path) -> str:
    """The recording of a finished run of an hour of talk, in the store of the archive in `place`."""
    text, second = ["WEBVTT\n"], 0.0
    for line in long_script(0):
        if second > 3600:
            break
        if isinstance(line, Utterance):
            end = second + len(line.text.split()) / WORDS_PER_SECOND
            text.append(f"{_clock(second)} --> {_clock(end)}\n<v {line.speaker}>{line.text}\n")
            second = end
    (place / "hour.vtt").write_text("\n".join(text))
    settings = quick_settings(place / "weights", ["audio.length_s=30", "write.context=8192"])
    return process(place / "hour.vtt", settings, Store(place / "store"), QuickRegistry()).run.key.recording


def _clock(second: float) -> str:
    minutes, rest = divmod(second, 60)
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}:{rest:06.3f}"


def finished(place: Path, number: int) -> Archive:
    """An archive of `number` files that are all finished."""
    sets = {"models.folder": str(place / "models")}
    settings = quick_settings(place / "weights", [f"{key}={value}" for key, value in sets.items()])
    run = process(tones(place / "one.wav", 3), settings, Store(place / "one"), QuickRegistry()).run
    archive = Archive(place / "files", place / "store", place / "settings.toml")
    archive.config.write_text(_toml(settings.model_dump(mode="json", exclude_unset=True)))
    archive.files.mkdir()
    for at in range(number):
        file = archive.files / f"{at:05d}.wav"
        file.write_bytes(b"RIFF" + at.to_bytes(4, "little"))
        _copy(place / "one" / run.key.recording, archive.store, content_id(file), file)
    return archive


def _copy(one: Path, store: Path, recording: str, file: Path) -> None:
    """What a store holds of one recording, as another's: the documents name it, the tables are as they were."""
    shutil.copytree(one, store / recording)
    for path in (store / recording).rglob("*.json"):
        text = path.read_text().replace(one.name, recording)
        if path.parent.name == "runs":
            document = json.loads(text)
            document["input"] |= {"name": file.name, "path": str(file)}
            text = json.dumps(document, indent=2)
        path.write_text(text)


def _toml(settings: dict[str, dict[str, object]]) -> str:
    lines = [
        f"{group}.{name} = {json.dumps(value)}" for group, inner in settings.items() for name, value in inner.items()
    ]
    return "\n".join(lines) + "\n"


def started(words: Sequence[str]) -> float:
    """Seconds of the processor that `longmedia` takes with these words."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", "from flows.start import main; main()", *words]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=dict(os.environ))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
