"""Chips as text for Lean: one as reviewed, and all of them with every constraint and message."""

from __future__ import annotations

import re

import pytest

from proofs_of_constraints.report.lean import lean_text
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, Constraint, Interaction, Role
from spec.air.expression import Constant, FixedColumn, MainColumn, Named, Public
from spec.rv64im.machine import CHIP_BY_NAME

BUS = Bus("queue", 1, ("first", "second"), Scope.LOCAL, "nothing", "nothing")

A, B = MainColumn("a", 0), MainColumn("then", 1)
CARRY = Named("carry", (A - B) * 5)
SMALL = Chip(
    name="and",
    role=Role.WORK,
    purpose="a and b are equal.",
    columns=("a", "then"),
    fixed_columns=("step",),
    constraints=(Constraint("carry_is_zero", CARRY * (A + FixedColumn("step", 0))),),
    interactions=(
        Interaction("taken", BUS, -1, Constant(1), (A, CARRY)),
        Interaction("put", BUS, 1, B, (A, Public("segment") + 1)),
    ),
)

TEXT = """import Mathlib.Data.ZMod.Basic

/-! a and b are equal. -/

namespace Limpid.«and»

abbrev F := ZMod 2130706433

/-- The cells of one row, and the public values. -/
structure Row where
  a : F
  «then» : F
  step : F
  public_segment : F

def value_carry (row : Row) : F := ((row.a - row.«then») * 5)

/-- What every row satisfies. -/
structure Satisfies (row : Row) : Prop where
  carry_is_zero : ((value_carry row) * (row.a + row.step)) = 0

/-- A tuple on a bus, and how often it stands there. -/
structure Message where
  bus : String
  multiplicity : F
  fields : List F

def received (row : Row) : List Message := [
  ⟨"queue", 1, [row.a, (value_carry row)]⟩]

def sent (row : Row) : List Message := [
  ⟨"queue", row.«then», [row.a, (row.public_segment + 1)]⟩]

end Limpid.«and»
"""


def test_chip_is_written_as_rows_constraints_and_messages() -> None:
    assert lean_text(SMALL) == TEXT


@pytest.mark.parametrize("name", CHIP_BY_NAME)
def test_every_chip_is_written_whole(name: str) -> None:
    chip = CHIP_BY_NAME[name]
    text = lean_text(chip)
    assert len(re.findall(r"(?m)^  \S+ : .* = 0$", text)) == len(chip.constraints)
    assert text.count("⟨") == text.count("⟩") == len(chip.interactions)
    assert len(re.findall(r"(?m)^def value_", text)) == len(chip.definitions())
    assert text.count("(") == text.count(")")
