"""Recursive merging: from the summaries of chunks to one summary, every sentence traced to its moment."""

from pipeline.merge.plan import Group, Item, Limits, Plan, plan
from pipeline.merge.run import limits, merge
from pipeline.merge.sentences import sentences

__all__ = ["Group", "Item", "Limits", "Plan", "limits", "merge", "plan", "sentences"]
