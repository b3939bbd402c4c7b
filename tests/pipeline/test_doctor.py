"""What the doctor recommends, on machines that we do not have, and on this one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.doctor import Device, Machine, _kernels, examine, report
from pipeline.models.gemma.memory import CONFIGS
from pipeline.models.hardware import GIB

_SOFTWARE = dict.fromkeys(("torch", "torchvision", "transformers", "accelerate", "bitsandbytes"), "1")


def _machine(gib: float, weights: tuple[str, ...] = tuple(CONFIGS)) -> Machine:
    return Machine(
        python="3.12",
        system="Linux x86_64",
        cores=8,
        ram=32 * GIB,
        free_disk=100 * GIB,
        devices=(Device("a card", int(gib * GIB)),) if gib else (),
        versions=_SOFTWARE,
        kernels="bitsandbytes on CUDA",
        weights=weights,
    )


@pytest.mark.parametrize(
    ("gib", "tokens", "model"),
    [
        (24, 8192, "12B"),
        (12, 8192, "12B"),
        (9.5, 8192, "E2B"),  # the E4B weighs more than the 12B: its embeddings are not in 4 bits
        (24, 262_144, "12B"),
        (20, 262_144, "E4B"),
        (14, 262_144, "E2B"),
    ],
)
def test_a_card_gets_the_largest_model_that_fits(gib: float, tokens: int, model: str) -> None:
    one = report(_machine(gib), tokens)
    assert one.recipe == "gemma"
    assert f"gemma-4-{model}-it in nf4" in one.reason


def test_eight_gib_are_too_few_and_the_lines_say_what_would_do() -> None:
    one = report(_machine(8), 8192)
    assert one.recipe == "cascade"
    assert "fits 8.0 GiB" in one.reason
    assert sum("nf4" in line and "fits a device of 12 GiB" in line for line in one.lines()) == 2


def test_twenty_four_gib_hold_the_12b_with_its_whole_context() -> None:
    one = report(_machine(24), 262_144)
    assert [fit.model for fit in one.fits if fit.quantization == "nf4" and fit.fits(24 * GIB)] == list(CONFIGS)
    assert not any(fit.fits(16 * GIB) for fit in one.fits if fit.model.endswith("12B-it"))


def test_a_card_without_bfloat16_is_reckoned_in_float32() -> None:
    old = replace(_machine(12), devices=(Device("an old card", 12 * GIB, bfloat16=False),))
    assert report(_machine(12), 8192).recipe == "gemma"
    assert report(old, 8192).recipe == "cascade"
    assert any("needs, in float32 (" in line for line in report(old, 8192).lines())


def test_without_a_card_weights_or_libraries_it_is_the_cascade_and_why() -> None:
    assert "No CUDA device" in report(_machine(0), 8192).reason
    assert "longmedia models get google/gemma-4-12B-it" in report(_machine(16, weights=()), 8192).reason
    bare = replace(_machine(16), versions={"torch": "2"})
    assert "Missing: torchvision" in report(bare, 8192).reason
    assert report(_machine(16, weights=("google/gemma-4-E4B-it",)), 8192).reason.startswith("google/gemma-4-E4B-it")


def test_this_machine_is_described(tmp_path: Path) -> None:
    machine = examine(tmp_path / "not" / "yet")
    assert machine.cores >= 1
    assert machine.ram > GIB // 4
    assert machine.weights == ()
    text = "\n".join(report(machine, 8192).lines())
    assert machine.python in text
    assert "Recipe: " in text
    (tmp_path / "google--gemma-4-E2B-it").mkdir()
    (tmp_path / "google--gemma-4-E2B-it" / "config.json").write_text("{}")
    assert examine(tmp_path).weights == ("google/gemma-4-E2B-it",)


def test_kernels_are_named() -> None:
    assert "not installed" in _kernels(False, True, frozenset())
    assert _kernels(True, True, frozenset()).endswith("CUDA")
    assert "fused" in _kernels(True, False, frozenset({"avx512_bf16"}))
    assert "llama.cpp is faster" in _kernels(True, False, frozenset())
