"""`longmedia doctor`: the file that it writes is one that the other commands take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from pipeline.doctor import Device, Machine, examine, model_names, rank, toml
from pipeline.models.hardware import GIB
from pipeline.settings import Models
from tests.pipeline.quick import tones

_SOFTWARE = ("torch", "torchvision", "transformers", "accelerate", "bitsandbytes")


def _machine(ram: int, gpu: int) -> Machine:
    devices = (Device("a card", gpu * GIB),) * bool(gpu)
    seen = examine(Models(), (), offered=model_names())
    software = {**seen.versions, **dict.fromkeys(_SOFTWARE, "1")}
    return replace(seen, ram=ram * GIB, cores=8, devices=devices, llama_devices=devices, vllm=True, versions=software)


@pytest.mark.parametrize(("ram", "gpu"), [(2, 0), (8, 0), (16, 0), (16, 6), (32, 12), (64, 24), (256, 80)])
def test_plan_takes_the_file_of_each_class_of_machine(ram: int, gpu: int, tmp_path: Path) -> None:
    recording = tones(tmp_path / "tone.wav", 2)
    config = tmp_path / "machine.toml"
    config.write_text(toml(rank(_machine(ram, gpu), 32_768, {})), encoding="utf-8")
    planned = CliRunner().invoke(
        app, ["plan", str(recording), "--config", str(config), "--store", str(tmp_path / "store")]
    )
    assert planned.exit_code == 0, planned.output
    assert "1 chunks" in planned.output


def test_it_writes_the_file_and_never_over_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written = CliRunner().invoke(app, ["doctor", "--write"])
    assert written.exit_code == 0, written.output
    text = Path("longmedia.toml").read_text(encoding="utf-8")
    assert text.startswith("# What suits this machine")
    Path("longmedia.toml").write_text('recipe = "cascade"\n', encoding="utf-8")
    refused = CliRunner().invoke(app, ["doctor", "--write"])
    assert refused.exit_code != 0
    assert Path("longmedia.toml").read_text(encoding="utf-8") == 'recipe = "cascade"\n'
    assert CliRunner().invoke(app, ["doctor", "other.toml"]).exit_code != 0
    assert CliRunner().invoke(app, ["doctor", "other.toml", "--write"]).exit_code == 0
    assert Path("other.toml").read_text(encoding="utf-8") == text
    assert CliRunner().invoke(app, ["doctor", "--write", "--force"]).exit_code == 0
    assert Path("longmedia.toml").read_text(encoding="utf-8") == text
