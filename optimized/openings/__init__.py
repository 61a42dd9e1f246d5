"""Openings, compiled. The plain twins are `reference.prover.stacking_rounds` and `folded_vector`.

    claims about table columns ── claims: weights, as products over rows and cells in a row
                                        │
    stacked columns ── columns: one row of sums serves the first LOW_LOG2 rounds ──> messages      (stacking_rounds)
                                        │ bound
                                        v
                             columns folded ──> planes ──> rounds: message, bind, ... ──> one claim for each column
                                        │
         batched columns, weight eq ────┴─> folded_vector: WHIR's rounds; powers: what queries add to the weight

Vectors of extension elements lie in six planes, one for each coefficient (`planes`). Weights are in Montgomery's form,
what they weigh is not, so a product of the two is canonical.
"""
