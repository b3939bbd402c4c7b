"""Severity: the rules of a profile, and what they make of events, lines and numbers of a whole recording."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from chunkers.picture_events import Kind, PictureEvent
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import SettingsError
from pipeline.prompts import profiles
from pipeline.prompts.severity import SeverityRule, severity_rules
from pipeline.stages.see.findings import Finding, findings
from pipeline.stages.see.looked import Looked
from pipeline.stages.see.series import series
from pipeline.store.structs import ScreenText

SECOND = TICKS_PER_SECOND


def looked(events: Sequence[PictureEvent] = (), texts: Sequence[ScreenText] = (), gauge: Sequence[str] = ()) -> Looked:
    """What was seen: events and lines as they are, and a gauge with a value a second."""
    made = Looked([])
    made.events, made.texts = list(events), list(texts)
    made.series = series(line(text, at, at + 1) for at, text in enumerate(gauge))
    return made


def event(kind: Kind, start: float, end: float) -> PictureEvent:
    return PictureEvent(Span(round(start * SECOND), round(end * SECOND)), kind, 0.0)


def line(text: str, start: int, end: int) -> ScreenText:
    return ScreenText(text, start * SECOND, end * SECOND, (300, 100, 420, 130), 0.99)


def told(found: Sequence[Finding]) -> list[tuple[str, str, float, float]]:
    return [(one.severity, one.event, one.span.start / SECOND, one.span.end / SECOND) for one in found]


def test_the_profile_inspection_has_rules_and_the_others_have_none() -> None:
    assert severity_rules("inspection")
    assert not any(severity_rules(name) for name in profiles() if name != "inspection")


def test_the_worst_come_first_and_what_no_rule_names_is_no_finding() -> None:
    seen = looked(
        [event("lights", 1, 1), event("still", 0, 9), event("frozen", 5, 9), event("black", 3, 4), event("cut", 2, 2)],
        [line("GATE 4", 0, 9), line("No Signal", 6, 9)],
    )
    assert told(findings(seen, severity_rules("inspection"))) == [
        ("critical", "frozen", 5, 9),
        ("critical", "text", 6, 9),
        ("major", "black", 3, 4),
        ("minor", "lights", 1, 1),
    ]
    assert findings(seen, ()) == []


def test_the_first_rule_that_fits_decides() -> None:
    rules = [
        SeverityRule(event="black", seconds=60, severity="critical"),
        SeverityRule(event="black", seconds=2, severity="none"),
        SeverityRule(event="black", severity="minor"),
    ]
    seen = looked([event("black", 0, 1), event("black", 10, 20), event("black", 100, 170)])
    assert told(findings(seen, rules)) == [("critical", "black", 100, 170), ("minor", "black", 0, 1)]


def test_a_number_beyond_its_limit_is_found_from_when_to_when() -> None:
    gauge = ["Pressure 3.0 bar"] * 3 + [f"Pressure {value} bar" for value in ("6.5", "7.1", "6.2", "3.0", "3.1", "3.0")]
    rules = [SeverityRule(event="number", text="temp|pressure", above=6, severity="critical")]
    (one,) = findings(looked(gauge=gauge), rules)
    assert told([one]) == [("critical", "number", 3, 6)]
    assert "above 6" in one.text
    assert "7.1 bar" in one.text
    below = [SeverityRule(event="number", text="BAR", below=3.05, severity="major")]
    assert [one.span.start // SECOND for one in findings(looked(gauge=gauge), below)] == [0, 6, 8]
    standing = looked(texts=[line("Pressure: 7.5 bar", 0, 60), line("PUMP 12", 0, 60)])
    assert told(findings(standing, rules)) == [("critical", "number", 0, 60)]
    other = [SeverityRule(event="number", text="speed", above=6, severity="critical")]
    assert findings(looked(gauge=gauge), other) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rule]]\nevent = 'blck'\nseverity = 'minor'", "rule.0.event"),
        ("[[rule]]\nevent = 'black'\nseverity = 'awful'", "severity"),
        ("[[rule]]\nevent = 'black'\nseverity = 'minor'\nabove = 3", "number"),
        ("[[rule]]\nevent = 'number'\nseverity = 'minor'", "above"),
        ("[[rule]]\nevent = 'text'\nseverity = 'minor'", "text"),
        ("[[rule]\n", "severity.toml"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "severity.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"severity\.toml") as error:
        severity_rules(str(tmp_path))
    assert says in f"{error.value} {error.value.cure}"
