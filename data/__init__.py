"""Small inputs, and the generator of long ones with the exact place of every sentence."""
