"""One recording asked for again, with other settings, fewer stages, another track: what is shared is not made anew.

Each request is the real command line with real models.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chunkers.ffmpeg import find_ffmpeg
from chunkers.identity import content_id
from pipeline.reports import report as written
from pipeline.store import Store
from tests.flows.crashes import ROOT, break_off, command, parts, run_arguments, start

GERMAN = ["--set", "merge.language=German"]
MEETING = ROOT / "data" / "meeting.opus"


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    """A store in which the recording was asked for once."""
    return shutil.copytree(whole, tmp_path / "store")


def run(media: Path, store: Path, *more: str) -> str:
    """What a run that ends well says on standard error."""
    done = start(command(*run_arguments(media, store), *more))
    assert done.returncode == 0, done.stderr
    return done.stderr


def report(media: Path, store: Path, form: str, *more: str) -> str:
    done = start(command("report", media, "--format", form, "--store", store, *more))
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(media: Path, store: Path, name: str | None = None) -> dict[str, Any]:
    """The report in JSON, of the run that was asked for last, or the one whose name begins so."""
    found = Store(store).find(content_id(media), name)
    whole: dict[str, Any] = json.loads("".join(written(found, "json")))
    return whole


def of_stages(store: Path, *stages: str) -> dict[str, tuple[int, int]]:
    """The finished parts of some stages: which file each is, and when it was written."""
    return {name: stamp for name, stamp in parts(store).items() if name.split("/")[1].partition("=")[0] in stages}


def test_settings_and_others_and_the_first_again(media: Path, store: Path) -> None:
    first = told(media, store)["run"]["run"]
    heard, whole = of_stages(store, "hear", "describe"), parts(store)
    assert len(heard) > 6

    said = run(media, store, *GERMAN)
    assert "hearing" not in said
    assert "describing" not in said
    assert "merging" in said
    assert of_stages(store, "hear", "describe") == heard
    both = parts(store)
    assert whole.items() < both.items()
    german = told(media, store)["run"]["run"]
    assert german != first

    said = run(media, store)
    assert said == "", "a finished run is answered without a model"
    assert parts(store) == both
    assert told(media, store)["run"]["run"] == first
    assert "German" not in json.dumps(told(media, store)["run"]["settings"])

    chosen = json.loads(report(media, store, "json", "--run", german[:6]))["run"]
    assert (chosen["run"], chosen["settings"]["merge"]["language"]) == (german, "German")
    assert json.loads(report(media, store, "json"))["run"]["run"] == first
    assert start(command("report", media, "--store", store, "--run", "fff0fff")).returncode == 2


def test_two_profiles_from_one_transcript(media: Path, store: Path) -> None:
    before, heard = told(media, store), of_stages(store, "hear")
    said = run(media, store, "--profile", "meeting")
    assert "hearing" not in said
    assert "describing" in said
    assert of_stages(store, "hear") == heard
    after = told(media, store)
    assert after["windows"] == before["windows"]
    stages, others = after["run"]["stages"], before["run"]["stages"]
    assert stages["hear"] == others["hear"]
    assert stages["describe"] != others["describe"]
    assert stages["merge"] != others["merge"]


def test_hearing_alone_and_then_the_rest(media: Path, whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    said = run(media, store, "--only", "hear")
    assert "hearing" in said
    assert "describing" not in said
    assert list(told(media, store)["run"]["stages"]) == ["hear"]
    subtitles = report(media, store, "srt")
    assert subtitles.startswith("1\n00:00:")
    assert subtitles == report(media, whole, "srt")
    assert report(media, store, "md").startswith("#")
    heard = parts(store)
    assert {name.split("/")[1].partition("=")[0] for name in heard} == {"hear"}

    assert run(media, store, "--only", "hear") == ""
    said = run(media, store)
    assert "hearing" not in said
    assert of_stages(store, "hear") == heard
    assert report(media, store, "txt") == report(media, whole, "txt")
    assert told(media, store)["summary"] == told(media, whole)["summary"]


def test_a_track_is_a_run_of_its_own_and_all_are_one_conversation(media: Path, tmp_path: Path) -> None:
    two, store = tmp_path / "two.mkv", tmp_path / "store"
    cuts = ["-t", "12", "-i", str(MEETING), "-ss", "60", "-t", "12", "-i", str(MEETING)]
    maps = ["-map", "0:a", "-map", "1:a", "-c:a", "pcm_s16le"]
    subprocess.run([find_ffmpeg(), "-v", "error", *cuts, *maps, str(two)], check=True)
    names = []
    for track in ("0", "1", "all"):
        done = start(command(*run_arguments(two, store), "--audio-track", track))
        assert done.returncode == 0, done.stderr
        names += re.findall(r"--run (\w+)", done.stdout)
    assert len(set(names)) == 3
    runs = [told(two, store, name) for name in names]
    assert [one["run"]["run"] for one in runs] == names
    assert [one["run"]["settings"]["audio"]["track"] for one in runs] == ["0", "1", "all"]
    first, second, both = (" ".join(window["transcript"] for window in one["windows"]) for one in runs)
    whole_meeting = (ROOT / "data" / "meeting.reference.txt").read_text(encoding="utf-8").lower()
    assert _at(first, whole_meeting) < _at(second, whole_meeting)
    assert {person["name"] for person in runs[2]["speakers"]} == {"Track 0", "Track 1"}
    assert len(both.split()) > 0.8 * len((first + second).split())
    again = start(command(*run_arguments(two, store), "--audio-track", "all"))
    assert again.returncode == 0
    assert again.stdout.count("already complete") == 1


def _at(heard: str, reference: str) -> int:
    """Where the words that were heard are in the reference, by their longest known run of three."""
    words = heard.lower().split()
    found = [reference.find(" ".join(words[n : n + 3])) for n in range(len(words) - 2)]
    places = sorted(place for place in found if place >= 0)
    assert places, heard
    return places[len(places) // 2]


def test_status_lists_stage_and_run(media: Path, store: Path) -> None:
    run(media, store, "--only", "hear")
    run(media, store, *GERMAN)
    done = start(command("status", "--store", store))
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    listed = {(line[1], line[2]): line[3:] for line in lines}
    documents = [json.loads(path.read_text()) for path in store.glob("*/runs/*.json")]
    assert len(documents) == 3
    assert set(listed) == {(one["run"], list(one["stages"])[-1]) for one in documents}
    assert sorted(stage for _, stage in listed) == ["hear", "merge", "merge"]
    assert all(rest == ["100%", "complete", "short.opus"] for rest in listed.values())
    assert {line[0] for line in lines} == {documents[0]["recording"]}


def test_status_of_a_run_that_was_broken_off_names_the_stage_that_it_is_in(store: Path) -> None:
    (line,) = start(command("status", "--store", break_off(store))).stdout.splitlines()
    _, _, stage, share, state, name = line.split()
    assert (stage, state, name) == ("describe", "unfinished", "short.opus")
    assert 50 < int(share.removesuffix("%")) < 95
