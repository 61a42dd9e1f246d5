"""The security of a final proof as commands state it: of all proofs behind it, in the tree with most of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from soundcalc.protocol.runs import RunSecurity
from soundcalc.protocol.tree import proof_tree, tree_security
from spec.rv64im.tokens import output_tokens
from spec.rv64im.tree import tree_design


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
    found = tree_security(proof_tree(tree_design(), segments, len(output_tokens(output))))
    return FinalSecurity(found.reports, found.error)
