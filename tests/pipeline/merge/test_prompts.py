"""Every profile has a merge prompt that can be filled; a real small model follows the rules of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.merge import merge, sentences, trace
from pipeline.models.llamacpp.writer import LlamaCpp
from pipeline.prompts import load as load_prompt
from pipeline.prompts import profiles
from pipeline.settings import load
from tests.pipeline.merge.writers import chunk, node_writer, stored


def test_the_profiles_are_there() -> None:
    assert {"general", "meeting", "lecture", "interview", "call", "inspection"} <= set(profiles())


@pytest.mark.parametrize("profile", profiles())
@pytest.mark.parametrize("role", ["chunk", "merge"])
def test_a_prompt_is_filled(profile: str, role: str) -> None:
    prompt = load_prompt(profile, role).fill(text="[1] $100 and {braces}", language="Welsh")
    assert "[1] $100 and {braces}" in prompt.user
    assert "in Welsh" in prompt.user
    assert "$" not in prompt.user.replace("$100", "") + prompt.system


@pytest.mark.models
def test_a_real_model_makes_a_whole_tree_twice_the_same(tmp_path: Path, smollm2_gguf: Path) -> None:
    writer = LlamaCpp(smollm2_gguf, context=400, threads=1)
    chosen = load(sets=["merge.max_tokens=64", "merge.carry=0.5"])
    rows = [chunk(n) for n in range(14)]
    roots = []
    for folder in ("one", "two"):
        run = stored(tmp_path / folder, rows)
        with run.writing():
            root = merge(run, node_writer(writer, chosen))
        assert root is not None
        nodes = [row for level in run.levels() for row in run.nodes(level)]
        assert root.level >= 2
        assert (root.start, root.end) == (0, 140)
        assert all(writer.count(row.text) <= 64 for row in nodes)
        for row in nodes:
            cited = {c.sentence for c in row.citations if c.valid}
            assert all(trace(run, row, number) for number in cited)
            assert cited <= set(range(len(sentences(row.text))))
        roots.append(root.text)
    writer.close()
    assert roots[0] == roots[1]
