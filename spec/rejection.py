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
    OPENING_ROW_COUNT = "A Merkle opening does not have one row for each distinct queried position."
    OPENING_ROW_WIDTH = "An opened row does not have the width of its tree."
    OPENING_SIBLING_COUNT = "A Merkle opening does not have exactly the sibling digests that its paths need."
    OPENING_DIGEST_SIZE = "A digest does not have 32 bytes."

    GRINDING_INSUFFICIENT = "A nonce does not show the proof of work that its round asks for."
    COMMITMENT_ROOT_MISMATCH = "Opened rows do not belong to the commitment that claims them."

    KEY_MAGIC = "The file is not a verification key."
    KEY_VERSION = "The verification key has a version that this verifier does not read."
    PROOF_MAGIC = "The file is not a proof."
    PROOF_VERSION = "The proof has a version that this verifier does not read."
    DEVELOPMENT_RECEIPT = "The file is the unproven receipt of a development run: it proves nothing."
    DEVELOPMENT_MAGIC = "The file is not a development receipt."
    DEVELOPMENT_VERSION = "The development receipt has a version that is not read."
    PARAMETERS_UNKNOWN = "The parameter set has no known name."
    PARAMETERS_CHANGED = "The key was made when its parameter set had other numbers."
    PARAMETERS_INSECURE = "The proof's parameter set is for tests: it proves nothing."
    PARAMETERS_DIFFER = "The proof was made under another parameter set than the key."
    MACHINE_DIFFERS = "The key or the proof was made for another machine: other chips or buses."
    PROGRAM_DIFFERS = "The proof is about another program."
    OUTPUT_DIFFERS = "The proof is about another public output."

    TABLE_COUNT = "A chip occurs in too many or too few tables."
    TABLE_HEIGHT = "A table has a height that the protocol does not admit."
    TABLE_ORDER = "The instances of a chip do not have descending heights."
    FIXED_TABLE_HEIGHT = "A fixed table does not have the height that its key states."
    SHAPE_NOT_LISTED = "The tables do not have the heights of a listed shape, as the parameter set demands."
    CLOCK_BOUND = "The tables have room for more accesses than a clock can count."
    INTERACTION_BOUND = "A bus may have so many interactions that a count could wrap around p."

    SEGMENT_INDEX = "A segment's index is not its place in the run."
    START_DIFFERS = "The first segment does not start as the program's key says."
    SEGMENT_AFTER_HALT = "A segment follows one that ended the run."
    MOVED_WITHOUT_TABLE = "A segment without the table that moves a public value states that it moved."
    SEGMENTS_DO_NOT_MEET = "A segment does not start where the one before it ended."
    NOT_HALTED = "The run does not end with the exit call."
    EXIT_CODE_WITHOUT_HALT = "A segment that does not halt states an exit code."
    EXIT_CODE_DIFFERS = "The program ended with another exit code than the one asked for."

    ROUND_POLYNOMIAL_DEGREE = "A round polynomial does not have one coefficient for each power of its degree."
    ROUND_COUNT = "A sumcheck does not have one round for each of its variables."
    NONCE_COUNT = "A step does not have one nonce for each proof of work that its schedule asks for."
    COLUMN_VALUE_COUNT = "There is not exactly one claimed value for each committed column."
    STACKED_VALUE_COUNT = "There is not exactly one claimed value or answer for each stacked column."
    ITERATION_COUNT = "The opening does not have the iterations of its schedule."
    FINAL_VECTOR_LENGTH = "The last folded vector does not have the length that its schedule leaves."
    BUS_DENOMINATOR_VANISHES = "The product of all fingerprints of a scope is zero."
    EMPTY_SCOPE_TOTAL = "A scope without messages states another total than 0 / 1."
    GKR_LAYER_MISMATCH = "The values at the end of a layer of the bus circuit disagree with its sumcheck."
    ZEROCHECK_MISMATCH = "The claimed column values do not satisfy the constraints, or disagree with the bus circuit."
    STACKING_MISMATCH = "The values of the stacked columns disagree with the claims about table columns."
    FOLDED_ROOT_MISMATCH = "Opened values of a folded vector do not belong to its commitment."
    FINAL_VECTOR_QUERY_MISMATCH = "The last folded vector disagrees with the opened values at a query."
    FINAL_VECTOR_CLAIM_MISMATCH = "The last folded vector does not have the weighted sum that is claimed."
    KEY_COMMITMENTS = "The key does not hold a commitment for exactly the stacking heights that its tables allow."
    KEY_START = "The key states a start that no run of the machine has."

    FINGERPRINT_VANISHES = "A message of the verifier has the fingerprint zero."
    LOCAL_BUSES_UNBALANCED = "The messages on a segment's local buses do not balance."
    GLOBAL_BUSES_UNBALANCED = "The messages on the run's global buses do not balance."

    PUBLIC_LIMB = "A public value that is half of a digest's word does not have 16 bits."
    NODES_DIFFER = "Children of a node are about different runs, programs or lists of keys."
    NODE_STATEMENT = "A node states something else than follows from its children."
    NODE_DEPTH = "A node is deeper than a tree may be, or states another depth than its children's and one."
    NODE_START = "A node's proof is not the run of a circuit from its start to its end."
    KEY_NOT_LISTED = "A child's key does not stand in the list of keys."
    KEY_LIST_DIFFERS = "The tree was made under another list of keys than the verifier's."
    FINAL_KEY_DIFFERS = "The last proof is not one of the circuit that ends a tree."
    SEGMENT_COUNT = "A tree states no segment, or more than a run may have."
    RUN_DIFFERS = "The tree is about a run of another machine, program, output or other segments."


def between(minimum: int | None, maximum: int) -> dict[str, int | None]:
    """What is expected of a number that may be any in a range, both ends included; None where there is no least one."""
    return {"minimum": minimum, "maximum": maximum}


class Rejected(Exception):  # noqa: N818 - a verdict, not a malfunction
    """A refusal: the reason, a detail that says what and where, and what was expected and found, so that programs need
    not read the detail. Both are None where the reason alone says it; else they are what JSON has: numbers, texts,
    lists, and `between` for a range. Field elements are lists of coefficients, byte strings hexadecimal.
    """

    def __init__(self, reason: Rejection, detail: str = "", *, expected: object = None, found: object = None) -> None:
        super().__init__(f"{reason.name}: {reason.value}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.detail = detail
        self.expected = expected
        self.found = found

    def __reduce__(self) -> tuple[object, ...]:
        # It travels from whoever finds it to whoever asked; an exception by itself travels as its message.
        return type(self)._travelled, (self.reason, self.detail, self.expected, self.found)

    @classmethod
    def _travelled(cls, reason: Rejection, detail: str, expected: object, found: object) -> Rejected:
        return cls(reason, detail, expected=expected, found=found)
