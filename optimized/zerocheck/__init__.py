"""The zerocheck of all tables at once, compiled. Its plain twin is `reference.prover.zerocheck_rounds`.

    chip ── forms ──> products of linear forms ── grouping ──> plan ── layout ──> flat arrays      (once for each chip)
                                                                                      │
    challenges, weights ── constants: what the plan's symbols stand for ──────────────┤            (once for each proof)
                                                                                      v
    cells ── cells: rows into lanes ──> first_rounds ── sums at nine points ──> polynomials ──> two messages
                                                                                      │ bound: both coordinates
                                                                                      v
                               columns of the extension ──> later_rounds: fold, multiply, sum ──> a message each
                                                                                      │
                                       column_values: the claims that are left <──────┘

A table of few rows is repeated until every lane has some (`tables`). Linear parts are folded, products are done anew in
every round: so a plan asks for as few products as it can, and most of a chip's H is linear forms. `header` says what
stands where in the flat arrays, `equality` has eq at all corners, `first_cubics` what has degree 3 in the first rounds.

Chips of more than a thousand columns, most of them bits, go another way. `nested` keeps the common factors of their
constraints, `gathering` finds what is shared once constraints are weighted, `nested_layout` writes both down, and
`nested_values` calculates them: in the first rounds with small numbers where cells are small (`small_values`), in the
later ones from columns that are little more than the cells. These are kept a round later than others, when they are
half as large.
"""
