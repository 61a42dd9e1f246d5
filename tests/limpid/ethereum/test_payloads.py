"""Blocks as payload requests: every field in its place, and blocks that no payload holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak

from limpid.ethereum.chain import Chain
from limpid.ethereum.errors import BlockFormError, container_errors
from limpid.ethereum.nested_rlp import MAXIMUM_DEPTH, decoded
from limpid.ethereum.payloads import payload_request, read_block
from limpid.ethereum.schema import FORKS, MAX_WITHDRAWALS
from limpid.ethereum.signatures import NO_KEY, public_key
from tests.limpid.ethereum.transfer_blocks import (
    BASE_FEE,
    COINBASE,
    GAS,
    GAS_LIMIT,
    WITHDRAWER,
    legacy_transfer,
    private_key,
    transfer,
    transfer_test,
    unsigned_blob_transaction,
    with_transactions,
)

CANCUN = FORKS["Cancun"]
GAS_LIMIT_FIELD = 9
HEADER, TRANSACTIONS, OMMERS, WITHDRAWALS = range(4)


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


def test_ommers_that_the_header_names_are_for_the_guest_to_refuse() -> None:
    """Its header has another hash than that of the payload, in which there are none."""
    header, transactions, _, withdrawals = taken_apart()
    header[1] = keccak(rlp.encode([header]))
    block = read_block(rlp.encode([header, transactions, [header], withdrawals]), CANCUN)
    assert block.fields["ommers_hash"] == header[1]


def test_number_too_large_for_its_field_is_refused() -> None:
    parts = taken_apart()
    parts[0][GAS_LIMIT_FIELD] = b"\1" + bytes(8)
    with pytest.raises(BlockFormError, match="no payload of Cancun can hold the block"):
        payload_request(read_block(rlp.encode(parts), CANCUN), CANCUN)


@pytest.mark.parametrize("field", [0, 2, 6, 19], ids=["parent", "recipient", "bloom", "beacon root"])
@pytest.mark.parametrize("length", [0, 1, 257])
def test_header_field_of_another_length_is_refused(field: int, length: int) -> None:
    parts = taken_apart()
    parts[0][field] = bytes(length)
    with pytest.raises(BlockFormError, match="no payload of Cancun can hold the block: incorrect byte length"):
        payload_request(read_block(rlp.encode(parts), CANCUN), CANCUN)


def test_more_withdrawals_than_a_payload_holds_are_refused() -> None:
    parts = taken_apart()
    parts[WITHDRAWALS] *= MAX_WITHDRAWALS + 1
    with pytest.raises(BlockFormError, match="no payload of Cancun can hold the block: too many list inputs: 17"):
        payload_request(read_block(rlp.encode(parts), CANCUN), CANCUN)


def test_code_that_no_witness_holds_is_refused() -> None:
    made = Chain(transfer_test(1)).block_input(transfer_test(1).blocks[0])
    with pytest.raises(BlockFormError, match="no input of Cancun can hold the witness: incorrect byte length"):
        replace(made, codes=(bytes((1 << 16) + 1),)).encode()


def test_defect_within_containers_is_not_taken_for_a_block_that_does_not_fit() -> None:
    with pytest.raises(KeyError), container_errors("the block"):
        raise KeyError


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


@pytest.mark.parametrize("names_chain", [False, True])
def test_key_of_a_legacy_transaction_is_found(names_chain: bool) -> None:
    key = private_key(3)
    transaction = legacy_transfer(names_chain=names_chain, key=key)
    assert public_key(transaction) == key.public_key.format(compressed=False)


def test_versioned_hashes_of_a_transaction_with_blobs_are_named() -> None:
    block = read_block(with_transactions([legacy_transfer(), unsigned_blob_transaction()]), CANCUN)
    assert [bytes(name) for name in payload_request(block, CANCUN).versioned_hashes] == [b"\1" + bytes(31)]


@pytest.mark.parametrize("place", [HEADER, TRANSACTIONS, OMMERS, WITHDRAWALS])
def test_bytes_in_place_of_a_list_are_refused(place: int) -> None:
    parts = taken_apart()
    parts[place] = bytes(20) if place == HEADER else b""
    with pytest.raises(BlockFormError, match="bytes stand in place of a list"):
        read_block(rlp.encode(parts), CANCUN)


@pytest.mark.parametrize("place", [HEADER, WITHDRAWALS])
def test_list_in_place_of_bytes_is_refused(place: int) -> None:
    parts = taken_apart()
    (parts[HEADER] if place == HEADER else parts[WITHDRAWALS][0])[0] = []
    with pytest.raises(BlockFormError, match="a list stands in place of bytes"):
        read_block(rlp.encode(parts), CANCUN)


@pytest.mark.parametrize("field", [[], [[]], b"", [[bytes(32)]]], ids=repr)
def test_transaction_with_blobs_that_names_none_in_order_is_for_the_guest_to_refuse(field: Any) -> None:
    content: list[Any] = rlp.decode(unsigned_blob_transaction()[1:])
    content[10] = field
    block = read_block(with_transactions([b"\3" + rlp.encode(content), b"\3\x80", b"\3"]), CANCUN)
    assert list(payload_request(block, CANCUN).versioned_hashes) == []


def test_transaction_with_lists_in_place_of_its_signature_has_no_key() -> None:
    content: list[Any] = rlp.decode(legacy_transfer())
    assert public_key(rlp.encode([*content[:-2], [], []])) == NO_KEY


def nested(depth: int) -> bytes:
    """Lists in lists, so many."""
    encoded = b""
    for _ in range(depth):
        size = len(encoded)
        width = (size.bit_length() + 7) // 8
        prefix = bytes([0xC0 + size]) if size < 56 else bytes([0xF7 + width]) + size.to_bytes(width, "big")
        encoded = prefix + encoded
    return encoded


@pytest.mark.parametrize("depth", [MAXIMUM_DEPTH + 1, 100_000])
def test_lists_nested_without_end_are_refused_everywhere(depth: int) -> None:
    deep = nested(depth)
    with pytest.raises(BlockFormError, match="nested deeper than 16"):
        read_block(deep, CANCUN)
    assert public_key(deep) == public_key(b"\3" + deep) == NO_KEY
    block = read_block(rlp.encode([*taken_apart()[:1], [b"\3" + deep], [], []]), CANCUN)
    assert list(payload_request(block, CANCUN).versioned_hashes) == []


def test_lists_nested_as_deeply_as_may_be_are_decoded() -> None:
    beside = [decoded(nested(MAXIMUM_DEPTH - 1)), decoded(nested(MAXIMUM_DEPTH - 1))]
    assert decoded(nested(MAXIMUM_DEPTH)) == rlp.decode(nested(MAXIMUM_DEPTH))
    assert decoded(rlp.encode(beside)) == beside


@pytest.mark.parametrize("encoded", [b"\x81", b"\xc2\x81", b"\xb8", b"\xf8", b"\xb9\x01"])
def test_rlp_that_ends_in_a_length_is_refused_as_rlp(encoded: bytes) -> None:
    with pytest.raises(rlp.DecodingError):
        decoded(encoded)
