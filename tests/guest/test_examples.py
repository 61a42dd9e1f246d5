"""The example programs compute what they say, in both runtimes, by emulators and expectations that are not ours."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from limpid.build import EXAMPLES, build_examples
from spec.memory_map import INPUT_CAPACITY_BYTES
from tests.guest.arithmetic_model import expected_output
from tests.guest.emulation import Outcome, run_on_unicorn, run_under_qemu

ELFS = EXAMPLES / "elf"


def _fibonacci(n: int) -> int:
    current, following = 0, 1
    for _ in range(n):
        current, following = following, (current + following) % 2**64
    return current


def _numbers(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def _pairs(pairs: Sequence[tuple[int, int]]) -> bytes:
    return b"".join(struct.pack("<QQ", left, right) for left, right in pairs)


_RANDOM = random.Random(1)
_EDGES = (0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 2**31, 2**64 - 1)
_OPERANDS = [*product(_EDGES, _EDGES), *((_RANDOM.getrandbits(64), _RANDOM.getrandbits(64)) for _ in range(30))]
_MESSAGE = bytes(range(256)) * 4
_UNSORTED = [_RANDOM.getrandbits(32) for _ in range(500)]

CASES: dict[str, tuple[str, bytes, int, bytes]] = {
    **{
        f"fibonacci of {n}": ("fibonacci", struct.pack("<Q", n), 0, struct.pack("<Q", _fibonacci(n)))
        for n in (0, 1, 2, 93, 94, 1000)
    },
    "fibonacci of a short input": ("fibonacci", b"\x05", 1, b""),
    **{
        f"sha256 of {size} bytes": ("sha256", _MESSAGE[:size], 0, hashlib.sha256(_MESSAGE[:size]).digest())
        for size in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000)
    },
    **{
        f"sort of {name}": ("sort", _numbers(numbers), 0, _numbers(sorted(numbers)))
        for name, numbers in {
            "nothing": [],
            "one number": [7],
            "two numbers": [2**32 - 1, 0],
            "equal numbers": [5, 5, 5, 5],
            "descending numbers": list(range(100, 0, -1)),
            "random numbers": _UNSORTED,
        }.items()
    },
    "sort of a number cut short": ("sort", b"\x01\x00\x00", 1, b""),
    "arithmetic on nothing": ("arithmetic", b"", 0, expected_output([])),
    "arithmetic on edges": ("arithmetic", _pairs(_OPERANDS), 0, expected_output(_OPERANDS)),
    "arithmetic on half a pair": ("arithmetic", bytes(8), 1, b""),
}
"""By name: (program, input, exit code, output)."""


@pytest.fixture(scope="session")
def linux_elfs(compiler: str, qemu: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with every example linked against the Linux runtime."""
    directory = tmp_path_factory.mktemp("linux")
    build_examples(directory, runtime="linux")
    return directory


@pytest.mark.parametrize("case", CASES)
def test_committed_example_on_unicorn_gives_expected_output(case: str) -> None:
    program, guest_input, exit_code, output = CASES[case]
    outcome = run_on_unicorn(ELFS / f"{program}.elf", guest_input)
    assert (outcome.exit_code, outcome.output) == (exit_code, output)


@pytest.mark.parametrize("case", CASES)
def test_linux_example_under_qemu_gives_expected_output(case: str, linux_elfs: Path) -> None:
    program, guest_input, exit_code, output = CASES[case]
    assert run_under_qemu(linux_elfs / f"{program}.elf", guest_input) == Outcome(exit_code, output)


def test_examples_have_cases_one_and_all() -> None:
    assert {source.stem for source in EXAMPLES.glob("*.c")} == {program for program, *_ in CASES.values()}


def test_sha256_of_64_bytes_takes_at_most_13000_instructions() -> None:
    outcome = run_on_unicorn(ELFS / "sha256.elf", bytes(64))
    assert outcome.instructions is not None
    assert outcome.instructions <= 13_000


def test_input_length_above_capacity_aborts() -> None:
    outcome = run_on_unicorn(ELFS / "fibonacci.elf", bytes(8), input_length=INPUT_CAPACITY_BYTES + 1)
    assert (outcome.exit_code, outcome.output) == (None, b"")


def test_input_length_of_capacity_is_read() -> None:
    outcome = run_on_unicorn(ELFS / "fibonacci.elf", bytes(8), input_length=INPUT_CAPACITY_BYTES)
    assert (outcome.exit_code, outcome.output) == (1, b"")
