"""FRI's commit phase: folding reduced codewords down to a polynomial that is sent in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reference.prover.extension_arrays import ExtensionArray, to_elements
from reference.prover.grinding import grind
from reference.prover.kernels import Kernels
from reference.prover.merkle_tree import MerkleTree, build_tree
from spec.field import Extension
from spec.parameters import ParameterSet
from spec.protocol.folding import folding_schedule
from spec.protocol.labels import FRI_FINAL_POLYNOMIAL, FRI_FOLDING, FRI_LAYER_ROOT, folding_label
from spec.protocol.opening import FriLayerProof
from spec.protocol.transcript import Transcript


@dataclass(frozen=True)
class CommittedLayer:
    """A layer's cosets under a tree, and the nonce found before its challenge."""

    arity_log2: int
    tree: MerkleTree
    nonce: int


@dataclass(frozen=True)
class CommitPhase:
    """All layers and the final polynomial's coefficients."""

    layers: tuple[CommittedLayer, ...]
    final_coefficients: tuple[Extension, ...]

    def open(self, indices: Iterable[int]) -> tuple[FriLayerProof, ...]:
        """Each layer with the cosets that the indices into the first layer's codeword meet."""
        proofs = []
        for layer in self.layers:
            indices = {index >> layer.arity_log2 for index in indices}
            proofs.append(FriLayerProof(layer.tree.root, layer.nonce, layer.tree.open(indices)))
        return tuple(proofs)


def fold_codewords(
    kernels: Kernels,
    reduced: Mapping[int, ExtensionArray],
    transcript: Transcript,
    parameters: ParameterSet,
) -> CommitPhase:
    """The commit phase over the reduced codeword of each height, given by the height's logarithm.

    Where folding reaches a height with a codeword of its own, that codeword is added with the next power of
    the layer's challenge, so that one challenge batches all functions that meet there.
    """
    height_log2 = max(reduced)
    codeword = reduced[height_log2]
    layers = []
    for number, arity_log2 in enumerate(folding_schedule(reduced, parameters)):
        cosets = codeword.reshape(len(codeword) >> arity_log2, -1)
        tree = build_tree(kernels, [cosets])
        transcript.observe(FRI_LAYER_ROOT, tree.root)
        label = folding_label(number)
        nonce = grind(kernels, transcript, parameters, FRI_FOLDING, label)
        challenge = transcript.sample_extension(label)
        codeword = kernels.fold(codeword, arity_log2, challenge)
        height_log2 -= arity_log2
        if height_log2 in reduced:
            factor = challenge ** (1 << arity_log2)
            codeword = kernels.add_scaled(codeword, factor, reduced[height_log2])
        layers.append(CommittedLayer(arity_log2, tree, nonce))
    final_coefficients = tuple(to_elements(kernels.interpolate(codeword)[: 1 << height_log2]))
    transcript.observe_extensions(FRI_FINAL_POLYNOMIAL, final_coefficients)
    return CommitPhase(tuple(layers), final_coefficients)
