"""A tree over four segments, down to a final proof that is verified natively; and what forgers of trees try.

Every lie goes to the conditions as they run on numbers, which is what the native verifier would do, and some also to
the circuit that they are recorded as: it has no witness for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from optimized.verifier.run import TOOLS as OPTIMIZED_TOOLS
from reference.prover.run import prove_run
from reference.recursion.aggregate import digest_of
from reference.recursion.circuits import blank_recording, combination, conversion, recorded
from reference.recursion.combine import combine, finish
from reference.recursion.convert import SpanProof, convert
from reference.recursion.keys import heights_of
from reference.recursion.node_proof import NodeProof
from reference.recursion.statements import combined, converted
from reference.recursion.witness import circuit_trace
from reference.verifier.final import (
    KnownTree,
    TreeConstants,
    require_statement,
    verify_encoded_final,
    verify_final,
)
from reference.verifier.run import verify_run
from reference.verifier.statement import PLAIN_TOOLS
from spec.circuit.circuit import without_useless_rows
from spec.circuit.nodes import Combine, Convert
from spec.field import Extension
from spec.parameters import PARAMETER_SETS
from spec.protocol import key_encoding
from spec.protocol.final_encoding import FinalProof, decode_final, encode_final
from spec.protocol.hash import digest_bytes, digest_words
from spec.protocol.key_list import KeyPath
from spec.protocol.node_statement import NumberStatement, public_numbers
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.rejection import Rejected, Rejection
from tests import small_tree
from tests.plain_workshop import circuit_key
from tests.small_machine import SMALL_MACHINE, Move, output_tokens
from tests.small_runs import CAPPED
from tests.small_tree import DESIGN, EXAMPLE, KERNELS, NODES, asked, constants, keys, prover, run, spans

KEY_LIST_ROOT = "dfb239d5a2a4924e28f7b2dd6228686d7248896527f1345bfaa8849ab1fdd7b2"
"""The root over the keys of the tree's circuits: it changes with the verifier, their machine and every shape."""


def _statement(node: NodeProof) -> NumberStatement:
    return node.statement(SMALL_MACHINE)


def _verify(proof: RunProof, constants_: TreeConstants | None = None, **changes: Any) -> NumberStatement:
    return verify_final(NumberAlgebra(), proof, constants_ or constants(), replace(asked(), **changes)).statement


def _rejection(act: Callable[[], object]) -> tuple[Rejection, str]:
    with pytest.raises(Rejected) as rejected:
        act()
    return rejected.value.reason, rejected.value.detail


@cache
def _pairs() -> tuple[NodeProof, NodeProof]:
    left, right, _ = small_tree.pair_of_pairs()
    return left, right


def test_list_of_keys_has_the_root_that_the_verifier_knows() -> None:
    assert digest_bytes(keys().root).hex() == KEY_LIST_ROOT


def test_final_proof_of_a_tree_is_accepted_for_what_ran() -> None:
    stated = _verify(small_tree.final())
    assert stated == _statement(small_tree.pair_of_pairs()[2])
    assert (stated.segment_count, stated.depth, tuple(stated.exit_values)) == (4, 1, (EXAMPLE.exit_code,))


@pytest.mark.parametrize("counts", [(4,), (1, 1, 1, 1), (1, 2, 1)])
def test_segments_are_converted_one_two_or_four_at_a_time(counts: Sequence[int]) -> None:
    """Whatever the tree, its root is that of the run."""
    algebra = NumberAlgebra()
    program = digest_words(run().key.program_id)
    stated = [converted(span, digest_of(run()), program, keys().root) for span in spans(counts)]
    for span, statement in zip(spans(counts), stated, strict=True):
        convert(algebra, span, public_numbers(statement))
        assert recorded(conversion(span), public_numbers(statement)).broken == []
    if len(stated) == 4:
        stated = [combined(stated[:2]), combined(stated[2:])]
    if len(stated) == 2 or len(counts) == 1:
        whole = combined(stated) if len(stated) > 1 else stated[0]
        assert tuple(whole.leaves_root) == tuple(_statement(small_tree.pair_of_pairs()[2]).leaves_root)


# What a forger combines. Children are real proofs, what is stated is a lie.


@cache
def _other_run() -> tuple[RunProof, NodeProof]:
    """Another program of the same shapes, and the node of its last two segments."""
    example = replace(EXAMPLE, moves=(Move(3, 1), Move(4, 2), Move(3, -1), Move(4, 9)))
    segments = [small_tree.with_all_tables(trace) for trace in example.segments]
    proof = example.proven(segments)
    span = SpanProof(proof.key, proof.segments[2:])
    return proof, prover().convert("small", span, digest_of(proof))


@cache
def _unlisted() -> NodeProof:
    """The node over both pairs by a circuit that leaves one requirement out; its place in the list is another's."""
    kind = Combine(2)
    circuit = blank_recording(DESIGN, kind).circuit
    at = max(number for number, row in enumerate(circuit.rows) if row.chip == "equal")
    bent = replace(circuit, rows=(*circuit.rows[:at], *circuit.rows[at + 1 :]))
    key = circuit_key(KERNELS, DESIGN.node_machine, DESIGN.nodes.parameters, without_useless_rows(bent))
    recorder = recorded(combination(DESIGN, _pairs()), public_numbers(combined([_statement(of) for of in _pairs()])))
    removed = [number for number, row in enumerate(recorder.rows) if row.chip == "equal"][-1]
    del recorder.rows[removed]
    trace = circuit_trace(DESIGN.node_machine, recorder, heights_of(DESIGN.node_machine), DESIGN.nodes.layout)
    proof = prove_run(KERNELS, key, [trace])
    verify_run(PLAIN_TOOLS.algebra(), proof, (), (), PLAIN_TOOLS.steps)
    return NodeProof(proof, keys().path(kind))


def _honest() -> NumberStatement:
    return combined([_statement(child) for child in _pairs()])


def _foreign_path() -> tuple[NodeProof, NodeProof]:
    left, right = _pairs()
    siblings = (digest_words(bytes(32)), *left.path.siblings[1:])
    return replace(left, path=KeyPath(left.path.position, siblings)), right


LIES: dict[str, tuple[Callable[[], tuple[Sequence[NodeProof], NumberStatement]], Rejection, str]] = {
    "child under a foreign key": (
        lambda: (_foreign_path(), _honest()),
        Rejection.KEY_NOT_LISTED,
        "child 0",
    ),
    "children swapped, the halted one first": (
        lambda: (_pairs()[::-1], combined([_statement(of) for of in _pairs()[::-1]])),
        Rejection.SEGMENT_AFTER_HALT,
        "combine, only_the_last_has_halted",
    ),
    "child doubled": (
        lambda: ((_pairs()[0], _pairs()[0]), combined([_statement(_pairs()[0])] * 2)),
        Rejection.SEGMENT_INDEX,
        "combine, indices_meet",
    ),
    "children of two runs": (
        lambda: ((_pairs()[0], _other_run()[1]), combined([_statement(of) for of in (_pairs()[0], _other_run()[1])])),
        Rejection.NODES_DIFFER,
        "combine, run_is_the_same_everywhere",
    ),
    "exit code of the first child": (
        lambda: (_pairs(), replace(_honest(), exit_values=_statement(_pairs()[0]).exit_values)),
        Rejection.NODE_STATEMENT,
        "combine, exit_values_from_the_last_span",
    ),
    "wrong sum": (
        lambda: (_pairs(), replace(_honest(), global_total=Extension.of(1))),
        Rejection.NODE_STATEMENT,
        "combine, totals_add_up",
    ),
    "wrong count": (
        lambda: (_pairs(), replace(_honest(), segment_count=3)),
        Rejection.NODE_STATEMENT,
        "combine, counts_add_up",
    ),
    "wrong depth": (
        lambda: (_pairs(), replace(_honest(), depth=0)),
        Rejection.NODE_DEPTH,
        "combine, depth_is_one_more",
    ),
    "root over other leaves": (
        lambda: (_pairs(), replace(_honest(), leaves_root=_statement(_pairs()[0]).leaves_root)),
        Rejection.NODE_STATEMENT,
        "combine, root_is_the_tree_over_all",
    ),
    "another list of keys": (
        lambda: (_pairs(), replace(_honest(), key_list_root=(0,) * 8)),
        Rejection.NODES_DIFFER,
        "combine, key_list_root_is_the_same_everywhere",
    ),
    "another run": (
        lambda: (_pairs(), replace(_honest(), run=digest_of(_other_run()[0]))),
        Rejection.NODES_DIFFER,
        "combine, run_is_the_same_everywhere",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_forged_combination_is_refused_for_a_reason_of_its_own(lie: str) -> None:
    children_and_statement, reason, where = LIES[lie]
    children, statement = children_and_statement()
    numbers = public_numbers(statement)
    assert _rejection(lambda: combine(NumberAlgebra(), SMALL_MACHINE, children, numbers)) == (reason, where)


@pytest.mark.parametrize("lie", ["child under a foreign key", "child doubled", "wrong sum"])
def test_circuit_of_a_forged_combination_has_no_witness(lie: str) -> None:
    children_and_statement, reason, where = LIES[lie]
    children, statement = children_and_statement()
    assert _rejection(lambda: prover().combine(children, statement)) == (reason, where)


def test_forged_combination_that_is_proven_all_the_same_is_refused() -> None:
    """A prover without scruples fills the tables: the memory does not balance."""
    statement = replace(_honest(), exit_values=(0,))
    recorder = recorded(combination(DESIGN, _pairs()), public_numbers(statement))
    machine = DESIGN.node_machine
    trace = circuit_trace(machine, recorder, heights_of(machine), DESIGN.nodes.layout)
    proof = prove_run(KERNELS, small_tree.workshop().key(Combine(2)), [trace])
    found = _rejection(lambda: verify_run(PLAIN_TOOLS.algebra(), proof, (), (), PLAIN_TOOLS.steps))
    assert found == (Rejection.LOCAL_BUSES_UNBALANCED, "segment 0")


@pytest.mark.slow
def test_circuit_with_a_requirement_left_out_is_not_in_the_list() -> None:
    """Its proof is accepted under its own key."""
    child = _unlisted()
    numbers = child.public_numbers
    assert _rejection(lambda: finish(NumberAlgebra(), SMALL_MACHINE, child, numbers)) == (
        Rejection.KEY_NOT_LISTED,
        "child",
    )


def test_child_that_is_no_whole_run_of_its_circuit_is_refused() -> None:
    left, right = _pairs()
    machine = DESIGN.node_machine
    recorder = recorded(conversion(spans((2, 2))[0]), left.public_numbers)
    trace = circuit_trace(machine, recorder, heights_of(machine), DESIGN.nodes.layout)
    moved = replace(trace, public_values={**trace.public_values, "end": 2})
    key = small_tree.workshop().key(Convert("small", 2))
    child = NodeProof(prove_run(KERNELS, key, [moved]), left.path)
    numbers = public_numbers(_honest())
    found = _rejection(lambda: combine(NumberAlgebra(), SMALL_MACHINE, (child, right), numbers))
    assert found == (Rejection.NODE_START, "child 0")


# What the native verifier holds against the last statement.


def test_statement_of_a_tree_with_a_dropped_child_is_refused() -> None:
    """Proven, accepted, and not about the whole run."""
    left, right = (_statement(child) for child in _pairs())

    def held(statement: NumberStatement) -> tuple[Rejection, str]:
        return _rejection(lambda: require_statement(NumberAlgebra(), statement, constants(), asked()))

    assert held(left) == (Rejection.NOT_HALTED, "final, has_halted")
    assert held(right) == (Rejection.SEGMENT_INDEX, "final, starts_with_the_first_segment")
    assert held(replace(right, first_index=0)) == (Rejection.START_DIFFERS, "final, starts_as_the_key_says")
    moved = replace(right, first_index=0, starts=left.starts)
    assert held(moved) == (Rejection.RUN_DIFFERS, "final, run_digest_is_recomputed")


ASKED: dict[str, tuple[Callable[[], object], Rejection, str]] = {
    "another program": (
        lambda: _verify(small_tree.final(), program=_other_run()[0].key),
        Rejection.PROGRAM_DIFFERS,
        "final, program_is_the_callers",
    ),
    "another output": (
        lambda: _verify(small_tree.final(), output=b"", output_tokens=()),
        Rejection.RUN_DIFFERS,
        "final, run_digest_is_recomputed",
    ),
    "tokens of another output": (
        lambda: _verify(small_tree.final(), output_tokens=output_tokens(run().output[:-12])),
        Rejection.GLOBAL_BUSES_UNBALANCED,
        "final, global_buses_balance",
    ),
    "another exit code": (
        lambda: _verify(small_tree.final(), exit_values=(0,)),
        Rejection.EXIT_CODE_DIFFERS,
        "final, exit_code_is_the_callers",
    ),
    "another list of keys": (
        lambda: _verify(small_tree.final(), replace(constants(), key_list_root=(1,) * 8)),
        Rejection.KEY_LIST_DIFFERS,
        "final, key_list_is_the_verifiers",
    ),
    "another last circuit": (
        lambda: _verify(small_tree.final(), replace(constants(), final_key_id=(1,) * 8)),
        Rejection.FINAL_KEY_DIFFERS,
        "its id is",
    ),
    "a node in place of the final proof": (
        lambda: _verify(small_tree.pair_of_pairs()[2].proof),
        Rejection.FINAL_KEY_DIFFERS,
        "its id is",
    ),
}


@pytest.mark.parametrize("question", ASKED)
def test_final_proof_held_against_another_question_is_refused(question: str) -> None:
    act, reason, detail = ASKED[question]
    found, said = _rejection(act)
    assert found is reason
    assert said.startswith(detail)


def test_final_proof_whose_work_table_has_another_height_is_refused() -> None:
    """Under the right key: it fixes no height of a work table."""
    proof = small_tree.final()
    (segment,) = proof.segments
    (height_log2,) = segment.shape.heights_log2["sha256_rest"]
    for heights in ((height_log2 + 1,), (height_log2, height_log2 - 1)):
        shape = replace(segment.shape, heights_log2={**segment.shape.heights_log2, "sha256_rest": heights})
        found = _rejection(lambda shape=shape: _verify(replace(proof, segments=(replace(segment, shape=shape),))))  # type: ignore[misc]
        assert found == (Rejection.SHAPE_NOT_LISTED, "final")


# The bytes of a final proof.


@pytest.fixture
def _sets(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**PARAMETER_SETS, CAPPED.name: CAPPED, NODES.name: NODES}
    monkeypatch.setattr(key_encoding, "PARAMETER_SETS", known)


def _encoded() -> bytes:
    return encode_final(FinalProof(run().key, run().output, small_tree.final()))


def _verify_bytes(encoded: bytes, program: bytes | None = None, *, allow_insecure: bool = True) -> FinalProof:
    tree = KnownTree(SMALL_MACHINE, DESIGN.final_machine, constants(), output_tokens)
    found, _ = verify_encoded_final(
        encoded, tree, program, None, (EXAMPLE.exit_code,), allow_insecure=allow_insecure, tools=OPTIMIZED_TOOLS
    )
    return found


@pytest.mark.usefixtures("_sets")
def test_bytes_of_a_final_proof_are_verified_as_they_are_read() -> None:
    encoded = _encoded()
    found = _verify_bytes(encoded, run().key.program_id)
    assert (found.program, found.output) == (run().key, run().output)
    assert encode_final(decode_final(encoded, SMALL_MACHINE, DESIGN.final_machine)) == encoded


@pytest.mark.usefixtures("_sets")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda encoded: b"LIMPIDPF" + encoded[8:], Rejection.PROOF_MAGIC),
        (lambda encoded: encoded[:8] + b"\2\0" + encoded[10:], Rejection.PROOF_VERSION),
        (lambda encoded: encoded[:-1], Rejection.ENCODING_TRUNCATED),
        (lambda encoded: encoded + b"\0", Rejection.ENCODING_TRAILING_BYTES),
    ],
)
def test_other_bytes_than_those_of_a_final_proof_are_refused(
    change: Callable[[bytes], bytes], reason: Rejection
) -> None:
    assert _rejection(lambda: _verify_bytes(change(_encoded())))[0] is reason


@pytest.mark.usefixtures("_sets")
def test_final_proof_under_parameters_for_tests_is_refused_unless_allowed() -> None:
    found = _rejection(lambda: _verify_bytes(_encoded(), allow_insecure=False))
    assert found == (Rejection.PARAMETERS_INSECURE, CAPPED.name)


@pytest.mark.usefixtures("_sets")
def test_final_proof_of_another_program_than_the_callers_is_refused() -> None:
    assert _rejection(lambda: _verify_bytes(_encoded(), bytes(32)))[0] is Rejection.PROGRAM_DIFFERS


@pytest.mark.usefixtures("_sets")
def test_final_proof_with_any_byte_changed_is_refused() -> None:
    """A spread of the bytes: some of every part."""
    encoded = _encoded()
    for at in [*range(0, 400, 37), *range(400, len(encoded), 6007)]:
        _rejection(lambda at=at: _verify_bytes(encoded[:at] + bytes([encoded[at] ^ 1]) + encoded[at + 1 :]))  # type: ignore[misc]
