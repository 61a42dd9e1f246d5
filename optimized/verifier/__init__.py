"""The verifier with its heavy steps on arrays. The plain twins are `reference.verifier.steps` and
`spec.protocol.numbers`; all that is not heavy is the reference's own code.

    bytes ── reader: long lists as arrays ──> reference.verifier.program ── its numbered steps ──> verdict
                     (elements)                         │         ^
       algebra: compiled hashing and inversion ─────────┤         │
                                                        v         │
                     steps ── sumcheck: all rounds of a sumcheck, with what is hashed between them
                           ── programs: what chips say on values that stand for a row
                           ── stacking: the weights of stacked columns
                           ── trees: all leaves of an opening up to its root
                           ── folding: opened fibres, the last vector
                                        └── scalars: field and hash on single values

    refused: refusal (without a reason) ── run: asks the reference, which gives the reason

`warm_up` compiles all of it before it is needed.
"""
