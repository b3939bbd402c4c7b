"""The weights on this machine: which are known, how they are fetched, and how a user's own are told apart."""
