"""The verifier. It imports neither the prover nor the executor nor trace filling."""
