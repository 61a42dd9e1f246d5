"""The memory of a recorded circuit, and its tables: the numbers of `reference.recursion.recorder` and `witness`.

    record of the verifier ── program: a circuit as arrays ────────┐     (once for each circuit)
                                                                   │
    proof ── hints: the verifier runs and keeps what it reads ──┐  │     (once for each proof)
                                                                v  v
                                  memory: what every address holds, row by row
                                                                │
                                                                v
                       trace: the columns of all chips, a block of rows at a time, on all threads

A proof that the verifier refuses has no memory: `memory` raises UnsatisfiedError.
"""
