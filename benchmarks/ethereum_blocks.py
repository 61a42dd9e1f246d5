"""Proves public blocks and verifies the proofs: instructions against proving time; of some also the final proof.

    LIMPID_ETHEREUM_BLOCKS=DIRECTORY python -m benchmarks.ethereum_blocks [--directory WORK]

Each block is proven by `limpid prove` in a process of its own, on one core, and its proof verified by another. A block
that is in benchmarks/ethereum_blocks.json already is not proven again, so that the work can be stopped and goes on.
A final proof takes six gigabytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from coincurve import PrivateKey

from benchmarks.ethereum_costs import CONTRACT, ETHER, address_of, cells_and_cost, signed_call, valid_block
from benchmarks.verifying import TIMES, measure
from limpid.api import executing
from limpid.ethereum.block_tests import Account, read_block_tests
from limpid.ethereum.chain import BlockInput
from limpid.ethereum.guests import Validated, guest_elf, guest_program, record
from limpid.ethereum.witnesses import input_of_block

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "benchmarks" / "ethereum_blocks.json"
BLOCKS = "LIMPID_ETHEREUM_BLOCKS"
PARAMETERS = "segment"

FILES = (
    "GeneralStateTests__Pyspecs__cancun__eip6780_selfdestruct__self_destructing_initcode",
    "GeneralStateTests__VMTests__vmIOandFlowOperations__return",
    "GeneralStateTests__stChainId__chainIdGasCost",
    "GeneralStateTests__stHomesteadSpecific__createContractViaContract",
    "GeneralStateTests__stLogTests__log3_emptyMem",
    "GeneralStateTests__stMemoryTest__mem32kb",
    "GeneralStateTests__stZeroKnowledge__ecmul_1-3_0_21000_128",
    "ValidBlocks__bcEIP4844-blobtransactions__blockWithAllTransactionTypes",
    "ValidBlocks__bcExample__mergeExample",
    "ValidBlocks__bcValidBlockTest__ExtraData32",
)
"""Ten of many kinds, none above a few segments: the first block of the first test of Cancun in each."""

FINAL_FILES = ("ValidBlocks__bcEIP4844-blobtransactions__blockWithAllTransactionTypes",)
"""Blocks whose final proofs are made, too."""

FINAL = "final"
"""Where a block's figures have those of its final proof."""


TRANSFERS = "Own__ten transfers"
"""A block of our own: as many senders pay."""


TRANSFER_GAS = 21_000
"""What a transaction takes that only pays [yellow paper, appendix G]."""


class Block(NamedTuple):
    """A block to prove: which, its input, and what the validator says of it."""

    test: str
    kept: BlockInput
    found: Validated


def prove(block: Block, directory: Path) -> dict[str, object]:
    """The figures of a block, which is proven and verified. Raises RuntimeError where that fails."""
    test, kept, found = block
    encoded, elf = kept.encode(), guest_elf("validator")
    (directory / "input").write_bytes(encoded)
    counted = executing.profile(guest_program("validator"), encoded)
    start, processor = time.perf_counter(), _processor_seconds()
    proof, key = directory / "proof", directory / "key"
    _limpid("prove", elf, "--input", directory / "input", "--output", proof, "--parameters", PARAMETERS)
    seconds, proving = time.perf_counter() - start, _processor_seconds() - processor
    if not key.exists():
        _limpid("keygen", elf, "--output", key, "--parameters", PARAMETERS)
    (directory / "output").write_bytes(bytes(found.result.encode_bytes()))
    processor = _processor_seconds()
    said = _limpid("verify", proof, "--program", key, "--public-output", directory / "output")
    return {
        "test": test,
        "valid": bool(found.result.successful_validation),
        "transactions": len(kept.public_keys),
        "gas": int(kept.request.execution_payload.gas_used),
        "input_bytes": len(encoded),
        "instructions": counted.execution.instructions,
        "cost": cells_and_cost(counted)[1],
        "processor_seconds": round(proving, 1),
        "seconds": round(seconds, 1),
        "proof_bytes": proof.stat().st_size,
        "verifying_processor_seconds": round(_processor_seconds() - processor, 1),
        "accepted": said["accepted"],
        "security_bits": said["security_bits"],
        "segments": said["segments"],
    }


def prove_final(block: Block, directory: Path) -> dict[str, object]:
    """The figures of a block's final proof, which is verified. Raises RuntimeError where that fails."""
    _, kept, found = block
    (directory / "input").write_bytes(kept.encode())
    (directory / "output").write_bytes(bytes(found.result.encode_bytes()))
    elf, proof = guest_elf("validator"), directory / "final"
    processor = _processor_seconds()
    proven = _limpid("prove", elf, "--input", directory / "input", "--final", "--output", proof)
    proving = _processor_seconds() - processor
    said = _limpid("verify", proof, "--program", elf, "--public-output", directory / "output")
    verifying = measure(proof.read_bytes(), TIMES)
    return {
        "segments": proven["segments"],
        "processor_seconds": round(proving, 1),
        "proof_bytes": proof.stat().st_size,
        "accepted": said["accepted"],
        "whole_run_bits": said["whole_run_bits"],
        "verifying_milliseconds": verifying["median_milliseconds"],
    }


def block_of(file: Path) -> Block:
    """The first block of a file's first test of Cancun."""
    test = next(test for test in read_block_tests(str(file)) if test.fork_name == "Cancun")
    return Block(test.name, *input_of_block(test, 0))


def transfers(count: int = 10) -> Block:
    """A valid block in which so many senders pay somebody."""
    keys = [PrivateKey(number.to_bytes(32, "big")) for number in range(1, count + 1)]
    state = {address_of(key): Account(0, ETHER, b"", {}) for key in keys}
    made = valid_block(state, [signed_call(key, CONTRACT, value=1, gas=TRANSFER_GAS) for key in keys])
    return Block(f"{count} transfers", made, record(made.encode())[0])


def _processor_seconds() -> float:
    """What all processes that were started here and have ended took of processors."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _limpid(*arguments: object) -> dict[str, object]:
    """Raises RuntimeError if the command fails."""
    command = [sys.executable, "-m", "limpid", *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"limpid {arguments[0]} failed: {done.stdout}{done.stderr}")
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def main(arguments: Sequence[str] | None = None) -> None:
    """Proves all blocks that have no figures yet, and writes the figures after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=Path, help="for input, proof and key  [default: a temporary one]")
    chosen = parser.parse_args(arguments)
    blocks = Path(os.environ[BLOCKS])
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    with tempfile.TemporaryDirectory() as temporary:
        directory = chosen.directory or Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        for name in (*FILES, TRANSFERS):
            if name not in figures:
                figures[name] = prove(
                    transfers() if name == TRANSFERS else block_of(blocks / f"{name}.json"), directory
                )
                print(figures[name], flush=True)
                FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
        for name in FINAL_FILES:
            if FINAL not in figures[name]:
                figures[name][FINAL] = prove_final(block_of(blocks / f"{name}.json"), directory)
                print(figures[name][FINAL], flush=True)
                FIGURES.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
