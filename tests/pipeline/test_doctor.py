"""What the doctor chooses, on machines that we do not have, and on this one."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.doctor import Device, Machine, examine, lines, measured, model_names, rank, toml
from pipeline.doctor.machine import _kernels
from pipeline.doctor.ranking import Ranking
from pipeline.doctor.sizes import BASE, WhisperShape
from pipeline.models.gemma.memory import CONFIGS
from pipeline.models.hardware import GIB
from pipeline.models.weights.catalog import find
from pipeline.process import process
from pipeline.settings import Models, load
from pipeline.store import Store
from tests.pipeline.quick import QuickRegistry, quick_settings, tones

_SOFTWARE = dict.fromkeys(("torch", "torchvision", "transformers", "accelerate", "bitsandbytes"), "1")
TOKENS = 32_768
TURBO = "mobiuslabsgmbh/faster-whisper-large-v3-turbo"


def machine(ram: float, gpu: float = 0, *, cores: int = 8, llama: bool = False, vllm: bool = False) -> Machine:
    """A machine with so many GiB, on which everything that a hub has can be had."""
    devices = (Device("a card", int(gpu * GIB)),) if gpu else ()
    return Machine(
        python="3.12",
        system="Linux x86_64",
        cores=cores,
        ram=int(ram * GIB),
        free_disk=100 * GIB,
        devices=devices,
        llama_devices=devices if llama else (),
        hears_on_gpu=bool(gpu),
        vllm=vllm,
        versions=_SOFTWARE,
        kernels="bitsandbytes on CUDA",
        offered=frozenset(model_names()),
    )


def chosen(ranking: Ranking) -> tuple[str, str, str]:
    return ranking.hear.candidate.model, ranking.write.candidate.engine, ranking.write.candidate.model


@pytest.mark.parametrize(
    ("one", "hears", "engine", "writes"),
    [
        (machine(8, cores=2), "Systran/faster-whisper-small", "llamacpp", "unsloth/gemma-4-E2B-it-GGUF:Q4_K_M"),
        (machine(16), TURBO, "llamacpp", "unsloth/gemma-4-E4B-it-GGUF:Q4_K_M"),
        (machine(4, cores=4), TURBO, "llamacpp", "qwen2.5-1.5b"),
        (machine(2, cores=2), "Systran/faster-whisper-small", "llamacpp", "qwen2.5-0.5b"),
        (machine(16, 8, llama=True), TURBO, "llamacpp", "unsloth/gemma-4-E4B-it-GGUF:Q4_K_M"),
        (machine(16, 12), TURBO, "transformers", "google/gemma-4-12B-it"),
        (machine(16, 12, llama=True), TURBO, "transformers", "google/gemma-4-12B-it"),
        (machine(64, 24), TURBO, "transformers", "google/gemma-4-12B-it"),
        (machine(64, 24, vllm=True), TURBO, "vllm", "google/gemma-4-12B-it-qat-w4a16-ct"),
        (machine(256, 80, vllm=True), TURBO, "vllm", "google/gemma-4-12B-it-qat-w4a16-ct"),
    ],
)
def test_each_class_of_machine_gets_what_suits_it(one: Machine, hears: str, engine: str, writes: str) -> None:
    assert chosen(rank(one, TOKENS, {})) == (hears, engine, writes)


def test_without_a_hub_the_embedded_models_are_chosen_and_the_others_say_how_they_come() -> None:
    ranking = rank(replace(machine(32, 24), offered=frozenset()), TOKENS, {})
    assert chosen(ranking) == ("whisper-base", "llamacpp", "qwen2.5-1.5b")
    text = "\n".join(lines(ranking))
    assert "not here: `longmedia models get` brings it" in text
    assert "chosen" in text


def test_what_is_here_counts_without_a_hub() -> None:
    e4b = "google/gemma-4-E4B-it"
    one = replace(machine(32, 24), offered=frozenset(), here=frozenset({e4b}))
    assert rank(one, TOKENS, {}).write.candidate.model == e4b
    assert rank(replace(one, versions={"torch": "2"}), TOKENS, {}).write.candidate.model == "qwen2.5-1.5b"


def test_measured_speed_counts_for_more_than_the_estimate() -> None:
    one = machine(16)
    e4b = rank(one, TOKENS, {}).write.candidate.model
    slow = rank(one, TOKENS, {e4b: 9.0})
    assert "E2B" in slow.write.candidate.model
    assert any("too slow: 9.0 h for an hour" in line for line in lines(slow))
    fast = rank(machine(16, cores=1), TOKENS, {TURBO: 0.4})
    assert fast.hear.candidate.model == TURBO
    assert fast.hear.measured


def test_a_card_without_bfloat16_is_reckoned_in_float32() -> None:
    old = replace(machine(12, 12), devices=(Device("an old card", 12 * GIB, bfloat16=False),))
    assert rank(old, 8192, {}).write.candidate.engine != "transformers"


_MACHINES = st.builds(
    machine,
    st.floats(0.5, 512),
    st.one_of(st.just(0.0), st.floats(2, 160)),
    cores=st.integers(1, 128),
    llama=st.booleans(),
    vllm=st.booleans(),
)


@given(_MACHINES, st.floats(0.1, 1), st.floats(0, 1), st.floats(0.01, 1), st.sampled_from([8192, 32_768, 262_144]))
def test_a_smaller_machine_never_gets_a_larger_choice(
    one: Machine, ram: float, gpu: float, cores: float, tokens: int
) -> None:
    def shrunk(devices: tuple[Device, ...]) -> tuple[Device, ...]:
        smaller = (replace(device, memory=int(device.memory * gpu)) for device in devices)
        return tuple(device for device in smaller if device.memory > GIB)

    small = replace(
        one,
        ram=int(one.ram * ram),
        cores=max(1, int(one.cores * cores)),
        devices=shrunk(one.devices),
        llama_devices=shrunk(one.llama_devices),
    )
    large, less = rank(one, tokens, {}), rank(small, tokens, {})
    for before, after in ((large.hear, less.hear), (large.write, less.write)):
        assert after.candidate.parameters <= before.candidate.parameters
    if large.write.candidate.engine == less.write.candidate.engine:
        assert less.write.candidate.requests <= large.write.candidate.requests


@given(_MACHINES)
def test_every_written_file_loads_and_names_what_was_chosen(one: Machine) -> None:
    ranking = rank(one, TOKENS, {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "longmedia.toml"
        path.write_text(toml(ranking), encoding="utf-8")
        settings = load(path)
    write = ranking.write.candidate
    assert settings.hear.model == ranking.hear.candidate.model
    assert settings.recipe == ("cascade" if write.embedded else "gemma")
    named = settings.endpoint if write.engine == "vllm" else settings.write if write.embedded else settings.gemma
    assert named.model == write.model
    assert (settings.models.keep_loaded is False) == (not ranking.fit_together)


def test_the_comments_say_why() -> None:
    text = toml(rank(machine(8, cores=2), TOKENS, {}))
    assert (
        "# Not here yet: longmedia models get Systran/faster-whisper-small unsloth/gemma-4-E2B-it-GGUF:Q4_K_M" in text
    )
    assert f"{TURBO}: too slow" in text
    assert "a recogniser hears words better" in text


def test_whisper_base_is_as_large_as_computed() -> None:
    base = find("whisper-base")
    assert base is not None
    assert 2 * BASE.parameters == pytest.approx(base.files[0].size, rel=0.01)
    assert WhisperShape(1280, 32, 4).parameters == pytest.approx(809e6, rel=0.01)


def test_this_machine_is_described(tmp_path: Path) -> None:
    models = Models(folder=tmp_path / "not" / "yet")
    one = examine(models, model_names())
    assert one.cores >= 1
    assert one.ram > GIB // 4
    assert not one.here & {*CONFIGS, "whisper-base"}
    text = "\n".join(lines(rank(one, 8192, {})))
    assert one.python in text
    home = models.folder
    assert home is not None
    (home / "google--gemma-4-E2B-it").mkdir(parents=True)
    assert "google/gemma-4-E2B-it" in examine(models, model_names()).here


def test_kernels_are_named() -> None:
    assert "not installed" in _kernels(False, True, frozenset())
    assert _kernels(True, True, frozenset()).endswith("CUDA")
    assert "fused" in _kernels(True, False, frozenset({"avx512_bf16"}))
    assert "llama.cpp is faster" in _kernels(True, False, frozenset())


def test_finished_runs_tell_how_long_their_models_take(tmp_path: Path) -> None:
    settings, store = quick_settings(tmp_path / "weights"), Store(tmp_path / "store")
    assert measured(store) == {}
    process(tones(tmp_path / "talk.wav", 20), settings, store, QuickRegistry())
    found = measured(store)
    assert settings.write.model in found
    assert all(0 < hours < 1 for hours in found.values())
