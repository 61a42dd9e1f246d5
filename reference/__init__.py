"""The slow and readable implementation: loader, executor, trace filling, prover and verifier."""
