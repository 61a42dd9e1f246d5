"""What recursion will prove: the relations of its nodes, and the shapes of segments that it will verify."""

from __future__ import annotations

from documentation.markdown import code, codes, table
from soundcalc.protocol.segment_cost import segment_compressions
from spec.parameters import RECURSION
from spec.protocol.form import SegmentForm
from spec.protocol.node_statement import public_elements
from spec.protocol.recursion import COMBINE, CONVERT, FINAL, UNCHANGED
from spec.protocol.shape import listed_shape
from spec.protocol.stacking import Commitment
from spec.rv64im.machine import RV64IM
from spec.rv64im.recursion_shapes import (
    BOUNDARY_HEIGHT_LOG2,
    MEMORY_HEIGHT_LOG2,
    PROGRAM_HEIGHTS_LOG2,
    RARE_HEIGHT_LOG2,
)


def relations() -> str:
    """The public values of a node, and the conditions of each relation by their names."""
    values = ", ".join(f"{code(name)} ({count})" for name, count in public_elements(RV64IM).items())
    rows = [
        (f"**{name}**", ", ".join(condition.name.replace("_", " ") for condition in conditions))
        for name, conditions in (
            ("convert", CONVERT),
            ("combine", COMBINE),
            ("final", UNCHANGED),
            ("verifier of final", FINAL),
        )
    ]
    listed = f"Public values of a node, with the number of base-field elements of each: {values}."
    return table(("node", "conditions, beside the acceptance of the child proofs"), rows, (14, 86)) + f"\n\n{listed}"


def shapes() -> str:
    """Every listed shape: the chips by height, the rare ones left out, and the heights that all shapes share."""
    rows = []
    for name, heights in RV64IM.listed_shapes.items():
        by_height: dict[int, list[str]] = {}
        for chip, height_log2 in heights.items():
            if height_log2 != RARE_HEIGHT_LOG2:
                by_height.setdefault(height_log2, []).append(chip)
        frequent = "; ".join(
            f"$2^{{{height}}}$ {codes(by_height[height], ' ')}" for height in sorted(by_height, reverse=True)
        )
        rows.append((code(name), frequent))
    sizes = [
        f"{code(chip)} " + ", ".join(f"$2^{{{height_log2}}}$" for height_log2 in heights)
        for chip, heights in PROGRAM_HEIGHTS_LOG2.items()
    ]
    shared = (
        f"Every other instruction chip has height $2^{{{RARE_HEIGHT_LOG2}}}$, the boundary table "
        f"$2^{{{BOUNDARY_HEIGHT_LOG2}}}$, the memory table $2^{{{MEMORY_HEIGHT_LOG2}}}$. A program's tables are small, "
        f"medium or large: {'; '.join(sizes)}."
    )
    return table(("shape", "heights of frequent chips"), rows, (14, 86)) + f"\n\n{shared}"


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
