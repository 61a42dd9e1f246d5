"""The machine of circuits: its chips, buses and fixed table, as declared for the circuit that ends a tree."""

from __future__ import annotations

from collections.abc import Sequence

from documentation.chip_pages import constraints_table, likewise, saying
from documentation.kinds import by_kind
from documentation.markdown import capitalised, code, codes, number, sentence, table
from documentation.memory_tables import forms_of
from spec.air.chip import Chip
from spec.air.expression import describe
from spec.air.machine import Machine
from spec.circuit.nodes import shape_of
from spec.rv64im.tree import tree_design


def machines() -> tuple[Machine, Machine]:
    """That of the nodes' circuits, and that of the last one."""
    return tree_design().node_machine, tree_design().final_machine


def circuit_buses() -> str:
    """The buses with what both ends owe one another."""
    rows = [
        (
            number(bus.identity),
            code(bus.name),
            codes((bus.fields[0], "...", bus.fields[-1]) if bus.width > 3 else bus.fields, " "),
            number(bus.width),
            capitalised(bus.receiver_assumes) + ".",
            capitalised(bus.sender_ensures) + ".",
        )
        for bus in machines()[1].buses
    ]
    header = ("identity", "bus", "tuple", "width", "a receiver may assume", "a sender must ensure")
    return table(header, rows, (8, 16, 22, 6, 24, 24))


def circuit_tables() -> str:
    """The chips by name, with their tables' heights in a node's proof and in the last one, and what they are for."""
    nodes, final = (shape_of(machine).heights_log2 for machine in machines())
    rows = [
        (
            code(chip.name),
            chip.role.value,
            f"$2^{{{nodes[chip.name][0]}}}$, $2^{{{final[chip.name][0]}}}$",
            f"{number(len(chip.columns))}, {number(len(chip.fixed_columns))}",
            capitalised(chip.purpose),
        )
        for chip in machines()[1].chips
    ]
    header = ("chip", "role", "rows in a node, in the last", "columns, fixed ones", "what a row is")
    return table(header, rows, (16, 14, 14, 12, 44))


def circuit_forms() -> str:
    """The machine's fixed table by its closed form, and the tokens of the verifier."""
    machine = machines()[1]
    first, last = machine.tokens[0], machine.tokens[-1]
    tokens = " to ".join(code(f"{token.bus.name}({', '.join(map(str, token.message))})") for token in (first, last))
    return (
        f"{forms_of(machine)}\n\n"
        f"The verifier sends {number(len(machine.tokens))} tokens, {tokens}: the public values at the first addresses."
    )


def circuit_chips() -> str:
    """A section for each chip."""
    return "\n\n".join(_page(chip) for chip in machines()[1].chips)


def _page(chip: Chip) -> str:
    parts = [f"### `{chip.name}`", f"{capitalised(chip.purpose)} Columns: {_names(chip.columns)}."]
    if chip.fixed_columns:
        parts[-1] += f" Fixed columns: {_names(chip.fixed_columns)}."
    if chip.definitions():
        rows = [
            (code(name) + likewise(count), code(describe(body)))
            for (name, body), count in by_kind(chip.definitions().items(), lambda of: of[0])
        ]
        parts.append(table(("definition", "polynomial"), rows, (24, 76)))
    if chip.constraints:
        parts.append(constraints_table(by_kind(chip.constraints, lambda of: of.name)))
    said = by_kind(chip.interactions, lambda of: of.name)
    rows = [(sentence(interaction.name) + likewise(count), saying(interaction)) for interaction, count in said]
    parts.append(table(("interaction", "says"), rows, (24, 76)))
    return "\n\n".join(parts)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(code(name) + likewise(count) for name, count in by_kind(columns, lambda of: of)) or "none"
