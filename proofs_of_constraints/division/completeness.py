"""Every dividend and divisor have a row of the division chips.

Quotient and remainder are taken from the theorem of division: B = D Q + R with |R| < |D| and the sign of R that of B,
for D other than 0. That Q is as small as its columns is a lemma; that the carries, which are found equation by
equation, have their ranges, is proven from it.
"""

from __future__ import annotations

from itertools import chain

import z3

from proofs_of_constraints.division.reading import Reading
from proofs_of_constraints.obligations.completeness import RowInputs, cases_of
from proofs_of_constraints.obligations.incompleteness import outcome_without_row
from proofs_of_constraints.obligations.obligation import Outcome, Session, Verdict
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.instruction_view import InstructionView
from proofs_of_constraints.translation.integer_row import IntegerTerms, product_of, sum_of
from proofs_of_constraints.translation.interval import BOOLEAN
from proofs_of_constraints.translation.ladder import Ladder
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.program_layout import Executed
from spec.rv64im.buses import LIMB_BITS
from spec.word import BYTE_BITS


def prove_division_complete(session: Session, view: InstructionView, executed: Executed, reading: Reading) -> Outcome:
    """Proves that every input has a row."""
    title = f"complete/{view.chip.name}/{executed.name}"
    inputs = RowInputs(view, executed)
    ((_, system),) = cases_of(view, executed)
    count, width = reading.limb_count, reading.width_bits
    # Any element but 0 says the same of by_zero; the row that is looked for has 1.
    system.restrict("choice", Polynomial.variable("by_zero"), BOOLEAN)
    ladder = Ladder(system, "")
    inputs.give(ladder)
    seeds = [f"quotient_{i}" for i in range(2 * count)] + [f"remainder_{i}" for i in range(count)]
    seeds += ["quotient_sign", "remainder_sign", "by_zero"]
    seeds = [name for seed in seeds if (name := system.variable(seed).only_variable()) is not None]
    ladder.climb({name: z3.Int(name) for name in seeds})

    divisor = _number(ladder, "divisor", 2 * count, BYTE_BITS)
    quotient = _number(ladder, "quotient", 2 * count, BYTE_BITS)
    remainder = _number(ladder, "remainder", count, LIMB_BITS)
    dividend = _number(ladder, "dividend", count, LIMB_BITS)
    product = ladder.term(product_of(divisor, quotient))
    d, q, r, b = (ladder.term(terms) for terms in (divisor, quotient, remainder, dividend))
    for name, hypotheses, claim in _lemmas():
        if session.satisfying(f"{title}/{name}", [*hypotheses, z3.Not(claim)]) is not None:
            return Outcome(Verdict.UNKNOWN, f"lemma: {name}")
    limit = (1 << (width - 1)) if reading.signed else (1 << width) - 1
    zero = [_cell(ladder, f"quotient_{i}") == 255 for i in range(2 * count)]
    zero += [_cell(ladder, "quotient_sign") == 0, r == b]
    smaller = _magnitude(r) < _magnitude(d)
    nonzero = [smaller, z3.Or(r == 0, (r < 0) == (b < 0)), q <= limit, q >= (-limit if reading.signed else 0)]
    theorem = [
        *inputs.given,
        *ladder.definitions,
        *(ladder.ranges[name] for name in seeds if name in ladder.ranges),
        _cell(ladder, "by_zero") == z3.If(d == 0, 1, 0),
        z3.If(d == 0, all_of(*zero), all_of(*nonzero)),
        product + r == b,
    ]
    # The equations leave nothing over: together they are the equation of the whole numbers.
    over = [z3.Int(f"limb_{i}_of_the_division: left over") for i in range(2 * count)]
    modulus = 1 << (2 * width)
    total = z3.Sum([left_over * (1 << (LIMB_BITS * i)) for i, left_over in enumerate(over)])
    limbs = [bound for left_over in over for bound in (left_over >= 0, left_over < 1 << LIMB_BITS)]
    nothing = all_of(*(left_over == 0 for left_over in over))
    equations = [*ladder.definitions, product + r == b]
    for name, hypotheses, claim in (
        ("what is left over is a multiple of 2^(2 width)", equations, total % modulus == 0),
        ("nothing is left over", [*limbs, total % modulus == 0], nothing),
    ):
        if session.satisfying(f"{title}/{name}", [*hypotheses, z3.Not(claim)]) is not None:
            return outcome_without_row(session, title, [ladder], inputs.samples(session, title), [f"lemma: {name}"])
    return _prove_claims(session, title, inputs, ladder, [*theorem, nothing])


def _prove_claims(
    session: Session, title: str, inputs: RowInputs, ladder: Ladder, theorem: list[z3.BoolRef]
) -> Outcome:
    """Each range and each constraint; what is proven helps with the next."""
    factors = ladder.factors()
    first = {name: claim for name, claim in ladder.ranges.items() if name in factors}
    rest = {**{n: c for n, c in ladder.ranges.items() if n not in factors}, **ladder.claims}
    known = list(theorem)
    for stage, claims in (("factor", first), ("cell", rest)):
        for name, claim in claims.items():
            model = session.satisfying(f"{title}/{stage} {name}", [*known, z3.Not(claim)])
            if model is not None:
                models = chain([model], inputs.samples(session, title))
                return outcome_without_row(session, title, [ladder], models, [name])
            known.append(claim)
        known += ladder.product_bounds
    return Outcome(Verdict.PROVEN, f"{len(first) + len(rest)} claims")


def _lemmas() -> list[tuple[str, list[z3.BoolRef], z3.BoolRef]]:
    """What division says of the quotient's size."""
    d, q, r, b = z3.Ints("D Q R B")
    exact = [b == d * q + r, d != 0, _magnitude(r) < _magnitude(d), z3.Or(r == 0, (r < 0) == (b < 0))]
    return [
        ("the quotient is at most the dividend", exact, _magnitude(q) <= _magnitude(b)),
        ("an unsigned quotient is not negative", [*exact, d > 0, b >= 0], q >= 0),
    ]


def _magnitude(number: z3.ArithRef) -> z3.ArithRef:
    return z3.If(number < 0, -number, number)


def _cell(ladder: Ladder, name: str) -> z3.ArithRef:
    return ladder.term(ladder.system.variable(name).terms)


def _number(ladder: Ladder, prefix: str, count: int, limb_bits: int) -> IntegerTerms:
    """The columns of a number as integer terms, less 2^width where the sign is set."""
    terms: IntegerTerms = {}
    for i in range(count):
        digit = ladder.system.variable(f"{prefix}_{i}").terms
        terms = sum_of(terms, {monomial: c << (limb_bits * i) for monomial, c in digit.items()})
    sign = ladder.system.variable(f"{prefix}_sign").terms
    return sum_of(terms, {monomial: -c << (count * limb_bits) for monomial, c in sign.items()})
