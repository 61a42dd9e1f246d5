"""Blocks of Cancun with transfers and withdrawals only, whose roots are all computed here: no EVM is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import rlp
from coincurve import PrivateKey
from eth_hash.auto import keccak

from limpid.ethereum.block_tests import Account, BlockTest, TestBlock
from limpid.ethereum.payloads import EMPTY_LIST_HASH
from limpid.ethereum.sealing import ordered_root
from limpid.ethereum.state_tries import StatePreimages

CHAIN_ID = 1
ETHER = 10**18
GAS = 21_000
GAS_LIMIT = 30_000_000
GENESIS_BASE_FEE = 8
BASE_FEE = 7
"""The genesis block uses no gas, so that the base fee falls by an eighth."""

LEAST_LIST_PREFIX = 0xC0
"""From this byte on RLP is a list: a transaction of the first form, which a block holds as it is."""

PRIORITY_FEE = 2
COINBASE = bytes.fromhex("c0" * 20)
RECIPIENT = bytes.fromhex("b0" * 20)
WITHDRAWER = bytes.fromhex("a0" * 20)
BLOOM = bytes(256)


def address_of(key: PrivateKey) -> bytes:
    """The address of whoever has a private key."""
    return keccak(key.public_key.format(compressed=False)[1:])[12:]


def private_key(number: int) -> PrivateKey:
    """One of the senders' keys."""
    return PrivateKey((number + 1).to_bytes(32, "big"))


def transfer(key: PrivateKey, value: int, *, gas: int = GAS) -> bytes:
    """A signed transaction of type 2 that sends wei to the recipient."""
    return signed(key, 2, [CHAIN_ID, b"", PRIORITY_FEE, BASE_FEE + PRIORITY_FEE, gas, RECIPIENT, value, b"", []])


def signed(key: PrivateKey, kind: int, content: Sequence[object]) -> bytes:
    """A transaction of a type that has a number [EIP-2718], signed."""
    prefix = bytes([kind])
    signature = key.sign_recoverable(keccak(prefix + rlp.encode(content)), hasher=None)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    return bytes(prefix + rlp.encode([*content, signature[64], r, s]))


def legacy_transfer(*, names_chain: bool = True, key: PrivateKey | None = None) -> bytes:
    """A signed transaction of the first form, which may name its chain."""
    content = [b"", 10, 21_000, COINBASE, 1, b""]
    signed, first = ([*content, 1, b"", b""], 37) if names_chain else (content, 27)
    signature = (key or private_key(0)).sign_recoverable(keccak(rlp.encode(signed)), hasher=None)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    return bytes(rlp.encode([*content, first + signature[64], r, s]))


def unsigned_blob_transaction() -> bytes:
    """A transaction of type 3 with an access list and a versioned hash, which nobody signed."""
    access = [[RECIPIENT, [bytes(32), bytes([1] * 32)]]]
    hashes = [b"\1" + bytes(31)]
    content = [CHAIN_ID, b"", PRIORITY_FEE, BASE_FEE, GAS, RECIPIENT, 1, b"", access, BASE_FEE, hashes, 0, 1, 1]
    return b"\3" + bytes(rlp.encode(content))


def with_transactions(transactions: Sequence[bytes]) -> bytes:
    """The block of a transfer in RLP with others in place of its transactions, and nothing else changed."""
    header, _, ommers, withdrawals = rlp.decode(transfer_test(1).blocks[0].encoded)
    listed = [rlp.decode(item) if item[0] >= LEAST_LIST_PREFIX else item for item in transactions]
    return bytes(rlp.encode([header, listed, ommers, withdrawals]))


def stated(test: BlockTest) -> dict[str, object]:
    """A test as a file of block tests states it."""

    def hexadecimal(content: bytes) -> str:
        return f"0x{content.hex()}"

    return {
        "network": test.fork_name,
        "config": {"chainid": hex(test.chain_id)},
        "pre": {
            hexadecimal(address): {
                "nonce": hex(account.nonce),
                "balance": hex(account.balance),
                "code": hexadecimal(account.code),
                "storage": {hex(key): hex(value) for key, value in account.storage.items()},
            }
            for address, account in test.pre_state.items()
        },
        "genesisRLP": hexadecimal(test.genesis),
        "blocks": [{"rlp": hexadecimal(each.encoded)} for each in test.blocks],
    }


def blob_transaction(key: PrivateKey, blobs: int, **changes: object) -> bytes:
    """A signed transaction of type 3 without value, with so many blobs; fields by EIP-4844's names."""
    fields: dict[str, object] = {
        "chain_id": CHAIN_ID,
        "nonce": 0,
        "max_priority_fee_per_gas": PRIORITY_FEE,
        "max_fee_per_gas": BASE_FEE + PRIORITY_FEE,
        "gas_limit": GAS,
        "to": RECIPIENT,
        "value": 0,
        "data": b"",
        "access_list": [],
        "max_fee_per_blob_gas": 1,
        "blob_versioned_hashes": [b"\1" + number.to_bytes(31, "big") for number in range(blobs)],
    }
    return signed(key, 3, list((fields | changes).values()))


def block(
    parent_hash: bytes,
    number: int,
    accounts: Mapping[bytes, Account],
    transactions: Sequence[bytes] = (),
    withdrawals: Sequence[Sequence[object]] = (),
) -> tuple[bytes, bytes]:
    """A block in RLP, and its hash: `accounts` are the state after it."""
    receipts = [b"\x02" + rlp.encode([1, GAS * (position + 1), BLOOM, []]) for position in range(len(transactions))]
    header = [
        parent_hash,
        EMPTY_LIST_HASH,
        COINBASE,
        StatePreimages().add_state(accounts),
        ordered_root(transactions),
        ordered_root(receipts),
        BLOOM,
        0,
        number,
        GAS_LIMIT,
        GAS * len(transactions),
        1_000 + 12 * number,
        b"",
        bytes(32),
        bytes(8),
        BASE_FEE if number else GENESIS_BASE_FEE,
        ordered_root([rlp.encode(withdrawal) for withdrawal in withdrawals]),
        0,
        0,
        bytes(32),
    ]
    return rlp.encode([header, list(transactions), [], list(withdrawals)]), keccak(rlp.encode(header))


def transfer_test(transfers: int, *, withdrawn_gwei: int = 5) -> BlockTest:
    """A test of one valid block: so many senders send one wei more each than the one before, and one withdrawal."""
    keys = [private_key(number) for number in range(transfers)]
    before = {address_of(key): Account(0, ETHER, b"", {}) for key in keys}
    genesis, genesis_hash = block(bytes(32), 0, before)
    fee = GAS * (BASE_FEE + PRIORITY_FEE)
    after = {
        address_of(key): replace(before[address_of(key)], nonce=1, balance=ETHER - number - 1 - fee)
        for number, key in enumerate(keys)
    }
    received = sum(number + 1 for number in range(transfers))
    for address, balance in {
        RECIPIENT: received,
        COINBASE: GAS * PRIORITY_FEE * transfers,
        WITHDRAWER: withdrawn_gwei * 10**9,
    }.items():
        if balance:
            after[address] = Account(0, balance, b"", {})
    transactions = [transfer(key, number + 1) for number, key in enumerate(keys)]
    encoded, _ = block(genesis_hash, 1, after, transactions, [[0, 0, WITHDRAWER, withdrawn_gwei]])
    return BlockTest(
        "transfers.json", f"{transfers} transfers", "Cancun", CHAIN_ID, before, genesis, (TestBlock(encoded, None),)
    )
