"""Every row that the boundary and the memory table need exists, with the cells that the ladder finds.

What a row is given: the tokens, the cursor and the region, within the bounds that the obligations assume. What it must
find for itself are the high parts of its ranges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import z3

from proofs_of_constraints.obligations.incompleteness import outcome_without_row
from proofs_of_constraints.obligations.obligation import Outcome, Session, Verdict
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.ladder import Ladder
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.row_system import RowSystem
from proofs_of_constraints.translation.rv64im_rows import declared_row
from spec.air.chip import Chip
from spec.memory_map import SINK, RegionKind
from spec.rv64im.buses import LIMB_BITS, LIMBS, SEGMENT_GAP_BITS
from spec.rv64im.chips.continuation import ADDRESS_BITS, BOUNDARY

SEGMENT = "public.segment"
KEY = "key"

Given = tuple[dict[str, z3.ArithRef], list[z3.BoolRef]]
"""Columns that are given, and what may be assumed of them."""


def prove_table_complete(session: Session, chip: Chip) -> Outcome:
    """Proves that everything the table may be asked to hold has a row."""
    cases = (
        [("the only case", {"real": 1}, _boundary_inputs())] if chip.name == BOUNDARY.name else list(_memory_cases())
    )
    for name, flags, (inputs, given) in cases:
        ladder = Ladder(_row(chip, flags), "")
        for column, value in inputs.items():
            if column != KEY:
                ladder.receive(column, Polynomial.variable(column), value)
        # What may be any element cannot be a digit of something else: the key comes first.
        ladder.climb({KEY: inputs[KEY]} if KEY in inputs else {})
        claims = {**ladder.ranges, **ladder.claims}
        formulas = [*given, *ladder.definitions, z3.Not(all_of(*claims.values()))]
        model = session.satisfying(f"complete/{chip.name}/{name}", formulas)
        if model is not None:
            missing = [s for s, claim in claims.items() if not z3.is_true(model.eval(claim, model_completion=True))]
            outcome = outcome_without_row(session, f"complete/{chip.name}/{name}", [ladder], [model], missing)
            return replace(outcome, detail=f"{name}: {outcome.detail}")
    return Outcome(Verdict.PROVEN, f"{len(cases)} cases")


def _row(chip: Chip, flags: dict[str, int]) -> RowSystem:
    system = declared_row(chip)
    system.assume(flags)
    system.propagate()
    return system


def _limbs(name: str, limit: int = 1 << LIMB_BITS) -> Given:
    limbs = {f"{name}_{i}": z3.Int(f"{name}_{i}") for i in range(LIMBS)}
    return limbs, [bound for limb in limbs.values() for bound in (limb >= 0, limb < limit)]


def _boundary_inputs() -> Given:
    """A token of an earlier segment, or of this one."""
    names = ("space", "address", "last_clock", "origin_segment", SEGMENT)
    before, after = _limbs("value_in"), _limbs("value_out")
    inputs = {name: z3.Int(name) for name in names} | before[0] | after[0]
    segment, origin = inputs[SEGMENT], inputs["origin_segment"]
    return inputs, [origin >= 0, origin <= segment, segment < 1 << SEGMENT_GAP_BITS, *before[1], *after[1]]


def _memory_cases() -> Iterator[tuple[str, dict[str, int], Given]]:
    """An address of a region of each kind, not below the cursor."""
    for kind in RegionKind:
        flags = {f"is_{other.name.lower()}": int(other is kind) for other in RegionKind}
        names = ("address", "cursor", "region_start", "region_end", "last_segment")
        initial = _limbs("initial", 1 << LIMB_BITS if kind in (RegionKind.IMAGE, RegionKind.INPUT) else 1)
        final = _limbs("final")
        inputs = {name: z3.Int(name) for name in names} | initial[0] | final[0]
        address, cursor = inputs["address"], inputs["cursor"]
        is_of_registers = kind is RegionKind.REGISTERS
        inputs["space"] = z3.IntVal(int(is_of_registers))
        key = inputs[KEY] = address + (1 << ADDRESS_BITS if is_of_registers else 0)
        given = [
            *initial[1],
            *final[1],
            inputs["region_start"] >= 0,
            inputs["region_start"] <= address,
            address < inputs["region_end"],
        ]
        given += [
            inputs["region_end"] <= (SINK + 1 if is_of_registers else 1 << ADDRESS_BITS),
            cursor >= 0,
            cursor <= key,
        ]
        yield kind.name.lower(), flags, (inputs, given)
