"""The recorded sweep: of these declarations, whole, reviewed; and a fixed sample of it comes out the same again.

After a change of a chip: limpid audit --mutants --chip NAME --keep
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from proofs_of_constraints.mutation.fate import Fate, fate_of
from proofs_of_constraints.mutation.operators import Mutant, mutants_of
from proofs_of_constraints.mutation.record import (
    RECORD_FILE,
    chips_to_be_swept,
    record_of,
    stored_record,
    write_record,
)
from proofs_of_constraints.mutation.reviewed import REVIEWED, reason_of_fate
from proofs_of_constraints.mutation.row_meaning import has_meaning
from proofs_of_constraints.mutation.sweep import killing_power
from spec.air.chip import Chip
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS

SAMPLED_ONE_IN = 30
EVERY_CHIP = pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)


def _is_sampled(mutant: Mutant) -> bool:
    return int.from_bytes(hashlib.sha256(mutant.name.encode()).digest()) % SAMPLED_ONE_IN == 0


@EVERY_CHIP
def test_sampled_mutants_have_their_recorded_fates(chip: Chip) -> None:
    record = stored_record()[chip.name]
    results = [fate_of(mutant) for mutant in mutants_of(chip) if _is_sampled(mutant)]
    assert [(r.change, r.fate, r.reason) for r in results if not record.expects(r)] == []


def test_sample_has_mutants_of_every_operator() -> None:
    counts = Counter(mutant.operator for chip in CHIPS for mutant in mutants_of(chip) if _is_sampled(mutant))
    assert {operator.value for operator in counts} == {o for r in stored_record().values() for o in r.counts}


def test_record_is_of_every_chip_of_the_machine() -> None:
    assert list(stored_record()) == [chip.name for chip in CHIPS]


@EVERY_CHIP
def test_record_is_of_every_mutant_of_the_declared_chip(chip: Chip) -> None:
    record = stored_record()[chip.name]
    mutants = list(mutants_of(chip))
    assert chips_to_be_swept(stored_record(), [chip]) == []
    assert {o: sum(fates.values()) for o, fates in record.counts.items()} == Counter(m.operator.value for m in mutants)
    assert record.without_row.keys() <= {m.change for m in mutants}


def test_record_of_another_declaration_is_to_be_made_anew() -> None:
    chip = CHIPS[0]
    changed = replace(chip, purpose="Something else.")
    assert chips_to_be_swept(stored_record(), [chip, changed]) == [changed]
    assert chips_to_be_swept({}, [chip]) == [chip]


def test_mutants_that_are_not_redundant_are_killed_by_a_row() -> None:
    power = killing_power([fate for record in stored_record().values() for fate in record.fates()])
    assert power.percent >= 95
    assert power.percent_with_checks >= 99


ACCELERATORS = ["keccak", "sha256", "multiply_add_modulo_256", "multiply_add_modulo_384", "advice"]
"""What the names of an accelerator's chips begin with: its call, and the tables that do its work. Its fixed tables have
no rows that could be judged."""


@pytest.mark.parametrize("accelerator", ACCELERATORS)
def test_mutants_of_each_accelerator_are_killed_by_a_row(accelerator: str) -> None:
    chips = [chip for chip in CHIPS if chip.name.startswith(accelerator) and has_meaning(chip)]
    records = [stored_record()[chip.name] for chip in chips]
    power = killing_power([fate for record in records for fate in record.fates()])
    assert power.percent >= 95


def test_every_fate_but_killed_has_a_reviewed_reason() -> None:
    open_fates = [
        f"{chip}: {change}: {fate.value}"
        for chip, record in stored_record().items()
        for change, (fate, _) in record.without_row.items()
        if not fate.is_killed and reason_of_fate(chip, change, fate) is None
    ]
    assert open_fates == []


def test_every_reviewed_rule_speaks_of_a_recorded_fate() -> None:
    fates = [(chip, change, fate) for chip, r in stored_record().items() for change, (fate, _) in r.without_row.items()]
    for rule in REVIEWED:
        assert rule.fate in (Fate.SURVIVES, Fate.BROKEN)
        assert any(rule.fate is fate and rule.speaks_of(chip, change) for chip, change, fate in fates), rule


def test_record_of_a_chip_comes_back_from_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    results = [fate_of(mutant) for mutant in mutants_of(CHIP_BY_NAME["range_table"])]
    record = record_of(CHIP_BY_NAME["range_table"], results)
    monkeypatch.setattr("proofs_of_constraints.mutation.record.RECORD_FILE", tmp_path / RECORD_FILE.name)
    write_record({"range_table": record}, CHIPS)
    assert json.loads((tmp_path / RECORD_FILE.name).read_text()).keys() == {"range_table"}
    assert stored_record() == {"range_table": record}
    stored_record.cache_clear()
    assert all(record.expects(result) for result in results)
    assert not record.expects(fate_of(next(mutants_of(CHIP_BY_NAME["byte_table"]))))
