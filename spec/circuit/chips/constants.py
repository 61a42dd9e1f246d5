"""What a circuit starts from: constants of its own, and hints of the prover, which mean nothing until they are
checked."""

from __future__ import annotations

from spec.air.chip import Chip
from spec.circuit.buses import OCTET_LIMBS
from spec.circuit.row import CircuitRow
from spec.field import EXTENSION_DEGREE


def _constant() -> Chip:
    names = [f"constant_{i}" for i in range(EXTENSION_DEGREE)]
    row = CircuitRow("constant", "Writes a value of the circuit.", reads=0, writes=1, parameters=names, flagged=False)
    row.write_value(row.parameters)
    # Every table has a committed column, so that it takes part in every commitment's shape alike.
    row.zero("unused_is_zero", row.column("unused"))
    return row.finish()


def _constant_octet() -> Chip:
    names = [f"constant_{i}" for i in range(OCTET_LIMBS)]
    row = CircuitRow(
        "constant_octet", "Writes eight words of the circuit.", reads=0, writes=1, parameters=names, flagged=False
    )
    row.write_octet(row.parameters)
    row.zero("unused_is_zero", row.column("unused"))
    return row.finish()


def _hint() -> Chip:
    row = CircuitRow("hint", "Writes any value that the prover likes.", reads=0, writes=1, flagged=False)
    row.write_value(row.value_columns("hint"))
    return row.finish()


def _hint_element() -> Chip:
    row = CircuitRow("hint_element", "Writes any element of the base field.", reads=0, writes=1, flagged=False)
    row.write_value([row.column("hint")])
    return row.finish()


def _hint_word() -> Chip:
    row = CircuitRow("hint_word", "Writes any word: both limbs have 16 bits.", reads=0, writes=1)
    limbs = row.column_array("hint", 2)
    for i, limb in enumerate(limbs):
        row.limb(f"hint_{i}", limb)
    row.write_value(limbs)
    return row.finish()


def _hint_octet() -> Chip:
    row = CircuitRow("hint_octet", "Writes any eight words: all limbs have 16 bits.", reads=0, writes=1)
    limbs = row.octet_columns("hint")
    for i, limb in enumerate(limbs):
        row.limb(f"hint_{i}", limb)
    row.write_octet(limbs)
    return row.finish()


CHIPS = (_constant(), _constant_octet(), _hint(), _hint_element(), _hint_word(), _hint_octet())
