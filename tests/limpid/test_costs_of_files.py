"""What the worst known file at each door costs: no more than its size explains, in time and in memory."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from limpid.api.verifying import check_dev_receipt, verify
from limpid.errors import LimpidError
from limpid.reading.inspection import inspect
from limpid.reading.picus_files import obligations_of_file
from reference.loader import ElfError, load_bytes
from reference.loader.symbols import read_symbols
from soundcalc.errors import CalculatorError
from soundcalc.published.format import parse_configuration
from soundcalc.published.toml_text import MAXIMUM_CHARACTERS
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.protocol.development import decode_development_receipt
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM
from tests.fuzzing.doors import frozen_set
from tests.fuzzing.trial import SECONDS, SECONDS_PER_MEGABYTE
from tests.proofs_of_constraints.picus.test_symbolic_air import fibonacci
from tests.reference.elf_file import ElfFile, ElfSegment, code_segment

MEBIBYTE = 1 << 20
LEAST_MEMORY_BYTES = 1 << 30
MEMORY_TIMES_SIZE = 20

NOTHING = (0x13).to_bytes(4, "little")
"""addi x0, x0, 0."""

Cost = tuple[bytes, Callable[[bytes], object]]


def _claiming_much() -> bytes:
    proof = decode_proof((frozen_set() / "one-segment.proof").read_bytes(), RV64IM)
    return encode_proof(replace(proof, output=b"\1" * OUTPUT_CAPACITY_BYTES))


def _verified(content: bytes) -> object:
    return verify(content, program=None, output=None, allow_insecure=True)


def _receipt(content: bytes) -> object:
    return check_dev_receipt(content, program=None, output=None, allow_insecure=True)


def _receipt_claiming_much() -> bytes:
    receipt = decode_development_receipt((frozen_set() / "fibonacci.receipt").read_bytes(), RV64IM)
    return replace(receipt, output=b"\1" * OUTPUT_CAPACITY_BYTES).encoded()


def _code(megabytes: int) -> bytes:
    return ElfFile([code_segment(NOTHING * (megabytes * MEBIBYTE // 4))]).to_bytes()


def _zeros() -> bytes:
    """Memory up to the end of the address space that the file has no bytes for."""
    code = code_segment(NOTHING)
    start = 0x9000_0000
    return ElfFile([code, ElfSegment(start, b"", memory_bytes=(1 << 32) - start)]).to_bytes()


def _constraints(text: str, directory: Path) -> object:
    path = directory / "constraints"
    path.write_text(text)
    return obligations_of_file(str(path), {})


def _picus(statements: str) -> bytes:
    return f"(prime-number 97)\n(begin-module m)\n(input a)(output b)\n{statements}\n(end-module)\n".encode()


def _chain(modules: int) -> bytes:
    text = "(prime-number 97)\n" + "".join(
        f"(begin-module m{i})(input a)(output b)(call [b] m{i + 1} [a])(call [t] m{i + 1} [a])(end-module)\n"
        for i in range(modules)
    )
    return f"{text}(begin-module m{modules})(input a)(output b)(assert (= b a))(end-module)\n".encode()


def _air() -> bytes:
    air = fibonacci()
    return json.dumps({**air, "constraints": air["constraints"] * 5000}).encode()


def _configuration(content: bytes) -> object:
    return parse_configuration(content.decode(), "costs.toml")


WORST: dict[str, Callable[[Path], Cost]] = {
    "proof that claims the largest output": lambda _: (_claiming_much(), _verified),
    "the same, inspected": lambda _: (_claiming_much(), inspect),
    "receipt that claims the largest output": lambda _: (_receipt_claiming_much(), _receipt),
    "guest of nothing but code": lambda _: (_code(8), load_bytes),
    "the same, looked through for names": lambda _: (_code(8), read_symbols),
    "guest of nothing but zeros": lambda _: (_zeros(), load_bytes),
    "sum of half a million": lambda d: (
        _picus(f"(assert (= b (+ {'a ' * 500_000})))"),
        lambda content: _constraints(content.decode(), d),
    ),
    "thirty thousand inputs": lambda d: (
        _picus("".join(f"(input x{i})" for i in range(30_000))),
        lambda content: _constraints(content.decode(), d),
    ),
    "modules that call each other twice": lambda d: (_chain(60), lambda content: _constraints(content.decode(), d)),
    "powers": lambda d: (
        _picus(f"(assert (= b (+ {'(pow a 64) ' * 30_000})))"),
        lambda content: _constraints(content.decode(), d),
    ),
    "twenty thousand constraints": lambda d: (_air(), lambda content: _constraints(content.decode(), d)),
    "configuration of tables": lambda _: (b"[[circuits]]\n" * (MAXIMUM_CHARACTERS // 13), _configuration),
}


def _peak_bytes() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return 1024 * int(found[1])


@pytest.mark.slow
@pytest.mark.forks
@pytest.mark.parametrize("name", WORST)
def test_worst_file_costs_no_more_than_its_size_explains(name: str, tmp_path: Path) -> None:
    content, read = WORST[name](tmp_path)
    # What is compiled, imported or made once is not the file's cost.
    _verified((frozen_set() / "one-segment.proof").read_bytes())
    _constraints(_picus("").decode(), tmp_path)
    Path("/proc/self/clear_refs").write_text("5")
    before, began = _peak_bytes(), time.process_time()
    with suppress(Rejected, ElfError, LimpidError, CalculatorError):
        read(content)
    seconds, peak = time.process_time() - began, _peak_bytes() - before
    megabytes = len(content) / MEBIBYTE
    said = f"{megabytes:.1f} MiB: {seconds:.1f} s, {peak / MEBIBYTE:.0f} MiB"
    assert seconds <= SECONDS + SECONDS_PER_MEGABYTE * megabytes, said
    assert peak <= max(LEAST_MEMORY_BYTES, MEMORY_TIMES_SIZE * len(content)), said
