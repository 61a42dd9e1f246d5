from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from soundcalc.composition.claim import concrete_quantum_bits
from soundcalc.exact import float_bits
from soundcalc.published.comparison import compared, side
from soundcalc.published.format import read_configuration
from soundcalc.published.summary import SystemSummary, summarised, weakest_round
from soundcalc.published.system import PublishedConfiguration

PUBLISHED = Path(__file__).parent


def _read(name: str) -> PublishedConfiguration:
    return read_configuration(PUBLISHED / f"{name}.toml")


@pytest.mark.parametrize(
    ("name", "bits", "expected_kib", "worst_kib"),
    # As the summary of the public calculator's reports has them.
    [("sp1", 100, 529, 887), ("zkdtvm", 100, 703, 1206), ("dummy_whir", 128, 1173, 1193), ("openvm", 100, 7687, 8231),
     ("pico", 53, 232, 281), ("zisk", 128, 269, 313), ("airbender", 67, 1836, 1951)],
)  # fmt: skip
def test_summary_has_the_public_total_and_the_published_sizes(
    name: str, bits: int, expected_kib: int, worst_kib: int
) -> None:
    summary = summarised(_read(name))
    assert summary.public_bits == bits
    sizes = [size // 8192 for size in (summary.final.size_expected_bits, summary.final.size_worst_bits)]
    assert sizes == [expected_kib, worst_kib]


def test_size_of_swirl_is_that_of_the_backend_but_for_its_framing() -> None:
    # 26,175 KiB, reported of an encoding with two commitments, whose paths share nothing.
    app = summarised(_read("openvm2")).circuits[0]
    assert 0.95 < app.size_worst_bits / (26175 * 8192) < 1


def test_weakest_circuit_and_round_decide_the_total() -> None:
    summary = summarised(_read("sp1"))
    assert (summary.weakest.circuit.name, weakest_round(summary.weakest)) == ("core", "lookup")
    assert summary.bits == min(entry.bits for entry in summary.circuits)
    assert summary.bits == pytest.approx(99.92, abs=0.01)


def _sum(summary: SystemSummary) -> dict[str, Fraction]:
    return {entry.circuit.name: entry.proof_error for entry in summary.circuits}


def test_run_adds_every_round_of_every_proof() -> None:
    summary = summarised(_read("sp1"), proofs={"core": 1000})
    errors = _sum(summary)
    run = summary.run_lines
    assert run is not None
    exact = 1000 * errors["core"] + errors["compress"] + errors["shrink"]
    assert run.interactive == pytest.approx(float_bits(exact), abs=1e-9)
    assert run.interactive < summary.bits - 9
    assert run.collision_cap == 124
    assert summarised(_read("sp1")).run_lines is None


def test_concrete_quantum_figure_by_hand() -> None:
    # Without hash collisions 320 (t + k + 1)(t + k) eps <= 1: t near sqrt(2^120 / 320) = 2^55.84
    assert concrete_quantum_bits(Fraction(1, 2**120), 512, 40) == pytest.approx(60 - 0.5 * 8.3219, abs=0.001)
    # Without rounds (5120 + 960) t^3 <= 2^256: t near 2^(256/3) / 6080^(1/3)
    assert concrete_quantum_bits(Fraction(0), 256, 40) == pytest.approx((256 - 12.5699) / 3, abs=0.001)
    assert concrete_quantum_bits(Fraction(1), 256, 40) == 0


def test_comparison_sets_circuits_of_one_name_beside_each_other() -> None:
    rows = compared(side(summarised(_read("sp1"))), side(summarised(_read("zkdtvm"))))
    found = {(row.circuit, row.what): row for row in rows}
    assert found["", "name"].differs
    assert not found["", "collision cap"].differs
    assert (found["core", "rho"].left, found["core", "rho"].right) == ("0.25", "0.5")
    assert (found["shrink", "rho"].left, found["shrink", "rho"].right) == ("0.125", "-")
    assert not found["core", "trace_length"].differs


def test_comparison_of_circuits_without_common_names_goes_by_their_order() -> None:
    rows = compared(side(summarised(_read("sp1"))), side(summarised(_read("dummy_whir"))))
    circuits = list(dict.fromkeys(row.circuit for row in rows))
    assert circuits == ["", "core / riscv", "compress / convert", "shrink / combine", "- / embed"]


def test_system_compared_with_itself_differs_in_nothing() -> None:
    summary = summarised(_read("openvm2"))
    assert not any(row.differs for row in compared(side(summary), side(summary)))
