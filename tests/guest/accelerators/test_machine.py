"""The accelerators as guest code: the same results on the machine, what they cost, and hosts that advise wrongly."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from limpid.guest_build.build import build
from tests.guest.accelerators.library import EFAIL, Library
from tests.guest.accelerators.machine import Advice, Function, Run, run_accelerator
from tests.guest.accelerators.python_calls import honest_advice
from tests.guest.accelerators.samples import samples
from tests.guest.emulation import run_under_qemu

SAMPLES = samples()
BY_TITLE = {sample.title: sample for sample in SAMPLES}

MOST_INSTRUCTIONS = {
    "`secp256k1_ecrecover`": 250_000,
    "`bn254_pairing` of 2 pairs": 12_000_000,
    "`bls12_pairing` of 2 pairs": 20_000_000,
}
"""What the library promises at most."""

LONG = {
    "`bn254_pairing` of 2 pairs",
    "`kzg_point_eval`",
    "`bls12_g1_msm` of 8 pairs",
    "`bls12_pairing` of 2 pairs",
}
"""Run once a session, not once a compiler."""

INVERSES, ROOTS = (1, 2), (3, 4)

PAGE = Path(__file__).parents[3] / "docs" / "accelerators.md"


@pytest.fixture(scope="module")
def runs(dispatcher: Path) -> dict[str, Run]:
    """Every sample on the machine."""
    return {sample.title: run_accelerator(dispatcher, sample.function, sample.operands) for sample in SAMPLES}


@pytest.mark.parametrize("title", BY_TITLE)
def test_accelerator_on_the_machine_gives_what_it_gives_here(
    runs: dict[str, Run], native_library: Library, title: str
) -> None:
    run = runs[title]
    assert not run.is_trap
    assert (run.status, run.result) == BY_TITLE[title].expected(native_library)


@pytest.mark.parametrize("title", MOST_INSTRUCTIONS)
def test_accelerator_costs_no_more_than_promised(runs: dict[str, Run], title: str) -> None:
    assert runs[title].instructions <= MOST_INSTRUCTIONS[title]


def test_page_states_the_measured_costs(runs: dict[str, Run]) -> None:
    """To one part in twenty, so that another compiler may differ a little."""
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    costs = {row[0].strip(): [int(cell.strip().replace(",", "")) for cell in row[1:]] for row in rows if len(row) == 4}
    assert list(costs) == list(BY_TITLE)
    for title, (instructions, calls, advice) in costs.items():
        run = runs[title]
        assert instructions == pytest.approx(run.instructions, rel=0.05), title
        assert advice == run.calls[260], title
        assert calls == run.calls.total() - run.calls[260], title


def test_accelerators_under_qemu_give_what_they_give_here(
    qemu: str, compiler: str, native_library: Library, tmp_path: Path
) -> None:
    elf = tmp_path / "dispatcher.elf"
    build([Path(__file__).parent / "dispatcher.c"], elf, compiler=compiler, runtime="linux")
    for sample in SAMPLES:
        status, result = sample.expected(native_library)
        found = run_under_qemu(elf, sample.function.to_bytes(8, "little") + sample.operands)
        assert (found.exit_code, found.output) == (0, bytes([status & 0xFF]) + (result or b"")), sample.title


def test_accelerators_compiled_by_clang_give_what_they_give_here(native_library: Library, tmp_path: Path) -> None:
    if shutil.which("clang") is None or shutil.which("ld.lld") is None:
        pytest.skip("clang or LLD is not installed (Debian packages clang and lld)")
    elf = tmp_path / "dispatcher.elf"
    build([Path(__file__).parent / "dispatcher.c"], elf, compiler="clang")
    for sample in SAMPLES:
        if sample.title not in LONG:
            run = run_accelerator(elf, sample.function, sample.operands)
            assert (run.status, run.result) == sample.expected(native_library), sample.title


@pytest.mark.parametrize("function", [Function.KECCAK256, Function.SHA256])
@pytest.mark.parametrize("offset", range(1, 8))
def test_hash_of_unaligned_bytes_is_that_of_aligned_ones(
    dispatcher: Path, native_library: Library, function: Function, offset: int
) -> None:
    message = bytes(range(256)) * 2
    unaligned = run_accelerator(dispatcher, Function.UNALIGNED, bytes([function, offset]) + bytes(6 + offset) + message)
    expected = native_library.call(function.name.lower(), message, len(message), result_bytes=32)
    assert (unaligned.status, unaligned.result) == expected


def test_random_number_is_the_hosts(dispatcher: Path) -> None:
    def advice(kind: int, number: int, modulus: int, third: int) -> int:
        return 0x0123456789ABCDEF if kind == 0 else honest_advice(kind, number, modulus, third)

    run = run_accelerator(dispatcher, Function.RANDOM, b"", advice)
    assert run.result == (0x0123456789ABCDEF).to_bytes(8, "little")


# ---- hosts that advise wrongly ----


def _words(change: Callable[[int, int, int, int], int], kinds: tuple[int, ...]) -> Advice:
    """A host that changes the whole answers to these kinds: from kind, number, modulus and honest answer."""

    def advice(kind: int, number: int, modulus: int, third: int) -> int:
        honest = sum(honest_advice(kind, number, modulus, i) << 64 * i for i in range(4 if kind in (1, 3) else 6))
        answer = change(kind, number, modulus, honest) if kind in kinds else honest
        return answer >> (64 * third) & (2**64 - 1)

    return advice


WRONG = {
    "zero": lambda kind, number, modulus, honest: 0,
    "one": lambda kind, number, modulus, honest: 1,
    "one more": lambda kind, number, modulus, honest: honest + 1,
    "all ones": lambda kind, number, modulus, honest: 2**384 - 1,
    "the modulus": lambda kind, number, modulus, honest: modulus,
    "highest doubleword wrong": lambda kind, number, modulus, honest: honest ^ 1 << (255 if kind in (1, 3) else 383),
}

WITH_INVERSES = [
    "`bn254_g1_add`",
    "`bls12_g1_add`",
    "`bls12_g2_add`",
    "`secp256k1_ecrecover`",
    "`secp256r1_verify`",
    "`bls12_map_fp2_to_g2`",
]
WITH_ROOTS = ["`secp256k1_ecrecover`", "`kzg_point_eval`", "`bls12_map_fp_to_g1`", "`bls12_map_fp2_to_g2`"]


@pytest.mark.parametrize("title", WITH_INVERSES)
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_inverse_ends_the_run(dispatcher: Path, title: str, wrong: str) -> None:
    sample = BY_TITLE[title]
    assert run_accelerator(dispatcher, sample.function, sample.operands, _words(WRONG[wrong], INVERSES)).is_trap


@pytest.mark.parametrize("title", WITH_ROOTS)
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_square_root_ends_the_run(dispatcher: Path, title: str, wrong: str) -> None:
    """It must not make an input invalid either, or take another branch of a map."""
    sample = BY_TITLE[title]
    assert run_accelerator(dispatcher, sample.function, sample.operands, _words(WRONG[wrong], ROOTS)).is_trap


@pytest.mark.parametrize("title", ["`bn254_g1_add`", "`bls12_g1_add`", "`bls12_g2_add`", "`bls12_map_fp_to_g1`"])
def test_inverse_that_is_not_reduced_changes_nothing(dispatcher: Path, runs: dict[str, Run], title: str) -> None:
    sample = BY_TITLE[title]
    advice = _words(lambda kind, number, modulus, honest: honest + modulus, INVERSES)
    run = run_accelerator(dispatcher, sample.function, sample.operands, advice)
    assert (run.status, run.result) == (runs[title].status, runs[title].result)


@pytest.mark.parametrize("title", ["`bls12_map_fp_to_g1`", "`bls12_map_fp2_to_g2`", "`secp256k1_ecrecover`"])
def test_other_square_root_changes_nothing(dispatcher: Path, runs: dict[str, Run], title: str) -> None:
    """Nor does one that is not reduced, where there is room for it."""
    sample = BY_TITLE[title]

    def other(kind: int, number: int, modulus: int, honest: int) -> int:
        return 2 * modulus - honest if kind == 4 and honest else (modulus - honest) % modulus

    run = run_accelerator(dispatcher, sample.function, sample.operands, _words(other, ROOTS))
    assert (run.status, run.result) == (runs[title].status, runs[title].result)


def test_recovery_where_no_root_exists_fails_with_an_honest_host(dispatcher: Path) -> None:
    sample = BY_TITLE["`secp256k1_ecrecover`"]
    # r = 5 is the x of no point of secp256k1.
    operands = sample.operands[:32] + (5).to_bytes(32, "big") + sample.operands[64:]
    run = run_accelerator(dispatcher, sample.function, operands)
    assert (run.is_trap, run.status) == (False, EFAIL)


@pytest.mark.parametrize("wrong", WRONG)
def test_recovery_where_no_root_exists_ends_with_a_wrong_host(dispatcher: Path, wrong: str) -> None:
    sample = BY_TITLE["`secp256k1_ecrecover`"]
    operands = sample.operands[:32] + (5).to_bytes(32, "big") + sample.operands[64:]
    assert run_accelerator(dispatcher, sample.function, operands, _words(WRONG[wrong], ROOTS)).is_trap


def test_dispatcher_of_samples_covers_every_accelerator() -> None:
    missing = set(Function) - {sample.function for sample in SAMPLES}
    assert missing == {Function.RANDOM, Function.UNALIGNED}
