"""The command line: exit codes that scripts can trust, errors that name the file and the cure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chunkers.ffmpeg import find_ffmpeg
from flows.cli_options import model_sets
from pipeline.settings import load

ROOT = Path(__file__).parent.parent.parent


def longmedia(*arguments: object, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", **(env or {})},
        timeout=300,
        check=False,
    )


def make(path: Path, arguments: Sequence[str]) -> Path:
    subprocess.run([find_ffmpeg(), "-v", "error", *arguments, str(path)], check=True)
    return path


COMMANDS = [[], ["run"], ["report"], ["probe"], ["models"], ["models", "get"], ["status"], ["serve"]]
# fmt: off
WRONG = [
    ["run"], ["run", "x.wav", "--set", "audio.lenth_s=3"], ["run", "x", "--set", "audio"], ["report"], ["fly"],
    ["report", "nothing", "--store", "empty"], ["models", "get", "nothing"], ["run", "x", "--config", "none.toml"],
    ["run", "x", "--recipe", "soup"], ["run", "x", "--quantization", "nf4"],
    ["run", "x", "--recipe", "gemma", "--quantization", "nf3"], ["run", "x", "--only", "sing"],
    ["run", "x", "--set", "storage.part_rows=4"],
]
# fmt: on

_EACH = """
import importlib, json, os, sys
from flows.cli import COMMANDS, main
for entry in COMMANDS.values():
    importlib.import_module(entry.module)
for number, words in enumerate(json.loads(sys.argv[1])):
    if os.fork() == 0:
        for descriptor, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{number}.{name}", os.O_CREAT | os.O_WRONLY), descriptor)
        sys.argv[1:] = words
        main()
        sys.exit("it came back")
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""
"""Starts every command in a fork of one process: importing all that one needs takes most of its time."""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[str]], tuple[int, str, str]]:
    """Exit code, standard output and standard error of a command that reads nothing."""
    folder = tmp_path_factory.mktemp("said")
    commands = [*([*words, "--help"] for words in COMMANDS), *WRONG]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    done = subprocess.run(
        [sys.executable, "-c", _EACH, json.dumps(commands)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=env,
        check=True,
    )
    codes = [int(code) for code in done.stdout.split()]
    assert len(codes) == len(commands)

    def look(words: list[str]) -> tuple[int, str, str]:
        number = commands.index(words)
        return codes[number], (folder / f"{number}.out").read_text(), (folder / f"{number}.err").read_text()

    return look


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_itself(said: Callable[[list[str]], tuple[int, str, str]], command: list[str]) -> None:
    code, output, _ = said([*command, "--help"])
    assert code == 0
    assert "Usage" in output
    if command in (["run"], ["report"], ["models", "get"]):
        assert "Examples" in output


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_use_is_2(said: Callable[[list[str]], tuple[int, str, str]], arguments: list[str]) -> None:
    code, _, errors = said(arguments)
    assert code == 2, errors
    assert errors
    assert "Traceback" not in errors


def test_a_transcript_goes_with_one_recording(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        make(tmp_path / name, ["-f", "lavfi", "-i", "sine=d=1"])
    (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello.\n")
    done = longmedia("run", "a.wav", "b.wav", "--transcript", "a.srt", cwd=tmp_path)
    assert done.returncode == 2
    assert "one recording" in done.stderr


def test_a_level_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    done = longmedia("status", cwd=tmp_path, env={"LONGMEDIA_LOG": "loud"})
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "LONGMEDIA_LOG" in done.stderr


SERVED = ["recipe=gemma", "gemma.engine=server", "endpoint.dialect=vllm"]


@pytest.mark.parametrize(
    ("sets", "key"),
    [(["recipe=gemma"], "gemma.model"), (["recipe=cascade"], "write.model"), (SERVED, "endpoint.model")],
)
def test_model_means_the_one_that_the_recipe_writes_with(sets: list[str], key: str) -> None:
    settings = load(sets=sets)
    assert model_sets("some", None, settings) == [f"{key}=some"]
    assert model_sets(None, None, settings) == []


def bad_inputs(folder: Path) -> dict[str, str]:
    """Names of bad inputs, and a word that the message must hold beside the name."""
    (folder / "empty.mp3").touch()
    (folder / "text.mp3").write_text("This is not a song.\n" * 50)
    (folder / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\ntext.mp3\n")
    (folder / "nothing").mkdir()
    make(folder / "mute.mp4", ["-f", "lavfi", "-i", "testsrc=d=1:s=64x64", "-pix_fmt", "yuv420p"])
    return {
        "missing.wav": "no such file",
        "empty.mp3": "empty",
        "text.mp3": "",
        "list.m3u8": "",
        "nothing": "no recording",
        "mute.mp4": "no audio track",
    }


def test_what_cannot_be_read_is_4_and_named(tmp_path: Path) -> None:
    for name, word in bad_inputs(tmp_path).items():
        words = ["--direct", "--store", "store", "--set", "see.enabled=false"]  # a film without sound is looked at
        done = longmedia("run", name, *words, cwd=tmp_path)
        assert done.returncode == 4, (name, done.stderr)
        assert name in done.stderr
        assert word in done.stderr
        assert "Traceback" not in done.stderr


def test_no_weights_and_no_network_is_1_and_says_what_to_run(tmp_path: Path) -> None:
    make(tmp_path / "tone.wav", ["-f", "lavfi", "-i", "sine=d=1"])
    env = {
        "LONGMEDIA_MODELS__FOLDER": str(tmp_path / "models"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
        "HF_HUB_OFFLINE": "1",
    }
    done = longmedia("run", "tone.wav", "--direct", cwd=tmp_path, env=env)
    assert done.returncode == 1
    assert "longmedia models get whisper-base" in done.stderr
    fetched = longmedia("models", "get", "whisper-base", cwd=tmp_path, env=env)
    assert fetched.returncode == 1
    assert "registry: " in fetched.stderr
    assert "hub: " in fetched.stderr
    assert "Traceback" not in fetched.stderr


def test_probe_prints_what_would_be_heard(tmp_path: Path) -> None:
    make(tmp_path / "tone.wav", ["-f", "lavfi", "-i", "sine=d=2"])
    done = longmedia("probe", "tone.wav", cwd=tmp_path)
    assert done.returncode == 0
    assert "0:00:02" in done.stdout
    assert "Audio track 0, the only one." in done.stdout


def test_a_store_that_cannot_be_written_is_1(tmp_path: Path) -> None:
    make(tmp_path / "tone.wav", ["-f", "lavfi", "-i", "sine=d=1"])
    (tmp_path / "file").write_text("x")
    done = longmedia("run", "tone.wav", "--direct", "--store", "file/store", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["doctor"], ["models", "list"]])
def test_commands_read_the_settings_of_their_folder(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "longmedia.toml").write_text('[models]\nsource = "elsewhere"\n')
    done = longmedia(*command, cwd=tmp_path)
    assert done.returncode == 2
    assert "models.source" in done.stderr


def test_settings_are_listed(tmp_path: Path) -> None:
    done = longmedia("settings", cwd=tmp_path)
    assert "audio.length_s = 30" in done.stdout
    assert done.returncode == 0
