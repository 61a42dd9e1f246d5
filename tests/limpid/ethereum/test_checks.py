"""What each check of the guest is good for: a block that only this one refuses, and that is valid without it.

Whatever else the guest looks at fits the changed block: its block hash is computed anew, and where the change bears on
the execution, so are gas, receipts and state. The recorder can leave out one check, and then finds the block valid.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak

from limpid.ethereum.block_tests import Account
from limpid.ethereum.chain import BlockInput
from limpid.ethereum.guests import WORKSPACE, record, validate
from limpid.ethereum.payloads import HEADER_FIELDS
from limpid.ethereum.sealing import GAS_LIMIT, block_on, executed, sealed
from limpid.ethereum.signatures import public_key
from tests.limpid.ethereum.transfer_blocks import ETHER, GAS, address_of, blob_transaction, private_key, transfer

pytestmark = pytest.mark.usefixtures("guests")

Change = Callable[[BlockInput], BlockInput]

BLOB_GAS = 1 << 17
MOST_BLOBS = 6
"""The gas of a blob, and how many a block of Cancun may have [EIP-4844]."""

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""That of secp256k1 [SEC 2]."""

SENDERS = {address_of(private_key(number)): Account(0, ETHER, b"", {}) for number in range(2)}


@cache
def honest() -> BlockInput:
    """A valid block of two transfers, whose parent has the number 5."""
    made = block_on(SENDERS, [transfer(private_key(number), 1) for number in range(2)])
    return executed(with_parent(sealed(made, block_number=6), block_number=5))


def with_parent(made: BlockInput, *before: bytes, **fields: object) -> BlockInput:
    """The same block on a parent with other fields, and with headers before the parent's in its witness."""
    parent: list[Any] = rlp.decode(made.headers[-1])
    for name, value in fields.items():
        parent[HEADER_FIELDS.index(name)] = value
    return on_header(made, rlp.encode(parent), *before)


def on_header(made: BlockInput, parent: bytes, *before: bytes) -> BlockInput:
    """The same block on another parent."""
    return sealed(replace(made, headers=(*before, parent)), parent_hash=keccak(parent))


def header_numbered(number: int) -> bytes:
    """Another header, to stand before the parent's."""
    fields: list[Any] = rlp.decode(honest().headers[-1])
    fields[HEADER_FIELDS.index("block_number")] = number
    return bytes(rlp.encode(fields))


def with_transactions(made: BlockInput, *transactions: bytes, **fields: object) -> BlockInput:
    """The same block with other transactions, and the keys and blobs that belong to them."""
    request = made.request.copy()
    request.execution_payload.transactions = list(transactions)
    request.versioned_hashes = [name for one in transactions if one[0] == 3 for name in rlp.decode(one[1:])[10]]
    return sealed(replace(made, request=request, public_keys=tuple(map(public_key, transactions))), **fields)


def with_blobs(made: BlockInput, *counts: int) -> BlockInput:
    """The same block with a transaction for each of these numbers of blobs."""
    transactions = [blob_transaction(private_key(number), count) for number, count in enumerate(counts)]
    return with_transactions(made, *transactions, blob_gas_used=sum(counts) * BLOB_GAS)


def with_larger_s(transaction: bytes) -> bytes:
    """A transaction with the other signature that the same key could have made."""
    *content, parity, r, s = rlp.decode(transaction[1:])
    larger = (ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")
    return bytes(transaction[:1] + rlp.encode([*content, 1 - int.from_bytes(parity, "big"), r, larger]))


def with_hashes(made: BlockInput, *names: bytes) -> BlockInput:
    """The same block with a request that names these blobs."""
    request = made.request.copy()
    request.versioned_hashes = list(names)
    return replace(made, request=request)


def with_one_more(made: BlockInput, name: str) -> BlockInput:
    """The same block with a field of its header changed: a number by one, a text in its last bit."""
    value = getattr(made.request.execution_payload, name)
    return sealed(made, **{name: int(value) + 1 if isinstance(value, int) else flipped(bytes(value))})


def flipped(content: bytes) -> bytes:
    """The same bytes but for the last bit."""
    return content[:-1] + bytes([content[-1] ^ 1])


@dataclass(frozen=True)
class Case:
    """A check, by the text that it fails with, and a block that it refuses."""

    check: str
    change: Change
    prefix: str = "header: "
    suffix: str = ""
    is_executed: bool = False
    """Whether the change bears on what the execution gives."""

    def input(self) -> BlockInput:
        """The input of a block that only this check refuses."""
        changed = self.change(honest())
        return executed(changed, without_check=self.check) if self.is_executed else changed


def of_result(what: str, name: str) -> Case:
    """The case of a header that says something else than the execution."""
    return Case(what, lambda made: with_one_more(made, name), "executing the block gives another ", " than its header")


HEADERS = (
    Case(
        "the witness's headers are no chain",
        lambda made: replace(made, headers=(header_numbered(4), *made.headers)),
    ),
    Case(
        "the witness's headers are not numbered in order",
        lambda made: with_parent(made, header_numbered(3), parent_hash=keccak(header_numbered(3))),
    ),
    Case(
        "the witness's last header is not the parent's",
        lambda made: sealed(made, parent_hash=keccak(b"another")),
    ),
    Case(
        "a header of the witness has bytes behind it",
        lambda made: on_header(made, made.headers[-1] + b"\0"),
    ),
    Case("its number is not one more than the parent's", lambda made: sealed(made, block_number=7)),
    Case("its time is not after the parent's", lambda made: sealed(made, timestamp=0)),
    Case(
        "its gas limit is below the least",
        lambda made: with_transactions(with_parent(made, gas_limit=5_002), gas_limit=4_999, gas_used=0),
        is_executed=True,
    ),
    Case(
        "its gas limit is too far from the parent's",
        lambda made: sealed(made, gas_limit=GAS_LIMIT + GAS_LIMIT // 1_024),
    ),
    Case(
        "its base fee does not follow from the parent's",
        lambda made: sealed(made, base_fee_per_gas=8),
        is_executed=True,
    ),
    Case("its excess blob gas does not follow from the parent's", lambda made: sealed(made, excess_blob_gas=1)),
    Case(
        "it uses more blob gas than a block may",
        lambda made: with_blobs(made, MOST_BLOBS, 1),
        is_executed=True,
    ),
    Case(
        "the price of its blob gas needs more than 128 bits",
        lambda made: sealed(with_parent(made, excess_blob_gas=10**9 + 3 * BLOB_GAS), excess_blob_gas=10**9),
    ),
)

TRANSACTIONS = (
    Case(
        "it has bytes behind it",
        lambda made: replace(
            with_transactions(made, made.request.execution_payload.transactions[0] + b"\0"),
            public_keys=made.public_keys[:1],
        ),
        "transaction 0: ",
        is_executed=True,
    ),
    Case(
        "the s of its signature is the larger of the two [EIP-2]",
        lambda made: with_transactions(made, with_larger_s(transfer(private_key(0), 1))),
        "transaction 0: ",
        is_executed=True,
    ),
    Case(
        "it was signed with another key than the one that comes with it",
        lambda made: replace(made, public_keys=(made.public_keys[0], flipped(made.public_keys[1]))),
        "transaction 1: ",
    ),
    Case(
        "it was signed with another key than the one that comes with it",
        lambda made: replace(made, public_keys=(b"\5" + made.public_keys[0][1:], made.public_keys[1])),
        "transaction 0: ",
    ),
    Case(
        "there are not as many public keys as transactions",
        lambda made: replace(made, public_keys=(*made.public_keys, made.public_keys[0])),
    ),
    Case(
        "its gas limit is above what is left of the block's",
        lambda made: with_transactions(
            made, transfer(private_key(0), 1), transfer(private_key(1), 1, gas=GAS_LIMIT - GAS + 1)
        ),
        "transaction 1: ",
        is_executed=True,
    ),
    Case(
        "its transactions have other blobs than the request names",
        lambda made: with_hashes(made, b"\1" + bytes(31)),
    ),
    Case(
        "its transactions have other blobs than the request names",
        lambda made: with_hashes(executed(with_blobs(made, 1, 2)), *[b"\1" + bytes(31)] * 2),
    ),
)

RESULTS = (
    Case(
        "block hash",
        lambda made: replace(made, request=with_block_hash(made, keccak(b"another"))),
        "the payload's header does not have the payload's ",
    ),
    of_result("gas used", "gas_used"),
    of_result("blob gas used", "blob_gas_used"),
    of_result("bloom of the logs", "logs_bloom"),
    of_result("receipts root", "receipts_root"),
    of_result("state root", "state_root"),
)

CASES = (*HEADERS, *TRANSACTIONS, *RESULTS)

IMPLIED = "it uses more gas than its limit"
"""What a block cannot do: its transactions get no more gas than is left. The header's rules have it all the same."""

COLLISION = "a contract is created where storage is"


def with_block_hash(made: BlockInput, block_hash: bytes) -> Any:
    """The request of a block with another block hash."""
    request = made.request.copy()
    request.execution_payload.block_hash = block_hash
    return request


def verdict(made: BlockInput, *, without_check: str | None = None) -> tuple[bool, str]:
    """Whether the validator finds a block valid, or the recorder without a check; and what it prints."""
    encoded = made.encode()
    found = validate(encoded) if without_check is None else record(encoded, without_check=without_check)[0]
    return bool(found.result.successful_validation), found.console.strip()


def test_block_that_is_changed_below_is_valid() -> None:
    assert verdict(honest()) == (True, "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
def test_block_that_only_this_check_refuses_is_not_valid_and_without_the_check_it_is(case: Case) -> None:
    made = case.input()
    assert verdict(made) == (False, f"invalid: {case.prefix}{case.check}{case.suffix}")
    assert verdict(made, without_check=case.check) == (True, "")


def test_gas_above_the_limit_is_refused_twice() -> None:
    made = sealed(honest(), gas_used=GAS_LIMIT + 1)
    assert verdict(made) == (False, f"invalid: header: {IMPLIED}")
    assert verdict(made, without_check=IMPLIED) == (
        False,
        "invalid: executing the block gives another gas used than its header",
    )


def test_every_check_of_the_source_has_its_block() -> None:
    source = "\n".join(path.read_text() for path in sorted((WORKSPACE / "stateless" / "src").glob("*.rs")))
    checks = re.findall(r'\b(?:check|check_transaction|holds)\([^;{}]*?"([^"]+)"', source)
    assert len(checks) > len(RESULTS)
    assert set(checks) == {*(case.check for case in CASES), IMPLIED, COLLISION}
