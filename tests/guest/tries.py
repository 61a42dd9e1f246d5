"""Merkle-Patricia tries, built whole from their pairs [Ethereum yellow paper, appendices B and D]."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from Crypto.Hash import keccak

Item = bytes | list["Item"]
"""What RLP encodes."""

Nibbles = tuple[int, ...]


class Trie:
    """A trie of at least one pair."""

    def __init__(self, pairs: Mapping[bytes, bytes]) -> None:
        self.pairs = tuple(pairs.items())
        self._node = _node({_nibbles(key): value for key, value in pairs.items()})
        self.root = _keccak(rlp(self._node))

    def proof(self, key: bytes) -> list[bytes]:
        """The encoded nodes with hashes of their own, from the root on as far as the key leads."""
        path, nodes, node, is_given_by_hash = _nibbles(key), [], self._node, True
        while True:
            if is_given_by_hash:
                nodes.append(rlp(node))
            if len(node) == 17:
                if not path:
                    return nodes
                child, path = node[path[0]], path[1:]
            else:
                assert isinstance(node[0], bytes)
                part = _unpacked(node[0])
                if node[0][0] >> 4 & 2 or path[: len(part)] != part:
                    return nodes
                child, path = node[1], path[len(part) :]
            if not isinstance(child, list):
                return nodes
            node, is_given_by_hash = child, len(rlp(child)) >= 32

    def request(self, key: bytes, nodes: Sequence[bytes] | None = None) -> bytes:
        """The input of guest/examples/merkle_patricia.c."""
        proof = self.proof(key) if nodes is None else nodes
        start = self.root + bytes([len(key)]) + key
        return b"".join([start, *(struct.pack("<I", len(node)) + node for node in proof)])


def rlp(item: Item) -> bytes:
    """The encoding, in which a list of 32 bytes or more within a list is its hash."""
    if isinstance(item, bytes):
        content, base = item, 0x80
        if len(content) == 1 and content[0] < 0x80:
            return content
    else:
        parts = [rlp(part) for part in item]
        lists = [isinstance(part, list) for part in item]
        content = b"".join(
            rlp(_keccak(part)) if is_list and len(part) >= 32 else part
            for part, is_list in zip(parts, lists, strict=True)
        )
        base = 0xC0
    if len(content) <= 55:
        return bytes([base + len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(size)]) + size + content


def _node(pairs: Mapping[Nibbles, bytes]) -> list[Item]:
    if len(pairs) == 1:
        ((path, value),) = pairs.items()
        return [_packed(path, is_leaf=True), value]
    first = next(iter(pairs))
    shared = 0
    while all(len(path) > shared and path[: shared + 1] == first[: shared + 1] for path in pairs):
        shared += 1
    if shared:
        return [_packed(first[:shared], is_leaf=False), _node({path[shared:]: it for path, it in pairs.items()})]
    children: list[Item] = []
    for nibble in range(16):
        below = {path[1:]: value for path, value in pairs.items() if path[:1] == (nibble,)}
        children.append(_node(below) if below else b"")
    return [*children, pairs.get((), b"")]


def _packed(path: Nibbles, *, is_leaf: bool) -> bytes:
    """The hex-prefix encoding."""
    flag = 2 * is_leaf + len(path) % 2
    nibbles = (flag, *path) if len(path) % 2 else (flag, 0, *path)
    return bytes(16 * high + low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))


def _unpacked(encoded: bytes) -> Nibbles:
    return _nibbles(encoded)[1 if encoded[0] >> 4 & 1 else 2 :]


def _nibbles(key: bytes) -> Nibbles:
    return tuple(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _keccak(message: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=message).digest()
