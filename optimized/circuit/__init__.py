"""The GKR circuit over a segment's tables, compiled. Its plain twin is `reference.prover.circuit_values`.

    cells ── leaves ──> tiles of fractions ── nodes.merge ──> layers N - 2, ..., 1       (values: what is kept)
               ^                                                    │
     forms, programs: a dot product                                 v  one layer after the other, from 1 on
     for each fingerprint                            rounds: message, bind, message, bind, ..., ends
                                                                    │
                    weights: eq(point, entry) apart   ──────────────┤
                    for chunks, lanes and groups                    v
                                          passes ── on all threads ──> tiles ── nodes.bind, nodes.add_value

A vector lies in chunks (`layouts`): the top row bits of a chunk are its lanes, so that neighbours in the last
coordinate, which is bound first, are neighbouring groups of lanes and no word changes its lane. When the chunks of a
vector have shrunk to single groups, it comes into a new layout (`relayout`).

Every number is one of `optimized.field.products`: sums of products of extension elements that are reduced once. `tasks`
says what compiled code is given of a pass.
"""
