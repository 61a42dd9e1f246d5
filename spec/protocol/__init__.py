"""The proof system's rules that prover and verifier share: hashing, transcript, trees, domains, folding."""
