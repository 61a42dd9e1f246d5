"""SHA-256's compression in lanes. The plain twin is `spec.protocol.sha256`.

    one message in each lane:   state (8 words) + block (16 words)
                                     │
                                     v
          sha256: 64 rounds, the schedule made along ──> state (8 words), in place

Whoever hashes lays messages side by side: leaves and nodes of trees in `optimized.commitment.compression`, nonces in
`optimized.commitment.grinding`.
"""
