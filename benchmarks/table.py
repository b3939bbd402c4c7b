"""The table of all benchmarks: docs/benchmarks.json holds it, docs/benchmarks.md shows it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from pydantic import BaseModel

from benchmarks.rows import Row, number
from chunkers.ffmpeg import ffmpeg_version, find_ffmpeg
from pipeline.results import installed

DOCS = Path(__file__).parent.parent / "docs"
JSON = DOCS / "benchmarks.json"
MARKDOWN = DOCS / "benchmarks.md"

_PACKAGES = ("faster-whisper", "ctranslate2", "xllamacpp", "onnxruntime", "pyarrow", "numpy", "prefect", "torch")

_HEAD = """\
# Benchmarks

Made by `make bench`, which runs all of them, or one: `make bench NAME=search`. This page is written by it, from
[benchmarks.json](benchmarks.json). The ratio is ours over what stands beside it, measured in the same run: where less
is better, below 1 is a win. CPU seconds are those of the processor, so that a busy machine counts little.
"""


class Found(BaseModel):
    """What one benchmark has found, when, where and by which command."""

    command: str
    date: str
    machine: str
    versions: dict[str, str]
    rows: list[Row]


class Earlier(BaseModel):
    """A figure that was measured by itself."""

    what: str
    figure: str
    command: str
    date: str


class Table(BaseModel):
    """All of them."""

    benchmarks: dict[str, Found] = {}
    earlier: list[Earlier] = []
    """What is not made anew by `make bench`."""

    @classmethod
    def read(cls, path: Path) -> Table:
        """The table in a file; an empty one where there is none."""
        return cls.model_validate_json(path.read_bytes()) if path.is_file() else cls()

    def write(self, json: Path, markdown: Path) -> None:
        """Write both forms of it."""
        json.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        markdown.write_text(self.markdown(), encoding="utf-8")

    def markdown(self) -> str:
        """As a page."""
        pieces = [_HEAD]
        for name, found in sorted(self.benchmarks.items()):
            told = ", ".join(f"{package} {version}" for package, version in found.versions.items())
            pieces.append(f"\n## {name}\n\n{found.date}, `{found.command}`, {found.machine}; {told}.\n\n")
            pieces.append("| ratio | what | figure | beside it | its figure |\n|---:|---|---:|---|---:|\n")
            pieces += map(_line, found.rows)
        if self.earlier:
            pieces.append(
                "\n## Measured before, one by one\n\nNot made anew by `make bench`, on two old cores (AVX2).\n\n"
            )
            pieces.append("| what | figure | command | date |\n|---|---|---|---|\n")
            pieces += [f"| {one.what} | {one.figure} | {one.command} | {one.date} |\n" for one in self.earlier]
        return "".join(pieces)


def _line(row: Row) -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    other = "" if row.other is None else f"{number(row.other)} {row.unit}"
    return f"| {ratio} | {row.what} | {number(row.figure)} {row.unit} | {row.beside} | {other} |\n"


def machine() -> str:
    """The machine in a few words."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores of {cpu or platform.machine()}, {memory:.0f} GiB, {platform.system()}"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def versions() -> dict[str, str]:
    """Those of what the figures depend on."""
    return {"Python": platform.python_version(), "ffmpeg": ffmpeg_version(find_ffmpeg(None)), **installed(_PACKAGES)}
