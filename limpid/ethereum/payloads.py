"""From a block in RLP to the payload request that describes it to a guest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rlp
from eth_hash.auto import keccak
from remerkleable.complex import Container

from limpid.ethereum.errors import BlockFormError, container_errors
from limpid.ethereum.nested_rlp import decoded
from limpid.ethereum.schema import Fork, Withdrawal

EMPTY_LIST_HASH = keccak(rlp.encode([]))

HEADER_FIELDS = (
    "parent_hash",
    "ommers_hash",
    "fee_recipient",
    "state_root",
    "transactions_root",
    "receipts_root",
    "logs_bloom",
    "difficulty",
    "block_number",
    "gas_limit",
    "gas_used",
    "timestamp",
    "extra_data",
    "prev_randao",
    "nonce",
    "base_fee_per_gas",
    "withdrawals_root",
    "blob_gas_used",
    "excess_blob_gas",
    "parent_beacon_block_root",
)
"""The fields of a header in order, by the names that payloads give them."""

_NUMBERS = frozenset(
    {
        "block_number",
        "gas_limit",
        "gas_used",
        "timestamp",
        "base_fee_per_gas",
        "blob_gas_used",
        "excess_blob_gas",
    }
)
_BLOB_TRANSACTION = 3
_BLOB_HASHES_FIELD = 10
"""The type byte of a transaction with blobs, and the position of their hashes in it [EIP-4844]."""

VERSIONED_HASH_BYTES = 32
"""A version byte and the last 31 bytes of a SHA-256 [EIP-4844]."""


@dataclass(frozen=True)
class Block:
    """A block taken apart: its header, its transactions as a payload has them, and its withdrawals."""

    header: bytes
    """In RLP."""
    fields: dict[str, bytes]
    """The header's, by name."""
    transactions: tuple[bytes, ...]
    withdrawals: tuple[tuple[bytes, ...], ...]

    @property
    def hash(self) -> bytes:
        """The block's hash, 32 bytes."""
        return keccak(self.header)


def read_block(encoded: bytes, fork: Fork) -> Block:
    """A block of the fork. Raises BlockFormError where no payload request can say what the block says."""
    try:
        header, transactions, ommers, withdrawals = map(_list, decoded(encoded))
        fields = dict(zip(HEADER_FIELDS[: fork.header_fields], map(_bytes, header), strict=True))
        block = Block(
            rlp.encode(header),
            fields,
            tuple(item if isinstance(item, bytes) else rlp.encode(item) for item in transactions),
            tuple(tuple(map(_bytes, _list(fields))) for fields in withdrawals),
        )
    except (rlp.DecodingError, ValueError, TypeError) as error:
        raise BlockFormError(f"the block is none of {fork.name} in RLP: {error}") from error
    if ommers and fields["ommers_hash"] == EMPTY_LIST_HASH:
        # Any other header has another hash than a payload's, which a guest finds.
        raise BlockFormError("the block has ommers that its header does not name")
    return block


def payload_request(block: Block, fork: Fork) -> Container:
    """The payload request that describes a block. Raises BlockFormError where a value does not fit its field."""
    with container_errors(f"no payload of {fork.name} can hold the block"):
        common: dict[str, Any] = {
            name: int.from_bytes(value, "big") if name in _NUMBERS else value
            for name, value in block.fields.items()
            if name in fork.payload.fields()
        }
        payload = fork.payload(
            **common,
            block_hash=block.hash,
            transactions=list(block.transactions),
            withdrawals=[_withdrawal(fields) for fields in block.withdrawals],
        )
        further: dict[str, Any] = {}
        if "versioned_hashes" in fork.request.fields():
            further["versioned_hashes"] = [name for item in block.transactions for name in _blob_hashes(item)]
            further["parent_beacon_block_root"] = block.fields["parent_beacon_block_root"]
        return fork.request(execution_payload=payload, **further)


def _list(item: Any) -> list[Any]:
    """An empty list and no bytes are as good as each other to everything that only goes through it."""
    if not isinstance(item, list):
        raise TypeError("bytes stand in place of a list")
    return item


def _bytes(item: Any) -> bytes:
    if not isinstance(item, bytes):
        raise TypeError("a list stands in place of bytes")
    return item


def _withdrawal(fields: tuple[bytes, ...]) -> Withdrawal:
    index, validator_index, address, amount = fields
    return Withdrawal(
        index=int.from_bytes(index, "big"),
        validator_index=int.from_bytes(validator_index, "big"),
        address=address,
        amount=int.from_bytes(amount, "big"),
    )


def _blob_hashes(transaction: bytes) -> list[bytes]:
    """The versioned hashes that a transaction names; none where it names none, or cannot be read."""
    if transaction[:1] != bytes([_BLOB_TRANSACTION]):
        return []
    try:
        names = _list(_list(decoded(transaction[1:]))[_BLOB_HASHES_FIELD])
    except (rlp.DecodingError, IndexError, TypeError):
        return []
    return [name for name in names if isinstance(name, bytes) and len(name) == VERSIONED_HASH_BYTES]
