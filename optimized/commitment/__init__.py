"""Commitments, compiled. The plain twins are `reference.prover.stacked_columns`, `codewords` and `merkle_tree`.

    row-major tables ── stacking: transposed, past the caches (streaming) ──> a few long columns
                                                                                  │
             ┌── the columns are kept; of the codewords nothing is ───────────────┤
             │                                                                    v
             │      a section at a time:  distant: butterflies between far rows ──> the polynomial of each tile
             │                                                                    │
             │                            tiles, squares: butterflies in a tile ──┤  stays in the cache
             │                                                                    v
             │                            compression: leaves of a tile hashed ──> tree: layers above the leaves
             v
    an opening makes the fibres again that it needs: distant for their tiles, then one point at a time
    (`tiles.open_fibres`)

Sections that are small enough are made one by each thread, others by all threads together, a few columns after the
others (`codewords`): meanwhile the states of the leaves' hashes lie where their digests will. `grinding`
searches for a nonce with the same compression, for which a processor may have instructions
(`optimized.hashing.instructions`). Butterflies multiply by known `factors`.
"""
