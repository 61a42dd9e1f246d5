"""Symbol look-up of a loaded program."""

from __future__ import annotations

import pytest

from spec.program import Program, Symbol

PROGRAM = Program(
    entry=0x1000,
    code=(),
    image=(),
    regions=(),
    executable=(),
    symbols=(Symbol(0x1000, 0, "_start"), Symbol(0x1010, 8, "main"), Symbol(0x1018, 0, "loop")),
)


@pytest.mark.parametrize(
    ("address", "symbol"),
    [
        (0xFFF, None),
        (0x1000, "_start"),
        (0x100C, "_start+0xc"),
        (0x1010, "main"),
        (0x1017, "main+0x7"),
        (0x1018, "loop"),
        (0x2000, "loop+0xfe8"),
    ],
)
def test_symbol_at_an_address_is_the_nearest_that_contains_it(address: int, symbol: str | None) -> None:
    assert PROGRAM.symbol_at(address) == symbol


def test_symbol_behind_a_sized_symbol_is_none() -> None:
    program = Program(0, (), (), (), (), symbols=(Symbol(0x1010, 8, "main"),))
    assert program.symbol_at(0x1018) is None
