"""Errors that other calculators have made, each as a case that must not come back."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from soundcalc.arguments.memory import pinning_points
from soundcalc.commitments.size import proof_size
from soundcalc.composition.claim import attack_figures, digest_bits_of_elements
from soundcalc.composition.rounds import round_errors
from soundcalc.errors import ConfigurationError, UnsupportedFamilyError
from soundcalc.exact import float_bits, floor_bits
from soundcalc.parameters import ProofShape
from soundcalc.published.format import parse_configuration
from soundcalc.regimes.proximity import Johnson, UniqueDecoding
from spec.field import P

PUBLISHED = Path(__file__).parent / "published"


def test_list_size_multiplies_the_lookup_error_and_does_not_divide_it(segment_shape: ProofShape) -> None:
    regime = Johnson(5)
    lost = math.log2(5.5 / math.sqrt(0.5))
    for label in ("local_alpha", "local_beta"):
        unique, listed = (round_errors(segment_shape, r)[label].bits_float for r in (UniqueDecoding(), regime))
        assert unique - listed == pytest.approx(lost, abs=1e-6)


def test_pair_count_halves_once_whatever_the_number_of_openings() -> None:
    # L^2 / 2, not (L / 2)^2 nor L^2 / 2 for each opening: eight candidates make 28 pairs, at most 32.
    assert pinning_points(Fraction(8), 1) == 32
    assert pinning_points(Fraction(8), 3) == 3 * 32


def test_whir_file_is_refused_rather_than_overstated() -> None:
    text = '[zkevm]\nname = "x"\nprotocol_family = "WHIR"\nfield = "M31^4"\nhash_size_bits = 256\n'
    with pytest.raises(UnsupportedFamilyError, match="WHIR"):
        parse_configuration(text, "x.toml")


def test_base_field_leaves_are_not_charged_as_extension_elements(segment_shape: ProofShape) -> None:
    base = replace(segment_shape, queries=60)
    charged_as_extension = replace(
        base,
        tables=tuple(
            replace(table, columns={name: count * 6 for name, count in table.columns.items()}) for table in base.tables
        ),
    )
    ratio = proof_size(charged_as_extension).parts["main"] / proof_size(base).parts["main"]
    assert 4 < ratio < 6


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
    with pytest.raises(ConfigurationError, match="circuit 'generalized_circuit', key 'grinding_DEEP': is unknown"):
        parse_configuration(text, "airbender.toml")
