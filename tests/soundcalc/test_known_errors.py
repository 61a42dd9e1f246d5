"""Errors that other calculators have made, each as a case that must not come back."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import pytest

from soundcalc.composition.claim import attack_figures, digest_bits_of_elements
from soundcalc.errors import ConfigurationError
from soundcalc.exact import float_bits, floor_bits
from soundcalc.published.format import parse_configuration
from spec.field import P

PUBLISHED = Path(__file__).parent / "published"


def test_digest_of_eight_31_bit_elements_has_less_than_128_bits_of_collision_resistance() -> None:
    digest_bits = digest_bits_of_elements(P, 8)
    assert digest_bits / 2 < 124
    assert attack_figures(Fraction(1, 2**140), math.floor(digest_bits)).collision_cap < 124


def test_field_of_degree_five_has_154_whole_bits_not_155() -> None:
    error = Fraction(1, P**5)
    assert floor_bits(error) == 154
    assert float_bits(error) == pytest.approx(154.943, abs=1e-3)


def test_misspelt_key_of_a_published_file_is_not_ignored() -> None:
    text = (PUBLISHED / "airbender.toml").read_text().replace("grinding_deep", "grinding_DEEP")
    with pytest.raises(
        ConfigurationError,
        match="circuit 'generalized_circuit', key 'grinding_DEEP': is unknown: is grinding_deep meant\\?",
    ):
        parse_configuration(text, "airbender.toml")
