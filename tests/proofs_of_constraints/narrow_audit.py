"""The audit of the last proof's circuit: the machine of circuits with narrow rows."""

from __future__ import annotations

from proofs_of_constraints.circuit_machine import circuit_audit
from spec.circuit.buses import NARROW_SHA256

NARROW_AUDIT = circuit_audit(NARROW_SHA256)
