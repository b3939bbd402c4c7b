"""Recursive merging: from the summaries of chunks to one summary, every sentence traced to its moment."""

from pipeline.merge.estimate import Estimate, LevelCost, Rates, estimate
from pipeline.merge.plan import Group, Item, Limits, Plan, plan
from pipeline.merge.provenance import Trail, trace
from pipeline.merge.run import merge
from pipeline.text.sentences import sentences

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
    "merge",
    "plan",
    "sentences",
    "trace",
]
