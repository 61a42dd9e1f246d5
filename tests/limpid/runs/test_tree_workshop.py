"""Circuits that are written down once: the same keys and tables as those that are written down for every proof."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from limpid.runs import tree_workshop
from limpid.runs.tree_workshop import CompiledWorkshop, StaleCircuitError
from reference.recursion.aggregate import digest_of
from reference.recursion.circuits import combination, conversion
from reference.recursion.statements import combined, converted
from reference.tables import Table
from spec.circuit.listed_keys import ListedKeys
from spec.circuit.nodes import Combine, Convert
from spec.field import Extension
from spec.protocol.hash import digest_words
from spec.protocol.node_statement import public_numbers
from spec.rejection import Rejected, Rejection
from tests import small_tree
from tests.plain_workshop import PlainWorkshop
from tests.small_machine import SMALL_MACHINE
from tests.small_tree import DESIGN, KERNELS, keys, run, spans

SMALLEST = Convert("small", 1)


def _same(left: Table, right: Table) -> bool:
    return left.chip == right.chip and np.array_equal(left.main, right.main) and np.array_equal(left.fixed, right.fixed)


def test_keys_and_tables_are_those_of_the_plain_workshop(tmp_path: Path) -> None:
    compiled, plain = CompiledWorkshop(DESIGN, tmp_path), PlainWorkshop(KERNELS, DESIGN)
    assert compiled.verification(SMALLEST) == plain.verification(SMALLEST)
    span = spans((1, 1, 1, 1))[0]
    statement = converted(span, digest_of(run()), digest_words(run().key.program_id), keys().root)
    numbers = public_numbers(statement)
    made, expected = (of.trace(SMALLEST, conversion(span), numbers) for of in (compiled, plain))
    assert made.public_values == expected.public_values
    assert all(map(_same, made.tables, expected.tables))


def test_tables_of_a_combination_are_those_of_the_plain_workshop() -> None:
    left, right, _ = small_tree.pair_of_pairs()
    numbers = public_numbers(combined([of.statement(SMALL_MACHINE) for of in (left, right)]))
    verification = combination(DESIGN, [left, right])
    plain = PlainWorkshop(KERNELS, DESIGN).trace(Combine(2), verification, numbers)
    made = small_tree.workshop().trace(Combine(2), verification, numbers)
    assert all(map(_same, made.tables, plain.tables))


def test_circuits_are_written_down_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    made = CompiledWorkshop(DESIGN, tmp_path).key(SMALLEST)
    (file,) = tmp_path.iterdir()
    assert file.name == "convert_small_1.circuit"

    def refuse(*_: object) -> None:
        raise AssertionError("a circuit was written down anew")

    monkeypatch.setattr(tree_workshop, "blank_recording", refuse)
    again = CompiledWorkshop(DESIGN, tmp_path, report=said.append)
    assert again.key(SMALLEST).verification == made.verification
    assert all(map(_same, again.key(SMALLEST).tables, made.tables))
    assert said == []
    for content in (file.read_bytes()[:-1], b"", b"LIMPID"):
        file.write_bytes(content)
        with pytest.raises(AssertionError, match="a circuit was written down anew"):
            CompiledWorkshop(DESIGN, tmp_path, report=said.append).key(SMALLEST)
    assert said == [f"{file}: it is damaged; it is made anew"] * 3
    other = CompiledWorkshop(replace(DESIGN, segment_counts=(1,)), tmp_path, report=said.append)
    file.unlink()
    with pytest.raises(AssertionError, match="a circuit was written down anew"):
        other.key(SMALLEST)


def test_circuit_with_another_key_than_the_listed_one_is_not_used(tmp_path: Path) -> None:
    said: list[str] = []
    CompiledWorkshop(DESIGN, tmp_path).key(SMALLEST)
    listed = ListedKeys({**keys().nodes, SMALLEST: (1,) * 8}, keys().final)
    with pytest.raises(StaleCircuitError, match="the circuit convert_small_1 has another key than the listed one"):
        CompiledWorkshop(DESIGN, tmp_path, listed, said.append).key(SMALLEST)
    (file,) = tmp_path.iterdir()
    assert said == [f"{file}: its key is not the listed one; it is made anew"]
    assert CompiledWorkshop(DESIGN, tmp_path, keys()).verification(SMALLEST).program_id


def test_folder_that_cannot_be_used_costs_time_and_nothing_else(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "cache").write_bytes(b"a file is in the way")
    made = CompiledWorkshop(DESIGN, tmp_path / "cache", keys(), said.append)
    assert made.verification(SMALLEST) == small_tree.workshop().verification(SMALLEST)
    file = tmp_path / "cache" / "convert_small_1.circuit"
    read, kept = said
    assert read.startswith(f"{file}: it cannot be read: ")
    assert kept.startswith(f"{file}: it cannot be kept: ")
    assert (tmp_path / "cache").read_bytes() == b"a file is in the way"


def test_segment_whose_total_has_no_value_is_rejected() -> None:
    span = spans((1, 1, 1, 1))[0]
    (segment,) = span.segments
    left, right, above, _ = segment.bus_totals
    forged = replace(span, segments=(replace(segment, bus_totals=(left, right, above, Extension.of(0))),))
    with pytest.raises(Rejected) as rejected:
        converted(forged, digest_of(run()), digest_words(run().key.program_id), keys().root)
    assert rejected.value.reason is Rejection.BUS_DENOMINATOR_VANISHES


def test_segments_that_no_circuit_accepts_have_no_tables(tmp_path: Path) -> None:
    span = spans((1, 1, 1, 1))[0]
    statement = converted(span, digest_of(run()), digest_words(run().key.program_id), keys().root)
    (segment,) = span.segments
    left, right, above, below = segment.bus_totals
    forged = replace(span, segments=(replace(segment, bus_totals=(left + Extension.of(1), right, above, below)),))
    with pytest.raises(Rejected) as rejected:
        small_tree.workshop().trace(SMALLEST, conversion(forged), public_numbers(statement))
    assert rejected.value.reason is Rejection.LOCAL_BUSES_UNBALANCED
