"""Faults of the system as lines with a cure; and what nobody foresaw, without a word of what was said."""

from __future__ import annotations

import errno
import os

import pytest

from pipeline.faults import explain, way_to


@pytest.mark.parametrize(
    "code", ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EMFILE", "ENAMETOOLONG", "EIO", "ENOMEM"]
)
def test_a_fault_of_the_system_names_the_place_and_the_cure(code: str) -> None:
    number = getattr(errno, code)
    line = explain(OSError(number, os.strerror(number), "/mnt/nas/part-1"))
    assert line.startswith(f"/mnt/nas/part-1: {os.strerror(number)}. ")
    assert len(line) > len(f"/mnt/nas/part-1: {os.strerror(number)}. ") + 10
    assert "\n" not in line


def test_what_nobody_foresaw_says_where_and_not_what() -> None:
    spoken = "the password is tulip"
    try:
        {}[spoken]
    except KeyError as error:
        line = explain(error)
        way = way_to(error)
    assert line.startswith("an unforeseen KeyError, raised at test_faults.py:")
    assert way.startswith("KeyError, raised at test_faults.py:")
    assert "tulip" not in line + way
    assert "tulip" not in explain(OSError(spoken))
    assert "memory" in explain(MemoryError())
    assert "No usable temporary" in explain(FileNotFoundError(errno.ENOENT, "No usable temporary directory found"))
