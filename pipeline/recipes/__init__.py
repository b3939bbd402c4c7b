"""Recipes: how a chunk becomes a level-0 summary."""
