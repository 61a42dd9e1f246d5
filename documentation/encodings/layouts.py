"""Where everything lies, and what it is weighed with, counted in the example."""

from __future__ import annotations

from documentation.encodings.example import example_form, example_proof
from documentation.markdown import code, number, table
from spec.air.bus import Scope
from spec.protocol.columns import PINNED
from spec.protocol.stacking import Commitment
from spec.protocol.zerocheck import FIRST_CONSTRAINT_POWER


def _span(first: int, count: int) -> str:
    """So many numbers from the first on."""
    if not count:
        return "-"
    return number(first) if count == 1 else f"{number(first)} to {number(first + count - 1)}"


def byte_weights() -> str:
    """The powers of each challenge that weighs by powers, and what each weighs."""
    form = example_form()
    rows = [("$\\chi$", "0", "numerators of all blocks"), ("$\\chi$", "1", "denominators of all blocks")]
    power = FIRST_CONSTRAINT_POWER
    for table_shape in form.shape.tables:
        count = len(table_shape.chip.constraints)
        if count:
            what = f"constraints of {code(table_shape.chip.name)} in the order of its declaration"
            rows.append(("$\\chi$", _span(power, count), what))
        power += count
    first = 0
    for commitment, layout in form.layouts.items():
        rows.append(
            ("$\\gamma$", _span(first, len(layout.columns)), f"values of the columns of {code(commitment.value)}")
        )
        first += len(layout.columns)
    for commitment in PINNED:
        count = form.layouts[commitment].count
        rows.append(("$\\gamma$", _span(first, count), f"answers of {code(commitment.value)}"))
        first += count
    first = 0
    for commitment, layout in form.layouts.items():
        rows.append(("$\\delta'$", _span(first, layout.count), f"stacked columns of {code(commitment.value)}"))
        first += layout.count
    for iteration in form.iterations[:-1]:
        name = f"$\\varepsilon_{iteration.number}$"
        rows += [
            (name, "0", "the claim that the rounds leave"),
            (name, "1", "the answer outside the domain"),
            (name, _span(2, iteration.queries), "folded values, in the order in which positions are drawn"),
        ]
    return table(("challenge", "powers", "weigh"), rows, (12, 16, 72))


def byte_layout() -> str:
    """Each table of the example: its place in the commitments and in the circuit."""
    form = example_form()
    first_at: dict[tuple[Commitment, int], tuple[int, int, int]] = {}
    for commitment, layout in form.layouts.items():
        for placed in layout.columns:
            stacked, prefix, count = first_at.get((commitment, placed.table), (placed.stacked, placed.prefix, 0))
            first_at[commitment, placed.table] = (stacked, prefix, count + 1)
    rows = []
    for position, shape in enumerate(form.shape.tables):
        columns = [
            f"{code(commitment.value)}: {count} from stacked column {stacked}, prefix {prefix}"
            for (commitment, of), (stacked, prefix, count) in first_at.items()
            if of == position
        ]
        blocks = [
            f"{scope.value}: {len(found)} from prefix {found[0].prefix}"
            for scope in Scope
            if (found := [b for b in form.circuit.blocks_by_table.get(position, ()) if b.scope is scope])
        ]
        rows.append((code(shape.chip.name), f"$2^{{{shape.height_log2}}}$", "; ".join(columns), "; ".join(blocks)))
    said = (
        f"$H$ is {form.height_log2}, $N$ is {form.circuit.variables}, the parameter set "
        f"{code(example_proof().key.parameters.name)}."
    )
    header = ("table", "rows", "columns in commitments", "blocks in the circuit")
    return f"{said}\n\n{table(header, rows, (18, 8, 44, 30))}"
