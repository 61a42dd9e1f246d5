"""From tables to an execution: each step of the deterministic part, with the obligations by which it is proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from documentation.markdown import code, table
from documentation.verdicts import recorded_verdict
from proofs_of_constraints.audit import selected
from proofs_of_constraints.obligations.obligation import Kind, Obligation


@dataclass(frozen=True)
class Step:
    """One step. Its obligations are all of some kinds, and those about the machine that are named."""

    claim: str
    sections: tuple[str, ...]
    kinds: tuple[Kind, ...] = ()
    about_the_machine: tuple[str, ...] = ()

    def obligations(self) -> Iterator[Obligation]:
        """In the order of the audit."""
        for obligation in selected():
            named = obligation.kind is Kind.MACHINE and obligation.instruction in self.about_the_machine
            if named or obligation.kind in self.kinds:
                yield obligation


STEPS = (
    Step(
        "What the verifier evaluates is what is declared: every constraint, interaction and closed form, with powers "
        "of its own, in every table; keys, digests and transcripts cover all of it, and fix before they draw.",
        ("4.2", "4.5", "6.9"),
        about_the_machine=(
            "evaluated constraints",
            "fractions of messages",
            "interactions in the circuit",
            "nodes of the circuit",
            "powers of constraints",
            "closed forms",
            "degrees",
            "tables",
            "machine digest",
            "machine digest of chips",
            "key digest",
            "transcripts",
            "order of challenges",
            "messages in the transcript",
        ),
    ),
    Step(
        "What is opened is what was claimed: every committed column lies in one place, every claim has a weight of its "
        "own, and a fold is the code's word of the bound vector.",
        ("4.3", "4.5"),
        about_the_machine=(
            "places of columns",
            "weights of claims",
            "numbers of stacked columns",
            "folds of vectors",
        ),
    ),
    Step(
        "Heights keep counts below the field's order and clocks below their limit; no table stands twice.",
        ("2.2", "3.3"),
        about_the_machine=(
            "bounds on heights",
            "messages below p",
            "single tables",
            "tables for some chips",
            "listed shapes",
            "clock bounds",
            "number of segments",
        ),
    ),
    Step(
        "Balance of sums is balance of multisets: multiplicities are 0 or 1, rows that are padding say nothing, every "
        "bus has its identity, width and scope, and senders and receivers that are meant.",
        ("3.1", "3.2", "3.3"),
        kinds=(Kind.MULTIPLICITIES, Kind.PADDING, Kind.DISCIPLINE),
        about_the_machine=(
            "bus identities",
            "bus widths",
            "both ends of every bus",
            "ends of chains",
            "senders of buses",
            "expected senders",
            "bounds of fields",
            "rows of zeros",
            "scopes of buses",
            "machines with wrong scopes",
            "wiring of columns and opcodes",
        ),
    ),
    Step(
        "Real rows lie on one path of state tokens; each access has its own clock and takes the token that is held.",
        ("3.4", "4.1"),
        kinds=(Kind.CLOCK_ORDER, Kind.MEMORY),
        about_the_machine=("tokens that a row can take", "tokens taken after a step", "special program counters"),
    ),
    Step(
        "The row executes the operation that the word at its program counter encodes.",
        ("3.6", "6.5"),
        kinds=(Kind.SELECTED, Kind.DECODE),
    ),
    Step(
        "A row does what its operation does: what it sends follows from what it receives, in the contracts' ranges.",
        ("1.4", "6.8"),
        kinds=(Kind.FUNCTION, Kind.DETERMINISM, Kind.NOT_VACUOUS),
    ),
    Step("A call's work is done once, under its key, and the call gets that answer.", ("2.5",), kinds=(Kind.ORDER,)),
    Step(
        "Segments join; the last one ends with the exit code, and no other states one.",
        ("2.1", "3.5", "4.8"),
        about_the_machine=(
            "joins of segments",
            "public values",
            "the value that ends a run",
            "ends and bounds of a run",
            "tokens of a segment",
            "tokens of the output",
        ),
    ),
    Step(
        "Every input has a row, so that an honest execution has a proof.",
        ("8.9",),
        kinds=(Kind.COMPLETE, Kind.COVERED),
    ),
)
"""In the order in which they rest on one another; each obligation about the machine is in exactly one."""


def deterministic_steps() -> str:
    """The steps with their obligations and verdicts."""
    rows = []
    for step in STEPS:
        verdicts = Counter(recorded_verdict(obligation.identity) for obligation in step.obligations())
        names = [f"*{kind.value}*" for kind in step.kinds] + [code(name) for name in step.about_the_machine]
        counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        rows.append((step.claim, ", ".join(step.sections), ", ".join(names), counted))
    return table(("step", "sections", "obligations", "verdicts"), rows, (40, 10, 36, 14))
