"""A check counts when its absence is noticed: each check of the verifier is taken out, and its forgery is accepted.

The checks are found in the verifier's syntax trees, so that a new one without a forgery shows up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial

import pytest

from reference.verifier import form
from spec.parameters import TINY
from spec.protocol import shape
from spec.rejection import Rejection
from tests.forging.check_removal import MODULES, sites, without
from tests.forging.forgeries import FORGERIES
from tests.forging.forgery import Forgery
from tests.forging.verdicts import Refusal
from tests.reference.verifier import test_form as form_cases
from tests.reference.verifier.small_proof import EXAMPLE, rejection
from tests.spec.protocol import test_shape as shape_cases

R = Rejection

CAUGHT_ELSEWHERE: Mapping[str, Refusal | str] = {
    # The circuit has both scopes in it, so that the total of padding is proven to be 0/1.
    "buses.check_totals: EMPTY_SCOPE_TOTAL": Refusal(R.GKR_LAYER_MISMATCH, "segment 0, layer 1"),
    # Whatever machine a shape refers to, tables are checked against the key's.
    "run.verify_run: MACHINE_DIFFERS": Refusal(R.ZEROCHECK_MISMATCH, "segment 0"),
    # The small machine's halt says an exit code; a segment that only starts where the run has ended says none.
    "run.check_chain: SEGMENT_AFTER_HALT": Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 1"),
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

OF_SINGLE_SEGMENTS = [
    "run.require_global_balance: BUS_DENOMINATOR_VANISHES",
    "run.require_global_balance: GLOBAL_BUSES_UNBALANCED",
    "run.verify_segment_alone: check_form",
    "run.verify_segment_alone: check_shape",
]
"""Checks of segments before they are joined to a run, whose verification repeats them all."""

OF_LISTED_SHAPES = ["shape.check_shape: SHAPE_NOT_LISTED"]
"""The small machine lists no shapes: tests/spec/rv64im/test_recursion_shapes.py."""


@cache
def forgery(name: str) -> Forgery:
    return FORGERIES[name]()


@pytest.mark.parametrize("name", FORGERIES)
def test_forgery_is_refused_by_its_check(name: str) -> None:
    assert forgery(name).outcome() == forgery(name).refused


@pytest.mark.parametrize("name", FORGERIES)
def test_forgery_is_accepted_without_its_check(name: str) -> None:
    made = forgery(name)
    with without(SITES[name.split(",")[0]]):
        assert made.outcome() == CAUGHT_ELSEWHERE.get(name, "accepted")
    assert forgery(name).outcome() == forgery(name).refused


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
    others = {*FORM_SITES, *UNPROVABLE, *OF_SINGLE_SEGMENTS, *OF_LISTED_SHAPES}
    assert {name.split(",")[0] for name in FORGERIES} | others == set(SITES)
    assert set(CAUGHT_ELSEWHERE) <= set(FORGERIES)


def test_checks_are_found_wherever_verification_is_written() -> None:
    """As many as raise Rejected, require an equality, take inverses, or call what does."""
    by_module = {module.__name__.rsplit(".", 1)[1]: 0 for module in MODULES}
    for name in SITES:
        by_module[name.split(".")[0]] += 1
    assert {module for module, count in by_module.items() if not count} == {"sumcheck"}
    assert shape in MODULES
