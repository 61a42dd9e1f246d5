"""The prover: it walks the protocol, and leaves its heavy steps to kernels."""
