"""Block tests as github.com/ethereum/tests publishes them: a state, a genesis block, blocks, what to expect of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limpid.ethereum.errors import BlockTestError
from limpid.terminal.files import read_file
from spec.nested_json import loads

MAXIMUM_DEPTH = 32
"""Block tests are nested some eight levels deep: access lists of decoded transactions."""

DEFAULT_CHAIN_ID = 1
"""That of tests which name none."""

COUNT_BITS = 64
"""What a nonce fits into [EIP-2681], and the chain id of a guest's input."""

WORD_BITS = 256
"""What a balance fits into, and a slot's key and value: a word of the EVM."""

ADDRESS_BYTES = 20
"""The last of the hash of a public key."""


@dataclass(frozen=True)
class Account:
    """An account before the first block; storage holds no zeros."""

    nonce: int
    balance: int
    code: bytes
    storage: Mapping[int, int]


@dataclass(frozen=True)
class TestBlock:
    """A block in RLP, and the exceptions of which one is expected: none for a valid block."""

    __test__ = False

    encoded: bytes
    expected_exception: str | None

    @property
    def is_valid(self) -> bool:
        """Whether the block is expected to be valid."""
        return self.expected_exception is None


@dataclass(frozen=True)
class BlockTest:
    """One test of a file."""

    path: str
    """The file's."""
    name: str
    fork_name: str
    chain_id: int
    pre_state: Mapping[bytes, Account]
    """By address, 20 bytes."""
    genesis: bytes
    """The genesis block in RLP."""
    blocks: tuple[TestBlock, ...]


def read_block_tests(path: str) -> tuple[BlockTest, ...]:
    """The tests of a file in its order, at least one.

    Raises FileError if the file cannot be read, BlockTestError if it holds none.
    """
    try:
        tests = loads(read_file(path), MAXIMUM_DEPTH)
        found = tuple(_block_test(path, name, test) for name, test in tests.items())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BlockTestError(path, f"holds no block tests: {type(error).__name__}: {error}") from error
    if not found:
        raise BlockTestError(path, "holds no block tests: the object is empty")
    return found


def _block_test(path: str, name: str, test: Mapping[str, Any]) -> BlockTest:
    chain_id = test.get("config", {}).get("chainid")
    return BlockTest(
        path,
        name,
        str(test["network"]),
        DEFAULT_CHAIN_ID if chain_id is None else _number(chain_id, COUNT_BITS),
        {_address(address): _account(account) for address, account in test["pre"].items()},
        _bytes(test["genesisRLP"]),
        tuple(_block(block) for block in test["blocks"]),
    )


def _account(account: Mapping[str, Any]) -> Account:
    slots = ((_number(key, WORD_BITS), _number(value, WORD_BITS)) for key, value in account["storage"].items())
    return Account(
        _number(account["nonce"], COUNT_BITS),
        _number(account["balance"], WORD_BITS),
        _bytes(account["code"]),
        {key: value for key, value in slots if value},
    )


def _block(block: Mapping[str, Any]) -> TestBlock:
    exception = block.get("expectException")
    return TestBlock(_bytes(block["rlp"]), None if exception is None else str(exception))


def _number(text: str, bits: int) -> int:
    number = int(text, 16)
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{text} is no number of {bits} bits")
    return number


def _address(text: str) -> bytes:
    address = _bytes(text)
    if len(address) != ADDRESS_BYTES:
        raise ValueError(f"{text} is no address of {ADDRESS_BYTES} bytes")
    return address


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
