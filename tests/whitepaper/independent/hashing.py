"""The compression function of FIPS 180-4, transcripts, proofs of work and paths, as Section 4.10 has them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

from tests.whitepaper.independent.document import BLOCK_WORDS, DEGREE, INITIAL_VALUES, LABELS, PREFIXES, STATE_WORDS
from tests.whitepaper.independent.field import Element

Words = tuple[int, ...]
_MASK = 0xFFFFFFFF


class RefusedError(Exception):
    """The proof is not accepted; the message says at which step."""


def require(holds: bool, step: str) -> None:
    if not holds:
        raise RefusedError(step)


def _constants() -> list[int]:
    """The first 32 bits of the fractions of the cube roots of the first 64 primes."""
    primes = [n for n in range(2, 312) if all(n % d for d in range(2, n))]
    found = []
    for prime in primes:
        low, high = 0, 1 << 40
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if middle**3 <= prime << 96 else (low, middle)
        found.append(low & _MASK)
    return found


_K = _constants()


def _rotated(x: int, n: int) -> int:
    return (x >> n | x << 32 - n) & _MASK


@cache
def compress(state: Words, block: Words) -> Words:
    """One compression."""
    w = list(block)
    for t in range(16, 64):
        s0 = _rotated(w[t - 15], 7) ^ _rotated(w[t - 15], 18) ^ w[t - 15] >> 3
        s1 = _rotated(w[t - 2], 17) ^ _rotated(w[t - 2], 19) ^ w[t - 2] >> 10
        w.append((w[t - 16] + s0 + w[t - 7] + s1) & _MASK)
    a, b, c, d, e, f, g, h = state
    for k, word in zip(_K, w, strict=True):
        t1 = h + (_rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)) + (e & f ^ ~e & _MASK & g) + k + word
        t2 = (_rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = (t1 + t2) & _MASK, a, b, c, (d + t1) & _MASK, e, f, g
    return tuple((x + y) & _MASK for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def chain(state: Words, words: Sequence[int]) -> Words:
    """The words, padded with zeros to whole blocks, compressed into a state."""
    padded = [*words, *[0] * (-len(words) % BLOCK_WORDS)]
    for start in range(0, len(padded), BLOCK_WORDS):
        state = compress(state, tuple(padded[start : start + BLOCK_WORDS]))
    return state


def words_of(digest: bytes) -> Words:
    """Big-endian words."""
    return tuple(int.from_bytes(digest[i : i + 4], "big") for i in range(0, len(digest), 4))


def bytes_of(words: Sequence[int]) -> bytes:
    return b"".join(word.to_bytes(4, "big") for word in words)


def initial(use: str) -> Words:
    return words_of(INITIAL_VALUES[use])


def byte_hash(use: str, payload: bytes) -> bytes:
    """SHA-256 itself, behind a prefix."""
    return hashlib.sha256(PREFIXES[use] + payload).digest()


def element_words(elements: Sequence[Element]) -> list[int]:
    return [coefficient for element in elements for coefficient in element.c]


class Transcript:
    """One conversation. `heard` lists each challenge with its label and indices, in order."""

    def __init__(self, conversation: str) -> None:
        self.conversation = conversation
        self.state = initial(conversation)
        self.is_drawn = False
        self.heard: list[tuple[str, tuple[int, ...], Words]] = []

    def absorb(self, label: str, words: Sequence[int], *indices: int) -> None:
        first, second = (*indices, 0, 0)[:2]
        self.state = chain(self.state, [LABELS[label], 4 * len(words), first, second, *words])
        self.is_drawn = False

    def absorb_elements(self, label: str, elements: Sequence[Element], *indices: int) -> None:
        self.absorb(label, element_words(elements), *indices)

    def _draw(self, label: str, indices: tuple[int, ...]) -> None:
        if self.is_drawn:
            self.absorb(label, [], *indices)
        self.is_drawn = True

    def sample(self, label: str, *indices: int) -> Element:
        self._draw(label, indices)
        high = bytes_of(self.state[-2:])
        drawn = Element(self.state[i] + (high[i] << 32) for i in range(DEGREE))
        self.heard.append((label, indices, drawn.c))
        return drawn

    def positions(self, label: str, count: int, bits: int, *indices: int) -> list[int]:
        found: list[int] = []
        while len(found) < count:
            self._draw(label, indices)
            found += [word & (1 << bits) - 1 for word in self.state[: count - len(found)]]
        self.heard.append((label, indices, tuple(found)))
        return found

    def grind(self, label: str, bits: int, nonce: Sequence[int], *indices: int) -> None:
        """Checks the nonce's two words and absorbs them; does nothing for no bits."""
        if not bits:
            return
        first, second = (*indices, 0, 0)[:2]
        block = (*self.state, *nonce, LABELS[label], first, second, 0, 0, 0)
        found = compress(initial("limpid grinding"), block)[0]
        require(found & (1 << bits) - 1 == 0, f"proof of work before {label}")
        self.absorb(label, nonce, *indices)


def leaf_digest(row: Sequence[int]) -> Words:
    return chain(initial("limpid merkle leaf"), row)


def node_digest(left: Words, right: Words) -> Words:
    return compress(initial("limpid merkle node"), (*left, *right))


def opened_root(
    rows: Mapping[int, Sequence[int]], siblings: Sequence[Words], cap: Sequence[Words], depth: int, cap_log2: int
) -> Words:
    """The root over opened leaves by position, a cap's digests held against what leads up to it.

    Raises RefusedError unless exactly the needed siblings are there.
    """
    nodes = {position: leaf_digest(row) for position, row in rows.items()}
    rest = list(siblings)
    for _ in range(depth - cap_log2):
        for position in sorted(nodes):
            if position ^ 1 not in nodes:
                require(bool(rest), "siblings of an opening")
                nodes[position ^ 1] = rest.pop(0)
        nodes = {parent: node_digest(nodes[2 * parent], nodes[2 * parent + 1]) for parent in {n >> 1 for n in nodes}}
    require(not rest, "siblings of an opening")
    if cap_log2:
        require(all(cap[position] == digest for position, digest in nodes.items()), "cap of an opening")
        layer = list(cap)
        while len(layer) > 1:
            layer = [node_digest(a, b) for a, b in zip(layer[::2], layer[1::2], strict=True)]
        return layer[0]
    return nodes[0]


assert STATE_WORDS + 8 == BLOCK_WORDS
