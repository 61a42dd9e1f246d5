"""A tree's figures for people and for programs, rounded down."""

from __future__ import annotations

from fractions import Fraction

from soundcalc.composition.claim import RECURSION_IDEALISATION
from soundcalc.exact import float_bits, floor_bits, rounded_down
from soundcalc.protocol.report import GOAL_BITS
from soundcalc.protocol.tree import Role, TreeSecurity, charged
from soundcalc.report.document import Block, Paragraph, table

LARGEST = "proofs in the tree with most"


def tree_blocks(security: TreeSecurity) -> list[Block]:
    """The verdict, what it rests on, every kind of proof, and the lines beside the sum."""
    tree, figures = security.tree, security.figures
    verdict = (
        f"**{rounded_down(figures.interactive)} bits** summed over all rounds of {tree.proofs} proofs: {tree.segments} "
        f"segments, of the kind with most errors, nodes that convert as few segments and combine as few nodes as "
        f"circuits allow, and the final proof; no accepted tree is deeper than {tree.depth_limit}"
    )
    idealised = f"Beside the union bound: {RECURSION_IDEALISATION}."
    below = [f"{name}: {rounded_down(bits)} bits, below {GOAL_BITS}" for name, bits in _shortfalls(security).items()]
    rows: list[tuple[str, ...]] = [
        (
            circuit.name,
            str(circuit.proofs),
            f"2^{circuit.shape.schedule.height_log2}",
            str(circuit.shape.rate(0)),
            _bits(charged(circuit, report)),
            _bits(circuit.proofs * charged(circuit, report)) if circuit.proofs else "-",
        )
        for role in Role
        for circuit, report in security.of(role)
    ]
    shared = max(report.shared_error for _, report in security.of(Role.SEGMENT))
    rows.append(("what the run pays once", "1", "", "", *[_bits(shared)] * 2))
    header = ("proof", LARGEST, "stacking height", "rate", "bits of one, summed", "bits of all of them")
    lines = [(name, str(rounded_down(bits))) for name, bits in _lines(security).items()]
    return [
        *map(Paragraph, (verdict, *below)),
        table(header, rows),
        table(("figure of the sum", "bits"), lines),
        Paragraph(idealised),
    ]


def _bits(error: Fraction) -> str:
    return str(rounded_down(float_bits(error)))


def _lines(security: TreeSecurity) -> dict[str, float]:
    figures = security.figures
    return {
        "interactive": figures.interactive,
        "non-interactive": figures.non_interactive,
        "quantum, order of magnitude": figures.quantum,
        "cap by collisions of the hash": figures.collision_cap,
    }


def _shortfalls(security: TreeSecurity) -> dict[str, float]:
    """The figures of the claim below the goal; the quantum one is no part of it."""
    return {name: bits for name, bits in _lines(security).items() if bits < GOAL_BITS and "quantum" not in name}


def tree_facts(security: TreeSecurity) -> dict[str, object]:
    """The same as a JSON object; `bits` are floors decided exactly, `bits_rounded` two decimals, rounded down too."""
    tree, figures = security.tree, security.figures
    return {
        "segments": tree.segments,
        "depth_limit": tree.depth_limit,
        "proofs": tree.proofs,
        "sum_bits": floor_bits(security.error),
        "sum_bits_rounded": float(rounded_down(figures.interactive)),
        "non_interactive_bits_rounded": float(rounded_down(figures.non_interactive)),
        "quantum_bits_rounded": float(rounded_down(figures.quantum)),
        "collision_cap_bits_rounded": float(rounded_down(figures.collision_cap)),
        "below_goal": {name: float(rounded_down(bits)) for name, bits in _shortfalls(security).items()},
        "idealisation": RECURSION_IDEALISATION,
        "circuits": [
            {
                "name": circuit.name,
                "role": circuit.role.value,
                "proofs": circuit.proofs,
                "height_log2": circuit.shape.schedule.height_log2,
                "rate_log2": circuit.shape.rate_log2,
                "proof_sum_bits": floor_bits(charged(circuit, report)),
                "proof_sum_bits_rounded": float(_bits(charged(circuit, report))),
            }
            for role in Role
            for circuit, report in security.of(role)
        ],
    }
