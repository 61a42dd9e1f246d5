"""From a balanced bus to the hypothesis of a row's step: what a row can take, by counting tokens once.

The tokens of one place are named by their stamps. `taker(s)` is the stamp that the row puts which takes the token s: a
function, because the bus balances and every token is taken once. The hypothesis of the induction is that every token
put before the one that is held has been taken by a row that put its own no later than that. The obligations of single
rows (`memory_obligations`) prove that of the held token and those that are put later a row can only take the held one.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from proofs_of_constraints.obligations.assumptions import BALANCE, INDUCTION
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict


def chain_obligations() -> Iterator[Obligation]:
    """What a row may take, and the hypothesis after its step."""
    yield Obligation(Kind.MACHINE, "", "tokens that a row can take", (BALANCE, INDUCTION), _prove_can_take)
    yield Obligation(Kind.MACHINE, "", "tokens taken after a step", (BALANCE, INDUCTION), _prove_next_hypothesis)


class _Chain:
    """The tokens of a place, when the rows that put stamps below `now` are done and the row that puts `now` is next."""

    def __init__(self) -> None:
        self.held, self.now = z3.Ints("held now")
        self._put = z3.Function("put", z3.IntSort(), z3.BoolSort())
        self._taker = z3.Function("taker", z3.IntSort(), z3.IntSort())
        self.given = [self.held < self.now, self._put(self.held)]

    def taker(self, token: z3.ArithRef) -> z3.ArithRef:
        """The stamp that the row puts which takes the token."""
        return self._taker(token)

    def token(self, name: str) -> z3.ArithRef:
        """Some token of the place, of which the order of the rows and the hypothesis hold."""
        token = z3.Int(name)
        self.given += [
            self._put(token),
            z3.Or(token <= self.held, token >= self.now),
            z3.Implies(token < self.held, self.taker(token) <= self.held),
        ]
        return token


def _refute(session: Session, title: str, chain: _Chain, claim: z3.BoolRef) -> Outcome:
    """The outcome of a claim, which must not follow from nothing."""
    if session.satisfying(f"{title}/not vacuous", chain.given) is None:
        return Outcome(Verdict.REFUTED, "the hypotheses contradict one another")
    model = session.satisfying(title, [z3.Not(claim), *chain.given])
    if model is None:
        return Outcome(Verdict.PROVEN)
    stamps = {str(d): model[d].as_long() for d in model.decls() if z3.is_int_value(model[d])}
    return Outcome(Verdict.REFUTED, "", Counterexample(stamps))


def _prove_can_take(session: Session) -> Outcome:
    """What the next row takes is held, or is put by a row that is not done."""
    chain = _Chain()
    taken = chain.token("taken")
    chain.given.append(chain.taker(taken) == chain.now)
    return _refute(session, "tokens that a row can take", chain, z3.Or(taken == chain.held, taken >= chain.now))


def _prove_next_hypothesis(session: Session) -> Outcome:
    """Once the next row has taken the held token, every token put before its own is taken."""
    chain = _Chain()
    any_token = chain.token("any")
    chain.given.append(chain.taker(chain.held) == chain.now)
    claim = z3.Implies(any_token < chain.now, chain.taker(any_token) <= chain.now)
    return _refute(session, "tokens taken after a step", chain, claim)
