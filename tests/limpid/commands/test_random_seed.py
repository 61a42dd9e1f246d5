"""`--random-seed`: the words that a guest asks for, when it is run and when it is proven."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from limpid.api import executing, proving
from limpid.errors import MisuseError
from spec.isa import encode
from spec.isa.advice import AdviceKind
from spec.isa.calls import ADVICE
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER
from spec.memory_map import OUTPUT_REGION
from tests.limpid.commands.invocation import EXIT, limpid
from tests.reference.elf_file import program_elf

POINTER, SIZE = 5, 6

RANDOM_ELF = program_elf(
    [
        encode("addi", CALL_NUMBER_REGISTER, immediate=ADVICE.number),
        encode("addi", CALL_ARGUMENT_REGISTER, immediate=AdviceKind.RANDOM),
        encode("ecall"),
        encode("addi", POINTER, immediate=OUTPUT_REGION.start >> 28),
        encode("slli", POINTER, POINTER, immediate=28),
        encode("addi", SIZE, immediate=8),
        encode("sd", rs1=POINTER, rs2=SIZE),
        encode("sd", rs1=POINTER, rs2=CALL_ARGUMENT_REGISTER, immediate=8),
        *EXIT,
    ]
)
"""Shows one random word, as no guest should."""


def _word(seed: bytes) -> str:
    return hashlib.sha256(bytes(8) + seed).digest()[:8].hex()


@pytest.fixture
def guest(tmp_path: Path) -> Path:
    path = tmp_path / "random.elf"
    path.write_bytes(RANDOM_ELF)
    return path


@pytest.mark.parametrize(("options", "seed"), [([], b""), (["--random-seed", "0102"], b"\x01\x02")])
def test_seed_decides_the_words_of_a_run(guest: Path, options: list[str], seed: bytes) -> None:
    assert limpid("run", str(guest), *options, "--json").document["output"] == _word(seed)


def test_seed_decides_the_words_of_a_proof(guest: Path, tmp_path: Path) -> None:
    arguments = ["--random-seed", "0102", "--parameters", "tiny", "--json"]
    proven = limpid("prove", str(guest), "-o", str(tmp_path / "proof"), *arguments)
    assert proven.document["output"] == _word(b"\x01\x02")


def test_seed_decides_the_words_of_a_proof_in_a_folder_and_is_part_of_the_run(guest: Path, tmp_path: Path) -> None:
    arguments = ["prove", str(guest), "--out", str(tmp_path / "run"), "--parameters", "tiny", "--json"]
    assert limpid(*arguments, "--random-seed", "07").document["output"] == _word(b"\x07")
    assert limpid(*arguments, "--random-seed", "08").document["error"]["kind"] == "folder"


@pytest.mark.parametrize("backend", ["optimized", "reference"])
def test_both_backends_take_the_seed(backend: str) -> None:
    run = proving.prove_dev(RANDOM_ELF, parameters="tiny", backend=backend, random_seed=b"seed")
    assert run.receipt.output.hex() == _word(b"seed")
    assert executing.profile(RANDOM_ELF, random_seed=b"seed").execution.output.hex() == _word(b"seed")


def test_seed_that_is_no_bytes_is_refused() -> None:
    with pytest.raises(MisuseError):
        executing.run(RANDOM_ELF, random_seed="seed")  # type: ignore[arg-type]
