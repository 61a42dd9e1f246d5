"""The recorded circuits accept exactly the proofs that the verifier accepts: asked about proofs changed anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from reference.prover.run import prove_run
from reference.recursion.aggregate import digest_of
from reference.recursion.circuits import combination, conversion, ending, recorded
from reference.recursion.convert import SpanProof
from reference.recursion.keys import heights_of
from reference.recursion.node_proof import NodeProof
from reference.recursion.statements import converted
from reference.recursion.witness import circuit_trace
from reference.tables import Trace
from spec.circuit.nodes import Convert
from spec.field import ONE, ZERO, Extension
from spec.protocol.canonical import Reader
from spec.protocol.hash import digest_words
from spec.protocol.labels import Label
from spec.protocol.node_statement import public_names, public_numbers
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import encode_segment, read_segment
from spec.rejection import Rejected, Rejection
from tests import small_tree
from tests.forging.liars import Addend, Check, Liar, repaired
from tests.mutated_proofs import (
    OPENINGS,
    Evaluated,
    Judged,
    Question,
    found_at,
    judged,
    mutants,
    places,
    reasons,
    replaced,
)
from tests.small_machine import SMALL_MACHINE
from tests.small_tree import DESIGN, EXAMPLE, KERNELS, SEGMENTS, run

NAMES = public_names(SMALL_MACHINE)
ENOUGH = 5
"""Changed proofs for every reason."""

REASONS = (
    "BUS_DENOMINATOR_VANISHES",
    "COMMITMENT_ROOT_MISMATCH",
    "EXIT_CODE_WITHOUT_HALT",
    "FINAL_VECTOR_CLAIM_MISMATCH",
    "FINAL_VECTOR_QUERY_MISMATCH",
    "FOLDED_ROOT_MISMATCH",
    "GKR_LAYER_MISMATCH",
    "GRINDING_INSUFFICIENT",
    "LOCAL_BUSES_UNBALANCED",
    "NODES_DIFFER",
    "NODE_DEPTH",
    "NODE_STATEMENT",
    "PUBLIC_LIMB",
    "SEGMENTS_DO_NOT_MEET",
    "SEGMENT_AFTER_HALT",
    "SEGMENT_INDEX",
    "STACKING_MISMATCH",
    "ZEROCHECK_MISMATCH",
)
"""Those that changed segments give."""

NEVER = {
    # A challenge that is drawn afterwards would have to hit one value.
    Rejection.FINGERPRINT_VANISHES,
    # Of a node, which has no global buses: what would break it breaks the requirement on an empty scope first.
    Rejection.GLOBAL_BUSES_UNBALANCED,
}
"""Reasons of requirements that the bytes of a proof cannot give."""

KEY_LIST_ROOT = (5,) * 8


def _asked(proof: RunProof, indices: Sequence[int]) -> Question:
    """Segments of a run, and what convert states of them."""
    span = SpanProof(proof.key, tuple(proof.segments[index] for index in indices))
    said = converted(span, digest_of(proof), digest_words(proof.key.program_id), KEY_LIST_ROOT)
    return Question(span, tuple(public_numbers(said)))


@cache
def _honest() -> Question:
    """The two segments at the end of the run."""
    return _asked(run(), (2, 3))


@cache
def _convert() -> Evaluated:
    return Evaluated(recorded(conversion(_honest().children), _honest().publics))


def _with_statement(question: Question, number: int) -> Question:
    """The same, stating another exit code too: that is required after what segments say."""
    at = NAMES.index("exit")
    return replace(question, publics=(*question.publics[:at], number, *question.publics[at + 1 :]))


def _public(trace: Trace, **values: int) -> Trace:
    return replace(trace, public_values={**trace.public_values, **values})


STACKING = Check(Rejection.STACKING_MISMATCH, "segment 2")


def _lies() -> Iterator[Question]:
    """The prover of a segment goes on as if it were true: it has other queries, and opens what they ask for.

    A last vector that is none; and two stacked columns' values that are none, but agree with the stacking sumcheck.
    """
    honest = Liar(EXAMPLE, SEGMENTS, EXAMPLE.run.output)
    vector = honest.adding(Addend(Label.FINAL_VECTOR, 0, ONE, segment=2))
    one, other = (Addend(Label.STACKED_VALUES, position, ONE, segment=2) for position in (0, 1))
    values = repaired(honest.adding(one), STACKING, other)
    for factor in range(1, ENOUGH + 1):
        for liar in (vector, values):
            # What has to agree is linear in what is added.
            addends = tuple(addend.times(Extension.of(factor)) for addend in liar.addends)
            yield _asked(replace(liar, addends=addends).proof(), (2, 3))


def _forgeries() -> Iterator[Question]:
    """For reasons that a change at one place seldom gives."""
    proof = run()
    for indices in ((3, 0), (3, 2), (3, 3), (0, 2), (1, 3), (2, 0), (2, 1), (0, 0), (1, 1)):
        yield _asked(proof, indices)
    honest = _honest()
    denominators = [("children", "segments", segment, "bus_totals", at) for segment in (0, 1) for at in (1, 3)]
    for of_segment in denominators:
        yield replaced(honest, of_segment, ZERO)
    yield replaced(replaced(honest, denominators[0], ZERO), denominators[1], ZERO)
    opened = [at for at, _ in places(honest) if "openings" in at and "siblings" in at]
    for at in opened[:: len(opened) // 40]:
        yield replaced(honest, at, 7)
    openings = [
        ("children", "segments", number, "iterations", iteration, "openings", tree)
        for number, segment in enumerate(honest.children.segments)
        for iteration, said in enumerate(segment.iterations)
        for tree in range(len(said.openings))
    ]
    for path in openings:
        opening = found_at(honest, path)
        yield replaced(honest, path, replace(opening, rows=(*opening.rows, opening.rows[0])))
        yield replaced(honest, path, replace(opening, siblings=(*opening.siblings, KEY_LIST_ROOT)))
    # An exit code is on no bus where the run goes on.
    early = EXAMPLE.proven([_public(SEGMENTS[0], exit=3), *SEGMENTS[1:]])
    # Another program counter between segments that are accepted one by one.
    apart = EXAMPLE.proven([SEGMENTS[0], _skipping(), *SEGMENTS[2:]])
    for number in range(ENOUGH):
        yield _with_statement(_asked(early, (0, 1)), number)
        yield _with_statement(_asked(apart, (0, 1)), number)
        yield _with_statement(_asked(proof, (3, 1)), number)
    yield from _lies()


def _skipping() -> Trace:
    """The second segment of a run that has been one segment shorter so far."""
    shorter = replace(EXAMPLE, cuts=(2, 3))
    return _public(small_tree.with_all_tables(shorter.segments[1]), segment=1)


@cache
def _judged() -> list[Judged]:
    """A sample for every change of the code: each kind of place a few times, and all forgeries."""
    questions = [*mutants(_honest(), NAMES, 250, seed=1), *_forgeries()]
    return judged(_convert(), conversion, questions)


def _differing(found: Sequence[Judged]) -> list[tuple[object, object]]:
    return [(one.on_numbers, one.in_circuit) for one in found if not one.is_alike]


def _provoked(evaluated: Evaluated) -> set[Rejection]:
    """The reasons that bytes can give."""
    return {requirement.reason for requirement in evaluated.recorder.requirements} - NEVER


def test_honest_proof_is_accepted_by_both() -> None:
    (found,) = judged(_convert(), conversion, [_honest()])
    assert (found.on_numbers, found.in_circuit) == (None, None)


def test_changed_segments_are_judged_alike_by_verifier_and_circuit() -> None:
    assert _differing(_judged()) == []
    counts = reasons(_judged())
    assert sorted(reason.name for reason in _provoked(_convert())) == list(REASONS)
    assert {reason: counts[Rejection[reason]] for reason in REASONS if counts[Rejection[reason]] < ENOUGH} == {}
    assert all(counts[reason] >= ENOUGH for reason in OPENINGS)
    # Convert is told the root of the list of keys, and states it.
    assert counts[None] > 0


def _changed_bytes(question: Question, count: int, seed: int) -> tuple[list[Question], int]:
    """Segments whose bytes are changed at one place, and how many of so many are refused when they are read, or have
    the tables of another circuit."""
    span, random, found = question.children, Random(seed), []
    for _ in range(count):
        number = random.randrange(len(span.segments))
        encoded = bytearray(encode_segment(span.segments[number]))
        encoded[random.randrange(len(encoded))] ^= random.randrange(1, 256)
        try:
            reader = Reader(bytes(encoded))
            segment = read_segment(reader, span.key.machine, span.key.parameters)
            reader.finish()
        except Rejected:
            continue
        if segment.shape == span.segments[number].shape:
            found.append(replaced(question, ("children", "segments", number), segment))
    return found, count - len(found)


def test_bytes_changed_at_one_place_reach_no_circuit_or_are_judged_alike() -> None:
    questions, unread = _changed_bytes(_honest(), 150, seed=3)
    assert min(len(questions), unread) > ENOUGH
    found = judged(_convert(), conversion, questions)
    assert _differing(found) == []
    assert reasons(found)[None] == 0


def test_circuit_is_the_same_whatever_proof_it_is_written_down_on() -> None:
    """And what the recorder sees broken first is what breaks the circuit."""
    sample = [one for one in _judged() if one.on_numbers is not None][::30]
    assert len(sample) > ENOUGH
    for one in sample:
        recorder = recorded(conversion(one.question.children), one.question.publics)
        assert recorder.circuit == _convert().circuit
        assert recorder.broken[0] == recorder.requirements[one.broken or 0]


@pytest.mark.parametrize("reason", REASONS)
def test_circuit_that_misses_a_requirement_is_noticed(reason: str) -> None:
    """By a changed proof that breaks it, and that is judged otherwise then."""
    broken = [one for one in _judged() if one.in_circuit is not None and one.in_circuit[0].name == reason]
    requirements = {_convert().required_with(one.broken) for one in broken if one.broken is not None}
    assert requirements
    for together in requirements:
        bent = Evaluated(_convert().recorder, without=together)
        breaking = [one.question for one in broken if one.broken in together]
        assert not any(one.is_alike for one in judged(bent, conversion, breaking[:ENOUGH]))


# All of it, with nodes of nodes: minutes.


@pytest.mark.slow
def test_thousand_changed_proofs_of_segments_are_judged_alike() -> None:
    found = judged(_convert(), conversion, mutants(_honest(), NAMES, 1000, seed=2))
    assert _differing(found) == []
    questions, _ = _changed_bytes(_honest(), 500, seed=4)
    assert _differing(judged(_convert(), conversion, questions)) == []


NODE_REASONS = ("EMPTY_SCOPE_TOTAL", "KEY_NOT_LISTED", "NODE_START")
"""What only proofs of nodes give."""


def _moved() -> NodeProof:
    """The node of the first two segments, whose own run ends elsewhere than a circuit's."""
    left = small_tree.pair_of_pairs()[0]
    machine, kind = DESIGN.node_machine, Convert("small", 2)
    recorder = recorded(conversion(small_tree.spans((2, 2))[0]), left.public_numbers)
    trace = circuit_trace(machine, recorder, heights_of(machine), DESIGN.nodes.layout)
    return NodeProof(prove_run(KERNELS, small_tree.workshop().key(kind), [_public(trace, end=2)]), left.path)


@cache
def _final() -> Evaluated:
    top = small_tree.pair_of_pairs()[2]
    return Evaluated(recorded(ending(DESIGN, top), top.public_numbers))


def _of_nodes() -> Iterator[Question]:
    top = small_tree.pair_of_pairs()[2]
    honest = Question(top, tuple(top.public_numbers))
    yield honest
    yield from mutants(honest, NAMES, 150, seed=5)
    totals = ("children", "proof", "segments", 0, "bus_totals")
    moved, left = _moved(), small_tree.pair_of_pairs()[0]
    for number in range(ENOUGH):
        yield replaced(honest, (*totals, 2 + number % 2), Extension.of(number + 2))
        siblings = ("children", "path", "siblings", number, 0)
        yield replaced(honest, siblings, number)
        # The place of its key is asked for afterwards.
        yield replaced(Question(moved, tuple(left.public_numbers)), siblings, number)


@pytest.mark.slow
def test_changed_proofs_of_nodes_are_judged_alike_by_verifier_and_the_last_circuit() -> None:
    found = judged(_final(), lambda child: ending(DESIGN, child), _of_nodes())
    assert _differing(found) == []
    assert (found[0].on_numbers, found[0].in_circuit) == (None, None)
    counts = reasons(found)
    assert {reason: counts[Rejection[reason]] for reason in NODE_REASONS if counts[Rejection[reason]] < ENOUGH} == {}
    assert {reason.name for reason in _provoked(_final())} <= {*REASONS, *NODE_REASONS}


@pytest.mark.slow
def test_changed_proofs_of_nodes_are_judged_alike_by_verifier_and_the_circuit_that_combines() -> None:
    left, right, top = small_tree.pair_of_pairs()
    honest = Question((left, right), tuple(top.public_numbers))
    swapped = Question((right, left), tuple(top.public_numbers))
    doubled = Question((left, left), tuple(top.public_numbers))
    evaluated = Evaluated(recorded(combination(DESIGN, honest.children), honest.publics))
    questions = [honest, swapped, doubled, *mutants(honest, NAMES, 50, seed=6)]
    found = judged(evaluated, lambda children: combination(DESIGN, children), questions)
    assert _differing(found) == []
    assert found[0].on_numbers is None
    assert all(one.on_numbers is not None for one in found[1:])
    assert {reason.name for reason in _provoked(evaluated)} <= {*REASONS, *NODE_REASONS}
