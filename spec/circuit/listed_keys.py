"""The keys of a tree's circuits by their digests: all that one has to know of a circuit that is not proven now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from spec.circuit.nodes import NodeKind
from spec.protocol.hash import Digest
from spec.protocol.key_list import KeyPath, key_list


@dataclass(frozen=True)
class ListedKeys:
    """The digests of all keys of a tree. Raises ValueError for no node's or more than a list has places for."""

    nodes: Mapping[NodeKind, Digest]
    """In the order of the list."""

    final: Digest
    """The key of the circuit that ends a tree: it is in no list, since no circuit verifies its proofs."""

    @cached_property
    def _list(self) -> tuple[Digest, Mapping[NodeKind, KeyPath]]:
        root, paths = key_list(list(self.nodes.values()))
        return root, dict(zip(self.nodes, paths, strict=True))

    @property
    def root(self) -> Digest:
        """The root of the list, which every node states."""
        return self._list[0]

    def path(self, kind: NodeKind) -> KeyPath:
        """Where a circuit's key stands in the list. Raises KeyError for a circuit that is not listed."""
        return self._list[1][kind]
