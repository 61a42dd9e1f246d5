from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from soundcalc.composition.claim import (
    Invocations,
    attack_figures,
    digest_bits_of_elements,
    non_interactive_bits,
    quantum_bits,
    run_error,
)


@pytest.mark.parametrize(("error_bits", "digest_bits"), [(128, 256), (128, 248), (100, 256), (140, 256)])
def test_non_interactive_bits_agree_with_the_root_of_the_quadratic(error_bits: int, digest_bits: int) -> None:
    with mpmath.workdps(120):
        a, b = mpmath.mpf(3) / 2**digest_bits, mpmath.mpf(2) ** -error_bits
        root = (-b + mpmath.sqrt(b * b + 4 * a * (1 - a))) / (2 * a)
        expected = float(mpmath.log(root, 2))
    assert non_interactive_bits(Fraction(1, 1 << error_bits), digest_bits) == pytest.approx(expected, abs=1e-9)


def test_non_interactive_bits_of_128_lose_little_with_256_bit_digests_and_more_with_248() -> None:
    error = Fraction(1, 1 << 128)
    assert 126.5 < non_interactive_bits(error, 256) < 127.2
    assert 123.0 < non_interactive_bits(error, 248) < 123.7


def test_quantum_bits_are_about_half() -> None:
    assert quantum_bits(Fraction(1, 1 << 128), 256) == pytest.approx(64, abs=0.01)


def test_quantum_bits_are_capped_by_a_third_of_the_digest() -> None:
    assert quantum_bits(Fraction(1, 1 << 200), 240) == pytest.approx(80, abs=0.01)


def test_certain_failure_leaves_no_bits() -> None:
    figures = attack_figures(Fraction(1), 256)
    assert (figures.interactive, figures.non_interactive, figures.quantum) == (0.0, 0.0, 0.0)
    assert figures.collision_cap == 128


def test_run_of_4096_proofs_costs_twelve_bits() -> None:
    assert run_error([Invocations("segment", 4096, Fraction(1, 1 << 140))]) == Fraction(1, 1 << 128)


def test_run_of_several_kinds_adds_them_up_with_what_is_charged_once() -> None:
    node = Fraction(1, 1 << 140)
    invocations = [Invocations("segment", 8, 4 * node), Invocations("node", 15, 2 * node)]
    assert run_error(invocations, charged_once=node) == (8 * 4 + 15 * 2 + 1) * node


def test_digest_of_eight_koalabear_elements_has_less_than_248_bits() -> None:
    assert digest_bits_of_elements(2**31 - 2**24 + 1, 8) == pytest.approx(247.909, abs=1e-3)
