"""The prover: one orchestration of the protocol over swappable kernels."""
