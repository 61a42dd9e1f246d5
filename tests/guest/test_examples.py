"""The example programs compute what they say, in both runtimes, by emulators and expectations that are not ours."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from limpid.guest_build.build import EXAMPLES, build_examples, example_sources
from spec.memory_map import INPUT_CAPACITY_BYTES
from tests.guest.accelerator_cases import CASES as ACCELERATOR_CASES
from tests.guest.accelerator_cases import PUBLISHED_ROOT, PUBLISHED_TRIE
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


def _determinant(rows: Sequence[Sequence[int]]) -> int:
    """By Laplace's expansion, modulo 2^61 - 1."""
    if not rows:
        return 1
    minors = ([row[:column] + row[column + 1 :] for row in map(list, rows[1:])] for column in range(len(rows)))
    total = sum((-1) ** column * rows[0][column] * _determinant(minor) for column, minor in enumerate(minors))
    return int(total % (2**61 - 1))


def _matrix(rows: Sequence[Sequence[int]]) -> bytes:
    return struct.pack(f"<{1 + len(rows) ** 2}Q", len(rows), *(number for row in rows for number in row))


def _primes_below(limit: int) -> list[int]:
    return [n for n in range(2, limit) if all(n % divisor for divisor in range(2, int(n**0.5) + 1))]


def _mixed(word: int) -> int:
    """The finalizer of splitmix64."""
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ word >> 27) * 0x94D049BB133111EB % 2**64
    return word ^ word >> 31


def _root(leaves: Sequence[int]) -> int:
    if len(leaves) == 1:
        return leaves[0]
    half = len(leaves) // 2
    return _mixed((_mixed(_root(leaves[:half])) + 3 * _root(leaves[half:]) + 1) % 2**64)


def _membership(leaves: Sequence[int], position: int) -> bytes:
    """Depth, position, leaf and siblings."""
    siblings: list[int] = []
    size = 1
    while size < len(leaves):
        start = (position // size ^ 1) * size
        siblings.append(_root(leaves[start : start + size]))
        size *= 2
    return struct.pack(f"<{3 + len(siblings)}Q", len(siblings), position, leaves[position], *siblings)


_RANDOM = random.Random(1)
_EDGES = (0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 2**31, 2**64 - 1)
_OPERANDS = [*product(_EDGES, _EDGES), *((_RANDOM.getrandbits(64), _RANDOM.getrandbits(64)) for _ in range(30))]
_MESSAGE = bytes(range(256)) * 4
_TEXT = b"one two\n three\n\nfour\tfive six\n"
_RECORDS = [(_RANDOM.randrange(3), _RANDOM.getrandbits(32), _RANDOM.getrandbits(64)) for _ in range(20)]
_LEAVES = [_RANDOM.getrandbits(64) for _ in range(16)]
_MATRICES = [
    [],
    [[7]],
    [[0, 1], [1, 0]],
    [[1, 2], [2, 4]],
    [[_RANDOM.getrandbits(64) for _ in range(5)] for _ in range(5)],
    [[0, 0, 3], [0, 2**61 - 2, 5], [4, 1, 1]],
]
_SUDOKU = b"530070000600195000098000060800060003400803001700020006060000280000419005000080079"
_SOLUTION = b"534678912672195348198342567859761423426853791713924856961537284287419635345286179"
_UNSORTED = [_RANDOM.getrandbits(32) for _ in range(500)]

CASES: dict[str, tuple[str, bytes, int | None, bytes]] = {
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
    "hello to a name": ("hello", b"Ada", 0, b"Hello, somebody!"),
    "hello to a long name": ("hello", bytes(61), 1, b""),
    "withdrawal of less": ("withdrawal", struct.pack("<2Q", 100, 30), 0, struct.pack("<Q", 70)),
    "withdrawal of everything": ("withdrawal", struct.pack("<2Q", 2**64 - 1, 2**64 - 1), 0, bytes(8)),
    "withdrawal of more": ("withdrawal", struct.pack("<2Q", 100, 101), None, b""),
    "withdrawal without amount": ("withdrawal", bytes(8), None, b""),
    "sudoku solved": ("sudoku", _SUDOKU + _SOLUTION, 0, _SUDOKU),
    "sudoku with a wrong digit": ("sudoku", _SUDOKU + _SOLUTION[:-1] + b"1", 2, b""),
    "sudoku with a changed digit": ("sudoku", b"4" + _SUDOKU[1:] + _SOLUTION, 2, b""),
    "sudoku with equal columns": ("sudoku", b"0" * 81 + b"123456789" * 9, 2, b""),
    "sudoku with a letter": ("sudoku", b"x" + _SUDOKU[1:] + _SOLUTION, 1, b""),
    **{
        f"determinant of matrix {i}": ("determinant", _matrix(rows), 0, struct.pack("<Q", _determinant(rows)))
        for i, rows in enumerate(_MATRICES)
    },
    "determinant of half a matrix": ("determinant", _matrix(_MATRICES[2])[:-8], 1, b""),
    "word count of text": ("word_count", _TEXT, 0, b"4 6 %d\n" % len(_TEXT)),
    "word count of nothing": ("word_count", b"", 0, b"0 0 0\n"),
    **{
        f"primes below {limit}": (
            "primes",
            struct.pack("<I", limit),
            0,
            struct.pack("<2I", len(_primes_below(limit)), max(_primes_below(limit), default=0)),
        )
        for limit in (0, 2, 3, 10, 997, 998)
    },
    "primes beyond the heap": ("primes", struct.pack("<I", 2**32 - 1), 2, b""),
    "primes below half a number": ("primes", b"\x01\x02", 1, b""),
    "records": (
        "records",
        b"".join(struct.pack("<BIQ", *record) for record in _RECORDS),
        0,
        struct.pack("<Q", sum(count * price for tag, count, price in _RECORDS if tag == 1) % 2**64),
    ),
    "records cut short": ("records", bytes(14), 1, b""),
    **{
        f"membership at {position}": (
            "membership",
            _membership(_LEAVES, position),
            0,
            struct.pack("<Q", _root(_LEAVES)),
        )
        for position in (0, 5, 15)
    },
    "membership without depth": ("membership", struct.pack("<3Q", 0, 0, 9), 0, struct.pack("<Q", 9)),
    "membership with a sibling missing": ("membership", _membership(_LEAVES, 3)[:-8], 1, b""),
    "arithmetic on nothing": ("arithmetic", b"", 0, expected_output([])),
    "arithmetic on edges": ("arithmetic", _pairs(_OPERANDS), 0, expected_output(_OPERANDS)),
    "arithmetic on half a pair": ("arithmetic", bytes(8), 1, b""),
    **ACCELERATOR_CASES,
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
    assert {source.stem for source in example_sources()} == {program for program, *_ in CASES.values()}


def test_trie_built_here_has_the_published_root() -> None:
    assert PUBLISHED_TRIE.root == PUBLISHED_ROOT


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
