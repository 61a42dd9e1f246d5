"""The kernels as one formula a line over numpy arrays: what an optimized implementation is compared with."""

from __future__ import annotations

from reference.prover.circuit_values import circuit
from reference.prover.folded_vector import batched_vector
from reference.prover.grinding import grind
from reference.prover.stacked_columns import commit
from reference.prover.stacking_rounds import stacking
from reference.prover.zerocheck_rounds import zerocheck
from spec.protocol.numbers import NumberAlgebra


class PlainKernels:
    """The plain implementation of `Kernels`: a room for each step."""

    algebra = NumberAlgebra
    commit = staticmethod(commit)
    circuit = staticmethod(circuit)
    zerocheck = staticmethod(zerocheck)
    stacking = staticmethod(stacking)
    batched_vector = staticmethod(batched_vector)
    grind = staticmethod(grind)
