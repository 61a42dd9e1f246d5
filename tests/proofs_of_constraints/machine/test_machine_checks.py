"""Checks of digests and heights: each must notice what it is there for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from proofs_of_constraints.audit import obligations_of, prove
from proofs_of_constraints.machine import digest_checks, shape_checks
from proofs_of_constraints.machine.digest_checks import (
    digest_covers_chips,
    digest_covers_the_machine,
    key_covers_fields,
)
from proofs_of_constraints.machine.example_statement import PARAMETERS, example_key, example_shape
from proofs_of_constraints.machine.obligations import DECLARATION_CHECKS, PROTOCOL_CHECKS
from proofs_of_constraints.machine.shape_checks import (
    heights_are_bounded,
    listed_shapes_are_accepted,
    messages_stay_below_p,
    tables_are_single,
)
from proofs_of_constraints.obligations.obligation import Kind, Verdict
from spec.air.machine import Machine, describe_machine
from spec.field import Extension
from spec.parameters import ParameterSet
from spec.protocol import key as keys
from spec.protocol.hash import Digest
from spec.protocol.key import VerificationKey
from spec.protocol.shape import SegmentShape, check_shape
from spec.rejection import Rejected, Rejection
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.proofs_of_constraints.undeclared import undeclared, undeclared_machine
from tests.small_machine import SMALL_MACHINE


def test_small_machine_goes_through_the_whole_audit() -> None:
    results = [prove(obligation) for obligation in obligations_of(SMALL_AUDIT)]
    unproven = {r.identity: r.outcome.detail for r in results if r.outcome.verdict is not Verdict.PROVEN}
    assert unproven == {}
    properties = [r.instruction for r in results if r.kind is Kind.MACHINE]
    assert set(properties) >= {*DECLARATION_CHECKS, *PROTOCOL_CHECKS}
    assert {r.chip for r in results} == {"", *(chip.name for chip in SMALL_MACHINE.chips)}


def described_without(text: Callable[[str], str]) -> Callable[[Machine], str]:
    """The description of a machine with something left out of every line."""
    return lambda machine: "".join(f"{text(line)}\n" for line in describe_machine(machine).splitlines())


def test_digest_without_a_chip_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(machine: Machine) -> str:
        if len(machine.chips) == 1:
            return describe_machine(machine)
        kept = tuple(chip for chip in machine.chips if chip.name != "halt")
        return describe_machine(undeclared_machine(machine, chips=kept))

    monkeypatch.setattr(digest_checks, "describe_machine", forgetful)
    assert digest_covers_chips(SMALL_AUDIT) == "the machine digest does not cover chip halt"


def test_digest_without_multiplicities_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = described_without(lambda line: line.partition(" times ")[0])
    monkeypatch.setattr(digest_checks, "describe_machine", forgetful)
    assert digest_covers_chips(SMALL_AUDIT) == "move: the machine digest does not cover everything declared"


@pytest.mark.parametrize(
    "left_out", ["constraint ", "columns ", "accesses ", "(", "+1 ", "fixed "], ids=lambda text: text.strip()
)
def test_digest_without_a_part_of_chips_is_noticed(left_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(line: str) -> str:
        is_of_a_bus = line.startswith("bus")
        return line if is_of_a_bus else line.partition(left_out)[0]

    monkeypatch.setattr(digest_checks, "describe_machine", described_without(forgetful))
    assert "does not cover everything declared" in str(digest_covers_chips(SMALL_AUDIT))


@pytest.mark.parametrize("field", digest_checks._CHANGES)
def test_digest_without_a_field_of_the_machine_is_noticed(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(machine: Machine) -> str:
        same = getattr(SMALL_MACHINE, field)
        if field == "chips" and not any(chip.global_interactions for chip in machine.chips):
            same = machine.chips
        return describe_machine(undeclared_machine(machine, **{field: same}))

    monkeypatch.setattr(digest_checks, "describe_machine", forgetful)
    assert digest_covers_the_machine(SMALL_AUDIT) == f"the machine digest does not cover all of {field}"


def test_digest_of_prose_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def talkative(machine: Machine) -> str:
        return describe_machine(machine) + "".join(chip.purpose for chip in machine.chips)

    monkeypatch.setattr(digest_checks, "describe_machine", talkative)
    assert digest_covers_the_machine(SMALL_AUDIT) == "the machine digest covers prose"


def test_field_that_the_check_of_the_digest_does_not_know_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_checks, "NOT_COVERED", set())
    assert digest_covers_the_machine(SMALL_AUDIT) == "the check does not know the fields reserved_identities"


@pytest.mark.parametrize("field", sorted(VerificationKey.__dataclass_fields__))
def test_key_digest_without_a_field_is_noticed(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Any = VerificationKey.__dict__["program_id"].func
    kept = getattr(example_key(SMALL_MACHINE), field)
    monkeypatch.setattr(VerificationKey, "program_id", property(lambda key: whole(replace(key, **{field: kept}))))
    assert key_covers_fields(SMALL_AUDIT) == f"the key's digest does not cover {field}"


@pytest.mark.parametrize(
    "same",
    [
        lambda root, answers: (root, ()),
        lambda root, answers: (root, answers[:-1]),
        lambda root, answers: ((0,) * 8, answers),
    ],
    ids=["answers", "last answer", "root"],
)
def test_key_digest_without_a_part_of_a_commitment_is_noticed(
    same: Callable[[Digest, Sequence[Extension]], tuple[Digest, Sequence[Extension]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = keys.commitment_digest

    def forgetful(
        algebra: Any, parameters: ParameterSet, height: int, root: Digest, answers: Sequence[Extension]
    ) -> Any:
        return whole(algebra, parameters, height, *same(root, answers))

    monkeypatch.setattr(keys, "commitment_digest", forgetful)
    assert key_covers_fields(SMALL_AUDIT) == "the key's digest does not cover commitments"


def test_bound_that_does_not_count_a_chip_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape_checks, "clock_end", lambda tables: 1)
    assert heights_are_bounded(SMALL_AUDIT) == "move: the bound on clocks does not count its accesses"
    monkeypatch.undo()
    monkeypatch.setattr(shape_checks, "message_counts", lambda tables: Counter())
    assert heights_are_bounded(SMALL_AUDIT) == "move: the bound on messages does not count its interactions"


def test_run_with_too_many_messages_accepted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape_checks, "check_run_messages", lambda shapes: None)
    fault = "boundary: as many messages as p on a global bus are accepted"
    assert messages_stay_below_p(SMALL_AUDIT) == fault


def test_run_in_which_local_messages_count_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def strict(shapes: list[SegmentShape]) -> None:
        if sum(table.height for shape in shapes for table in shape.tables) > 2**28:
            raise Rejected(Rejection.INTERACTION_BOUND, "")

    monkeypatch.setattr(shape_checks, "check_run_messages", strict)
    fault = "boundary: a run of fewer messages than p on its global buses is refused"
    assert messages_stay_below_p(SMALL_AUDIT) == fault


def lenient_about(reason: Rejection) -> Callable[..., None]:
    """The check of heights without one of its rules."""

    def lenient(shape: SegmentShape, heights: dict[str, int], parameters: ParameterSet) -> None:
        try:
            check_shape(shape, heights, parameters)
        except Rejected as rejected:
            if rejected.reason is not reason:
                raise

    return lenient


def test_segment_with_too_many_messages_accepted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape_checks, "check_shape", lenient_about(Rejection.INTERACTION_BOUND))
    fault = "boundary: as many messages as p on a local bus are accepted"
    assert messages_stay_below_p(SMALL_AUDIT) == fault


@pytest.mark.parametrize(
    "reason",
    [
        Rejection.TABLE_COUNT,
        Rejection.FIXED_TABLE_HEIGHT,
        Rejection.TABLE_HEIGHT,
        Rejection.TABLE_ORDER,
        Rejection.CLOCK_BOUND,
    ],
)
def test_shape_check_without_a_rule_is_noticed(reason: Rejection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape_checks, "check_shape", lenient_about(reason))
    fault = tables_are_single(SMALL_AUDIT)
    assert fault is not None
    assert fault.endswith(f"not {reason.name}")


def test_shape_check_that_refuses_everything_is_noticed() -> None:
    idle = undeclared(SMALL_AUDIT, required=("boundary", "halt"))
    assert tables_are_single(idle) == "the usual tables are refused: TABLE_COUNT"


def test_shape_that_is_not_listed_accepted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape_checks, "check_shape", lenient_about(Rejection.SHAPE_NOT_LISTED))
    assert listed_shapes_are_accepted(SMALL_AUDIT) == "a shape that is not listed is accepted"


def test_listed_shape_that_is_refused_is_noticed() -> None:
    listed = example_shape(SMALL_MACHINE, move=(6,), halt=(1,)).heights_log2
    heights = {name: listed[name] for name in ("move", "halt", "boundary")}
    changed = undeclared(SMALL_AUDIT, listed_shapes={"long": heights}, listed_programs=({"program_table": 4},))
    assert listed_shapes_are_accepted(changed) == "the listed shape long is refused: CLOCK_BOUND"
    shorter = {"long": {**heights, "move": (4,)}}
    assert listed_shapes_are_accepted(undeclared(changed, listed_shapes=shorter)) is None


def test_parameters_of_the_checks_are_those_for_tests() -> None:
    assert not PARAMETERS.secure
