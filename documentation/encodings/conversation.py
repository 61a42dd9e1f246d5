"""Every word that the verifier's transcripts absorb, and every challenge that they give, for the examples' proofs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

from documentation.encodings.example import example_proof
from documentation.encodings.final_example import verified_example
from reference.verifier.run import verify_run
from spec.field import Extension
from spec.protocol.hash import WORD_BYTES, Digest, Domain, digest_bytes
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.transcript import Transcript
from spec.rv64im.tokens import output_tokens

SHOWN_WORDS = 24
"""A longer payload shows its first words; the state after it depends on all."""


@dataclass(frozen=True)
class Absorbed:
    """A message: its words, and the state after it."""

    conversation: str
    label: Label
    indices: tuple[int, ...]
    words: tuple[int, ...]
    state: Digest


@dataclass(frozen=True)
class Drawn:
    """A challenge as its coefficients, or positions."""

    conversation: str
    label: Label
    indices: tuple[int, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Started:
    """A conversation begins."""

    conversation: str


Heard = Started | Absorbed | Drawn


def _position(bits: Sequence[int]) -> int:
    return sum(bit << i for i, bit in enumerate(bits))


@contextmanager
def _listening() -> Iterator[list[Heard]]:
    heard: list[Heard] = []
    domains: dict[int, str] = {}
    kept: list[object] = []
    start, absorb = Transcript.__init__, Transcript.absorb
    sample, sample_positions = Transcript.sample, Transcript.sample_positions

    def starting(self: Any, algebra: Any, domain: Domain) -> None:
        start(self, algebra, domain)
        domains[id(self)] = domain.value
        kept.append(self)
        heard.append(Started(domain.value))

    def absorbing(self: Any, label: Label, words: Sequence[int], *indices: int) -> None:
        absorb(self, label, words, *indices)
        heard.append(Absorbed(domains[id(self)], label, indices, tuple(words), tuple(self.state)))

    def sampling(self: Any, label: Label, *indices: int) -> Extension:
        drawn: Extension = sample(self, label, *indices)
        heard.append(Drawn(domains[id(self)], label, indices, drawn.coefficients))
        return drawn

    def positioning(self: Any, label: Label, count: int, bits: int, *indices: int) -> list[Sequence[int]]:
        positions: list[Sequence[int]] = sample_positions(self, label, count, bits, *indices)
        heard.append(Drawn(domains[id(self)], label, indices, tuple(map(_position, positions))))
        return positions

    with patch.multiple(Transcript, __init__=starting, absorb=absorbing, sample=sampling, sample_positions=positioning):
        yield heard


@cache
def conversation() -> tuple[Heard, ...]:
    """What is heard while the example's proof is verified, in order."""
    proof = example_proof()
    # The program's id is kept by the key that computed it: another key computes it again.
    vars(proof.key).pop("program_id", None)
    with _listening() as heard:
        verify_run(NumberAlgebra(), proof, output_tokens(proof.output), None)
    return tuple(heard)


def _line(heard: Heard) -> str:
    if isinstance(heard, Started):
        return f"conversation {heard.conversation}"
    place = f"{heard.label.name.lower()} {' '.join(map(str, (*heard.indices, 0, 0)[:2]))}"
    if isinstance(heard, Drawn):
        verb = "positions" if heard.label is Label.QUERIES else "challenge"
        return f"  {verb} {place}: {' '.join(map(str, heard.numbers))}"
    shown = " ".join(f"{word:08x}" for word in heard.words[:SHOWN_WORDS])
    rest = " ..." if len(heard.words) > SHOWN_WORDS else ""
    said = f"  absorb {place}, {WORD_BYTES * len(heard.words)} bytes: {shown}{rest}".rstrip()
    return f"{said}\n    state {digest_bytes(heard.state).hex()}"


def transcript_file() -> str:
    """The file with all conversations about the example."""
    return "\n".join(map(_line, conversation())) + "\n"


def final_transcript_file() -> str:
    """The file with all conversations about the final proof."""
    with _listening() as heard:
        verified_example()
    return "\n".join(map(_line, heard)) + "\n"
