"""Memory for large arrays, used again, and the prediction of how much a proof takes. The reference has no twin.

    heights of a segment's tables ── prediction ──> bytes at the peak ──> too little memory: refused before it starts

    empty, zeros ──> arrays ── a piece that nothing refers to any more ──────────────────> the array
                        │                                                                     ^
                        └── none is large enough ──> reserve: mapped at once ── a new piece ──┘
                                                        │
                              a thread of its own: touches the pages ahead of their use

`arrays.release` gives all of it back to the system.
"""
