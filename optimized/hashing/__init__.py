"""SHA-256's compression, in lanes or of one message. The plain twin is `spec.protocol.sha256`.

    one message in each lane, or one alone:   state (8 words) + block (16 words)
                                                   │
                                                   v
          sha256, or a processor's instructions: 64 rounds, the schedule made along ──> state (8 words), in place

Provers lay messages side by side: leaves and nodes of trees in `optimized.commitment.compression`, nonces in
`optimized.commitment.grinding`. Verifiers hash one after the other: `one_message`.
"""
