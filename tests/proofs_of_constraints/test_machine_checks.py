"""Checks of what the protocol makes of the declarations: each must notice what it is there for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from proofs_of_constraints import machine_obligations, protocol_checks, wiring_checks
from proofs_of_constraints.protocol_checks import (
    heights_are_bounded,
    key_covers_fields,
    tables_are_single,
    transcripts_bind,
)
from proofs_of_constraints.wiring_checks import constraints_are_evaluated, digest_covers_declarations
from spec.air.bus import EXIT, MEMORY, STATE
from spec.air.chip import Chip, describe_statement
from spec.air.machine import CHIP_BY_NAME, CHIPS, describe_machine
from spec.field import Extension
from spec.parameters import ParameterSet
from spec.protocol import constraints
from spec.protocol.key import VerificationKey
from spec.protocol.run import RunStatement, run_digest
from spec.protocol.shape import SegmentShape, check_shape
from spec.protocol.tokens import Token
from spec.rejection import Rejected, Rejection

ADD = CHIP_BY_NAME["add"]


@pytest.fixture(autouse=True)
def _nothing_is_known() -> Iterator[None]:
    """What is known of a chip does not hold where a function is replaced, nor afterwards."""
    known = (wiring_checks._evaluation_fault, wiring_checks._description_fault, wiring_checks._not_in_the_text)
    for function in known:
        function.cache_clear()
    yield
    for function in known:
        function.cache_clear()


CHECKS = (
    constraints_are_evaluated,
    digest_covers_declarations,
    key_covers_fields,
    transcripts_bind,
    heights_are_bounded,
    tables_are_single,
)


@pytest.mark.parametrize("check", CHECKS)
def test_machine_as_declared_passes(check: Callable[[Sequence[Chip]], str | None]) -> None:
    assert check(CHIPS) is None


def test_evaluation_that_leaves_out_a_constraint_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lazy(chip: Chip, *others: object) -> list[Extension]:
        fewer = replace(chip, constraints=chip.constraints[1:])
        return constraints.table_constraints(fewer, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(wiring_checks, "table_constraints", lazy)
    assert constraints_are_evaluated([ADD]) == "add: the values are not those of the declared constraints"


def test_evaluation_that_leaves_out_a_message_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(group: Sequence[object]) -> list[list[object]]:
        return [list(group)[i : i + 2] for i in range(0, len(group) - 2, 2)] + [[group[0]]]

    monkeypatch.setattr("spec.protocol.logup.groups", forgetful)
    assert constraints_are_evaluated([ADD]) == "add: the accumulator does not sum the declared messages"


def test_digest_without_a_chip_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = describe_machine().replace(describe_statement(ADD), "")
    monkeypatch.setattr(wiring_checks, "describe_machine", lambda: text)
    assert digest_covers_declarations(CHIPS) == "the machine digest does not cover: chip add"


def test_digest_without_multiplicities_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(text: str) -> str:
        return "".join(line.partition(" times ")[0] + "\n" for line in text.splitlines())

    monkeypatch.setattr(wiring_checks, "describe_machine", lambda: short(describe_machine()))
    monkeypatch.setattr(wiring_checks, "describe_statement", lambda chip: short(describe_statement(chip)))
    fault = digest_covers_declarations([ADD])
    assert fault == "add: the machine digest does not cover everything declared"


@pytest.mark.parametrize("field", sorted(VerificationKey.__dataclass_fields__))
def test_key_digest_without_a_field_is_noticed(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = VerificationKey.program_id
    kept = getattr(protocol_checks._KEY, field)
    monkeypatch.setattr(VerificationKey, "program_id", lambda key: whole(replace(key, **{field: kept})))
    assert key_covers_fields(CHIPS) == f"the key's digest does not cover {field}"


def test_run_digest_without_the_number_of_segments_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def loose(statement: RunStatement, leaves: Sequence[bytes]) -> bytes:
        return run_digest(replace(statement, segment_count=1), leaves)

    monkeypatch.setattr(protocol_checks, "run_digest", loose)
    assert transcripts_bind(CHIPS) == "G does not change with everything that it must bind"


def test_segment_transcript_without_heights_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SegmentShape, "encoded", lambda shape: b"")
    assert transcripts_bind(CHIPS) == "the segment's challenges does not change with everything that it must bind"


def test_bound_that_does_not_count_a_chip_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol_checks, "clock_end", lambda tables: 1)
    assert heights_are_bounded([ADD]) == "add: the bound on clocks does not count its accesses"
    monkeypatch.undo()
    monkeypatch.setattr(protocol_checks, "message_counts", lambda tables: Counter())
    assert heights_are_bounded([ADD]) == "add: the bound on messages does not count its interactions"


def test_run_with_too_many_messages_accepted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol_checks, "check_run_messages", lambda shapes: None)
    assert heights_are_bounded([]) == "as many messages as p on a global bus are accepted"


@pytest.mark.parametrize("reason", [Rejection.TABLE_COUNT, Rejection.FIXED_TABLE_HEIGHT, Rejection.CLOCK_BOUND])
def test_shape_check_without_a_rule_is_noticed(reason: Rejection, monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(shape: SegmentShape, heights: dict[str, int], parameters: ParameterSet) -> None:
        try:
            check_shape(shape, heights, parameters)
        except Rejected as rejected:
            if rejected.reason is not reason:
                raise

    monkeypatch.setattr(protocol_checks, "check_shape", lenient)
    fault = tables_are_single(CHIPS)
    assert fault is not None
    assert f"not {reason.name}" in fault


def test_chain_that_the_verifier_does_not_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = [token for token in machine_obligations.VERIFIER_TOKENS if (token.bus, token.sign) != (STATE, -1)]
    monkeypatch.setattr(machine_obligations, "VERIFIER_TOKENS", tokens)
    assert machine_obligations.chain_ends(CHIPS) == "the verifier does not start and end the chain of bus state"


def test_chain_that_starts_at_clock_0_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = [Token(t.bus, t.sign, (0,) * len(t.message)) for t in machine_obligations.VERIFIER_TOKENS]
    monkeypatch.setattr(machine_obligations, "VERIFIER_TOKENS", tokens)
    assert machine_obligations.chain_ends(CHIPS) == "a segment does not start at clock 1"


def test_chip_that_takes_a_token_and_keeps_it_is_noticed() -> None:
    kept = replace(ADD, interactions=tuple(i for i in ADD.interactions if i.name != "source1_put_back"))
    assert machine_obligations.chain_ends([kept]) == "add does not put back on bus memory what it takes"


def test_lookup_table_on_a_chain_is_noticed() -> None:
    table = CHIP_BY_NAME["range_table"]
    pair = [replace(i, name=f"forged {i.name}") for i in ADD.interactions if i.bus == MEMORY][:2]
    forged = replace(table, interactions=(*table.interactions, *pair))
    assert machine_obligations.chain_ends([forged]) == "range_table does not put back on bus memory what it takes"


def test_exit_without_the_verifier_has_one_end(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = [token for token in machine_obligations.VERIFIER_TOKENS if token.bus != EXIT]
    monkeypatch.setattr(machine_obligations, "VERIFIER_TOKENS", tokens)
    assert machine_obligations.both_ends(CHIPS) == "bus exit has only one end"
