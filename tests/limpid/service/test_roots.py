"""What requests go by."""

from __future__ import annotations

import hashlib

import pytest

from limpid.service.refusals import RefusalError
from limpid.service.roots import input_root, is_valid_block, payload_root, read_root

ROOT = "0x" + "ab" * 32


def result(root: bytes = bytes.fromhex("ab" * 32), valid: int = 1) -> bytes:
    """The 43 bytes of a validation, as docs/ethereum.md has them."""
    return root + bytes([valid]) + (1).to_bytes(8, "little") + (0x1001).to_bytes(2, "little")


def test_root_of_any_input_is_its_digest() -> None:
    assert input_root(b"abc") == hashlib.sha256(b"abc").digest()


@pytest.mark.parametrize("text", ["", "0x", "ab" * 32, "0x" + "ab" * 31, "0x" + "gg" * 32, ROOT + "\n", " " + ROOT])
def test_text_that_is_no_root_is_refused(text: str) -> None:
    with pytest.raises(RefusalError, match="the root is not"):
        read_root(text)
    assert read_root("0x" + "AB" * 32) == ROOT


def test_block_is_valid_if_the_output_says_so_of_this_root() -> None:
    assert is_valid_block(result(), ROOT)
    assert not is_valid_block(result(valid=0), ROOT)
    assert not is_valid_block(result(valid=2), ROOT)
    assert not is_valid_block(result(root=bytes(32)), ROOT)
    assert not is_valid_block(result()[:-1], ROOT)
    assert not is_valid_block(result() + b"\0", ROOT)
    assert not is_valid_block(b"", ROOT)


def test_root_of_a_payload_is_its_hash_tree_root() -> None:
    schema = pytest.importorskip("limpid.ethereum.schema", reason="needs the extra ethereum")
    fork = schema.FORKS["Shanghai"]
    made = fork.stateless_input(chain_id=1)
    encoded = fork.encode(made)
    # All fields of an empty payload are zero: the root is that of the 16 leaves, of which lists have their own.
    assert payload_root(encoded) == bytes(made.new_payload_request.hash_tree_root())
    assert payload_root(encoded) == _merkle([_payload_root()])
    for other in (b"", b"\x0f", encoded[:-1], b"\x10\x01" + encoded[2:], b"\x11\x01" + encoded[2:], bytes(1000)):
        assert payload_root(other) is None


def _payload_root() -> bytes:
    """The root of an empty payload of Capella, by hand [Simple Serialize, merkleization]."""
    zero = bytes(32)
    zeros = [zero]
    for _ in range(32):
        zeros.append(hashlib.sha256(zeros[-1] + zeros[-1]).digest())
    length = zero
    bloom = zeros[3]
    extra = hashlib.sha256(zero + length).digest()
    transactions = hashlib.sha256(zeros[20] + length).digest()
    withdrawals = hashlib.sha256(zeros[4] + length).digest()
    leaves = [zero] * 4 + [bloom] + [zero] * 5 + [extra, zero, zero, transactions, withdrawals]
    return _merkle(leaves)


def _merkle(leaves: list[bytes]) -> bytes:
    level = list(leaves)
    while len(level) & (len(level) - 1):
        level.append(bytes(32))
    while len(level) > 1:
        level = [hashlib.sha256(level[i] + level[i + 1]).digest() for i in range(0, len(level), 2)]
    return level[0]
