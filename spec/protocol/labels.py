"""The transcript labels of the polynomial commitment. A sampled label is the key of an error term."""

from __future__ import annotations

OUT_OF_DOMAIN_VALUES = "out_of_domain_values"
"""Observed: the values of all opened columns at their points."""

DEEP_BATCHING = "deep_batching"
"""Sampled: lambda, whose powers combine all (column, point) pairs of a height into one codeword."""

FRI_LAYER_ROOT = "fri_layer_root"
"""Observed: the commitment to a FRI layer."""

FRI_FOLDING = "fri_folding"
"""The name under which a parameter set declares the proof of work of every folding round."""

FRI_FINAL_POLYNOMIAL = "fri_final_polynomial"
"""Observed: the coefficients of the final polynomial."""

QUERIES = "queries"
"""Sampled: the indices at which the codewords are opened."""


def folding_label(layer: int) -> str:
    """Sampled: beta of a FRI layer, counted from 0."""
    return f"{FRI_FOLDING}_{layer}"
