"""Shapes of our own proofs and runs, read from the verifier's objects."""
