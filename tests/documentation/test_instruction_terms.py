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
                (("t_{0}", r"\mathsf{select}(\neg (x = y), pc + i, pc + 4)"),),
                (("N", r"\mathsf{and}(t_{0}, 3) = 0"), ("pc'", "t_{0}")),
            ),
        ),
        (
            "lw",
            Formula(
                (("a", "x + i"), ("t_{1}", r"\mathsf{and}(a, 7) \cdot 8")),
                (
                    ("N", r"\mathsf{below}_{u}(a, 2^{32} - 3)"),
                    ("pc'", "pc + 4"),
                    (
                        "r",
                        r"\mathsf{sext}_{32}(\mathsf{or}(\mathsf{shr}_{u}(m_0, t_{1}), "
                        r"\mathsf{shl}(\mathsf{shl}(m_1, 8), 56 - t_{1})))",
                    ),
                ),
            ),
        ),
    ],
)
def test_formula_of_an_instruction_is_its_meaning_on_symbols(name: str, expected: Formula) -> None:
    assert formula(INSTRUCTION_BY_NAME[name]) == expected
