"""The command line: exit codes that scripts can trust, errors that name the file and the cure."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from chunkers import find_ffmpeg
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


@pytest.mark.parametrize(
    "command", [[], ["run"], ["report"], ["probe"], ["models"], ["models", "get"], ["status"], ["serve"]]
)
def test_help_shows_itself(tmp_path: Path, command: list[str]) -> None:
    done = longmedia(*command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Usage" in done.stdout
    if command in (["run"], ["report"], ["models", "get"]):
        assert "Examples" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["run", "x.wav", "--set", "audio.lenth_s=3"], ["run", "x", "--set", "audio"], ["report"], ["fly"],
     ["report", "nothing", "--store", "empty"], ["models", "get", "nothing"], ["run", "x", "--config", "none.toml"],
     ["run", "x", "--recipe", "soup"], ["run", "x", "--quantization", "nf4"],
     ["run", "x", "--recipe", "gemma", "--quantization", "nf3"], ["run", "x", "--only", "sing"],
     ["run", "x", "--set", "storage.part_rows=4"]],
)  # fmt: skip
def test_wrong_use_is_2(tmp_path: Path, arguments: list[str]) -> None:
    done = longmedia(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


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


@pytest.mark.parametrize(("recipe", "key"), [("gemma", "gemma.model"), ("cascade", "write.model")])
def test_model_means_the_one_that_the_recipe_writes_with(recipe: str, key: str) -> None:
    settings = load(sets=[f"recipe={recipe}"])
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
