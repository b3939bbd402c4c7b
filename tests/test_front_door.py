"""The front door: its names, and its page of the docs, run as it stands."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import longmedia
from tests.meeting import beginning

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "python.md"


def test_every_name_is_there_and_says_what_it_is() -> None:
    assert sorted(longmedia.__all__) == longmedia.__all__
    assert 10 <= len(longmedia.__all__) <= 22
    for name in longmedia.__all__:
        thing = getattr(longmedia, name)
        assert inspect.getdoc(thing), name
    public = {name for name in vars(longmedia) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(longmedia, name))}
    assert public - modules == set(longmedia.__all__)


def test_no_method_returns_what_has_no_type() -> None:
    for name in ("Run", "Store"):
        for member, function in inspect.getmembers(getattr(longmedia, name), inspect.isfunction):
            if not member.startswith("_"):
                assert "Any" not in str(function.__annotations__), (name, member)


def test_nothing_of_it_needs_prefect_or_torch() -> None:
    code = "import sys, longmedia; print([m for m in ('prefect', 'torch', 'transformers') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_page_works_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whisper_base: Path, smollm2_gguf: Path
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 8
    beginning(tmp_path / "meeting.opus", 20)
    # The page names no model; the smallest one, and a few sentences of the meeting, make the test short.
    (tmp_path / "longmedia.toml").write_text(
        '[write]\nmodel = "smollm2-135m"\ncontext = 2048\nthreads = 1\n[describe]\nmax_tokens = 40\n'
        "[merge]\nbudget = 1500\nmax_tokens = 120\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), known)  # noqa: S102 - our own page
    assert (tmp_path / "meeting.srt").read_text(encoding="utf-8").startswith("1\n")
