"""Several words as one value of compiled code. What is written with them has its twins in the other rooms.

    array of uint32 ── load, gather, broadcast ──> Lanes: one value of as many words as a register holds
                                                     │
         Python at compile time:  unary, binary, ternary ── emit ──> LLVM's vector operations
                                                     │
    array of uint32 <────────── store ───────────────┘             prefetch: rows that come later

All of it is `vectors`. How many words go together is read off the machine; nothing else depends on it.
"""
