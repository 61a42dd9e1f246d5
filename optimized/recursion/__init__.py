"""The memory of a recorded circuit, and its tables: the reference's numbers.

`program` is a circuit as arrays, made once; `hints` runs the verifier on a proof and keeps what it reads, in the
circuit's order; `memory` computes from that what every address holds; `trace` fills in the tables.
"""
