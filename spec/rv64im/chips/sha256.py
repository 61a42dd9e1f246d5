"""The call of SHA-256's compression function: bytes to words, the order to the work tables, and the final sums."""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.chip import Chip
from spec.air.chips.sha256 import Sha256Layout
from spec.air.expression import Expression
from spec.isa.calls import SHA256_COMPRESS
from spec.rv64im.buses import SHA256_IDENTITY
from spec.rv64im.call_row import CallRow, doublewords_of_limbs
from spec.rv64im.gadgets import add_limbs, byte_pairs, limbs_of_bytes, ranged_limbs

LAYOUT = Sha256Layout(rounds_per_row=16, first_identity=SHA256_IDENTITY)
"""Sixteen rounds a row: the fewest cells. It is the most columns as well, which a proof pays for once."""

STATE_LIMBS = 16
BLOCK_BYTES = 64
WORD_BYTES = 4
"""Eight words of two limbs, and the block's bytes [FIPS 180-4, section 1]."""


def _sha256_compress() -> Chip:
    row = CallRow(SHA256_COMPRESS, "Compresses a block into a state of SHA-256.")
    block = byte_pairs(row, "block", BLOCK_BYTES)
    before = row.column_array("before", STATE_LIMBS)
    rounds = row.column_array("rounds", STATE_LIMBS)
    after = ranged_limbs(row, "after", STATE_LIMBS)
    for i in range(0, STATE_LIMBS, 2):
        word = slice(i, i + 2)
        add_limbs(row, f"word_{i // 2}_carry", before[word], rounds[word], after[word])
    row.operand("block", doublewords_of_limbs(limbs_of_bytes(block)))
    row.operand("state", doublewords_of_limbs(before), doublewords_of_limbs(after))
    row.send("start", LAYOUT.start, [row.key, *before], row.real)
    row.send("message", LAYOUT.message, [row.key, 0, *_big_endian(block)], row.real)
    row.receive("rounds", LAYOUT.result, [row.key, *rounds], row.real)
    return row.finish_call(after)


def _big_endian(block: Sequence[Expression]) -> list[Expression]:
    """The limbs of the message's words, the lower one first: a word's first byte in memory is its highest."""
    limbs: list[Expression] = []
    for i in range(0, len(block), WORD_BYTES):
        first, second, third, fourth = block[i : i + WORD_BYTES]
        limbs += [fourth + third * 256, second + first * 256]
    return limbs


CHIPS = (_sha256_compress(),)
WORK_CHIPS = (LAYOUT.first, LAYOUT.rest)
WORK_ROWS = {SHA256_COMPRESS.name: LAYOUT.work_rows}
