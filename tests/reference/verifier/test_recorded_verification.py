"""The verifier on values that nobody can look at: it writes down a circuit that verifies other proofs of its shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from spec.field import EXTENSION_DEGREE, Extension, P
from spec.protocol.hash import BLOCK_WORDS, digest_words
from spec.protocol.merkle import TreeShape
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import (
    RunStatement,
    global_challenges,
    run_digest,
)
from spec.protocol.stacking import Commitment
from spec.rejection import Rejected, Rejection
from tests.forging.conversations import overheard
from tests.forging.verdicts import reference_verifier
from tests.recorded_verification import Recording
from tests.recording_algebra import LookedAt, Operation, Recorded, RecordingAlgebra, Sort, replay
from tests.small_machine import HALTED, Move
from tests.small_runs import CAPPED, ONE_SEGMENT, Example

EXAMPLE = replace(ONE_SEGMENT, parameters=CAPPED)
SIBLING = replace(EXAMPLE, moves=(Move(5, 7), Move(5, -7), Move(6, 1)))
"""Another program with tables of the same heights."""


def recording(example: Example) -> Recording:
    """The recorded verification of an honest run."""
    if example not in _RECORDINGS:
        _RECORDINGS[example] = Recording(example.proof)
    return _RECORDINGS[example]


_RECORDINGS: dict[Example, Recording] = {}


def test_recorded_circuit_replayed_on_its_own_proof_accepts() -> None:
    replay(recording(EXAMPLE).algebra.operations, recording(EXAMPLE).algebra.inputs)


def test_recorded_circuit_replayed_on_another_proof_of_the_shape_accepts() -> None:
    """The circuit is the same, whatever the proof says."""
    ours, theirs = recording(EXAMPLE), recording(SIBLING)
    assert ours.proof.key.program_id != theirs.proof.key.program_id
    assert ours.algebra.operations == theirs.algebra.operations
    assert ours.algebra.inputs != theirs.algebra.inputs
    replay(ours.algebra.operations, theirs.algebra.inputs)


def test_recorded_circuit_replayed_with_any_input_altered_rejects() -> None:
    """A spread of the inputs: the first of them, one of every few, and the last."""
    algebra = recording(EXAMPLE).algebra
    count = len(algebra.inputs)
    for at in [*range(12), *range(12, count, 41), count - 1]:
        inputs = list(algebra.inputs)
        inputs[at] = inputs[at] + 1 if isinstance(inputs[at], Extension) else (inputs[at] + 1) % P
        with pytest.raises(Rejected):
            replay(algebra.operations, inputs)


def test_recorded_circuit_replayed_on_a_forged_proof_fails_the_requirement_of_its_step() -> None:
    algebra, segment = recording(EXAMPLE).algebra, EXAMPLE.proof.segments[0]
    places = {
        segment.bus_totals[0]: Rejection.LOCAL_BUSES_UNBALANCED,
        segment.layers[2].ends[1]: Rejection.GKR_LAYER_MISMATCH,
        segment.column_values[Commitment.MAIN][3]: Rejection.ZEROCHECK_MISMATCH,
        segment.stacked_values[1]: Rejection.STACKING_MISMATCH,
    }
    for value, reason in places.items():
        inputs = [of + 1 if isinstance(of, Extension) and of == value else of for of in algebra.inputs]
        with pytest.raises(Rejected) as rejected:
            replay(algebra.operations, inputs)
        assert rejected.value.reason is reason


def test_recorded_circuit_reads_every_value_of_the_proof_once() -> None:
    """Read twice, a value could be another one the second time."""
    proof, form = EXAMPLE.proof, recording(EXAMPLE).form
    key, segment = proof.key, proof.segments[0]
    elements = len(key.start) + len(segment.public_values)
    values = len(key.commitments[form.height_log2].answers) + len(segment.pinned_answers) + len(segment.bus_totals)
    values += sum(len(layer.rounds) * 2 + len(layer.ends) for layer in segment.layers)
    values += 3 * len(segment.zerocheck_rounds) + sum(map(len, segment.column_values.values()))
    values += 2 * len(segment.stacking_rounds) + len(segment.stacked_values) + len(segment.final_vector)
    # Index, the program's root, the digests of its other commitments, both roots, the run's digest.
    words = 1 + 8 + 8 * (len(key.commitments) - 1) + 8 + 8 + 8 + 2 * len(segment.column_batching_nonce)
    for iteration, of in zip(form.iterations, segment.iterations, strict=True):
        values += 2 * len(of.rounds) + len(of.answer)
        words += 2 * len(of.folding_nonces) + 2 * len(of.query_nonce) + len(of.root)
        for tree, opening in zip(form.opened_trees(iteration), of.openings, strict=True):
            elements += iteration.queries * tree.width
            words += 8 * (iteration.queries * tree.path_length + len(opening.cap))
    read = [operation.results[0] for operation in recording(EXAMPLE).algebra.operations if operation.name == "read"]
    # The sum of the output's tokens is one more value.
    assert [read.count(kind) for kind in (Sort.ELEMENT, Sort.VALUE, Sort.WORD)] == [
        elements,
        values + 1,
        words,
    ]


def test_recorded_verifier_inverts_only_fingerprints_and_denominators() -> None:
    """Nothing divides by a challenge: a hint for each of the verifier's tokens and for the two totals, and no other."""
    tokens = len(EXAMPLE.proof.key.machine.tokens)
    counts = recording(EXAMPLE).algebra.counts()
    assert counts["inverse_hint"] == tokens + 2


def blocks(words: int) -> int:
    """The blocks of a message in a transcript: four words of header go before it."""
    return -(-(words + 4) // BLOCK_WORDS)


def path_compressions(tree: TreeShape) -> int:
    """A leaf and what leads from it up to the cap."""
    return -(-tree.width // BLOCK_WORDS) + tree.path_length


def test_recorded_circuit_has_the_compressions_of_conversation_queries_and_proofs_of_work() -> None:
    """Nothing is shared: every query pays for its leaf and its path. What was absorbed is counted on numbers."""
    form, parameters = recording(EXAMPLE).form, EXAMPLE.parameters
    proof = replace(EXAMPLE.proof, key=replace(EXAMPLE.proof.key))
    with overheard() as heard:
        reference_verifier(proof)
    conversation = sum(blocks(len(words)) for place, words in heard.said if place.domain.value != "limpid run")
    # Other stacking heights' commitments are digests already.
    others = len(proof.key.commitments) - 1
    answers = [c.answers for height, c in proof.key.commitments.items() if height != form.height_log2]
    conversation -= others * (blocks(3) + blocks(8)) + sum(blocks(EXTENSION_DEGREE * len(a)) for a in answers)
    schedule = parameters.schedule(form.height_log2)
    grinding = bool(schedule.column_batching_grinding_bits)
    expected = conversation + grinding
    for iteration in form.iterations:
        expected += iteration.folding_log2 * bool(iteration.folding_grinding_bits) + bool(iteration.query_grinding_bits)
        for tree in form.opened_trees(iteration):
            expected += iteration.queries * path_compressions(tree) + (1 << tree.cap_log2) - 1
    assert recording(EXAMPLE).algebra.counts()["compress"] == expected


def test_recorded_digests_of_a_run_are_those_on_numbers() -> None:
    """G is computed from bytes that a run's own verifier holds: recorded, it is a constant of the circuit."""
    of, algebra = recording(EXAMPLE), RecordingAlgebra()
    statement = RunStatement(of.proof.key.machine, EXAMPLE.parameters, of.proof.key.program_id, of.proof.output, 1)
    digest = run_digest(algebra, statement, bytes(32))
    assert [word.hidden for word in digest] == list(run_digest(NumberAlgebra(), statement, bytes(32)))
    challenges, labels = global_challenges(algebra, of.proof.key.machine, digest)
    on_numbers, _ = global_challenges(NumberAlgebra(), of.proof.key.machine, [word.hidden for word in digest])
    assert challenges.alpha.hidden == on_numbers.alpha
    assert labels == ["global_alpha", "global_beta"]
    assert digest_words(of.proof.key.program_id) != digest


@pytest.mark.parametrize("kind", Sort, ids=lambda kind: kind.value)
@pytest.mark.parametrize(
    "question",
    [
        bool,
        int,
        hash,
        len,
        list,
        lambda value: value == value,
        lambda value: value != 1,
        lambda value: value < 1,
        lambda value: value[0],
        lambda value: [1, 2][value],
        lambda value: value in (1, 2),
        lambda value: 1 in value,
    ],
    ids=["bool", "int", "hash", "len", "list", "equal", "unequal", "below", "item", "as index", "member", "contains"],
)
def test_recorded_value_refuses_every_question(kind: Sort, question: Callable[[Any], object]) -> None:
    with pytest.raises(LookedAt, match=f"{kind.value} 0 was looked at"):
        question(Recorded(RecordingAlgebra(), kind, 0, 1))


def test_recorded_values_of_different_kinds_are_neither_added_nor_compared() -> None:
    algebra = RecordingAlgebra()
    word, value = algebra.word(1), algebra.value(1)
    with pytest.raises(TypeError, match="add of word"):
        word + 1
    with pytest.raises(TypeError, match="multiply of value"):
        value * word
    with pytest.raises(TypeError, match="value and word are required to be equal"):
        algebra.require_equal(value, word, Rejection.SEGMENT_INDEX, "here")
    with pytest.raises(TypeError, match="1 and 2 values"):
        algebra.require_equal([value], [value, value], Rejection.SEGMENT_INDEX, "here")


def test_replay_of_a_circuit_reads_all_inputs_and_names_the_place_of_a_failure() -> None:
    algebra = RecordingAlgebra()
    left, right = algebra.read_words([3, 3])
    algebra.require_equal(left, right, Rejection.SEGMENT_INDEX, "here")
    replay(algebra.operations, [5, 5])
    with pytest.raises(Rejected) as rejected:
        replay(algebra.operations, [5, 6])
    assert (rejected.value.reason, rejected.value.detail) == (Rejection.SEGMENT_INDEX, "here")
    with pytest.raises(AssertionError, match="not read"):
        replay(algebra.operations, [5, 5, 5])
    with pytest.raises(ValueError, match="is not an operation"):
        replay([Operation("divide", (), (), ())], [])


def test_public_value_that_ends_the_run_is_selected_without_a_question() -> None:
    """The exit token counts where pc_out is HALTED: the same operations where it is not."""
    algebras = []
    for number in (HALTED, 3):
        algebra = RecordingAlgebra()
        bit = algebra.equals(algebra.read_elements([number])[0], HALTED)
        algebra.select(bit, algebra.value(1), algebra.value(0))
        algebras.append(algebra)
    assert algebras[0].operations == algebras[1].operations
