"""A header is read in another process: whatever that file does to it, the next file is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import psutil
import pytest

from chunkers.demuxing import read_header
from chunkers.errors import MediaError, NotMediaError, ProbeError, ProbeStartError, StalledError
from chunkers.identity import content_id
from chunkers.probe_process import ProbeProcesses, shared
from chunkers.probing import probe

Make = Callable[..., Path]
BAD = (sys.executable, str(Path(__file__).with_name("bad_probe.py")))


@pytest.fixture
def bad() -> Iterator[ProbeProcesses]:
    processes = ProbeProcesses(BAD, memory=1 << 29)
    yield processes
    processes.close()


@pytest.fixture
def sound(spoken: Make, tmp_path: Path) -> Callable[[str], Path]:
    content = spoken("a.mp3", "-t", "3").read_bytes()

    def write(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("crash.mp3", ProbeError, "SIGSEGV"),
        ("abort.mp3", ProbeError, "SIGABRT"),
        ("eat.mp3", ProbeError, "more than 512 MiB"),
        ("native.mp3", ProbeError, "more than 512 MiB"),
        ("lie.mp3", ProbeError, "it did not answer|exit code"),
        ("hang.mp3", StalledError, "in 1 s"),
        ("stuck.mp3", StalledError, "in 1 s"),
        ("refuse.mp3", NotMediaError, "text file"),
    ],
)
def test_what_a_file_does_to_its_reader_is_that_file_s_error(
    name: str, error: type[MediaError], says: str, bad: ProbeProcesses, sound: Callable[[str], Path]
) -> None:
    before = children()
    good, hostile = sound("good.mp3"), sound(name)
    started = time.monotonic()
    for _ in range(2):
        assert bad.read(good, levels=True, deadline_s=20).audio[0].level_db is not None
        with pytest.raises(error, match=says) as raised:
            bad.read(hostile, levels=False, deadline_s=1 if error is StalledError else 20)
        assert raised.value.path == hostile
        assert str(hostile) in str(raised.value)
        assert raised.value.cure
    assert bad.read(good, levels=False, deadline_s=20).audio
    assert time.monotonic() - started < 60
    bad.close()
    assert children() == before


def test_damage_done_by_one_file_is_not_blamed_on_the_next(bad: ProbeProcesses, sound: Callable[[str], Path]) -> None:
    """A file that only kills a process which has read another one before is read by a fresh process."""
    bad.read(sound("good.mp3"), levels=False, deadline_s=20)
    assert bad.read(sound("once.mp3"), levels=False, deadline_s=20).audio


def test_one_process_is_kept_warm(bad: ProbeProcesses, sound: Callable[[str], Path]) -> None:
    before = children()
    path = sound("good.mp3")
    bad.read(path, levels=False, deadline_s=20)
    (child,) = children() - before
    for _ in range(5):
        bad.read(path, levels=False, deadline_s=20)
    assert children() - before == {child}
    os.kill(child, signal.SIGKILL)
    assert bad.read(path, levels=False, deadline_s=20).audio, "a process that died between two files is replaced"


def test_several_threads_at_once(bad: ProbeProcesses, sound: Callable[[str], Path]) -> None:
    paths = [sound(f"{name}{number}.mp3") for number in range(4) for name in ("good", "crash", "refuse")]
    found: dict[Path, str] = {}

    def ask(path: Path) -> None:
        try:
            found[path] = bad.read(path, levels=False, deadline_s=20).container
        except MediaError as error:
            found[path] = type(error).__name__

    threads = [threading.Thread(target=ask, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {"good": "mp3", "crash": "ProbeError", "refuse": "NotMediaError"}
    assert found == {path: expected[path.stem.rstrip("0123456789")] for path in paths}


def test_a_process_that_cannot_start_is_the_machine_s_fault(sound: Callable[[str], Path]) -> None:
    for program in (("/nowhere/python",), (sys.executable, "-c", "raise SystemExit(3)")):
        with pytest.raises(ProbeStartError, match="does not start"):
            ProbeProcesses(program).read(sound("good.mp3"), levels=False, deadline_s=20)


def test_a_limit_of_the_user_s_own_stays(sound: Callable[[str], Path]) -> None:
    """`ulimit -d`: the process keeps to it, and does not ask for more than it may have."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))\n"
        "from chunkers.probing import probe; print(probe(sys.argv[1]).container)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, sound("good.mp3")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("mp3\n", "")


def test_the_answer_is_that_of_reading_in_this_process(sound: Callable[[str], Path], film: Make) -> None:
    for path in (sound("good.mp3"), film("a.mkv", 30, "-c:v", "libx264")):
        assert probe(path) == replace(read_header(path), content_id=content_id(path))


def test_errors_are_named_by_the_path_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.mp3").write_text("Meeting at nine.\n" * 50)
    with pytest.raises(NotMediaError, match=r"^notes.mp3: is a text file"):
        probe("notes.mp3")


def test_an_orphan_ends_itself(tmp_path: Path) -> None:
    """A parent that is killed while a file hangs leaves no process for ever."""
    hang = tmp_path / "hang.mp3"
    hang.write_bytes(b"x")
    program = (
        "import sys; from pathlib import Path\n"
        "from chunkers.probe_process import ProbeProcesses\n"
        "ProbeProcesses(sys.argv[2:]).read(Path(sys.argv[1]), levels=False, deadline_s=1)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", program, hang, *BAD], cwd=root) as parent:
        while not (found := psutil.Process(parent.pid).children()):
            time.sleep(0.02)
        time.sleep(0.5)
        parent.kill()
    psutil.wait_procs(found, 20)
    assert not any(child.is_running() for child in found)


def test_a_fork_shares_no_process(sound: Callable[[str], Path]) -> None:
    path = sound("good.mp3")
    probe(path)
    kept = list(shared._idle)
    assert len(kept) == 1
    shared.forget()
    assert probe(path).audio
    assert shared._idle != kept
    kept[0].close()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"Sitzung", "Sitzung"),
        ("Заседание".encode(), "Заседание"),
        ("Заседание".encode("cp1251"), None),
        ("Besprechung über Öl".encode("latin-1"), None),
        ("会議の記録".encode("shift_jis"), None),
        (b"\xff\xfe\x00\xd8", None),
    ],
)
def test_tags_in_any_encoding(raw: bytes, shown: str | None, film: Make, tmp_path: Path) -> None:
    """The file opens, and the title can be printed: what is no UTF-8 shows as replacement characters."""
    mark = "Q" * len(raw)
    content = film(f"{len(raw)}.mkv", 10, "-c:v", "libx264", "-metadata:s:v:0", f"title={mark}").read_bytes()
    assert mark.encode() in content
    path = tmp_path / "tagged.mkv"
    path.write_bytes(content.replace(mark.encode(), raw))
    title = probe(path).video[0].title
    assert title is not None
    title.encode("utf-8")
    assert title == shown if shown else "�" in title


def test_rates_and_clocks_are_exact_fractions(film: Make, spoken: Make) -> None:
    """PyAV 19 has a type of its own for them, and a falsy 0/1 where 18 gives None."""
    video = probe(film("rate.mp4", 30, "-c:v", "libx264")).video[0]
    assert video.fps == Fraction(10)
    assert type(video.fps) is Fraction
    audio = probe(spoken("rate.mka", "-t", "3", "-c:a", "flac", "-output_ts_offset", "5")).audio[0]
    assert all(type(value) is Fraction for value in (audio.start, audio.first_packet))
    raw = probe(film("raw.h264", 30, "-c:v", "libx264")).video[0]
    assert raw.fps is None or type(raw.fps) is Fraction
