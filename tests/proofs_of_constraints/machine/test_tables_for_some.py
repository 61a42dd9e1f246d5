"""Fixed tables that stand only beside the chips that ask them: a rule of shapes, and a part of the digest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_of_constraints.machine import digest_checks, shape_checks
from proofs_of_constraints.machine.digest_checks import digest_covers_the_machine
from proofs_of_constraints.machine.example_statement import asking_chips, is_wanted
from proofs_of_constraints.machine.shape_checks import tables_stand_with_those_who_ask
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.machine import Machine, MachineTable, describe_machine
from spec.parameters import ParameterSet
from spec.protocol.shape import SegmentShape, check_shape
from spec.rv64im.machine import RV64IM
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.proofs_of_constraints.undeclared import undeclared, undeclared_machine


def test_tables_of_the_machine_stand_with_those_who_ask() -> None:
    assert tables_stand_with_those_who_ask(RV64IM_AUDIT) is None


def test_those_who_ask_are_read_from_the_messages() -> None:
    assert asking_chips(RV64IM, "keccak_digits") == ("keccak_f", "keccak_round")
    assert asking_chips(RV64IM, "keccak_chi") == ("keccak_round",)
    assert not is_wanted(RV64IM, "keccak_chi", {"keccak_f": (3,)})
    assert is_wanted(RV64IM, "keccak_chi", {"keccak_round": (3,)})
    assert is_wanted(RV64IM, "range_table", {})


def test_rule_that_is_taken_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MachineTable, "is_with", lambda table, heights: True)
    without = "a segment without keccak_f and keccak_round, which alone ask keccak_digits, is refused"
    assert tables_stand_with_those_who_ask(RV64IM_AUDIT) == f"{without}: FIXED_TABLE_HEIGHT"


def test_unwanted_table_that_is_accepted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(shape: SegmentShape, program: dict[str, int], parameters: ParameterSet) -> None:
        wanted = {name for name in RV64IM.tables if is_wanted(RV64IM, name, shape.heights_log2)}
        kept = {name: h for name, h in shape.heights_log2.items() if name not in RV64IM.tables or name in wanted}
        check_shape(SegmentShape(shape.machine, kept), program, parameters)

    monkeypatch.setattr(shape_checks, "check_shape", lenient)
    fault = "keccak_digits is accepted without a table of keccak_f or keccak_round, which alone ask it"
    assert tables_stand_with_those_who_ask(RV64IM_AUDIT) == fault


def test_wanted_table_that_may_be_missing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(shape: SegmentShape, program: dict[str, int], parameters: ParameterSet) -> None:
        wanted = {n: (RV64IM.tables[n].height_log2,) for n in RV64IM.tables if is_wanted(RV64IM, n, shape.heights_log2)}
        check_shape(SegmentShape(shape.machine, {**shape.heights_log2, **wanted}), program, parameters)

    monkeypatch.setattr(shape_checks, "check_shape", lenient)
    fault = "keccak_f is accepted without keccak_digits, which it asks"
    assert tables_stand_with_those_who_ask(RV64IM_AUDIT) == fault


def test_table_that_never_stands_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MachineTable, "is_with", lambda table, heights: not table.only_for)
    fault = "keccak_digits is refused beside keccak_f, which asks it: FIXED_TABLE_HEIGHT"
    assert tables_stand_with_those_who_ask(RV64IM_AUDIT) == fault


def test_table_that_stands_with_the_first_who_asks_alone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_first(table: MachineTable, heights: dict[str, tuple[int, ...]]) -> bool:
        return not table.only_for or bool(heights.get(table.only_for[0]))

    monkeypatch.setattr(MachineTable, "is_with", with_first)
    fault = "keccak_digits is refused beside keccak_round, which asks it: FIXED_TABLE_HEIGHT"
    assert tables_stand_with_those_who_ask(RV64IM_AUDIT) == fault


def test_table_for_fewer_than_those_who_ask_is_noticed() -> None:
    digits = replace(RV64IM.tables["keccak_digits"], only_for=("keccak_round",))
    changed = undeclared(RV64IM_AUDIT, tables={**RV64IM.tables, "keccak_digits": digits})
    fault = "keccak_digits is refused beside keccak_f, which asks it: FIXED_TABLE_HEIGHT"
    assert tables_stand_with_those_who_ask(changed) == fault


def test_digest_that_does_not_say_for_whom_a_table_is_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(machine: Machine) -> str:
        tables = {name: replace(table, only_for=()) for name, table in machine.tables.items()}
        return describe_machine(undeclared_machine(machine, tables=tables))

    monkeypatch.setattr(digest_checks, "describe_machine", forgetful)
    assert digest_covers_the_machine(SMALL_AUDIT) == "the machine digest does not cover all of tables"
    assert digest_covers_the_machine(RV64IM_AUDIT) == "the machine digest does not cover all of tables"
