"""The security of a final proof as commands state it: of all proofs behind it, in the tree with most of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from soundcalc.protocol.runs import RunSecurity
from soundcalc.protocol.tree import proof_tree, tree_security
from spec.rv64im.tokens import output_tokens
from spec.rv64im.tree import tree_design

KEPT_FIGURES = 1024
"""Runs of so many numbers of segments and lengths of output: a verifier of many proofs sums each of them once."""


@dataclass(frozen=True)
class FinalSecurity(RunSecurity):
    """The figures of a run in one proof; the reports are by kind of proof."""

    tree_error: Fraction
    """All errors of all proofs added up, each kind as often as the tree has it."""

    @property
    def error(self) -> Fraction:
        """The tree's."""
        return self.tree_error


def final_security(segments: int, output: bytes) -> FinalSecurity:
    """The security of a final proof of a run of so many segments with this output. Raises CalculatorError for a number
    that no final proof states."""
    return _security_of(segments, len(output_tokens(output)))


@lru_cache(KEPT_FIGURES)
def _security_of(segments: int, tokens: int) -> FinalSecurity:
    found = tree_security(proof_tree(tree_design(), segments, tokens))
    return FinalSecurity(found.reports, found.error)
