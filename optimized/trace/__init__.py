"""Traces, compiled. The plain twins are the modules of `reference.trace`.

    first pass:   segmentation ── cuts where a meter says so ──> plan: of each segment rows, clocks and touched cells
                                                                   │
    for each segment, from its own cells alone:                    v
                  execution: executed again ──> events ── rows ──> fill: all columns of a block of rows
                                                                   │     arithmetic, control, memory_access,
                                                                   │     multiply_divide, calls, sha256
                  continuation: boundary and memory rows ──────────┤
                                                                   v
                  requests: what rows look up ──> lookups: counted ──> multiplicities of the fixed tables

`build` goes through it block by block, on all threads; a column is written once, where the prover will read it. Cells
of calls are those of `sha256` and `sha256_rounds`, `keccak`, `modular` or `advice`. `distinct_rows` finds lookups that
are alike; `output_region` is what the run claims.
"""
