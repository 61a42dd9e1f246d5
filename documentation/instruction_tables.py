"""The instruction set as tables: encodings, predicates, and who executes what."""

from __future__ import annotations

from itertools import pairwise

from documentation.instruction_terms import formula
from documentation.markdown import code, codes, table
from spec.isa import INSTRUCTIONS
from spec.isa.encoding import FUNCT3_SHIFT, FUNCT7_SHIFT, INSTRUCTION_BITS, RD_SHIFT, RS1_SHIFT, RS2_SHIFT
from spec.isa.instruction import Family, Instruction
from spec.rv64im.machine import INSTRUCTION_CHIPS
from spec.rv64im.program_row import CONSTANT, OPCODES

_FIELDS = (INSTRUCTION_BITS, FUNCT7_SHIFT, RS2_SHIFT, RS1_SHIFT, FUNCT3_SHIFT, RD_SHIFT, 0)
"""Where the fields of format R begin, from the top: every pattern is cut there, so that columns can be compared."""


_OPCODES_IN_A_ROW = 4


def bit_pattern(instruction: Instruction) -> str:
    """The 32 bits of the word, highest first: 0 and 1 where the bit decides, a dot where it does not."""
    bits = [
        str(instruction.match >> position & 1) if instruction.mask >> position & 1 else "."
        for position in range(INSTRUCTION_BITS)
    ]
    return " ".join("".join(reversed(bits[low:high])) for high, low in pairwise(_FIELDS))


def _chips_of(instruction: Instruction) -> str:
    direct = [chip.name for chip in INSTRUCTION_CHIPS if instruction.name in chip.instructions]
    if instruction.name in OPCODES:
        return codes(direct)
    return code(CONSTANT) if instruction.name != "ebreak" else "none: it never completes"


def encodings() -> str:
    """All instructions: mnemonic, format, deciding bits, chips, section of the manual."""
    rows = [(code(i.name), i.format.name, code(bit_pattern(i)), _chips_of(i), i.section) for i in INSTRUCTIONS]
    return f"{len(INSTRUCTIONS)} instructions.\n\n" + table(
        ("instruction", "format", "bits that decide", "chips", "section of the manual"), rows, (9, 9, 38, 18, 26)
    )


def predicates() -> str:
    """By family: what each instruction's disjunct of the step predicate says beside its fetch conjunct."""
    parts = []
    for family in Family:
        rows = [(code(i.name), _effect(i)) for i in INSTRUCTIONS if i.family is family]
        parts.append(f"**{family.value.capitalize()}**\n\n" + table(("operation", "says"), rows, (10, 90)))
    return "\n\n".join(parts)


def _effect(instruction: Instruction) -> str:
    found = formula(instruction)
    where = [f"${name} = {text}$" for name, text in found.auxiliary]
    says = [f"${name} {_relation(name)} {text}$" for name, text in found.equations]
    return "; ".join(says) + (f"; where {', '.join(where)}" if where else "")


def _relation(name: str) -> str:
    return "\\Leftrightarrow" if name == "N" else "="


def opcodes() -> str:
    """The numbers that stand for the operations on the program bus."""
    cells = [f"{code(name)} {code(hex(value))}" for name, value in OPCODES.items()]
    rows = [cells[start : start + _OPCODES_IN_A_ROW] for start in range(0, len(cells), _OPCODES_IN_A_ROW)]
    rows[-1] += [""] * (_OPCODES_IN_A_ROW - len(rows[-1]))
    return table(["opcode and its number"] * _OPCODES_IN_A_ROW, rows)
