"""What cutting costs: `python -m benchmarks.chunkers [audio|video|pictures|long]`, six minutes on two quiet cores.

An hour of speech-like sound (MP3) and ten minutes of 720p film (H.264 and AAC), made in a temporary folder, decoded
by us and by the usual ways; the limit is ffmpeg doing the same work with its output thrown away. CPU seconds are of
the whole process tree, the best of two rounds for sound; the peak is the largest sum of its resident memory, sampled.
Then three minutes of 720p film with a camera's noise, the picture alone; then our memory at 1 h and 12 h.
"""

from __future__ import annotations

import importlib.util
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.rows import Row, hand_back
from chunkers.audio import windows
from chunkers.ffmpeg import find_ffmpeg
from chunkers.picture_events import picture_events
from chunkers.pictures import pictures
from chunkers.probing import probe
from chunkers.signals import concatenated
from chunkers.video import segments

FFMPEG = str(find_ffmpeg())
VOICE = "aevalsrc='0.3*sin(2*PI*(130+20*sin(t))*t)*max(0,sin(2*PI*1.7*t))*gt(mod(t,7),0.6)+0.002*random(0)':s=44100"


def audio_limit(path: Path) -> None:
    resample = "aresample=16000:async=1:min_hard_comp=0.1"
    run("-i", path, "-map", "0:a:0", "-af", resample, "-ac", 1, "-c:a", "pcm_s16le", "-f", "null", "-")


def audio_ours(path: Path) -> None:
    with windows(probe(path)) as found:
        for _ in found:
            pass


def audio_pydub(path: Path) -> None:
    from pydub import AudioSegment

    AudioSegment.converter = FFMPEG
    # Without ffprobe it can still read MP3.
    sound = AudioSegment.from_file_using_temporary_files(path, "mp3").set_frame_rate(16_000).set_channels(1)
    for start in range(0, len(sound), 30_000):
        sound[start : start + 30_000].get_array_of_samples()


def audio_pyav(path: Path) -> None:
    import av

    with av.open(path) as container:
        resampler = av.AudioResampler("s16", "mono", 16_000)
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                part.to_ndarray()


def audio_torchcodec(path: Path) -> None:
    from torchcodec.decoders import AudioDecoder

    decoder = AudioDecoder(path, sample_rate=16_000, num_channels=1)
    end_s = decoder.metadata.duration_seconds
    for start in range(0, int(end_s), 30):
        decoder.get_samples_played_in_range(start, min(start + 30, end_s))


def video_limit(path: Path) -> None:
    """Frames and sound, as ours."""
    frames = ("-map", "0:v:0", "-vf", "fps=1:round=up,scale=528:288", "-pix_fmt", "rgb24", "-c:v", "rawvideo")
    sound = ("-map", "0:a:0", "-af", "aresample=16000:async=1:min_hard_comp=0.1", "-ac", 1, "-c:a", "pcm_s16le")
    run("-i", path, *frames, "-f", "null", "-", *sound, "-f", "null", "-")


def video_ours(path: Path) -> None:
    with segments(probe(path)) as found:
        for _ in found:
            pass


def video_pyav(path: Path) -> None:
    """Frames only: it has no sound to pay for."""
    import av

    with av.open(path) as container:
        container.streams.video[0].thread_type = "AUTO"
        due = 0
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= due:
                frame.reformat(528, 288, "rgb24").to_ndarray()
                due += 1


def pictures_limit(path: Path) -> None:
    """One picture a second, and no signals."""
    sized = ("-vf", "fps=1:round=up,scale=1280:720", "-pix_fmt", "yuv420p", "-c:v", "rawvideo")
    run("-i", path, "-map", "0:v:0", *sized, "-f", "null", "-")


def pictures_ours(path: Path) -> None:
    with pictures(probe(path)) as found:
        picture_events(concatenated([segment.signals for segment in found]))


AUDIO: dict[str, Callable[[Path], None]] = {
    "ffmpeg -f null, limit": audio_limit,
    "longmedia windows": audio_ours,
    "PyAV, AudioResampler": audio_pyav,
    "torchcodec, 30 s ranges": audio_torchcodec,
    "pydub, whole file": audio_pydub,
}
VIDEO: dict[str, Callable[[Path], None]] = {
    "ffmpeg -f null, the limit": video_limit,
    "longmedia segments": video_ours,
    "PyAV, every frame": video_pyav,
}
PICTURES: dict[str, Callable[[Path], None]] = {
    "ffmpeg -f null, the limit": pictures_limit,
    "longmedia pictures": pictures_ours,
}


@dataclass(frozen=True)
class Cost:
    cpu_s: float
    wall_s: float
    peak_mib: float
    failed: bool


def run(*arguments: object) -> None:
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(method: str, path: Path) -> Cost:
    """Run `method` in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.chunkers", method, path], stderr=subprocess.DEVNULL
    ) as job:
        peak = 0
        while job.poll() is None:
            peak = max(peak, memory(job.pid))
            time.sleep(0.05)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, time.monotonic() - started, peak / 2**20, job.returncode != 0)


def memory(pid: int) -> int:
    total = 0
    try:
        tree = psutil.Process(pid)
        for process in (tree, *tree.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.Error:
        pass
    return total


def table(title: str, path: Path, methods: list[str], rounds: int) -> None:
    print(f"\n{title}\n{'':<26}{'CPU s':>8}{'x limit':>9}{'wall s':>8}{'peak MiB':>10}")
    # Round by round, so that a busy machine is busy for all of them.
    costs = [[measure(method, path) for method in methods] for _ in range(rounds)]
    limit = min(costs_of_round[0].cpu_s for costs_of_round in costs)
    for method, of_method in zip(methods, zip(*costs, strict=True), strict=True):
        cost = min(of_method, key=lambda cost: cost.cpu_s)
        peak = max(cost.peak_mib for cost in of_method)
        row = f"{cost.cpu_s:>8.1f}{cost.cpu_s / limit:>9.2f}{cost.wall_s:>8.1f}{peak:>10.0f}"
        print(f"{method:<26}{'failed' if cost.failed else row}", flush=True)
        if not cost.failed and method != methods[0]:
            hand_back(Row(f"{title}: {method}", cost.cpu_s, "CPU s", methods[0], limit))


def bench_audio(folder: Path) -> None:
    part, hour = folder / "part.mp3", folder / "hour.mp3"
    run("-f", "lavfi", "-i", f"{VOICE}:d=300", "-b:a", "64k", part)
    run("-stream_loop", 11, "-i", part, "-c", "copy", hour)
    names = [name for name in AUDIO if "torchcodec" not in name or importlib.util.find_spec("torchcodec")]
    table("Audio: one hour of MP3, 16 kHz mono windows of 30 s", hour, names, rounds=2)


def bench_video(folder: Path) -> None:
    clip, film = folder / "clip.mp4", folder / "film.mp4"
    inputs = ("-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=30", "-f", "lavfi", "-i", f"{VOICE}:d=30")
    run(*inputs, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", clip)
    run("-stream_loop", 19, "-i", clip, "-c", "copy", film)
    table("Video: ten minutes of 720p H.264 and AAC, one frame a second", film, list(VIDEO), rounds=1)


def bench_pictures(folder: Path) -> None:
    clip, film = folder / "clip.mp4", folder / "film.mp4"
    # A large picture of which a part goes by: movement as a camera sees it, and its noise.
    scene = "mandelbrot=s=1600x900:r=30:maxiter=200,crop=1280:720:'160+160*sin(t/3)':90,noise=alls=5:allf=t"
    run("-f", "lavfi", "-i", scene, "-t", 30, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", clip)
    run("-stream_loop", 5, "-i", clip, "-c", "copy", film)
    table("Picture: three minutes of 720p H.264, one a second and signals", film, list(PICTURES), rounds=3)


def bench_long(folder: Path) -> None:
    """Memory must not grow with the length. Telephone sound: cheap to decode."""
    part = folder / "part.wav"
    run("-f", "lavfi", "-i", f"{VOICE}:d=600", "-ar", 8000, "-c:a", "pcm_mulaw", part)
    print(f"\nlongmedia windows, 8 kHz telephone sound\n{'':<26}{'CPU s':>8}{'wall s':>8}{'peak MiB':>10}")
    peaks = []
    for hours in (1, 12):
        path = folder / f"{hours}h.mka"
        run("-stream_loop", hours * 6 - 1, "-i", part, "-c", "copy", path)
        cost = measure("longmedia windows", path)
        print(f"{f'{hours} h':<26}{cost.cpu_s:>8.1f}{cost.wall_s:>8.1f}{cost.peak_mib:>10.0f}", flush=True)
        peaks.append(cost.peak_mib)
    hand_back(Row("memory, 12 h of telephone sound into windows", peaks[1], "MiB", "1 h of it", peaks[0]))


def main() -> None:
    if len(sys.argv) == 3:
        (AUDIO | VIDEO | PICTURES)[sys.argv[1]](Path(sys.argv[2]))
        return
    parts = {"audio": bench_audio, "video": bench_video, "pictures": bench_pictures, "long": bench_long}
    for part in sys.argv[1:] or parts:
        with tempfile.TemporaryDirectory() as folder:
            parts[part](Path(folder))


if __name__ == "__main__":
    main()
