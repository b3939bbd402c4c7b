"""Where two readers of one picture differ is said, and where they only spell differently is not."""

from __future__ import annotations

import pytest

from pipeline.stages.see.second_reader import differences


@pytest.mark.parametrize(
    ("model", "reader", "values"),
    [
        (["PUMP 4"], ["PUMP 4"], []),
        (["Pump 4"], ["PUMP4"], []),
        (["Emergency exit"], ["Emergencv exit"], []),
        (["PUMP 4 Hall B"], ["PUMP 4", "Hall B"], []),
        (["PUMP 4", "Hall B"], ["PUMP 4 Hall B"], []),
        (["Pressure 3.2 bar"], [], ["Pressure 3.1 bar", "Pressure 3.2 bar"]),
        ([], [], ["Pressure 3.1 bar"]),
        (["第三泵房"], ["第三泵房"], []),
    ],
)
def test_readings_of_the_same(model: list[str], reader: list[str], values: list[str]) -> None:
    assert differences(model, reader, values) == []


@pytest.mark.parametrize(
    ("model", "reader", "values", "expected"),
    [
        (["PUMP 5"], ["PUMP 4"], [], [("PUMP 5", "model"), ("PUMP 4", "reader")]),
        (["EXIT"], [], [], [("EXIT", "model")]),
        ([], ["EXIT"], [], [("EXIT", "reader")]),
        (["Pressure 9.9 bar"], [], ["Pressure 3.1 bar"], [("Pressure 9.9 bar", "model")]),
        (["GATE 14"], ["GATE 1", "ROW 4"], [], [("GATE 14", "model"), ("GATE 1", "reader"), ("ROW 4", "reader")]),
    ],
)
def test_what_only_one_read(
    model: list[str], reader: list[str], values: list[str], expected: list[tuple[str, str]]
) -> None:
    assert [(one.text, one.by) for one in differences(model, reader, values)] == expected
