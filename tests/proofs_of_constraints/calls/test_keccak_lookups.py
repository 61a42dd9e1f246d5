"""The relations of Keccak's lookups, against sums that are written out, and what their digits rest on."""

from __future__ import annotations

import pytest

from proofs_of_constraints.calls.keccak_lookups import DigitRelation, Part, digits_differ, keccak_relations
from proofs_of_constraints.obligations.obligation import Session
from spec.rv64im.chips.keccak import TABLE

RELATIONS = keccak_relations(TABLE)


def in_base(base: int, bits: str) -> int:
    """The number whose digits are these bits, the highest first."""
    return int(bits, base)


@pytest.mark.parametrize(
    ("bus", "number", "answer"),
    [
        ("keccak_limb", 0b10100001_00000111, (in_base(4, "111"), in_base(4, "10100001"))),
        ("keccak_parity", int("32103210", 4), (in_base(4, "10101010"),)),
        ("keccak_cut_parity", int("32103211", 4), (in_base(4, "0101011"), 1)),
        ("keccak_chi", int("43210432", 5), (in_base(4, "00110001"),)),
        ("keccak_theta_3", int("32103211", 4), (in_base(5, "011"), in_base(5, "10101"))),
        ("keccak_theta_8", int("32103211", 4), (in_base(5, "10101011"),)),
    ],
)
def test_answer_has_the_bits_that_the_digits_tell(bus: str, number: int, answer: tuple[int, ...]) -> None:
    assert RELATIONS[bus].answer(number) == answer


def test_chi_tells_what_the_standard_says_of_three_bits() -> None:
    for number in range(8):
        a, b, c = (number >> i & 1 for i in range(3))
        assert RELATIONS["keccak_chi"].answer(3 - 2 * a + b - c) == (a ^ ((1 - b) & c),)


def test_number_with_more_digits_has_no_answer() -> None:
    for bus, beyond in (("keccak_parity", 4**8), ("keccak_chi", 5**8), ("keccak_limb", -1)):
        with pytest.raises(ValueError, match="does not have"):
            RELATIONS[bus].answer(beyond)


def test_relations_are_of_all_lookups_with_their_fields() -> None:
    assert RELATIONS.keys() == {bus.name for bus in TABLE.lookups}
    assert {bus.name: len(RELATIONS[bus.name].parts) for bus in TABLE.lookups} == {
        bus.name: bus.width - 1 for bus in TABLE.lookups
    }


def test_digits_that_may_reach_the_base_are_not_the_only_ones() -> None:
    session = Session()
    assert all(session.satisfying("one", question) is None for question in digits_differ(RELATIONS["keccak_chi"]))
    loose = DigitRelation(4, 2, (0, 1, 0, 1), (Part(4, 0, 2),))
    (*_, lowest) = digits_differ(loose)
    # Two numbers of which only the sums are equal, not the higher digits.
    assert session.satisfying("other", [lowest[-2 - 1], lowest[-1]]) is not None
