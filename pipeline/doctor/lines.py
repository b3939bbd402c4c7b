"""The doctor's report for people: the machine, a table of what could run on it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.doctor.ranking import Ranking, Verdict, gib

_TITLES = {"hear": "For hearing:", "write": "For describing and merging:"}


def lines(ranking: Ranking) -> Iterator[str]:
    """The report, line by line."""
    machine = ranking.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    devices = {f"{one.name}, {gib(one.memory)}" for one in (*machine.devices, *machine.llama_devices)}
    yield f"Python {machine.python} on {machine.system}, {machine.cores} cores"
    yield f"Memory: {gib(machine.ram)}; disk free: {gib(machine.free_disk)}"
    yield f"Packages: {versions}"
    yield f"GPU: {'; '.join(sorted(devices)) or 'none that torch or llama.cpp can use: NF4 and vLLM are left out'}"
    yield f"4 bits: {machine.kernels}"
    for role, title in _TITLES.items():
        chosen = ranking.hear if role == "hear" else ranking.write
        yield title
        rows = [_row(one, chosen) for one in ranking.verdicts if one.candidate.role == role]
        yield from _table([("engine", "on", "model", "held in", "needs", "1 h takes", ""), *rows])
    if not ranking.fit_together:
        yield "Both are not in memory at once: models.keep_loaded=false, media.recordings=1."
    yield "`longmedia doctor --write` writes longmedia.toml with what is marked `chosen`."


def to_fetch(ranking: Ranking) -> list[str]:
    """The chosen models that `models get` must bring: vLLM fetches its own."""
    chosen = (ranking.hear.candidate, ranking.write.candidate)
    return [one.model for one in chosen if one.engine != "vllm" and one.model not in ranking.machine.here]


def _row(verdict: Verdict, chosen: Verdict) -> tuple[str, ...]:
    one = verdict.candidate
    if verdict is chosen:
        why = f"chosen, although it {verdict.fault}" if verdict.fault else "chosen"
    else:
        why = verdict.fault or f"runs; {chosen.candidate.model} is better or faster"
    return (
        one.engine,
        "GPU" if one.gpu else "CPU",
        one.model,
        one.quantization,
        gib(one.need.total),
        _time(verdict),
        why,
    )


def _time(verdict: Verdict) -> str:
    if verdict.hours is None:
        return "not measured"
    minutes = verdict.hours * 60
    return f"{minutes:.0f} min" if verdict.measured else f"~{minutes:.0f} min"


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Columns under each other; the last one has no width."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield f"  {'  '.join([*cells, row[-1]])}".rstrip()
