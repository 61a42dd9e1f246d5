"""Minimal witnesses: what the recorder used of a whole one, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress

from limpid.ethereum.block_tests import BlockTest
from limpid.ethereum.chain import BlockInput, Chain
from limpid.ethereum.errors import BlockFormError, WitnessError
from limpid.ethereum.guests import Validated, record
from limpid.ethereum.schema import Record


def minimal(whole: BlockInput) -> tuple[BlockInput, Validated, Record]:
    """The input with a minimal witness, the recorder's verdict on the whole one, and its record.

    Raises what `record` raises, and WitnessError if the witness does not pass its checks.
    """
    found, recorded = record(whole.encode())
    kept = replace(
        whole,
        nodes=tuple(compress(whole.nodes, recorded.used_nodes)),
        codes=tuple(compress(whole.codes, recorded.used_codes)),
        headers=whole.headers[len(whole.headers) - int(recorded.used_headers) :],
    )
    return kept, found, recorded


def check_minimal(kept: BlockInput, expected: Validated) -> None:
    """Raises WitnessError unless the witness is sufficient, the result being as before, and all of it is used."""
    found, recorded = record(kept.encode())
    if found.result != expected.result:
        raise WitnessError(f"the witness is not sufficient: {found.console.strip()}")
    unused = len(kept.headers) - int(recorded.used_headers)
    unused += sum(not used for used in (*recorded.used_nodes, *recorded.used_codes))
    if unused:
        raise WitnessError(f"the witness is not minimal: {unused} of its parts are not used")


def input_of_block(test: BlockTest, index: int) -> tuple[BlockInput, Validated]:
    """The input of a test's block with a minimal witness, checked to be minimal and sufficient, and its verdict.

    The blocks before it are validated first. Raises UnsupportedForkError for a fork that the guest does not validate,
    BlockTestError if genesis block and state do not fit, BlockFormError if no payload holds the block, and what
    `minimal` raises.
    """
    chain = Chain(test)
    for block in test.blocks[:index]:
        try:
            _, found, added = minimal(chain.block_input(block))
        except BlockFormError:
            continue
        if found.result.successful_validation:
            chain.add(block, added)
    kept, found, _ = minimal(chain.block_input(test.blocks[index]))
    check_minimal(kept, found)
    return kept, found
