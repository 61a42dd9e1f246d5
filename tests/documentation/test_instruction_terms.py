"""Formulas of instructions."""

from __future__ import annotations

import pytest

from documentation.instruction_terms import Formula, formula
from spec.isa.decode import INSTRUCTION_BY_NAME


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("addw", Formula((), (("pc'", "pc + 4"), ("r", r"\mathsf{sext}_{32}(x + y)")))),
        ("ecall", Formula((), (("N", "x = 93"),))),
        ("ebreak", Formula((), (("N", r"\mathsf{false}"),))),
        (
            "bne",
            Formula(
                (("t_{0}", r"[\neg (x = y)\;?\;pc + i:pc + 4]"),),
                (("N", r"(t_{0} \,\&\, 3) = 0"), ("pc'", "t_{0}")),
            ),
        ),
        (
            "lw",
            Formula(
                (("a", "x + i"), ("t_{1}", r"(a \,\&\, 7) \cdot 8")),
                (
                    ("N", "a <_{u} (2^{32} - 3)"),
                    ("pc'", "pc + 4"),
                    ("r", r"\mathsf{sext}_{32}((m_0 \gg_{u} t_{1}) \mid ((m_1 \ll 8) \ll (56 - t_{1})))"),
                ),
            ),
        ),
    ],
)
def test_formula_of_an_instruction_is_its_meaning_on_symbols(name: str, expected: Formula) -> None:
    assert formula(INSTRUCTION_BY_NAME[name]) == expected
