"""Weakened checks that no test can notice, with the reason."""

from __future__ import annotations

from collections.abc import Mapping

CONVERTED = "segments are converted as part of the node's own run and list: both sides are the node's"

EXPLAINED: Mapping[str, str] = {
    "spec.protocol.shape.check_shape: bound moved in end > limit": (
        "the limit is a power of two, and the end of a segment's clocks is odd: one more than a sum of even heights"
    ),
    "spec.protocol.recursion.CONVERT: without run_is_the_same_everywhere": CONVERTED,
    "spec.protocol.recursion.CONVERT: without key_list_root_is_the_same_everywhere": CONVERTED,
    "spec.protocol.proof_encoding.read_proof: without DEVELOPMENT_RECEIPT": (
        "a receipt does not begin as a proof does, so PROOF_MAGIC refuses it: only the message would be worse"
    ),
}
"""By mutant, why it means the same, or what refuses instead."""
