"""Which of the candidates a machine should run, and why not the others: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.doctor.candidates import Candidate, candidates
from pipeline.doctor.machine import Machine
from pipeline.models.gemma.batches import USABLE
from pipeline.models.hardware import GIB

USABLE_RAM = 0.75
"""The share of the main memory that the system and other programs leave."""

SLOWEST = {"hear": 1.0, "write": 4.0}
"""Hours that an hour of recording may take."""

Measured = Mapping[str, float]
"""Hours that an hour of recording took here, by the name of the model."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A candidate, and what speaks against it; nothing where `fault` is empty."""

    candidate: Candidate
    fault: str
    hours: float | None
    """Hours that an hour of recording takes, None where that is unknown."""
    measured: bool
    """Whether they were measured on this machine."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every candidate of a machine in order of preference, and the first of each role that nothing speaks against."""

    machine: Machine
    verdicts: tuple[Verdict, ...]
    hear: Verdict
    write: Verdict

    @property
    def fit_together(self) -> bool:
        """Whether what hears and what writes can be in memory at once."""
        first, second = self.hear.candidate, self.write.candidate
        if first.gpu != second.gpu or second.engine == "vllm":  # whose need has room for the other in it
            return True
        return first.need.total + second.need.total <= memory_for(self.machine, second)


def rank(machine: Machine, tokens: int, measured: Measured) -> Ranking:
    """The ranking for `tokens` in the cache, of all requests at once together.

    Where nothing fits, the smallest of the role is taken all the same: the machine will swap, and says so.
    """
    verdicts = tuple(_judged(one, machine, measured) for one in candidates(machine, tokens))
    hear, write = (_first([one for one in verdicts if one.candidate.role == role]) for role in ("hear", "write"))
    return Ranking(machine, verdicts, hear, write)


def memory_for(machine: Machine, candidate: Candidate) -> int:
    """Bytes that the models may take where `candidate` would run."""
    if not candidate.gpu:
        return int(machine.ram * USABLE_RAM)
    devices = machine.llama_devices if candidate.engine == "llamacpp" else machine.devices
    return int(max((device.memory for device in devices), default=0) * USABLE)


def gib(size: int) -> str:
    """Bytes for people."""
    return f"{size / GIB:.1f} GiB"


def _first(verdicts: list[Verdict]) -> Verdict:
    return next((one for one in verdicts if not one.fault), verdicts[-1])


def _judged(candidate: Candidate, machine: Machine, measured: Measured) -> Verdict:
    hours = measured.get(candidate.model, candidate.hours)
    fault = _fault(candidate, machine, hours)
    return Verdict(candidate, fault, hours, candidate.model in measured)


def _fault(candidate: Candidate, machine: Machine, hours: float | None) -> str:
    there = memory_for(machine, candidate)
    if candidate.need.total > there:
        where = "GPU" if candidate.gpu else "memory"
        return f"does not fit: {gib(there)} of {where} can be used"
    if hours is not None and hours > SLOWEST[candidate.role]:
        return f"too slow: {hours:.1f} h for an hour"
    return candidate.unasked or _unready(candidate, machine)


def _unready(candidate: Candidate, machine: Machine) -> str:
    """What is missing on this machine for it to run."""
    if candidate.engine == "vllm" and not machine.vllm:
        return "the program vllm is not here"
    if candidate.engine == "transformers" and machine.missing:
        return f"the extra `gemma` is not installed: {', '.join(machine.missing)}"
    if not candidate.embedded and candidate.model not in machine.here | machine.offered:
        return "not here: `longmedia models get` brings it"
    return ""
