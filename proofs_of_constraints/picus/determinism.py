"""That the inputs of a module determine its outputs, and that it has rows at all and keeps its promises.

A ladder comes first: a variable that one equation determines from determined ones is determined, too. What is left is
one question about two rows that share what is determined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import combinations

import z3

from proofs_of_constraints.obligations.obligation import (
    Counterexample,
    Kind,
    Obligation,
    Outcome,
    Session,
    UndecidedError,
    Verdict,
)
from proofs_of_constraints.picus.encoding import Encoder, Polynomials, Terms, factors_of, ranges_of
from proofs_of_constraints.picus.program import (
    Comparison,
    Condition,
    Connective,
    Determined,
    Name,
    Operation,
    Program,
    variables_of,
)
from proofs_of_constraints.picus.system import System, Use, WrittenOut, conjuncts, holds, system_of
from proofs_of_constraints.translation.formulas import all_of, any_of
from proofs_of_constraints.translation.interval import Interval
from proofs_of_constraints.translation.polynomial import Monomial

COPIES = ("first", "second")

Assumptions = Mapping[str, Condition]
"""By name, conditions on the variables of modules that something outside of the file ensures."""


class UnusedAssumptionError(ValueError):
    """An assumption speaks of variables that no module has; the message names it."""


def picus_obligations(program: Program, assumptions: Assumptions) -> list[Obligation]:
    """The obligations of every module.

    Raises UnusedAssumptionError if an assumption speaks of variables that no module has, and PicusError if too much is
    written out.
    """
    written = WrittenOut()
    systems = {name: system_of(program, module, assumptions, written) for name, module in program.modules.items()}
    unused = [title for title in assumptions if all(title not in system.used for system in systems.values())]
    if unused:
        raise UnusedAssumptionError(f"no module has all variables of the assumption {unused[0]}")
    return [obligation for name in systems for obligation in _obligations_of(name, systems)]


def _obligations_of(name: str, systems: Mapping[str, System]) -> Iterator[Obligation]:
    system = systems[name]
    used = tuple(system.used)
    yield Obligation(Kind.NOT_VACUOUS, name, "", used, lambda s: _Proof(s, name, systems).not_vacuous())
    if system.outputs:
        yield Obligation(Kind.DETERMINISM, name, "", used, lambda s: _Proof(s, name, systems).deterministic())
    if system.promised:
        yield Obligation(Kind.FUNCTION, name, "", used, lambda s: _Proof(s, name, systems).promises_kept())


class _Proof:
    """The proofs about one module."""

    def __init__(self, session: Session, name: str, systems: Mapping[str, System]) -> None:
        self._session = session
        self._name = name
        self._systems = systems
        self._system = systems[name]
        self._polynomials = Polynomials(self._system)
        self._ranges = ranges_of(self._system, self._polynomials)
        self._conditions = list(conjuncts([*self._system.asserted, *self._system.assumed]))
        prime = self._system.prime
        self._nonzero = {_scaled(terms, prime) for terms in self._nonzero_terms() if terms}
        self._determined = set(self._system.inputs)
        for condition in self._conditions:
            if isinstance(condition, Determined) and isinstance(condition.expression, Name):
                self._determined.add(condition.expression.text)

    def not_vacuous(self) -> Outcome:
        """Some row satisfies everything."""
        row = self._counterexample("not vacuous", [])
        if row is None:
            return Outcome(Verdict.REFUTED, "no row satisfies the module")
        return Outcome(Verdict.PROVEN, "a row exists")

    def promises_kept(self) -> Outcome:
        """Every postcondition follows."""
        for position, promise in enumerate(self._system.promised, start=1):
            row = self._counterexample(f"post-condition {position}", [Connective("!", (promise,))])
            if row is not None:
                failed = f"post-condition {position}"
                return Outcome(Verdict.REFUTED, failed, Counterexample(row, (failed,), satisfies_declaration=True))
        return Outcome(Verdict.PROVEN, f"{len(self._system.promised)} post-conditions")

    def deterministic(self) -> Outcome:
        """Two rows with equal inputs have equal outputs."""
        self._climb()
        open_outputs = [name for name in self._system.outputs if name not in self._determined]
        detail = f"{len(self._system.outputs)} outputs"
        if not open_outputs:
            return Outcome(Verdict.PROVEN, detail)
        candidates = self._differing_rows("determinism", open_outputs, self._encoder())
        if candidates is None:
            return Outcome(Verdict.PROVEN, detail)
        found = Outcome(Verdict.REFUTED, ", ".join(open_outputs))
        if all(self._satisfies(row, []) for row in candidates):
            return replace(found, counterexample=_two_rows(self._system, candidates))
        for inputs in self._sampled_inputs(candidates[0]):
            with suppress(UndecidedError):
                encoder = self._encoder(exact=True, known=inputs)
                rows = self._differing_rows("determinism/known inputs", open_outputs, encoder)
                if rows is not None and all(self._satisfies(row, []) for row in rows):
                    return replace(found, counterexample=_two_rows(self._system, rows))
        rows = self._differing_rows("determinism/exact products", open_outputs, self._encoder(exact=True))
        if rows is None:
            return Outcome(Verdict.PROVEN, detail)
        if all(self._satisfies(row, []) for row in rows):
            return replace(found, counterexample=_two_rows(self._system, rows))
        raise UndecidedError(f"determinism/{self._name}: the rows found do not satisfy the module")

    def _differing_rows(self, title: str, outputs: Sequence[str], encoder: Encoder) -> list[dict[str, int]] | None:
        """Two rows with the same inputs that differ in some of these outputs, as far as the encoding is exact."""
        differ = any_of(*(encoder.cell(o, COPIES[0]) != encoder.cell(o, COPIES[1]) for o in outputs))
        self._bound_all(encoder, COPIES)
        formulas = [differ, *self._lemmas(encoder)]
        model = self._ask(f"{title}/{self._name}", encoder, self._conditions, COPIES, formulas)
        return None if model is None else [encoder.row(model, copy) for copy in COPIES]

    def _climb(self) -> None:
        """Adds to the determined variables what single equations and calls of deterministic modules determine."""
        equations = [c for c in self._conditions if isinstance(c, Comparison) and c.operator == "="]
        while any(self._takes_equation(e) for e in equations) or any(map(self._takes_use, self._system.uses)):
            pass

    def _takes_equation(self, equation: Comparison) -> bool:
        """Whether the equation determines variables that were not determined before."""
        open_names = sorted(set(variables_of(equation)) - self._determined)
        if not open_names:
            return False
        factors = factors_of(equation)
        if len(open_names) == 1 and len(factors) == 1:
            (name,) = open_names
            terms = self._polynomials.terms(factors[0])
            if self._is_solvable_for(name, terms):
                self._determined.add(name)
                return True
        anything = Interval(0, self._system.prime - 1)
        if any(self._ranges[name] == anything for name in open_names):
            return False
        encoder = self._encoder()
        differ = any_of(*(encoder.cell(n, COPIES[0]) != encoder.cell(n, COPIES[1]) for n in open_names))
        try:
            if self._ask(f"ladder/{self._name}", encoder, [equation], COPIES, [differ]) is not None:
                return False
        except UndecidedError:
            return False
        self._determined.update(open_names)
        return True

    def _is_solvable_for(self, name: str, terms: Terms) -> bool:
        """Whether terms that vanish are linear in a variable, with a coefficient that is not zero on any row."""
        if any(monomial.count(name) > 1 for monomial in terms):
            return False
        coefficient = {tuple(n for n in m if n != name): c for m, c in terms.items() if name in m}
        if list(coefficient) in ([], [()]):
            return bool(coefficient)
        return _scaled(coefficient, self._system.prime) in self._nonzero

    def _nonzero_terms(self) -> Iterator[Terms]:
        """What conditions say is not zero: a difference that is denied, and the factors of a constant that is not."""
        for condition in self._conditions:
            match condition:
                case Comparison("!=", left, right):
                    yield self._polynomials.terms(Operation("-", (left, right)))
                case Comparison("=", left, right):
                    terms = self._polynomials.terms(Operation("-", (left, right)))
                    products = [set(monomial) for monomial in terms if monomial]
                    if () in terms and products:
                        for name in set.intersection(*products):
                            yield {(name,): 1}

    def _takes_use(self, use: Use) -> bool:
        """Whether a call gives outputs that were not determined before."""
        inputs = {name for part in use.inputs for name in variables_of(part)}
        if self._determined.issuperset(use.outputs) or not self._determined.issuperset(inputs):
            return False
        if not self._may_rely_on(use):
            return False
        self._determined.update(use.outputs)
        return True

    def _may_rely_on(self, use: Use) -> bool:
        """Whether the called module is deterministic and this one ensures what it assumes."""
        try:
            for assumption in use.assumed:
                if isinstance(assumption, Determined):
                    if not self._determined.issuperset(variables_of(assumption)):
                        return False
                elif self._counterexample("assumption of a call", [Connective("!", (assumption,))]) is not None:
                    return False
            called = _Proof(self._session, use.module, self._systems)
            return called.deterministic().verdict is Verdict.PROVEN
        except UndecidedError:
            return False

    def _lemmas(self, encoder: Encoder) -> list[z3.BoolRef]:
        """Equal inputs of a deterministic module give equal outputs."""
        found = []
        for use in self._system.uses:
            if not self._determined.issuperset(use.outputs) and self._may_rely_on(use):
                values = [[encoder.value(part, copy) for part in use.inputs] for copy in COPIES]
                equal = all_of(*(one == other for one, other in zip(*values, strict=True)))
                same = [encoder.cell(name, COPIES[0]) == encoder.cell(name, COPIES[1]) for name in use.outputs]
                found.append(z3.Implies(equal, all_of(*same)))
        return found

    def _encoder(self, *, exact: bool = False, known: Mapping[str, int] | None = None) -> Encoder:
        return Encoder(self._polynomials, self._ranges, frozenset(self._determined), exact, known or {})

    def _counterexample(self, title: str, more: Sequence[Condition]) -> dict[str, int] | None:
        """A row of the module that satisfies more conditions, or None.

        Raises UndecidedError if the solver gives no answer in time.
        """
        candidate = self._row(title, more, self._encoder())
        if candidate is None or self._satisfies(candidate, more):
            return candidate
        for inputs in self._sampled_inputs(candidate):
            with suppress(UndecidedError):
                row = self._row(f"{title}/known inputs", more, self._encoder(exact=True, known=inputs))
                if row is not None and self._satisfies(row, more):
                    return row
        row = self._row(f"{title}/exact products", more, self._encoder(exact=True))
        if row is None or self._satisfies(row, more):
            return row
        raise UndecidedError(f"{title}/{self._name}: the row found does not satisfy the module")

    def _sampled_inputs(self, candidate: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """Inputs at which rows are searched for: with known inputs less is multiplied."""
        yield {name: candidate[name] for name in self._system.inputs}
        yield {name: self._ranges[name].low for name in self._system.inputs}

    def _row(self, title: str, more: Sequence[Condition], encoder: Encoder) -> dict[str, int] | None:
        self._bound_all(encoder, COPIES[:1])
        model = self._ask(f"{title}/{self._name}", encoder, [*self._conditions, *more], COPIES[:1], [])
        return None if model is None else encoder.row(model, COPIES[0])

    def _ask(
        self,
        title: str,
        encoder: Encoder,
        conditions: Sequence[Condition],
        copies: Sequence[str],
        more: Sequence[z3.BoolRef],
    ) -> z3.ModelRef | None:
        formulas = [encoder.condition(condition, copy) for copy in copies for condition in conditions]
        formulas += [self._determined_in(encoder, c) for c in conditions if isinstance(c, Determined)]
        return self._session.satisfying(title, [*formulas, *more, *encoder.bounds])

    def _bound_all(self, encoder: Encoder, copies: Sequence[str]) -> None:
        """Gives every variable its range, so that a model is a row."""
        for name in self._ranges:
            for copy in copies:
                encoder.cell(name, copy)

    def _determined_in(self, encoder: Encoder, condition: Determined) -> z3.BoolRef:
        first, second = (encoder.value(condition.expression, copy) for copy in COPIES)
        return first == second

    def _satisfies(self, row: Mapping[str, int], more: Sequence[Condition]) -> bool:
        return all(holds(condition, row, self._system.prime) for condition in (*self._conditions, *more))


def _scaled(terms: Terms, prime: int) -> frozenset[tuple[Monomial, int]]:
    """The same for all multiples of a polynomial that is not zero."""
    unit = pow(terms[min(terms)], -1, prime)
    return frozenset((monomial, coefficient * unit % prime) for monomial, coefficient in terms.items())


def _two_rows(system: System, rows: Sequence[Mapping[str, int]]) -> Counterexample:
    """The variables of both rows, inputs once, and the outputs that differ."""
    columns = {name: rows[0][name] for name in system.inputs}
    for name in system.variables():
        if name not in system.inputs:
            columns |= {f"{name} {copy}": row[name] for copy, row in zip(COPIES, rows, strict=True)}
    failed = tuple(
        f"output {name} may be {one[name]:#x} and {other[name]:#x}"
        for one, other in combinations(rows, 2)
        for name in system.outputs
        if one[name] != other[name]
    )
    return Counterexample(columns, failed, satisfies_declaration=True)
