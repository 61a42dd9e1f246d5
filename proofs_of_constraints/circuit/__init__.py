"""The recursion's machine: what each of its chips means, and the proofs of that.

`view` reads a chip's operands, results and orders off its declaration; `meanings` says what they have to be, in plain
terms; `function`, `completeness` and `row_obligations` prove it; `memory` that readers have what has been written.
"""
