"""Our chips as files of Picus: they are read again, and say of rows what the declaration says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.obligation import Verdict
from proofs_of_constraints.picus.determinism import picus_obligations
from proofs_of_constraints.picus.export import picus_text
from proofs_of_constraints.picus.program import read_program
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.chip import Chip
from spec.rv64im.machine import CHIP_BY_NAME

CONTRACTS = RV64IM_AUDIT.contracts


def verdicts(chip: Chip) -> dict[str, Verdict]:
    program = read_program(picus_text(chip, CONTRACTS))
    return {o.identity: prove(o, timeout_seconds=20).outcome.verdict for o in picus_obligations(program, {})}


def test_exported_adder_is_read_again_and_proven_deterministic() -> None:
    assert verdicts(CHIP_BY_NAME["add"]) == {"not-vacuous/add": Verdict.PROVEN, "determinism/add": Verdict.PROVEN}


@pytest.mark.parametrize("missing", ["carry_2_is_boolean", "carry_3_is_boolean"])
def test_exported_adder_without_a_constraint_is_refuted(missing: str) -> None:
    chip = CHIP_BY_NAME["add"]
    weaker = replace(chip, constraints=tuple(c for c in chip.constraints if c.name != missing))
    assert verdicts(weaker)["determinism/add"] is Verdict.REFUTED


@pytest.mark.parametrize("missing", ["result_1_is_16_bits", "source1_taken"])
def test_exported_adder_without_a_message_is_refuted(missing: str) -> None:
    chip = CHIP_BY_NAME["add"]
    weaker = replace(chip, interactions=tuple(i for i in chip.interactions if i.name != missing))
    assert verdicts(weaker)["determinism/add"] is Verdict.REFUTED


def test_exported_exclusive_or_rests_on_its_table() -> None:
    chip = CHIP_BY_NAME["xor"]
    assert verdicts(chip)["determinism/xor"] is Verdict.PROVEN
    text = picus_text(chip, CONTRACTS)
    assert text.splitlines()[2:11] == [
        "(begin-module lookup_and)",
        "(input times)",
        "(input left)",
        "(input right)",
        "(output conjunction)",
        "(assume-deterministic conjunction)",
        "(end-module)",
        "(begin-module xor)",
        "(input real)",
    ]
    program = read_program(text.replace("(assume-deterministic conjunction)\n", ""))
    (found,) = (o for o in picus_obligations(program, {}) if o.identity == "determinism/xor")
    assert prove(found, timeout_seconds=20).outcome.verdict is Verdict.REFUTED


@pytest.mark.parametrize("name", [c.name for c in CHIP_BY_NAME.values() if len(c.constraints) < 200])
def test_exported_chip_is_read_with_every_constraint(name: str) -> None:
    chip = CHIP_BY_NAME[name]
    module = read_program(picus_text(chip, CONTRACTS)).modules[name]
    assert len(module.asserted) == len(chip.constraints) + len(chip.definitions())
    assert set(chip.outputs) == set(module.outputs)
