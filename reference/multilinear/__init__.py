"""Prover and verifier of the argument: slow and readable."""
