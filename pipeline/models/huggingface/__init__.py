"""Models that run on transformers: weights in 4 bits, 8 bits or whole, and the answers out of them."""
