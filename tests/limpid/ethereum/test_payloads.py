"""Blocks as payload requests: every field in its place, and blocks that no payload holds."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak

from limpid.ethereum.chain import Chain
from limpid.ethereum.errors import BlockFormError
from limpid.ethereum.payloads import payload_request, read_block
from limpid.ethereum.schema import FORKS
from limpid.ethereum.signatures import NO_KEY, public_key
from tests.limpid.ethereum.transfer_blocks import (
    BASE_FEE,
    COINBASE,
    GAS,
    GAS_LIMIT,
    WITHDRAWER,
    private_key,
    transfer,
    transfer_test,
)

CANCUN = FORKS["Cancun"]
GAS_LIMIT_FIELD = 9


def taken_apart(transfers: int = 2) -> list[Any]:
    """A block as lists."""
    parts: list[Any] = rlp.decode(transfer_test(transfers).blocks[0].encoded)
    return parts


def test_block_becomes_the_payload_request_that_describes_it() -> None:
    encoded = transfer_test(2).blocks[0].encoded
    block = read_block(encoded, CANCUN)
    request = payload_request(block, CANCUN)
    payload = request.execution_payload
    assert (payload.block_number, payload.gas_limit, payload.gas_used) == (1, GAS_LIMIT, 2 * GAS)
    assert (payload.base_fee_per_gas, bytes(payload.fee_recipient)) == (BASE_FEE, COINBASE)
    assert bytes(payload.block_hash) == block.hash
    assert [bytes(item) for item in payload.transactions] == [transfer(private_key(n), n + 1) for n in range(2)]
    (withdrawal,) = payload.withdrawals
    assert (withdrawal.amount, bytes(withdrawal.address)) == (5, WITHDRAWER)
    assert list(request.versioned_hashes) == []


def test_input_begins_with_the_schema_id_and_has_a_key_for_each_transaction() -> None:
    test = transfer_test(2)
    made = Chain(test).block_input(test.blocks[0])
    assert made.encode()[:2] == b"\x10\x01"
    assert made.public_keys == tuple(private_key(n).public_key.format(compressed=False) for n in range(2))


def test_ommers_that_the_header_does_not_name_are_refused() -> None:
    header, transactions, _, withdrawals = taken_apart()
    with pytest.raises(BlockFormError, match="ommers that its header does not name"):
        read_block(rlp.encode([header, transactions, [header], withdrawals]), CANCUN)


def test_number_too_large_for_its_field_is_refused() -> None:
    parts = taken_apart()
    parts[0][GAS_LIMIT_FIELD] = b"\1" + bytes(8)
    with pytest.raises(BlockFormError, match="no payload of Cancun can hold the block"):
        payload_request(read_block(rlp.encode(parts), CANCUN), CANCUN)


@pytest.mark.parametrize("encoded", [b"", b"\xc0", b"\x80", rlp.encode([[], [], [], []]), rlp.encode([1, 2, 3])])
def test_bytes_that_are_no_block_are_refused(encoded: bytes) -> None:
    with pytest.raises(BlockFormError, match="the block is none of Cancun in RLP"):
        read_block(encoded, CANCUN)


def test_block_of_another_fork_is_refused() -> None:
    with pytest.raises(BlockFormError, match="the block is none of Shanghai in RLP"):
        read_block(transfer_test(1).blocks[0].encoded, FORKS["Shanghai"])


@pytest.mark.parametrize("transaction", [b"", b"\x02", b"\x02\xc0", b"\xc0", b"\x80", bytes(90)])
def test_bytes_that_nobody_signed_have_no_key(transaction: bytes) -> None:
    assert public_key(transaction) == NO_KEY


def test_keys_of_legacy_transactions_with_and_without_chain_id_are_found() -> None:
    key = private_key(3)
    content = [b"", 10, 21_000, COINBASE, 1, b""]
    for signed, first in ((content, 27), ([*content, 1, b"", b""], 37)):
        signature = key.sign_recoverable(keccak(rlp.encode(signed)), hasher=None)
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        transaction = rlp.encode([*content, first + signature[64], r, s])
        assert public_key(transaction) == key.public_key.format(compressed=False)
