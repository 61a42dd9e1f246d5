"""Every reason for which a verifier or a decoder refuses, as one enumeration."""

from __future__ import annotations

from enum import Enum, unique


@unique
class Rejection(Enum):
    """A reason for refusing; the value is its meaning in one sentence."""

    ENCODING_TRUNCATED = "The byte string ends before the object that it encodes."
    ENCODING_TRAILING_BYTES = "The byte string goes on after the object that it encodes."
    ENCODING_ELEMENT_NOT_CANONICAL = "A field element is encoded by a number that is not below p."
    ENCODING_COUNT_OUT_OF_BOUNDS = "An encoded count is not one that the object may have."

    OPENING_COMMITMENT_COUNT = "The opening proof does not open exactly the commitments that are claimed."
    OPENING_MATRIX_SHAPE = "A claimed matrix has a height or a width that the protocol does not admit."
    OPENING_VALUE_COUNT = "The claimed values do not match the columns and points of a matrix."
    OPENING_ROW_COUNT = "A Merkle opening does not have one row per height and distinct query index."
    OPENING_ROW_WIDTH = "An opened row does not have one element per committed column."
    OPENING_SIBLING_COUNT = "A Merkle opening does not have exactly the sibling digests that its paths need."
    OPENING_DIGEST_SIZE = "A digest does not have 32 bytes."
    OPENING_ELEMENT_NOT_CANONICAL = "A field element of an opening is not in [0, p)."
    OPENING_NONCE_OUT_OF_RANGE = "A grinding nonce does not lie in [0, 2^64)."
    FRI_LAYER_COUNT = "The number of FRI layers is not that of the folding schedule."
    FRI_FINAL_POLYNOMIAL_LENGTH = (
        "The final polynomial does not have one coefficient per degree below its bound."
    )

    POINT_IN_DOMAIN = "An opening point lies in a trace domain or in an evaluation domain."
    GRINDING_INSUFFICIENT = "A nonce does not show the proof of work that its round asks for."
    GRINDING_NONCE_NOT_ZERO = "A round without proof of work carries a nonce other than 0."
    COMMITMENT_ROOT_MISMATCH = "Opened rows do not belong to the commitment that claims them."
    FRI_LAYER_ROOT_MISMATCH = "An opened coset does not belong to the commitment of its FRI layer."
    FRI_REDUCED_CODEWORD_MISMATCH = "The first FRI layer disagrees with the opened rows and claimed values."
    FRI_FOLDING_MISMATCH = "A FRI layer disagrees with the folding of the layer before it."
    FRI_FINAL_POLYNOMIAL_MISMATCH = "The final polynomial disagrees with the folding of the last FRI layer."


class Rejected(Exception):  # noqa: N818 - a verdict, not a malfunction
    """A refusal: the reason, and a detail that says what and where."""

    def __init__(self, reason: Rejection, detail: str = "") -> None:
        super().__init__(f"{reason.name}: {reason.value}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.detail = detail
