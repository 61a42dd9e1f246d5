"""What the guest executes: creation, system call, code; and transactions that the rules of Ethereum refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import compress

import pytest
import rlp
from eth_hash.auto import keccak

from limpid.ethereum.block_tests import Account
from limpid.ethereum.chain import BlockInput
from limpid.ethereum.guests import record, validate
from limpid.ethereum.sealing import BASE_FEE, SECONDS_PER_SLOT, block_on, executed, sealed
from limpid.ethereum.state_tries import StatePreimages
from tests.limpid.ethereum.transfer_blocks import (
    CHAIN_ID,
    ETHER,
    PRIORITY_FEE,
    RECIPIENT,
    address_of,
    blob_transaction,
    private_key,
    signed,
)

pytestmark = pytest.mark.usefixtures("guests")

KEY = private_key(0)
SENDER = address_of(KEY)
CONTRACT = bytes.fromhex("cc" * 20)
GAS = 100_000
PRICE = BASE_FEE + PRIORITY_FEE

BEACON_ROOTS = bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02")
BEACON_ROOTS_CODE = bytes.fromhex(
    "3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff8106"
    "90815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500"
)
HISTORY_SLOTS = 8191
"""The contract of EIP-4788, as the EIP gives it: a time stands in one slot, its root so many slots behind."""

COLLISION = "a contract is created where storage is"


def transaction(**changes: object) -> bytes:
    """A signed transaction of type 2 from the sender to the contract; fields by EIP-1559's names."""
    fields: dict[str, object] = {
        "chain_id": CHAIN_ID,
        "nonce": 0,
        "max_priority_fee_per_gas": PRIORITY_FEE,
        "max_fee_per_gas": PRICE,
        "gas_limit": GAS,
        "to": CONTRACT,
        "value": 0,
        "data": b"",
        "access_list": [],
    }
    return signed(KEY, 2, list((fields | changes).values()))


def state(
    further: Mapping[bytes, Account] | None = None, *, nonce: int = 0, balance: int = ETHER, code: bytes = b""
) -> dict[bytes, Account]:
    """The sender, and further accounts."""
    return {SENDER: Account(nonce, balance, code, {}), **(further or {})}


def minimal(made: BlockInput) -> BlockInput:
    """The same block with what it uses of its witness."""
    used = record(made.encode())[1]
    nodes, codes = compress(made.nodes, used.used_nodes), compress(made.codes, used.used_codes)
    return replace(made, nodes=tuple(nodes), codes=tuple(codes))


def verdict(made: BlockInput) -> tuple[bool, str]:
    """Whether the guest finds a block valid, and what it prints."""
    found = validate(made.encode())
    return bool(found.result.successful_validation), found.console.strip()


def computed_state(made: BlockInput) -> bytes:
    return bytes(made.request.execution_payload.state_root)


def created_address(nonce: int) -> bytes:
    return bytes(keccak(rlp.encode([SENDER, nonce]))[12:])


@pytest.mark.parametrize("storage", [{}, {1: 1}], ids=["nothing", "storage"])
def test_contract_is_created_where_nothing_is_and_not_where_storage_is(storage: dict[int, int]) -> None:
    """By EIP-7610 all gas goes, the account stays, and only the sender's nonce and balance have changed."""
    planted = Account(0, 1, b"", storage)
    address = created_address(0)
    made = executed(block_on(state({address: planted}), [transaction(to=b"", data=b"\0")]))
    assert verdict(made) == (True, "")
    gas = GAS if storage else 21_000 + 32_000 + 4 + 2
    assert made.request.execution_payload.gas_used == gas
    after = {
        SENDER: Account(1, ETHER - gas * PRICE, b"", {}),
        address: planted if storage else replace(planted, nonce=1),
        bytes(20): Account(0, gas * PRIORITY_FEE, b"", {}),
    }
    assert computed_state(made) == StatePreimages().add_state(after)


def test_block_that_creates_a_contract_over_storage_is_valid_only_without_that_check() -> None:
    planted = {created_address(0): Account(0, 1, b"", {1: 1})}
    made = executed(block_on(state(planted), [transaction(to=b"", data=b"\0")]), without_check=COLLISION)
    assert verdict(made) == (False, "invalid: executing the block gives another gas used than its header")
    found, _ = record(made.encode(), without_check=COLLISION)
    assert (bool(found.result.successful_validation), found.console) == (True, "")


def test_contract_that_creates_one_where_storage_is_gets_no_address() -> None:
    """CREATE leaves 0, which the contract stores: so slot 0 loses its 1, where an address would have stood."""
    code = bytes.fromhex("5f5f5ff05f5500")
    creator = Account(1, 0, code, {0: 1})
    address = bytes(keccak(rlp.encode([CONTRACT, 1]))[12:])
    accounts = state({CONTRACT: creator, address: Account(0, 1, b"", {1: 1})})
    # A 64th of the gas outlasts the creation: enough for the slot.
    made = executed(block_on(accounts, [transaction(gas_limit=10 * GAS)]))
    assert verdict(made) == (True, "")
    gas = int(made.request.execution_payload.gas_used)
    after = {
        SENDER: Account(1, ETHER - gas * PRICE, b"", {}),
        CONTRACT: replace(creator, nonce=2, storage={}),
        address: Account(0, 1, b"", {1: 1}),
        bytes(20): Account(0, gas * PRIORITY_FEE, b"", {}),
    }
    assert computed_state(made) == StatePreimages().add_state(after)


def test_beacon_root_is_stored_by_the_system_call() -> None:
    root = keccak(b"beacon block")
    contract = Account(1, 0, BEACON_ROOTS_CODE, {})
    made = block_on(state({BEACON_ROOTS: contract}), [])
    request = made.request.copy()
    request.parent_beacon_block_root = root
    slots = {SECONDS_PER_SLOT: SECONDS_PER_SLOT, SECONDS_PER_SLOT + HISTORY_SLOTS: int.from_bytes(root, "big")}
    after = state({BEACON_ROOTS: replace(contract, storage=slots)})
    made = executed(replace(made, request=request))
    assert verdict(made) == (True, "")
    assert computed_state(made) == StatePreimages().add_state(after)
    without_call = sealed(made, state_root=StatePreimages().add_state(state({BEACON_ROOTS: contract})))
    assert verdict(without_call) == (False, "invalid: executing the block gives another state root than its header")


def code_block() -> BlockInput:
    """A block that runs a contract, which writes a slot and reads another, with a minimal witness."""
    code = bytes.fromhex("600160005560025400")
    made = executed(block_on(state({CONTRACT: Account(1, 0, code, {2: 7, 3: 8})}), [transaction()]))
    return minimal(made)


def test_code_that_is_changed_or_missing_is_never_valid() -> None:
    made = code_block()
    assert verdict(made) == (True, "")
    (code,) = made.codes
    missing = f"invalid: witness: no code has the hash 0x{keccak(code).hex()}"
    # The last would do the same.
    for codes in ((), (code[:-1] + b"\1",), (b"",), (code + b"\0",)):
        assert verdict(replace(made, codes=codes)) == (False, missing)
    # What nobody asks for changes nothing.
    assert verdict(replace(made, codes=(b"\0", code))) == (True, "")


def test_node_of_account_or_storage_that_is_changed_or_missing_is_never_valid() -> None:
    made = code_block()
    for index, node in enumerate(made.nodes):
        others = made.nodes[:index] + made.nodes[index + 1 :]
        missing = (False, f"invalid: witness: no trie node has the hash 0x{keccak(node).hex()}")
        assert verdict(replace(made, nodes=others)) == missing
        assert verdict(replace(made, nodes=(*others, node[:-1] + bytes([node[-1] ^ 1])))) == missing


def test_state_of_another_parent_is_never_valid() -> None:
    """The whole witness is of a state in which the sender has one wei more."""
    made = code_block()
    other = block_on(state({CONTRACT: Account(1, 0, made.codes[0], {2: 7, 3: 8})}, balance=ETHER + 1), [])
    is_valid, reason = verdict(replace(made, nodes=other.nodes))
    assert (is_valid, reason[:46]) == (False, "invalid: witness: no trie node has the hash 0x")


@pytest.mark.parametrize(
    ("encoded", "accounts", "reason"),
    [
        (transaction(chain_id=2), state(), "invalid chain id"),
        (transaction(nonce=1), state(), "nonce"),
        (transaction(), state(nonce=1), "nonce"),
        (transaction(value=ETHER), state(), "lack of funds"),
        (transaction(), state(code=b"\0"), "reject transactions from senders with deployed code"),
        (transaction(to=b"", data=bytes(49_153), gas_limit=10**6), state(), "create initcode size limit"),
        (transaction(gas_limit=20_999), state(), "call gas cost"),
        (
            transaction(max_fee_per_gas=BASE_FEE - 1, max_priority_fee_per_gas=0),
            state(),
            "gas price is less than basefee",
        ),
        (transaction(max_priority_fee_per_gas=PRICE + 1), state(), "priority fee is greater than max fee"),
        (blob_transaction(KEY, 0), state(), "empty blobs"),
        (blob_transaction(KEY, 7), state(), "too many blobs"),
        (blob_transaction(KEY, 1, max_fee_per_blob_gas=0), state(), "is greater than max fee per blob gas"),
        (blob_transaction(KEY, 1, blob_versioned_hashes=[bytes(32)]), state(), "blob version not supported"),
        (blob_transaction(KEY, 1, to=b""), state(), "it is not encoded as a transaction is"),
        (signed(KEY, 4, [CHAIN_ID, 0, 1, PRICE, GAS, RECIPIENT, 0, b"", [], []]), state(), "eip7702 is not supported"),
        (signed(KEY, 5, [CHAIN_ID]), state(), "it is not encoded as a transaction is"),
    ],
)
def test_transaction_that_the_rules_refuse_is_named(
    encoded: bytes, accounts: dict[bytes, Account], reason: str
) -> None:
    made = block_on(accounts, [encoded])
    request = made.request.copy()
    request.versioned_hashes = rlp.decode(encoded[1:])[10] if encoded[0] == 3 else []
    is_valid, told = verdict(sealed(replace(made, request=request)))
    assert (is_valid, told[:24]) == (False, "invalid: transaction 0: ")
    assert reason in told.lower()
