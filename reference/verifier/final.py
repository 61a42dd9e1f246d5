"""Verifying a final proof: one proof of the circuit that ends a tree, and what it states of the run.

The steps and their numbers are those of Section 5.4 of the whitepaper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference.verifier.buses import token_sum
from reference.verifier.run import NumberSteps, require_exit, verify_run
from reference.verifier.statement import PLAIN_TOOLS, VerifierTools, check_statement
from spec.air.machine import Machine, Token
from spec.field import Extension
from spec.protocol.final_encoding import FinalProof, read_final
from spec.protocol.hash import Digest, digest_bytes, digest_words
from spec.protocol.key import VerificationKey
from spec.protocol.node_statement import NumberStatement, public_names, statement_of
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.recursion import FINAL, FinalContext, require
from spec.protocol.run import global_challenges, run_digest
from spec.protocol.shape import require_listed
from spec.rejection import Rejected, Rejection


@dataclass(frozen=True)
class TreeConstants:
    """What a verifier knows of the trees that it accepts: constants, not part of any proof."""

    final_key_id: Digest
    """The id of the key of the circuit that ends a tree."""

    key_list_root: Digest


@dataclass(frozen=True)
class KnownTree:
    """The trees that a verifier accepts: over which machine's segments, and by which circuits."""

    segments: Machine
    circuits: Machine
    """The machine of the circuit that ends a tree."""

    constants: TreeConstants
    output_tokens: Callable[[bytes], Sequence[Token]]
    """The tokens of a claimed output on the machine's global buses. Raises ValueError for an output that no run has."""


@dataclass(frozen=True)
class VerifiedFinal:
    """What an accepted final proof says."""

    statement: NumberStatement
    sampled_labels: tuple[str, ...]
    """Every challenge of the proof that was drawn, in order: those of the proofs behind it are drawn in circuits."""


@dataclass(frozen=True)
class Asked:
    """The statement that a caller asks about."""

    program: VerificationKey
    output: bytes
    output_tokens: Sequence[Token]
    """Those of the output, on the machine's global buses."""

    exit_values: tuple[int, ...]


def verify_final(
    algebra: NumberAlgebra,
    proof: RunProof,
    constants: TreeConstants,
    asked: Asked,
    steps: NumberSteps | None = None,
) -> VerifiedFinal:
    """The statement of an accepted final proof: the program ran to its end with this output and exit code.

    The key within the proof is that of the constants, by its digest. Raises Rejected at the first check that fails.
    """
    # 2. The circuit.
    if digest_words(proof.key.program_id) != constants.final_key_id or proof.output:
        key_id, found_id = digest_bytes(constants.final_key_id).hex(), proof.key.program_id.hex()
        raise Rejected(Rejection.FINAL_KEY_DIFFERS, f"its id is {found_id}", expected=key_id, found=found_id)
    # The key fixes no work table's height, and the error of a final proof is that of one shape.
    for segment in proof.segments:
        require_listed(segment.shape, "final")

    # 3. The proof.
    found = verify_run(algebra, proof, (), (), steps)

    # 4. The statement.
    machine = asked.program.machine
    (segment,) = proof.segments
    stated = segment.public_values[-len(public_names(machine)) :]
    statement = statement_of(algebra, machine, stated, "final")
    require_statement(algebra, statement, constants, asked)
    return VerifiedFinal(statement, found.sampled_labels)


def require_statement(
    algebra: NumberAlgebra, statement: NumberStatement, constants: TreeConstants, asked: Asked
) -> None:
    """The statement at the end of a tree is what the caller asks about.

    Raises Rejected at the first check that fails.
    """
    machine = asked.program.machine

    def digest_over(count: int, root: Sequence[int]) -> Sequence[int]:
        return run_digest(algebra, asked.program.statement(asked.output, count), digest_bytes(root))

    def output_total(run: Sequence[int]) -> Extension:
        challenges, _ = global_challenges(algebra, machine, run)
        return token_sum(algebra, asked.output_tokens, {}, challenges, "output")

    context = FinalContext(
        program_id=digest_words(asked.program.program_id),
        starts=asked.program.start,
        exit_values=asked.exit_values,
        key_list_root=constants.key_list_root,
        digest_over=digest_over,
        output_total=output_total,
    )
    require(FINAL, algebra, machine, context, statement, "final")


def verify_encoded_final(
    encoded: bytes,
    tree: KnownTree,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    exit_values: tuple[int, ...],
    *,
    allow_insecure: bool = False,
    tools: VerifierTools = PLAIN_TOOLS,
) -> tuple[FinalProof, VerifiedFinal]:
    """Checks the canonical bytes of a final proof against a program, by key or id, an output and an exit code.

    Without `program` or `output` whatever the proof claims of it is accepted and returned. Raises Rejected, and nothing
    else, on any byte string.
    """
    # 1. The question.
    final = read_final(tools.reader(encoded), tree.segments, tree.circuits)
    check_statement(final.program, final.output, program, output, allow_insecure=allow_insecure)
    try:
        tokens = tree.output_tokens(final.output)
    except ValueError as error:
        raise Rejected(Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, str(error)) from error
    require_exit(tree.segments, tuple(final.stated(tree.segments).exit_values), exit_values)
    asked = Asked(final.program, final.output, tokens, exit_values)
    return final, verify_final(tools.algebra(), final.proof, tree.constants, asked, tools.steps)
