"""Searching a whole store: an index that follows it, can always be made again from it, and holds nothing else."""

from pipeline.search.following import Watch
from pipeline.search.hits import Hit
from pipeline.search.index import STATES, Entry, State, Wanted
from pipeline.search.passages import KINDS, Kind
from pipeline.search.searching import Searcher, chosen

__all__ = ["KINDS", "STATES", "Entry", "Hit", "Kind", "Searcher", "State", "Wanted", "Watch", "chosen"]
