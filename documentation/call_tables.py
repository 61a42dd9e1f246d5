"""The machine's calls as a table."""

from __future__ import annotations

from documentation.markdown import code, table
from spec.isa.calls import CALLS
from spec.rv64im.machine import WORK_ROWS


def calls() -> str:
    """By call: number, operands in the order of their accesses, and the rows of work that it orders."""
    rows = []
    for call in CALLS:
        operands = [
            f"{code(operand.name)} at `x{operand.register}`, {operand.doublewords} doublewords, {operand.use.value}"
            for operand in call.operands
        ]
        if call.result_register is not None:
            operands.append(f"a word of the host's choice to `x{call.result_register}`")
        work = [f"{count} of {code(name)}" for name, count in WORK_ROWS.get(call.name, {}).items()]
        rows.append((code(call.name), call.number, "; ".join(operands), call.source, ", ".join(work) or "-"))
    return table(("call", "number", "operands", "function", "rows of work tables"), rows, (26, 8, 40, 16, 22))
