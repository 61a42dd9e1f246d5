"""What changes a column's place, its weight, or how a vector folds is noticed by the check that defines it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from proofs_of_constraints.machine import opening_checks
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.opening_checks import (
    claims_have_their_own_weights,
    columns_are_placed_once,
    folds_bind_the_last_coordinates,
    stacked_columns_are_numbered,
)
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.protocol import columns, cube, stacking, whir
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT

Check = Callable[[AuditedMachine], str | None]

CHECKS = (
    columns_are_placed_once,
    claims_have_their_own_weights,
    stacked_columns_are_numbered,
    folds_bind_the_last_coordinates,
)


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
@pytest.mark.parametrize("check", CHECKS)
def test_protocol_as_written_passes(check: Check, audited: AuditedMachine) -> None:
    assert check(audited) is None


def changed_module(module: ModuleType, old: str, new: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module with one piece of its text replaced, which occurs once."""
    text = Path(str(module.__file__)).read_text()
    assert text.count(old) == 1
    name = f"changed_{module.__name__.rpartition('.')[2]}"
    path = folder / f"{name}.py"
    path.write_text(text.replace(old, new))
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    changed = module_from_spec(spec)
    # Dataclasses look their module up.
    monkeypatch.setitem(sys.modules, name, changed)
    spec.loader.exec_module(changed)
    return changed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("        offset += count << table_log2", "        offset += (count - 1) << table_log2", "overlap"),
        ("for column, start in enumerate(starts)", "for column, start in list(enumerate(starts))[1:]", "each once"),
        ("PlacedColumn(position, column,", "PlacedColumn(position, column & ~1,", "each once"),
        ("if role is Role.CONTINUATION else Commitment.MAIN", "if False else Commitment.MAIN", "each once"),
        ("if table.chip.role is Role.PROGRAM_TABLE else 0", "if False else 0", "each once"),
        ("key=lambda position: -tables", "key=lambda position: tables", "not aligned|overlap|fill"),
        ("placed.stacked + 1 for placed", "placed.stacked for placed", "its cells fill"),
        ("column, table_log2, start", "column, table_log2 - 1, start", "overlap|height|aligned"),
    ],
)
def test_changed_layout_is_noticed(
    old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = changed_module(stacking, old, new, tmp_path, monkeypatch)
    # The module is another; which commitment is which is said by the one that the check knows.
    monkeypatch.setattr(changed, "Commitment", stacking.Commitment)
    monkeypatch.setattr(opening_checks, "stack", changed.stack)
    fault = columns_are_placed_once(RV64IM_AUDIT)
    assert fault is not None
    assert any(word in fault for word in said.split("|"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+ next(scales) * (at_prefix", "+ claims.scales[0] * (at_prefix"),
        ("+ next(scales) * value", "+ claims.scales[-1] * value"),
        ("+ next(scales) * value", "+ value"),
        ("(at_prefix * equal_below[n])", "equal_below[n]"),
        ("(at_prefix * equal_below[n])", "at_prefix"),
        ("claims.zerocheck_point[len(claims.zerocheck_point) - n :]", "claims.zerocheck_point[:n]"),
        ("point[len(point) - n :])", "point[:n])"),
        ("corners.weight(placed.prefix,", "corners.weight(0,"),
        ("first[commitment] + placed.stacked", "placed.stacked"),
        ("first[commitment] + number", "number"),
        ("weights[number] = weights[number] + ", "weights[number] = "),
        ("weights[position] = weights[position] + ", "weights[position] = weights[position] - "),
        ("claims.pinning_points[commitment], point)", "claims.pinning_points[PINNED[0]], point)"),
        ("    for commitment in PINNED:\n        if", "    for commitment in PINNED[:1]:\n        if"),
        ("layouts[commitment].count for commitment in PINNED)", "1 for commitment in PINNED)"),
    ],
)
def test_changed_weight_is_noticed(old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = changed_module(columns, old, new, tmp_path, monkeypatch)
    monkeypatch.setattr(opening_checks, "weights_at", changed.weights_at)
    monkeypatch.setattr(opening_checks, "claim_count", changed.claim_count)
    assert claims_have_their_own_weights(RV64IM_AUDIT) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        base = base * base\n    return product", "    return product"),
        ("for coordinate in reversed(point):\n        product", "for coordinate in point:\n        product"),
        ("return left * (right * 2 - 1) - right + 1", "return left * right - right + 1"),
        ("upper = before * coordinate", "upper = before - before * coordinate"),
    ],
)
def test_changed_arithmetic_on_the_cube_is_noticed(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = changed_module(cube, old, new, tmp_path, monkeypatch)
    for name in ("CornerWeights", "equality", "power_extension"):
        monkeypatch.setattr(columns, name, getattr(changed, name))
    assert claims_have_their_own_weights(RV64IM_AUDIT) is not None


def test_stacked_columns_with_one_number_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = changed_module(columns, "total += layout.count", "total = layout.count", tmp_path, monkeypatch)
    monkeypatch.setattr(opening_checks, "first_stacked", changed.first_stacked)
    assert stacked_columns_are_numbered(RV64IM_AUDIT) is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("even + challenge * (odd - even)", "even + challenge * odd", "a fold of 1"),
        ("in challenges:\n        half", "in reversed(challenges):\n        half", "a fold of 2"),
        ("even = (left + right) * HALF", "even = left + right", "a fold of 1"),
        ("pow(root, position, P) * HALF", "pow(root, 0, P) * HALF", "a fold of 2"),
        ("reciprocal = algebra.multiply_elements(reciprocal, reciprocal)", "pass", "a fold of 2"),
        ("algebra.element(GENERATOR), algebra", "algebra.element(1), algebra", "point"),
        ("pow(root_of_unity(domain_log2), 1 << position, P)", "pow(root_of_unity(domain_log2), 1, P)", "point"),
        ("self.scale * (challenge * (base - 1) + 1)", "self.scale * (challenge * base + 1)", "pow"),
        ("self.state = [base * base]", "self.state = [base]", "pow"),
        ("equal_coordinate(self.state.pop(), challenge)", "equal_coordinate(self.state.pop(0), challenge)", "eq"),
        ("return self.scale * inner", "return inner", "eq"),
    ],
)  # fmt: skip
def test_changed_fold_is_noticed(
    old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = changed_module(whir, old, new, tmp_path, monkeypatch)
    for name in ("Weight", "domain_point", "fold_fibre"):
        monkeypatch.setattr(opening_checks, name, getattr(changed, name))
    fault = folds_bind_the_last_coordinates(SMALL_AUDIT)
    assert fault is not None
    assert said in fault
