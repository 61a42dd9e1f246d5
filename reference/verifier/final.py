"""Verifying a final proof: one proof of the circuit that ends a tree, and what it states of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference.verifier.buses import token_sum
from reference.verifier.program import PLAIN_TOOLS, VerifierTools, check_statement
from reference.verifier.run import NumberSteps, check_key, verify_run
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
from spec.rejection import Rejected, Rejection


@dataclass(frozen=True)
class TreeConstants:
    """What a verifier knows of the trees that it accepts: constants, not part of any proof."""

    final_key_id: Digest
    """Of the circuit that ends a tree."""

    key_list_root: Digest


@dataclass(frozen=True)
class KnownTree:
    """The trees that a verifier accepts: over which machine's segments, and by which circuits."""

    segments: Machine
    circuits: Machine
    """Of the circuit that ends a tree."""

    constants: TreeConstants
    output_tokens: Callable[[bytes], Sequence[Token]]
    """Of a claimed output, on the machine's global buses. Raises ValueError for an output that no run has."""


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
) -> NumberStatement:
    """The statement of an accepted final proof: the program ran to its end with this output and exit code.

    The key within the proof is that of the constants, by its digest. Raises Rejected.
    """
    if digest_words(proof.key.program_id) != constants.final_key_id or proof.output:
        raise Rejected(Rejection.FINAL_KEY_DIFFERS, f"its id is {proof.key.program_id.hex()}")
    verify_run(algebra, proof, (), (), steps)
    machine = asked.program.machine
    (segment,) = proof.segments
    stated = segment.public_values[-len(public_names(machine)) :]
    statement = statement_of(algebra, machine, stated, "final")
    require_statement(algebra, statement, constants, asked)
    return statement


def require_statement(
    algebra: NumberAlgebra, statement: NumberStatement, constants: TreeConstants, asked: Asked
) -> None:
    """The statement at the end of a tree is what the caller asks about. Raises Rejected."""
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
) -> FinalProof:
    """Checks the canonical bytes of a final proof against a program, by key or id, an output and an exit code.

    Without `program` or `output` whatever the proof claims of it is accepted and returned. Raises Rejected, and nothing
    else, on any byte string.
    """
    final = read_final(tools.reader(encoded), tree.segments, tree.circuits)
    check_key(final.program)
    check_statement(final.program, final.output, program, output, allow_insecure=allow_insecure)
    try:
        tokens = tree.output_tokens(final.output)
    except ValueError as error:
        raise Rejected(Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, str(error)) from error
    asked = Asked(final.program, final.output, tokens, exit_values)
    verify_final(tools.algebra(), final.proof, tree.constants, asked, tools.steps)
    return final
