"""What recursion proves: the relations of its nodes, and the shapes of segments that it will verify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields as dataclass_fields
from fractions import Fraction
from functools import cache
from typing import Any

from documentation.markdown import code, codes, number, sentence, table
from soundcalc.exact import float_bits, rounded_down
from soundcalc.protocol.node_cost import NodeCost, node_costs
from soundcalc.protocol.segment_cost import segment_compressions
from soundcalc.protocol.tree import Role, TreeSecurity, charged, proof_tree, tree_security
from spec.circuit.nodes import Convert
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_CAPACITY_BYTES
from spec.parameters import RECURSION
from spec.protocol.form import SegmentForm
from spec.protocol.node_statement import NodeStatement, public_elements
from spec.protocol.recursion import COMBINE, CONVERT, FINAL, JOINED, UNCHANGED, NodeCondition, most_segments
from spec.protocol.shape import listed_shape
from spec.protocol.stacking import Commitment
from spec.rv64im.machine import RV64IM
from spec.rv64im.recursion_shapes import (
    BOUNDARY_HEIGHT_LOG2,
    CALL_SHAPES_LOG2,
    MEMORY_HEIGHT_LOG2,
    PROGRAM_HEIGHTS_LOG2,
    RARE_HEIGHT_LOG2,
)
from spec.rv64im.tree import tree_design

MOST_OUTPUT_TOKENS = 1 + OUTPUT_CAPACITY_BYTES // DOUBLEWORD_BYTES
"""A claimed output is its length and its doublewords."""


def node_statement() -> str:
    """The public values of a node, in their order."""
    rows = [(code(name), number(count), _FIELDS[_field(name)]) for name, count in public_elements(RV64IM).items()]
    return table(("public value", "elements", "what"), rows, (16, 10, 74))


def _field(name: str) -> str:
    """What a statement calls the public value. Raises KeyError for one that has no meaning here."""
    if name in {join.enters for join in RV64IM.joins}:
        return "starts"
    if name in {join.leaves for join in RV64IM.joins}:
        return "ends"
    return "exit_values" if name in RV64IM.exit_values else name


_FIELDS = {
    "run": "$G$, as limbs",
    "program_id": "the program's id, as limbs",
    "segment_count": "segments of the span",
    "first_index": "index of its first segment",
    "starts": "one of *starts*: what the first segment enters with",
    "ends": "one of *ends*: what the last segment leaves",
    "exit_values": "one of *exit values*: a limb of the exit code, zero unless the span ends the run",
    "leaves_root": "root over the leaves of the span, as limbs",
    "global_total": "sum of the totals $T^{glob}$ of the span, the constant coefficient first",
    "key_list_root": "root of the list of keys, as limbs",
    "depth": "zero for **convert**",
}
"""By field of a statement."""

_SHARED = {
    "_is_the_same_everywhere": "$x_i.f = x.f$ for all $i$",
    "_from_the_first_span": "$x.f = x_1.f$",
    "_from_the_last_span": "$x.f = x_n.f$",
    "_from_the_child": "$x.f = x_1.f$",
}
"""The equations that several fields share, by how the names of their conditions end."""

_EQUATIONS = {
    "only_the_last_has_halted": "$x_i.\\mathsf{pc\\_out} \\ne \\bot$ for $i < n$",
    "indices_meet": "$x_i.\\mathsf{first\\_index} + x_i.\\mathsf{segment\\_count} = x_{i+1}.\\mathsf{first\\_index}$ "
    "for $i < n$",
    "spans_meet": "$x_i.\\mathsf{ends} = x_{i+1}.\\mathsf{starts}$ for $i < n$",
    "counts_add_up": "$x.\\mathsf{segment\\_count} = \\sum_i x_i.\\mathsf{segment\\_count}$",
    "totals_add_up": "$x.\\mathsf{global\\_total} = \\sum_i x_i.\\mathsf{global\\_total}$",
    "root_is_the_tree_over_all": "$x.\\mathsf{leaves\\_root}$ is that of the tree over all "
    "$x_i.\\mathsf{leaves\\_root}$",
    "indices_are_the_leafs": "the public value `segment` of each is the index in its leaf",
    "does_not_start_halted": "$x_1.\\mathsf{pc\\_in} \\ne \\bot$",
    "no_exit_code_without_halt": "$x_i.\\mathsf{exit\\ values} = 0$ or $x_i.\\mathsf{pc\\_out} = \\bot$",
    "nothing_moves_without_its_table": "what a join leaves is what it enters, where its table is absent",
    "depth_is_zero": "$x.\\mathsf{depth} = 0$",
    "depth_is_one_more": "$x.\\mathsf{depth} = 1 + \\max_i x_i.\\mathsf{depth}$",
    "depth_is_bounded": "$x_i.\\mathsf{depth}$ is below the greatest depth",
    "program_is_the_callers": "$x.\\mathsf{program\\_id}$ is the digest of the program's key in the proof",
    "key_list_is_the_verifiers": "$x.\\mathsf{key\\_list\\_root}$ is the verifier's constant",
    "starts_with_the_first_segment": "$x.\\mathsf{first\\_index} = 0$",
    "starts_as_the_key_says": "$x.\\mathsf{starts}$ is the *start* of the program's key",
    "has_halted": "$x.\\mathsf{pc\\_out} = \\bot$",
    "exit_code_is_the_callers": "$x.\\mathsf{exit\\ values}$ are the limbs of the exit code that the caller asks for",
    "count_is_bounded": "$1 \\le x.\\mathsf{segment\\_count}$, and it is at most the verifier's constant",
    "depth_is_within_the_limit": "$x.\\mathsf{depth}$ is at most the greatest depth",
    "run_digest_is_recomputed": "$x.\\mathsf{run} = G$, computed anew (Section 5.4)",
    "global_buses_balance": "$x.\\mathsf{global\\_total}$ and the tokens of the output add up to zero",
}
"""By condition, what its two sides say. A condition without an entry is an error."""


def shared_ending(name: str) -> str | None:
    """How the condition's name ends where one equation says it of several fields, else None."""
    return next((ending for ending in _SHARED if name.endswith(ending)), None)


def relations() -> str:
    """The conditions of each relation in their order, as equations, with the rejection of each."""
    joined = {condition.name for condition in JOINED}
    own = [condition for condition in CONVERT if condition.name not in joined]
    parts: tuple[tuple[str, Sequence[NodeCondition[Any]]], ...] = (
        ("convert", own),
        ("convert, combine", JOINED),
        ("combine", [condition for condition in COMBINE if condition.name not in joined]),
        ("final", UNCHANGED),
        ("verifier of final", FINAL),
    )
    rows: dict[tuple[str, str, str], list[str]] = {}
    for name, conditions in parts:
        for condition in conditions:
            ending = shared_ending(condition.name)
            fields = rows.setdefault(
                (name, _EQUATIONS[condition.name] if ending is None else _SHARED[ending], condition.reason.name), []
            )
            fields.append(sentence(condition.name) if ending is None else code(condition.name.removesuffix(ending)))
    found: list[tuple[str, str, str]] = []
    last = ""
    for (name, equation, reason), fields in rows.items():
        found.append(("" if name == last else f"**{name}**", _said(equation, fields), code(reason)))
        last = name
    return table(("node", "condition", "rejection"), found, (18, 56, 26))


def _said(equation: str, fields: Sequence[str]) -> str:
    """The condition's name and equation, or the equation with the fields for which it holds."""
    if not fields[0].startswith("`"):
        return f"*{fields[0]}*: {equation}"
    every = {code(field.name) for field in dataclass_fields(NodeStatement)}
    names = "every field" if set(fields) == every else ", ".join(fields)
    return f"{equation}, $f$ being {names}"


def shapes() -> str:
    """Every listed shape: the chips by height, the rare ones left out, and the heights that all shapes share."""
    rows = []
    for name, heights in RV64IM.listed_shapes.items():
        by_heights: dict[tuple[int, ...], list[str]] = {}
        for chip, instances in heights.items():
            if instances != (RARE_HEIGHT_LOG2,):
                by_heights.setdefault(instances, []).append(chip)
        frequent = "; ".join(
            f"{_heights(instances)} {codes(by_heights[instances], ' ')}"
            for instances in sorted(by_heights, reverse=True)
        )
        rows.append((code(name), frequent))
    sizes = [
        f"{code(chip)} " + ", ".join(f"$2^{{{height_log2}}}$" for height_log2 in heights)
        for chip, heights in PROGRAM_HEIGHTS_LOG2.items()
    ]
    shared = (
        f"Every other instruction or work chip has height $2^{{{RARE_HEIGHT_LOG2}}}$, the boundary table "
        f"$2^{{{BOUNDARY_HEIGHT_LOG2}}}$, the memory table $2^{{{MEMORY_HEIGHT_LOG2}}}$; accelerators have tables in "
        f"{codes(CALL_SHAPES_LOG2)} alone. A program's tables are small, medium or large: {'; '.join(sizes)}."
    )
    return table(("shape", "heights of frequent chips"), rows, (14, 86)) + f"\n\n{shared}"


def _heights(instances_log2: Sequence[int]) -> str:
    return f"${' + '.join(f'2^{{{height_log2}}}' for height_log2 in instances_log2)}$"


def nodes() -> str:
    """What each kind of node hashes, the cells of its tables and the bytes of its proof."""
    design = tree_design()
    found = {cost.name: cost for cost in node_costs(design)}
    kinds: dict[str, list[NodeCost]] = {}
    for kind in design.kinds:
        what = f"convert, segments: {kind.count}" if isinstance(kind, Convert) else f"combine, nodes: {kind.count}"
        kinds.setdefault(what, []).append(found.pop(kind.name))
    kinds["final"] = list(found.values())
    rows = []
    for name, of_kind in kinds.items():
        counts = sorted({cost.compressions for cost in of_kind})
        one = of_kind[0]
        rows.append(
            (
                name,
                f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}",
                f"{one.room:,}",
                f"{one.cells / 10**6:.0f}",
                f"1/{1 << one.rate_log2}",
                f"{one.proof_bytes:,.0f}",
            )
        )
    header = ("node", "compressions", "room for", "million cells", "rate", "bytes of its proof")
    return table(header, rows)


@cache
def longest_tree() -> TreeSecurity:
    """The figures of the tree with the most proofs that a verifier accepts."""
    return tree_security(proof_tree(tree_design(), most_segments(RV64IM), MOST_OUTPUT_TOKENS))


def security() -> str:
    """The error of the longest tree: each kind of proof, and the sum over all."""
    longest = longest_tree()
    rows: list[tuple[str, ...]] = []
    for role, name in ((Role.SEGMENT, "a segment of the worst shape"), (Role.NODE, "a node"), (Role.FINAL, "final")):
        of_role = longest.of(role)
        count = longest.tree.segments if role is Role.SEGMENT else sum(circuit.proofs for circuit, _ in of_role)
        error = max(charged(circuit, report) for circuit, report in of_role)
        rows.append((name, f"{count:,}", _bits(error), _bits(count * error)))
    rows.append(("**all of them**", f"{longest.tree.proofs:,}", "", f"**{_bits(longest.error)}**"))
    rows.append(("all of them, non-interactive", "", "", str(rounded_down(longest.figures.non_interactive))))
    rows.append(("cap by collisions of the hash", "", "", str(rounded_down(longest.figures.collision_cap))))
    limit = f"No accepted tree is deeper than {longest.tree.depth_limit}."
    return table(("proof", "at most", "bits of one, summed", "bits of all, summed"), rows) + f"\n\n{limit}"


def _bits(error: Fraction) -> str:
    return str(rounded_down(float_bits(error)))


def costs() -> str:
    """What verifying a segment of each listed shape makes a circuit hash, with programs of the three sizes."""
    rows = []
    for name in RV64IM.listed_shapes:
        shapes = [listed_shape(RV64IM, name, program) for program in RV64IM.listed_programs]
        small, medium, large = (segment_compressions(shape, RECURSION) for shape in shapes)
        columns = SegmentForm(shapes[0], RECURSION).layouts[Commitment.MAIN].count
        rows.append(
            (
                code(name),
                f"{shapes[0].main_cells / 10**6:.0f}",
                columns,
                *(f"{count:,}" for count in (small.leaves, small.paths + small.caps, small.transcript)),
                *(f"{of_size.total:,}" for of_size in (small, medium, large)),
            )
        )
    header = (
        "shape",
        "million cells",
        "stacked columns",
        "leaves",
        "paths, caps",
        "transcript",
        "small program",
        "medium",
        "large",
    )
    return table(header, rows)
