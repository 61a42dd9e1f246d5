"""Verifying proofs of runs of RV64IM programs, segment by segment or in one final proof: their bytes against a program,
an output and an exit code.

The steps and their numbers are those of Section 4.8 of the whitepaper.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from reference.verifier.final import KnownTree, TreeConstants, verify_encoded_final
from reference.verifier.question import require_question
from reference.verifier.run import verify_run
from reference.verifier.statement import PLAIN_TOOLS, VerifierTools, check_statement
from spec.air.machine import exit_code_of
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.protocol.final_encoding import FINAL_MAGIC
from spec.protocol.key import VerificationKey
from spec.protocol.proof_encoding import read_proof
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejected, Rejection, between
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import limbs_of
from spec.rv64im.tokens import output_tokens
from spec.rv64im.tree import tree_design, tree_keys


@dataclass(frozen=True)
class Verified:
    """What a verified proof says."""

    key: VerificationKey
    output: bytes
    exit_code: int
    segments: int
    """How many the run has."""

    shapes: tuple[SegmentShape, ...]
    """By segment; of a final proof, in which they do not show, none."""

    sampled_labels: tuple[str, ...] = field(repr=False)
    """Every challenge that was drawn natively, over all segments, in order."""


def verify(
    encoded: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    *,
    exit_code: int = 0,
    allow_insecure: bool = False,
    tools: VerifierTools = PLAIN_TOOLS,
) -> Verified:
    """Checks the canonical bytes of a run proof against a program, by key or id, and the claimed public output.

    Without `program` or `output` whatever the proof claims of it is accepted and returned; the caller then has to
    look at it. `allow_insecure` admits parameter sets that are only for tests. The output is enforced in two places:
    here it is compared with the caller's, and `verify_run` balances the tokens of its doublewords against the memory
    tables of all segments. Raises Rejected, and nothing else, on any byte string; QuestionError, a ValueError, where
    another argument has not its type or range.
    """
    require_question(encoded, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
    if encoded.startswith(FINAL_MAGIC):
        return _verify_final(encoded, program, output, exit_code, allow_insecure=allow_insecure, tools=tools)
    # 1. The question.
    proof = read_proof(tools.reader(encoded), RV64IM)
    key = proof.key
    if len(proof.output) > OUTPUT_CAPACITY_BYTES:
        size, capacity = len(proof.output), between(0, OUTPUT_CAPACITY_BYTES)
        detail = f"{size} output bytes, the region holds {OUTPUT_CAPACITY_BYTES}"
        raise Rejected(Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, detail, expected=capacity, found=size)
    check_statement(key, proof.output, program, output, allow_insecure=allow_insecure)

    # Steps 2 to 7.
    found = verify_run(tools.algebra(), proof, output_tokens(proof.output), limbs_of(exit_code), tools.steps)
    code = exit_code_of(found.exit_values)
    return Verified(key, proof.output, code, len(found.shapes), found.shapes, found.sampled_labels)


@cache
def known_tree() -> KnownTree:
    """The trees over runs of RV64IM that are accepted."""
    design, keys = tree_design(), tree_keys()
    return KnownTree(RV64IM, design.final_machine, TreeConstants(keys.final, keys.root), output_tokens)


def _verify_final(
    encoded: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    exit_code: int,
    *,
    allow_insecure: bool,
    tools: VerifierTools,
) -> Verified:
    """As `verify`, of a final proof."""
    exit_values = limbs_of(exit_code)
    final, found = verify_encoded_final(
        encoded, known_tree(), program, output, exit_values, allow_insecure=allow_insecure, tools=tools
    )
    stated = found.statement
    return Verified(final.program, final.output, exit_code, stated.segment_count, (), found.sampled_labels)
