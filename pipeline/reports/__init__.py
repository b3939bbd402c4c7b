"""Reports: each reads the store and nothing else."""
