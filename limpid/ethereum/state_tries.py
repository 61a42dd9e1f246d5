"""A state as Ethereum's tries hold it: every node and every code by its hash, and the root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import rlp
from eth_hash.auto import keccak
from trie.hexary import HexaryTrie

from limpid.ethereum.block_tests import Account


@dataclass
class StatePreimages:
    """Nodes and codes of any number of states, by hash: what a whole witness is taken from."""

    nodes: dict[bytes, bytes] = field(default_factory=dict)
    codes: dict[bytes, bytes] = field(default_factory=dict)

    def add_node(self, node: bytes) -> None:
        """Adds a trie node in RLP."""
        self.nodes[keccak(node)] = node

    def add_code(self, code: bytes) -> None:
        """Adds a code."""
        self.codes[keccak(code)] = code

    def add_state(self, accounts: Mapping[bytes, Account]) -> bytes:
        """Adds the tries of a state; returns its root, 32 bytes."""
        values = {}
        for address, account in accounts.items():
            slots = {key.to_bytes(32, "big"): rlp.encode(value) for key, value in account.storage.items()}
            if account.code:
                self.add_code(account.code)
            values[address] = rlp.encode([account.nonce, account.balance, self._add_trie(slots), keccak(account.code)])
        return self._add_trie(values)

    def _add_trie(self, values: Mapping[bytes, bytes]) -> bytes:
        """Adds a trie whose keys are hashed; returns its root."""
        trie = HexaryTrie({}, prune=True)
        for key, value in values.items():
            trie[keccak(key)] = value
        for node in trie.db.values():
            if node != rlp.encode(b""):
                self.add_node(node)
        return bytes(trie.root_hash)
