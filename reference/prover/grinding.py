"""The prover's side of proof of work."""

from __future__ import annotations

from reference.prover.kernels import Kernels
from spec.parameters import ParameterSet
from spec.protocol.transcript import Transcript


def grind(kernels: Kernels, transcript: Transcript, parameters: ParameterSet, round_name: str, label: str) -> int:
    """Finds and observes the smallest nonce for the round that samples this label."""
    bits = parameters.grinding_bits(round_name)
    nonce = kernels.grind(transcript.grinding_seed(label), bits)
    transcript.grind(label, bits, nonce)
    return nonce
