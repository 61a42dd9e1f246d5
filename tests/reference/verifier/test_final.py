"""Final proofs through the public function: each check refuses what the others would let pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from optimized.verifier.run import TOOLS
from reference.prover.run import prove_run
from reference.recursion.circuits import ending
from reference.tables import Table, Trace
from reference.verifier.final import Asked, KnownTree, verify_encoded_final, verify_final
from spec.air.chip import Role
from spec.air.machine import Token
from spec.parameters import PARAMETER_SETS
from spec.protocol import key_encoding
from spec.protocol.final_encoding import FinalProof, encode_final
from spec.protocol.key import VerificationKey
from spec.protocol.proof import RunProof
from spec.rejection import Rejected, Rejection
from tests import small_tree
from tests.small_machine import SMALL_MACHINE, output_tokens

EXIT = (7,)


@pytest.fixture(autouse=True)
def _known_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys name the parameter sets of the small tree."""
    known = {each.name: each for each in (small_tree.EXAMPLE.parameters, small_tree.NODES)}
    monkeypatch.setattr(key_encoding, "PARAMETER_SETS", {**PARAMETER_SETS, **known})


@cache
def _honest() -> FinalProof:
    run = small_tree.run()
    return FinalProof(run.key, run.output, small_tree.final())


def _tokens(output: bytes) -> list[Token]:
    if len(output) % 12:
        raise ValueError("no output of the small machine")
    return output_tokens(output)


def _tree() -> KnownTree:
    return KnownTree(SMALL_MACHINE, small_tree.DESIGN.final_machine, small_tree.constants(), _tokens)


def _verdict(
    final: FinalProof,
    program: VerificationKey | bytes | None = None,
    output: bytes | None = None,
    exit_values: tuple[int, ...] = EXIT,
    *,
    tree: KnownTree | None = None,
    allow_insecure: bool = True,
) -> tuple[Rejection, str] | None:
    """Reason and detail of the refusal; None for a proof that is accepted."""
    try:
        verify_encoded_final(
            encode_final(final),
            tree or _tree(),
            program,
            output,
            exit_values,
            allow_insecure=allow_insecure,
            tools=TOOLS,
        )
    except Rejected as rejected:
        return rejected.reason, rejected.detail
    return None


def test_honest_final_proof_is_accepted_whatever_is_asked_of_what_it_states() -> None:
    final = _honest()
    assert _verdict(final) is None
    assert _verdict(final, final.program, final.output) is None
    assert _verdict(final, final.program.program_id) is None


def test_key_that_no_program_has_is_refused() -> None:
    wrong = replace(_honest().program, start=(SMALL_MACHINE.joins[0].start_limit, *_honest().program.start[1:]))
    assert _verdict(replace(_honest(), program=wrong)) == (Rejection.KEY_START, str(list(wrong.start)))


def test_other_statement_than_the_callers_is_refused() -> None:
    reason, _ = _verdict(_honest(), bytes(32)) or (None, "")
    assert reason is Rejection.PROGRAM_DIFFERS
    reason, _ = _verdict(_honest(), output=b"") or (None, "")
    assert reason is Rejection.OUTPUT_DIFFERS
    reason, _ = _verdict(_honest(), allow_insecure=False) or (None, "")
    assert reason is Rejection.PARAMETERS_INSECURE


def test_other_exit_code_is_refused_with_both() -> None:
    assert _verdict(_honest(), exit_values=(8,)) == (Rejection.EXIT_CODE_DIFFERS, "it ended with 7, expected 8")


def test_output_that_the_proof_is_not_about_is_refused() -> None:
    """Nothing but the statement at the end of the tree is about the output."""
    other = bytes([_honest().output[0] ^ 1]) + _honest().output[1:]
    reason, _ = _verdict(replace(_honest(), output=other)) or (None, "")
    assert reason is Rejection.RUN_DIFFERS


def test_output_that_no_run_has_is_refused() -> None:
    expected = (Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, "no output of the small machine")
    assert _verdict(replace(_honest(), output=b"x")) == expected


def _alone(proof: RunProof) -> Rejection | None:
    """What refuses the proof of the last circuit."""
    final = _honest()
    asked = Asked(final.program, final.output, output_tokens(final.output), EXIT)
    try:
        verify_final(TOOLS.algebra(), proof, small_tree.constants(), asked, TOOLS.steps)
    except Rejected as rejected:
        return rejected.reason
    return None


def test_proof_by_another_circuit_is_refused() -> None:
    assert _alone(_honest().proof) is None
    assert _alone(small_tree.pair_of_pairs()[2].proof) is Rejection.FINAL_KEY_DIFFERS
    constants = replace(small_tree.constants(), final_key_id=(0,) * 8)
    reason, detail = _verdict(_honest(), tree=replace(_tree(), constants=constants)) or (None, "")
    assert reason is Rejection.FINAL_KEY_DIFFERS
    assert detail == f"its id is {_honest().proof.key.program_id.hex()}"


def _proven_otherwise(change: Callable[[Trace], Trace]) -> RunProof:
    """A proof of the last circuit that is honest but for this change."""
    workshop, node = small_tree.workshop(), small_tree.pair_of_pairs()[2]
    trace = workshop.trace(None, ending(small_tree.DESIGN, node), node.public_numbers)
    return prove_run(workshop.kernels, workshop.key(None), [change(trace)])


def test_proof_of_the_last_circuit_with_an_output_of_its_own_is_refused() -> None:
    assert _alone(_proven_otherwise(lambda trace: replace(trace, output=bytes(12)))) is Rejection.FINAL_KEY_DIFFERS


def _twice_as_tall(table: Table) -> Table:
    padded = (np.vstack([cells, np.zeros_like(cells)]) for cells in (table.main, table.fixed))
    return Table(table.chip, *padded)


def test_proof_of_the_last_circuit_in_another_shape_is_refused() -> None:
    """The key fixes no work table's height: whoever proves may pad one, and every other check passes."""

    def padded(trace: Trace) -> Trace:
        is_work = [table.chip.role is Role.WORK for table in trace.tables]
        assert any(is_work)
        tables = [_twice_as_tall(t) if work else t for t, work in zip(trace.tables, is_work, strict=True)]
        return replace(trace, tables=tuple(tables))

    assert _alone(_proven_otherwise(padded)) is Rejection.SHAPE_NOT_LISTED
