"""What is for containers and clusters, checked as far as that goes without building and running it."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.settings import load
from tests.command_lines import parse

ROOT = Path(__file__).parent.parent
STEPS = [
    re.sub(r"\s+", " ", step)
    for step in re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", (ROOT / "Containerfile").read_text())).splitlines()
    if step.strip()
]
JOBS: list[dict[str, Any]] = list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text()))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def named(instruction: str) -> list[str]:
    """What stands behind an instruction, wherever it is given."""
    return [step.removeprefix(instruction).strip() for step in STEPS if step.startswith(f"{instruction} ")]


def test_stages_are_made_of_those_before_them() -> None:
    stages: list[str] = []
    for line in named("FROM"):
        base, _, name = line.partition(" AS ")
        assert base in stages or base.startswith("python:")
        stages.append(name)
    copied = re.findall(r"--from=(\S+)", " ".join(named("COPY")))
    assert set(copied) <= set(stages)
    assert {"cpu", "cuda"} <= set(stages)


def test_what_is_copied_is_here_and_is_all_of_the_package() -> None:
    sources = [word for line in named("COPY") if "--from" not in line for word in shlex.split(line)[:-1]]
    assert all((ROOT / source).exists() for source in sources)
    packages = {one.rstrip("*") for one in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= set(sources)
    needed = {PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    assert needed <= set(sources), "setuptools reads them"


def test_extras_and_the_supported_python() -> None:
    extras = re.findall(r"\.\[([\w,]+)\]", " ".join(named("RUN")))
    assert extras
    assert {one for extra in extras for one in extra.split(",")} <= PROJECT["project"]["optional-dependencies"].keys()
    versions = set(re.findall(r"python:?(3\.\d+)", " ".join(STEPS)))
    (version,) = versions
    assert f"Programming Language :: Python :: {version}" in PROJECT["project"]["classifiers"]


def test_the_settings_of_the_image_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict(one.split("=", 1) for line in named("ENV") for one in shlex.split(line))
    for name, value in given.items():
        if name.startswith("LONGMEDIA_"):
            monkeypatch.setenv(name, value)
    assert str(load().models.folder) == given["LONGMEDIA_MODELS__FOLDER"]
    assert yaml.safe_load(named("ENTRYPOINT")[0]) == ["longmedia"]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job["metadata"]["name"])
def test_a_job_runs_a_command_of_ours_with_the_volumes_it_names(job: dict[str, Any]) -> None:
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (*_, line) = container["args"]
    shown = re.sub(r"\$\(\(.*?\)\)", "1", line)
    words = container["args"] if "command" not in container else shlex.split(shown.removeprefix("exec longmedia "))
    parse(words)
    mounted = {one["name"] for one in container["volumeMounts"]}
    assert mounted == {one["name"] for one in pod["volumes"]}


def test_every_share_of_the_archive_is_somebodys() -> None:
    spec = JOBS[1]["spec"]
    (line,) = spec["template"]["spec"]["containers"][0]["args"]
    assert f"$((JOB_COMPLETION_INDEX + 1))/{spec['completions']} " in line
    refused = spec["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"]
    assert refused == [2, 3, 4], "another start changes nothing; see flows/exit_codes.py"
