"""A check counts when its absence is noticed: each check of the verifier is taken out, and its forgery is accepted.

The checks are found in the verifier's syntax trees, so that a new one without a forgery shows up here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial

import pytest

from optimized.verifier.refusal import UnexplainedRejected
from optimized.verifier.run import TOOLS
from reference.verifier import form
from reference.verifier.run import verify_run
from spec.parameters import TINY
from spec.protocol import shape
from spec.protocol.proof_encoding import encode_proof, read_proof
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.forging.check_removal import MODULES, OPTIMIZED_MODULES, sites, without
from tests.forging.forged_equalities import element_that_is_not_canonical
from tests.forging.forgeries import FORGERIES
from tests.forging.forgery import Forgery, its_first_segment
from tests.reference.verifier import test_form as form_cases
from tests.reference.verifier.small_proof import EXAMPLE, rejection
from tests.small_machine import output_tokens
from tests.spec.protocol import test_shape as shape_cases

R = Rejection

CAUGHT_ELSEWHERE: Mapping[str, Refusal | str] = {
    # The circuit has both scopes in it, so that the total of padding is proven to be 0/1.
    "buses.check_totals: EMPTY_SCOPE_TOTAL": Refusal(R.GKR_LAYER_MISMATCH, "segment 0, layer 1"),
    # Whatever machine a shape refers to, tables are checked against the key's.
    "run.checked_form: MACHINE_DIFFERS, of a weaker one": Refusal(R.ZEROCHECK_MISMATCH, "segment 0"),
    # Rows and positions are held against one another as they are paired, and zero has no inverse.
    "numbers.expand_opening: OPENING_ROW_COUNT": "ValueError",
    "numbers.NumberAlgebra.inverses: raise": "ZeroDivisionError",
}
"""What becomes of a forgery that is not accepted without its check: a second check refuses it, or nothing verifies."""

SITES = sites()
FORM_SITES = [name for name in SITES if name.startswith("form.")]
PAIRED = ["form.check_form: ITERATION_COUNT", "form._check_iteration: OPENING_COMMITMENT_COUNT"]
"""Counts of things that are paired right after, which fails where the check is missing."""

UNPROVABLE = ["shape.stacking_height: TABLE_HEIGHT", "shape.check_shape: stacking_height"]
"""Checks of shapes for which no prover can make a proof: they are tested on shapes alone."""

OF_JOINED_SEGMENTS = [
    "run.verify_run",
    "run.check_key",
    "run.check_chain",
    "run.require_exit",
    "shape.check_run_messages",
]
"""Where a run's key is checked, what joins its segments, and how it ends."""

OPTIMIZED_SITES = sites(OPTIMIZED_MODULES)
OPTIMIZED: Mapping[str, Callable[[], Forgery]] = {
    "steps.OptimizedSteps.check_final_vector: FINAL_VECTOR_QUERY_MISMATCH": FORGERIES[
        "queries.check_final_vector: FINAL_VECTOR_QUERY_MISMATCH"
    ],
    "steps.OptimizedSteps.check_final_vector: FINAL_VECTOR_CLAIM_MISMATCH": FORGERIES[
        "queries.check_final_vector: FINAL_VECTOR_CLAIM_MISMATCH"
    ],
    "steps.OptimizedSteps.folded_queries: check_opening": FORGERIES["openings.opened_leaves: require_equal"],
    "trees.check_opening: COMMITMENT_ROOT_MISMATCH": FORGERIES["openings.opened_leaves: require_equal 2"],
    "trees.check_opening: COMMITMENT_ROOT_MISMATCH 2": FORGERIES["openings.opened_leaves: require_equal"],
    "reader.ArrayReader._words: ENCODING_ELEMENT_NOT_CANONICAL": element_that_is_not_canonical,
}
"""For each check of the optimized steps a forgery that they accept without it."""

OF_ARRAYS = ["trees.check_opening: OPENING_ROW_COUNT", "trees.check_opening: OPENING_SIBLING_COUNT"]
"""Without these, compiled code would read and write beyond its arrays: they are tested as they are."""

OF_LISTED_SHAPES = ["shape.check_shape: require_listed", "shape.require_listed: SHAPE_NOT_LISTED"]
"""The small machine lists no shapes: tests/spec/rv64im/test_recursion_shapes.py."""


@cache
def forgery(name: str) -> Forgery:
    return FORGERIES[name]()


@pytest.mark.parametrize("name", FORGERIES)
def test_forgery_is_refused_by_its_check(name: str) -> None:
    assert forgery(name).outcome() == forgery(name).agreed_outcome() == forgery(name).refused


@pytest.mark.parametrize("name", FORGERIES)
def test_refusal_of_a_forgery_states_two_sides_that_differ_and_that_json_has(name: str) -> None:
    rejected = forgery(name).rejected()
    sides = json.loads(json.dumps([rejected.expected, rejected.found]))
    assert sides == [rejected.expected, rejected.found]
    assert rejected.expected != rejected.found


@pytest.mark.parametrize("name", FORGERIES)
def test_forgery_is_accepted_without_its_check(name: str) -> None:
    made = forgery(name)
    with without(SITES[name.split(",")[0]]):
        assert made.outcome() == CAUGHT_ELSEWHERE.get(name, "accepted")
    assert forgery(name).outcome() == forgery(name).refused


@pytest.mark.parametrize("name", [name for name in FORGERIES if not name.startswith("run.require_global_balance")])
def test_forgery_of_what_joins_segments_is_all_that_passes_for_a_segment_alone(name: str) -> None:
    """Its own checks are those of the run; an accepted segment says nothing of key, neighbours, output and sums."""
    alone = replace(forgery(name), verified=its_first_segment)
    joins = name.split(":")[0] in OF_JOINED_SEGMENTS
    assert alone.outcome() == alone.agreed_outcome() == ("accepted" if joins else forgery(name).refused)


@pytest.mark.parametrize("name", OPTIMIZED)
def test_forgery_is_accepted_by_the_optimized_steps_without_their_check(name: str) -> None:
    found = OPTIMIZED[name]()
    assert _said_by_optimized_steps(found) == "refused"
    with without(OPTIMIZED_SITES[name]):
        assert _said_by_optimized_steps(found) == "accepted"


def _said_by_optimized_steps(found: Forgery) -> str:
    """The verdict on the forgery's bytes, key and output apart."""
    encoded = encode_proof(found.proof)
    try:
        proof = read_proof(TOOLS.reader(encoded), found.proof.key.machine)
        verify_run(TOOLS.algebra(), proof, output_tokens(proof.output), found.exit_values, TOOLS.steps)
    except UnexplainedRejected:
        return "refused"
    return "accepted"


def test_every_check_of_the_optimized_steps_has_a_forgery() -> None:
    assert set(OPTIMIZED) | set(OF_ARRAYS) == set(OPTIMIZED_SITES)


def form_outcomes() -> dict[str, object]:
    """What becomes of every wrong form."""
    found: dict[str, object] = {}
    segment = EXAMPLE.proof.segments[0]
    for name, (change, _, _) in form_cases.WRONG.items():
        try:
            found[name] = rejection(partial(form.check_form, change(segment), form_cases.FORM, "here"))
        except ValueError:
            found[name] = "ValueError"
    return found


@pytest.mark.parametrize("name", FORM_SITES)
def test_wrong_form_is_accepted_without_its_check(name: str) -> None:
    """Some form passes, or cannot be paired with what it should have; all others are refused as before."""
    expected = {case: (reason, detail) for case, (_, reason, detail) in form_cases.WRONG.items()}
    with without(SITES[name]):
        found = form_outcomes()
    changed = {outcome for case, outcome in found.items() if outcome != expected[case]}
    assert ("ValueError" if name in PAIRED else None) in changed
    assert form_outcomes() == expected


@pytest.mark.parametrize("name", UNPROVABLE)
def test_shape_that_no_height_holds_is_accepted_without_its_check(name: str) -> None:
    tall = TINY.tallest_log2 + 1
    segment = shape_cases.taller_than_listed(tall)
    assert shape_cases.rejection(segment) is not None
    with without(SITES[name]):
        assert shape_cases.rejection(segment) is None


def test_every_check_has_a_forgery() -> None:
    # What a node alone checks has its lies in tests/reference/recursion and tests/optimized/test_tree.py.
    of_nodes = {"numbers.NumberAlgebra.words_of_limbs: raise"}
    others = {*FORM_SITES, *UNPROVABLE, *OF_LISTED_SHAPES, *of_nodes}
    assert {name.split(",")[0] for name in FORGERIES} | others == set(SITES)
    assert set(CAUGHT_ELSEWHERE) <= set(FORGERIES)


def test_checks_are_found_wherever_verification_is_written() -> None:
    """As many as raise Rejected, require an equality, take inverses, or call what does."""
    by_module = {module.__name__.rsplit(".", 1)[1]: 0 for module in MODULES}
    for name in SITES:
        by_module[name.split(".")[0]] += 1
    assert {module for module, count in by_module.items() if not count} == {"sumcheck"}
    assert shape in MODULES
