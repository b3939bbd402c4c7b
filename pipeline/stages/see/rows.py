"""Stored rows of the stage `see` as what they were made of."""

from __future__ import annotations

import numpy as np

from chunkers.signals import Signals
from pipeline.store.tables import SeeRow

SIGNALS = ("luminance", "contrast", "change", "noise", "moved", "likeness", "aligned")
"""The columns that hold what `Signals` holds, under the same names."""


def signals_of(row: SeeRow) -> Signals:
    """The signals of a row."""
    values = (np.asarray(getattr(row, name), np.float32) for name in SIGNALS)
    return Signals(np.asarray(row.sampled, np.int64), *values)


def put_signals(row: SeeRow, signals: Signals) -> None:
    """Fill the columns of a row."""
    row.sampled = signals.tick.tolist()
    for name in SIGNALS:
        setattr(row, name, getattr(signals, name).tolist())
