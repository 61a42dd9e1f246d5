"""Verifying a final proof: one proof of the circuit that ends a tree, and what it states of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference.verifier.buses import token_sum
from reference.verifier.run import NumberSteps, verify_run
from spec.air.machine import Token
from spec.field import Extension
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
    return statement
