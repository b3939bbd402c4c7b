"""What a profile changes in the prompts of the multimodal model: describing gets its focus, hearing stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.prompts import load, profiles

OTHERS = sorted(set(profiles()) - {"general"})
VALUES = {"language": "Welsh", "transcript": "[1] $100", "measured": "nothing"}


@pytest.mark.parametrize("role", ["gemma_watch", "gemma_listen"])
@pytest.mark.parametrize("profile", OTHERS)
def test_a_profile_says_what_to_look_for(profile: str, role: str) -> None:
    general, own = load("general", role), load(profile, role)
    assert own.digest != general.digest
    assert own.user == general.user, "the answer has the same lines, which are read"
    assert own.system.startswith(f"{general.system} It is a")
    assert own.fill(**VALUES).system == own.system
    assert len({load(one, role).system for one in profiles()}) == len(profiles())


@pytest.mark.parametrize("role", ["gemma_hear", "fallback_hear"])
@pytest.mark.parametrize("profile", OTHERS)
def test_hearing_is_the_same_in_every_profile(profile: str, role: str) -> None:
    assert load(profile, role) == load("general", role)


def test_a_folder_of_ones_own_has_a_focus_or_whole_prompts(tmp_path: Path) -> None:
    (tmp_path / "focus.txt").write_text("It is a match: say who scores.\n")
    assert load(str(tmp_path), "gemma_watch").system.endswith("It is a match: say who scores.")
    (tmp_path / "gemma_watch.txt").write_text("Watch.\n---\n$transcript")
    assert load(str(tmp_path), "gemma_watch").system == "Watch."
