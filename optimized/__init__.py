"""The prover's heavy steps in numba: the same numbers as the reference's, with explicit vector lanes."""
