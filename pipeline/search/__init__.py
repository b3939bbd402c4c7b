"""Searching a whole store: an index that follows it, can always be made again from it, and holds nothing else."""

from pipeline.search.following import Watch
from pipeline.search.hits import Hit
from pipeline.search.index import Entry, Wanted
from pipeline.search.passages import KINDS, Kind
from pipeline.search.searching import Searcher, chosen

__all__ = ["KINDS", "Entry", "Hit", "Kind", "Searcher", "Wanted", "Watch", "chosen"]
