"""Arithmetic of the field and its extension on lanes. The plain twin is `spec.field`.

    one number of F in each lane          six vectors: one element of the extension in each lane
                 │                                             │
                 v                                             v
    lanes: add, subtract, multiply ──────> extension: load, store, broadcast
                 │      (Montgomery)                           │
                 └──> sums in two 64-bit halves ──> products: sums of products, reduced once
                                                               │
                                                               v
                                      one number in [0, p) in each lane, or six

`lanes` makes code for the vectors of `optimized.lanes`; `extension` moves elements between arrays and vectors;
`products` is for the loops that add up many products, as those of sumchecks are, in the two halves of `wide_sums`.
"""
