"""The Fiat-Shamir transcript: everything said so far in one state, and challenges drawn from it.

Every observation and every sample is labelled, and enters the state behind a prefix byte of its own with all
lengths, so different conversations never hash the same bytes. A sampled element is a 64-bit word of SHA-256
output modulo p: its bias is below 2^-33, and there is no rejection loop that a circuit would have to unroll.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.encoding import element_bytes, extension_bytes
from spec.protocol.hash import DIGEST_BYTES, Prefix, tagged_digest
from spec.rejection import Rejected, Rejection

INDEX_BITS_MAXIMUM = 24
"""An evaluation domain has at most 2^24 points, so the low 24 bits of a word index any of them."""

NONCE_BYTES = 8
_WORD_BYTES = 8
_WORDS_PER_DIGEST = DIGEST_BYTES // _WORD_BYTES


def _labelled(label: str) -> bytes:
    name = label.encode("ascii")
    return len(name).to_bytes(1, "little") + name


def grinding_succeeds(seed: bytes, bits: int, nonce: int) -> bool:
    """Whether the low bits of the first word of the digest of (seed, nonce) vanish."""
    digest = tagged_digest(Prefix.GRIND, seed + nonce.to_bytes(NONCE_BYTES, "little"))
    return int.from_bytes(digest[:_WORD_BYTES], "little") & ((1 << bits) - 1) == 0


class Transcript:
    """One conversation. `sampled_labels` records every challenge, for comparison with the security terms."""

    def __init__(self, domain: str) -> None:
        self._state = tagged_digest(Prefix.TRANSCRIPT_START, _labelled(domain))
        self.sampled_labels: list[str] = []

    @property
    def state(self) -> bytes:
        """The 32 bytes on which everything sampled from now on depends."""
        return self._state

    def observe(self, label: str, payload: bytes) -> None:
        """Binds all later challenges to these bytes."""
        length = len(payload).to_bytes(8, "little")
        self._state = tagged_digest(Prefix.TRANSCRIPT_OBSERVE, self._state + _labelled(label) + length + payload)

    def observe_elements(self, label: str, elements: Sequence[int]) -> None:
        """Observes canonical base-field elements."""
        self.observe(label, element_bytes(elements))

    def observe_extensions(self, label: str, elements: Iterable[Extension]) -> None:
        """Observes extension elements."""
        self.observe(label, extension_bytes(elements))

    def _sample_words(self, label: str, count: int) -> list[int]:
        """So many 64-bit words; the state advances, so that no challenge repeats."""
        self.sampled_labels.append(label)
        blocks = [
            tagged_digest(Prefix.TRANSCRIPT_SAMPLE, self._state + _labelled(label) + counter.to_bytes(4, "little"))
            for counter in range(-(-count // _WORDS_PER_DIGEST))
        ]
        self._state = tagged_digest(Prefix.TRANSCRIPT_ADVANCE, self._state + _labelled(label))
        stream = b"".join(blocks)
        return [
            int.from_bytes(stream[i : i + _WORD_BYTES], "little") for i in range(0, count * _WORD_BYTES, _WORD_BYTES)
        ]

    def sample_extension(self, label: str) -> Extension:
        """A challenge from the extension field."""
        return Extension.from_coefficients(self._sample_words(label, EXTENSION_DEGREE))

    def sample_indices(self, label: str, count: int, bits: int) -> list[int]:
        """So many indices below 2^bits, in the order drawn, with repetitions.

        Raises ValueError for more bits than an evaluation domain may have.
        """
        if not 0 <= bits <= INDEX_BITS_MAXIMUM:
            raise ValueError(f"an index of {bits} bits: at most {INDEX_BITS_MAXIMUM} are drawn")
        return [word & ((1 << bits) - 1) for word in self._sample_words(label, count)]

    def grinding_seed(self, label: str) -> bytes:
        """What a nonce is searched for; a prefix byte keeps the search apart from the transcript."""
        return self._state + _labelled(label)

    def grind(self, label: str, bits: int, nonce: int) -> None:
        """Checks the proof of work before the challenges of a round, and observes the nonce.

        Without proof of work the nonce is 0, so that a proof has one form. Raises Rejected.
        """
        if bits == 0 and nonce != 0:
            raise Rejected(Rejection.GRINDING_NONCE_NOT_ZERO, f"nonce {nonce} of {label}")
        if not grinding_succeeds(self.grinding_seed(label), bits, nonce):
            raise Rejected(Rejection.GRINDING_INSUFFICIENT, f"nonce {nonce} of {label}, {bits} bits")
        self.observe(label, nonce.to_bytes(NONCE_BYTES, "little"))
