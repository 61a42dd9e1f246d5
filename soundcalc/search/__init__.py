"""Parameters that reach a target, and what they cost the prover."""
