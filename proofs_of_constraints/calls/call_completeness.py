"""Every call that completes has a row: over the integers, with the cells that the ladder finds.

Inputs are the clocks, the pointers and operands as they are in registers and memory, and what the work tables answer.
"""

from __future__ import annotations

import z3

from proofs_of_constraints.calls.call_view import CallView
from proofs_of_constraints.obligations.incompleteness import outcome_without_row
from proofs_of_constraints.obligations.obligation import Outcome, Session, Verdict
from proofs_of_constraints.translation.declared_rows import Prepare, prepare_nothing
from proofs_of_constraints.translation.execution import PC_BITS
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.instruction_view import Access
from proofs_of_constraints.translation.ladder import Ladder
from proofs_of_constraints.translation.polynomial import polynomial_of
from proofs_of_constraints.translation.rv64im_rows import RV64IM_CONTRACTS, declared_row
from spec.memory_map import DOUBLEWORD_BYTES
from spec.rv64im.buses import ACCELERATOR_IDENTITIES, CLOCK_BITS, LIMB_BITS, LIMBS
from spec.rv64im.chips.keccak import TABLE as KECCAK
from spec.rv64im.program_row import limbs_of


def prove_call_complete(session: Session, view: CallView, prepare: Prepare = prepare_nothing) -> Outcome:
    """Proves that a row exists for any operands at pointers that the call may have, and any answer, as far as the
    constraints that `prepare` leaves go."""
    system = declared_row(view.chip)
    prepare(system)
    system.assume(view.row.selection("ecall"))
    system.propagate()
    system.eliminate_free_variables()
    inputs = _Inputs(view, Ladder(system, ""))
    ladder = inputs.ladder
    ladder.climb({})
    claims = {**ladder.ranges, **ladder.claims}
    model = session.satisfying(
        f"complete/{view.chip.name}", [*inputs.given, *ladder.definitions, z3.Not(all_of(*claims.values()))]
    )
    if model is None:
        return Outcome(Verdict.PROVEN, f"{len(claims)} claims")
    missing = [name for name, claim in claims.items() if not z3.is_true(model.eval(claim, model_completion=True))]
    return outcome_without_row(session, f"complete/{view.chip.name}", [ladder], [model], missing)


class _Inputs:
    """What the row receives, and what may be assumed of it."""

    def __init__(self, view: CallView, ladder: Ladder) -> None:
        self.ladder = ladder
        pc, clock = z3.Ints("pc clock")
        self.given = [pc >= 0, pc < 1 << PC_BITS, clock >= 1, clock + len(view.row.accesses) < 1 << CLOCK_BITS]
        ladder.receive("pc", view.row.fetched_pc, pc)
        ladder.receive("clock", view.row.arrival[1], clock)
        for i, access in enumerate(view.row.accesses):
            previous = z3.Int(f"{access.name} previous clock")
            self.given += [previous >= 0, previous < clock + i]
            ladder.receive(f"{access.name} token", access.previous_clock, previous)
        for limb, part in zip(limbs_of(view.call.number), view.number.before, strict=True):
            ladder.receive("call number", part, z3.IntVal(limb))
        for name, access in view.pointers.items():
            limbs = self._limbs(access)
            multiple = z3.Int(f"{name} multiple")
            self.given += [limbs[0] == DOUBLEWORD_BYTES * multiple, *(limb == 0 for limb in limbs[LIMBS // 2 :])]
        for accesses in view.doublewords.values():
            for access in accesses:
                self._limbs(access)
        if view.result is not None:
            self._limbs(view.result)
            self._any_word(view.result)
        ordered = [i for i in view.chip.interactions if i.bus.identity in ACCELERATOR_IDENTITIES]
        for interaction in ordered:
            if interaction.sign < 0 and interaction.bus.name not in RV64IM_CONTRACTS:
                for field, expression in zip(interaction.bus.fields, interaction.message, strict=True):
                    if field in interaction.bus.field_bits:
                        answer = z3.Int(f"{interaction.name} {field}")
                        self.given += [answer >= 0, answer < 1 << interaction.bus.field_bits[field]]
                        ladder.receive(f"{interaction.name} {field}", polynomial_of(expression), answer)
                        if interaction.bus in KECCAK.buses:
                            ladder.with_digits |= polynomial_of(expression).variables()

    def _any_word(self, access: Access) -> None:
        """Whatever the host answers."""
        for k, part in enumerate(access.after):
            limb = z3.Int(f"{access.name} answer {k}")
            self.given += [limb >= 0, limb < 1 << LIMB_BITS]
            self.ladder.receive(f"{access.name} answer {k}", part, limb)

    def _limbs(self, access: Access) -> list[z3.ArithRef]:
        limbs = [z3.Int(f"{access.name} limb {k}") for k in range(LIMBS)]
        self.given += [bound for limb in limbs for bound in (limb >= 0, limb < 1 << LIMB_BITS)]
        for k, (part, limb) in enumerate(zip(access.before, limbs, strict=True)):
            self.ladder.receive(f"{access.name} limb {k}", part, limb)
        return limbs
