"""Recursive merging: from the summaries of chunks to one summary, every sentence traced to its moment."""

from pipeline.merge.estimate import Estimate, LevelCost, Rates, estimate
from pipeline.merge.office import limits
from pipeline.merge.plan import Group, Item, Limits, Plan, plan
from pipeline.merge.run import merge
from pipeline.merge.sentences import sentences
from pipeline.merge.trace import Trail, trace

__all__ = [
    "Estimate",
    "Group",
    "Item",
    "LevelCost",
    "Limits",
    "Plan",
    "Rates",
    "Trail",
    "estimate",
    "limits",
    "merge",
    "plan",
    "sentences",
    "trace",
]
