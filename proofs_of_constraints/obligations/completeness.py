"""Every input in a chip's domain has a row: over the integers, with the cells that the ladder finds.

Inputs are the fetched tuple, the words in registers and memory, and the clocks. Where a row has several cases, no
input may fall between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import z3

from proofs_of_constraints.obligations.incompleteness import outcome_without_row
from proofs_of_constraints.obligations.obligation import Outcome, Session, Verdict
from proofs_of_constraints.obligations.operand_samples import OPERAND_SAMPLES
from proofs_of_constraints.translation.cases import cases
from proofs_of_constraints.translation.declared_rows import interactions_on
from proofs_of_constraints.translation.domains import Inputs, in_domain
from proofs_of_constraints.translation.execution import PC_BITS, executed_row, roles_of
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.instruction_view import Access, InstructionView
from proofs_of_constraints.translation.integer_words import INTEGER_TERM_WORDS as WORDS
from proofs_of_constraints.translation.integer_words import MODULUS
from proofs_of_constraints.translation.interval import lifted
from proofs_of_constraints.translation.ladder import Ladder
from proofs_of_constraints.translation.program_layout import Executed, constants
from proofs_of_constraints.translation.row_system import RowSystem
from spec.isa import Family
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Jump, Load, Store
from spec.isa.step import effective_address, is_canonical, is_instruction_address
from spec.memory_map import ADDRESS_BITS, DOUBLEWORD_BYTES
from spec.rv64im.buses import CLOCK_BITS, LIMB_BITS, LIMBS, SHIFT


class RowInputs:
    """What a row receives, as integers, and what may be assumed of it."""

    def __init__(self, view: InstructionView, executed: Executed) -> None:
        self.view = view
        self.executed = executed
        roles = roles_of(view, executed)
        self.pc, self.clock, self.immediate = z3.Ints("pc clock immediate")
        self.limbs: dict[str, list[z3.ArithRef]] = {}
        self.previous: dict[str, z3.ArithRef] = {}
        self.offset = z3.IntVal(0)
        """The byte in its doubleword at which a load or store starts."""
        self.given: list[z3.BoolRef] = [self.pc >= 0, self.pc < 1 << PC_BITS]
        self.given += [self.clock >= 1, self.clock + len(view.accesses) < 1 << CLOCK_BITS]
        for i, access in enumerate(view.accesses):
            limbs = [z3.Int(f"{access.name} limb {k}") for k in range(LIMBS)]
            self.limbs[access.name] = limbs
            self.given += [bound for limb in limbs for bound in (limb >= 0, limb < 1 << LIMB_BITS)]
            previous = z3.Int(f"{access.name} previous clock")
            self.previous[access.name] = previous
            self.given += [previous >= 0, previous < self.clock + i]
        self._reads_left, self._reads_right = roles.left is not None, roles.right is not None
        self.left = self._word(roles.left)
        self.right = self._word(roles.right)
        self._add_immediate()
        self.constants = constants(WORDS, executed, self.pc * INSTRUCTION_BYTES, self.immediate)
        inputs = Inputs(self.left, self.immediate)
        self.hypotheses = [in_domain(WORDS, view.chip.domain, executed.instruction, inputs), self._is_normal()]
        """That the execution is the chip's. Arithmetic on whole words is hard for solvers: see `address_lemmas`."""

    def address_lemmas(self) -> dict[str, tuple[list[z3.BoolRef], z3.BoolRef]]:
        """By name, hypotheses and claim: an address as the limbs of a sum. The hypotheses then speak of the limbs."""
        address = effective_address(WORDS, self.left, self.immediate)
        parts = [z3.Int(f"address limb {k}") for k in range(LIMBS)]
        carries = [z3.Int(f"address carry {k}") for k in range(LIMBS)]
        sums: list[z3.BoolRef] = []
        for k, limb in enumerate(self.limbs["source1"]):
            incoming = carries[k - 1] if k else z3.IntVal(0)
            sums.append(limb + self.constants[k] + incoming == parts[k] + carries[k] * (1 << LIMB_BITS))
            sums += [parts[k] >= 0, parts[k] < 1 << LIMB_BITS]
        whole = z3.Sum([part * (1 << (LIMB_BITS * k)) for k, part in enumerate(parts)])
        of_limbs = self.immediate == z3.Sum([c * (1 << (LIMB_BITS * k)) for k, c in enumerate(self.constants[:LIMBS])])
        limbs = [bound for c in self.constants[:LIMBS] for bound in (c >= 0, c < 1 << LIMB_BITS)]
        low = z3.Int("address")
        small = [low == whole, *(bound for part in parts for bound in (part >= 0, part < 1 << LIMB_BITS))]
        lemmas = {
            "the immediate is its limbs": (list(self.given), z3.And(of_limbs, *limbs)),
            "the address is its limbs": ([*self.given, of_limbs, *limbs, *sums], address == whole),
        }
        self.offset = parts[0] % DOUBLEWORD_BYTES
        renamed = [z3.substitute(hypothesis, (address, low)) for hypothesis in self.hypotheses]
        for width in (2, 4, 8):
            lemmas[f"the low limb shows divisibility by {width}"] = (small, low % width == parts[0] % width)
            renamed = [z3.substitute(hypothesis, (low % width, parts[0] % width)) for hypothesis in renamed]
        self.given += [*sums, *limbs, low == whole]
        self.hypotheses = renamed
        return lemmas

    def give(self, ladder: Ladder) -> None:
        """The ladder's row receives these inputs. Accesses that its case does not make are left out."""
        view = self.view
        ladder.receive("pc", view.fetched_pc, self.pc)
        ladder.receive("clock", view.arrival[1], self.clock)
        for i, (part, constant) in enumerate(zip(view.constants, self.constants, strict=True)):
            ladder.receive(f"constant {i}", part, constant)
        for access in view.accesses:
            if not ladder.system.resolve(access.multiplicity).terms:
                continue
            ladder.receive(f"{access.name} token", access.previous_clock, self.previous[access.name])
            for k, (part, limb) in enumerate(zip(access.before, self.limbs[access.name], strict=True)):
                ladder.receive(f"{access.name} limb {k}", part, limb)

    def samples(self, session: Session, title: str) -> Iterator[z3.ModelRef]:
        """Inputs with operands that chips often get wrong."""
        for left, right in OPERAND_SAMPLES:
            operands = [self.left == left] * self._reads_left + [self.right == right] * self._reads_right
            model = session.satisfying(f"{title}/sample", [*self.given, *operands])
            if model is not None:
                yield model

    def _word(self, access: Access | None) -> z3.ArithRef:
        if access is None:
            return z3.IntVal(0)
        return z3.Sum([limb * (1 << (LIMB_BITS * k)) for k, limb in enumerate(self.limbs[access.name])])

    def _add_immediate(self) -> None:
        """Any immediate of the format, as a word."""
        form = self.executed.instruction.format
        number = z3.Int("signed immediate")
        limit = 1 << form.immediate_bits
        low, high = (-limit // 2, limit // 2) if form.immediate_is_signed else (0, limit)
        if not form.immediate:
            low, high = 0, 1
        multiple = z3.Int("immediate multiple")
        self.given += [number >= low, number < high, number == multiple * form.immediate_alignment]
        self.given.append(self.immediate == z3.If(number < 0, number + MODULUS, number))

    def _is_normal(self) -> z3.BoolRef:
        """Whether the execution completes and goes on at an address that an instruction can have."""
        address = effective_address(WORDS, self.left, self.immediate)
        match self.executed.instruction.meaning:
            case Load(width_bytes) | Store(width_bytes):
                return is_canonical(WORDS, address, width_bytes)
            case Jump(target) if not self.executed.is_constant:
                goal = target(WORDS, self.pc * INSTRUCTION_BYTES, self.left, self.immediate)
                return z3.And(is_instruction_address(WORDS, goal), goal < 1 << ADDRESS_BITS)
        return z3.BoolVal(True)


def prove_complete(session: Session, view: InstructionView, executed: Executed) -> Outcome:
    """Proves that every input in the chip's domain has a row."""
    inputs = RowInputs(view, executed)
    title = f"complete/{view.chip.name}/{executed.name}"
    if isinstance(executed.instruction.meaning, Load | Store):
        for name, (hypotheses, claim) in inputs.address_lemmas().items():
            if session.satisfying(f"{title}/{name}", [*hypotheses, z3.Not(claim)]) is not None:
                return Outcome(Verdict.UNKNOWN, f"lemma: {name}")
    inputs.given += inputs.hypotheses
    split = cases_of(view, executed)
    ladders = []
    for i, (name, system) in enumerate(split):
        ladder = Ladder(system, f"{i}: ")
        inputs.give(ladder)
        ladder.climb({})
        ladders.append((name, ladder))
    if executed.has_shift_amount or interactions_on(view.chip, SHIFT, -1):
        return _each_amount(session, title, inputs, ladders)
    if isinstance(executed.instruction.meaning, Load | Store):
        return _each_offset(session, title, inputs, ladders)
    formulas = list(inputs.given)
    for _, ladder in ladders:
        formulas += ladder.definitions
    if len(ladders) == 1:
        ((_, ladder),) = ladders
        factors = ladder.factors()
        bounded = all_of(*(claim for name, claim in ladder.ranges.items() if name in factors))
        outside = session.satisfying(f"{title}/factors", [*formulas, z3.Not(bounded)]) if factors else None
        if outside is not None:
            models = chain([outside], inputs.samples(session, title))
            return outcome_without_row(session, title, [ladder], models, ["the range of a factor"])
        formulas += ladder.product_bounds
    formulas += [_falls_out(ladder) for _, ladder in ladders]
    return _outcome(session, title, inputs, formulas, ladders, ladders)


def cases_of(view: InstructionView, executed: Executed) -> list[tuple[str, RowSystem]]:
    """The row's cases with their equations as declared. A row that multiplies has only one."""
    system = executed_row(view, executed)
    if executed.instruction.family is Family.MULTIPLY_DIVIDE:
        system.propagate()
        split = [("the only case", system)]
    else:
        split = list(cases(system, simplified=False))
    for _, case in split:
        case.eliminate_free_variables()
    return split


def _falls_out(ladder: Ladder) -> z3.BoolRef:
    return z3.Not(all_of(*ladder.ranges.values(), *ladder.claims.values()))


def _each_amount(session: Session, title: str, inputs: RowInputs, ladders: Sequence[tuple[str, Ladder]]) -> Outcome:
    """One query for each shift amount; the amounts of the cases are all that the width has."""
    width = len(ladders)
    amount = inputs.right % width if inputs.executed.instruction.format.reads_rs2 else inputs.immediate
    for i, (name, ladder) in enumerate(ladders):
        if not name.endswith(f"={i}"):
            return Outcome(Verdict.UNKNOWN, f"the case {name} is not the amount {i}")
        formulas = [*inputs.given, *ladder.definitions, amount == i, _falls_out(ladder)]
        outcome = _outcome(session, f"{title}/{name}", inputs, formulas, [(name, ladder)], ladders)
        if outcome.verdict is not Verdict.PROVEN:
            return outcome
    outside = [*inputs.given, z3.Or(amount < 0, amount >= width)]
    return _outcome(session, f"{title}/all amounts", inputs, outside, ladders, ladders)


def _each_offset(session: Session, title: str, inputs: RowInputs, ladders: Sequence[tuple[str, Ladder]]) -> Outcome:
    """One query for each byte of a doubleword at which an access may start, with the cases of that offset."""
    for offset in range(DOUBLEWORD_BYTES):
        here = [(name, ladder) for name, ladder in ladders if _offset_of(ladder.system) == offset]
        formulas = [*inputs.given, inputs.offset == offset]
        for _, ladder in here:
            formulas += [*ladder.definitions, _falls_out(ladder)]
        outcome = _outcome(session, f"{title}/offset {offset}", inputs, formulas, here, ladders)
        if outcome.verdict is not Verdict.PROVEN:
            return outcome
    return Outcome(Verdict.PROVEN, f"{len(ladders)} cases")


def _offset_of(system: RowSystem) -> int:
    """A hint: the constant by which a case's address is off a multiple of 8."""
    for fact in system.facts:
        if fact.source == "address_low_is_aligned":
            terms = lifted(fact.factors[0], system.ranges).form.terms
            return -terms.get((), 0) * terms.get(("address_low",), 0)
    return system.variable("address_low").constant_term


def _outcome(
    session: Session,
    title: str,
    inputs: RowInputs,
    formulas: Sequence[z3.BoolRef],
    ladders: Sequence[tuple[str, Ladder]],
    every: Sequence[tuple[str, Ladder]],
) -> Outcome:
    """The outcome for these cases of the row, of all that it has."""
    model = session.satisfying(title, formulas)
    if model is None:
        return Outcome(Verdict.PROVEN, f"{len(ladders)} cases")
    missing = [
        f"{name}: {source}"
        for name, ladder in ladders
        for source, claim in {**ladder.ranges, **ladder.claims}.items()
        if not z3.is_true(model.eval(claim, model_completion=True))
    ]
    models = chain([model], inputs.samples(session, title))
    return outcome_without_row(session, title, [ladder for _, ladder in every], models, missing)
