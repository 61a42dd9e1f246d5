"""What an honest host answers: against sympy's numbers, and nothing on what makes no sense."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random

import pytest
from sympy import nextprime, sqrt_mod

from spec.isa.advice import AdviceKind, HonestHost, inverse, square_root
from tests.spec.isa.test_multiply_add_modulo import BLS12_381, SECP256K1, doublewords

BN254_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617
"""Its predecessor is divisible by 2^28."""

NUMBER, MODULUS = 0x1000, 0x2000


def _host_says(kind: int, number: Sequence[int], modulus: Sequence[int], place: int, pointers: Sequence[int]) -> int:
    memory = {NUMBER // 8 + i: word for i, word in enumerate(number)}
    memory |= {MODULUS // 8 + i: word for i, word in enumerate(modulus)}
    return HonestHost()(kind, (pointers[0], pointers[1], place), memory.get)


def _answer(kind: AdviceKind, number: int, modulus: int, size: int) -> int:
    """All words of an answer as a number."""
    operands = doublewords(number, size), doublewords(modulus, size)
    words = [_host_says(kind, *operands, place, (NUMBER, MODULUS)) for place in range(size)]
    return sum(word << 64 * place for place, word in enumerate(words))


@pytest.mark.parametrize(
    ("kind", "size", "prime"),
    [(AdviceKind.INVERSE_256, 4, SECP256K1), (AdviceKind.INVERSE_384, 6, BLS12_381)],
    ids=["256", "384"],
)
def test_inverse_times_the_number_is_one(kind: AdviceKind, size: int, prime: int) -> None:
    for number in (1, 2, prime - 1, prime + 5, 2 ** (64 * size) - 1):
        assert _answer(kind, number, prime, size) * number % prime == 1


@pytest.mark.parametrize(
    ("kind", "size", "prime"),
    [
        (AdviceKind.SQUARE_ROOT_256, 4, SECP256K1),
        (AdviceKind.SQUARE_ROOT_256, 4, BN254_ORDER),
        (AdviceKind.SQUARE_ROOT_384, 6, BLS12_381),
    ],
    ids=["secp256k1", "bn254", "bls12-381"],
)
def test_square_root_is_sympys_smaller_one(kind: AdviceKind, size: int, prime: int) -> None:
    source = Random(size)
    for _ in range(4):
        number = source.randrange(prime)
        assert _answer(kind, number, prime, size) == (sqrt_mod(number, prime) or 0)
        assert _answer(kind, number * number % prime, prime, size) == min(number, prime - number)


def test_square_roots_modulo_small_primes_are_those_of_a_search() -> None:
    prime = 3
    while prime < 300:
        for number in range(prime):
            roots = [root for root in range(prime) if root * root % prime == number]
            assert square_root(number, prime) == min(roots, default=0)
        prime = nextprime(prime)


def test_what_is_no_prime_has_no_wrong_roots_and_ends() -> None:
    source = Random(1)
    moduli = [*range(1, 200), 561, 2**255, 2**256 - 1, (2**61 - 1) ** 2, (2**89 - 1) * (2**107 - 1)]
    for modulus in moduli:
        for _ in range(10):
            number = source.randrange(modulus)
            root = square_root(number, modulus)
            assert root == 0 or root * root % modulus == number


@pytest.mark.parametrize(("number", "modulus"), [(0, 7), (6, 9), (5, 1), (0, 1)])
def test_number_without_an_inverse_is_answered_by_zero(number: int, modulus: int) -> None:
    assert inverse(number, modulus) == 0


SOUND = (AdviceKind.INVERSE_256, [3, 0, 0, 0], [7, 0, 0, 0], 0, (NUMBER, MODULUS))


def test_sound_question_is_answered() -> None:
    assert _host_says(*SOUND) == 5


@pytest.mark.parametrize(
    "changed",
    [
        {0: 5},
        {0: 2**64 - 1},
        {1: [3, 0, 0]},
        {2: []},
        {2: [0, 0, 0, 0]},
        {3: 4},
        {3: 2**64 - 1},
        {4: (NUMBER + 4, MODULUS)},
        {4: (NUMBER, 2**64 - 8)},
    ],
    ids=["kind", "far kind", "cut number", "no modulus", "zero modulus", "place", "far place", "misaligned", "far"],
)
def test_question_without_sense_is_answered_by_zero(changed: dict[int, object]) -> None:
    question = [changed.get(i, part) for i, part in enumerate(SOUND)]
    assert _host_says(*question) == 0  # type: ignore[arg-type]


def _drawn(host: HonestHost, count: int) -> list[int]:
    return [host(AdviceKind.RANDOM, (0, 0, 0), lambda _: None) for _ in range(count)]


def test_random_words_are_hashes_of_a_count_and_the_seed() -> None:
    expected = [
        int.from_bytes(hashlib.sha256(count.to_bytes(8, "little") + b"seed").digest()[:8], "little")
        for count in range(3)
    ]
    assert _drawn(HonestHost(b"seed"), 3) == expected


def test_random_words_are_the_same_in_every_run_and_differ_in_one() -> None:
    assert _drawn(HonestHost(), 20) == _drawn(HonestHost(), 20)
    assert len(set(_drawn(HonestHost(), 20) + _drawn(HonestHost(b"other"), 20))) == 40
