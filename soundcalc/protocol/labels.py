"""The labels of all challenges of one proof, by the verifier's messages, in the order of the protocol."""

from __future__ import annotations

from collections.abc import Iterator

from soundcalc.protocol.shape import ProofShape

PROGRAM_PINNING = "program_pinning"
CONTINUATION_PINNING = "continuation_pinning"
GLOBAL_ALPHA = "global_alpha"
GLOBAL_BETA = "global_beta"
LOCAL_ALPHA = "local_alpha"
LOCAL_BETA = "local_beta"
GKR_SCOPE = "gkr_scope"
ZEROCHECK_BATCHING = "zerocheck_batching"
STACKING_BATCHING = "stacking_batching"
COLUMN_BATCHING = "column_batching"


def gkr_batching_label(layer: int) -> str:
    """lambda: combines the two claims about a layer; layers count from 1."""
    return f"gkr_batching_{layer}"


def gkr_round_label(layer: int, index: int) -> str:
    """A round of a layer's sumcheck, rounds counting from 0: layer j has j of them."""
    return f"gkr_round_{layer}_{index}"


def gkr_merge_label(layer: int) -> str:
    """mu: binds the last coordinate of the next layer."""
    return f"gkr_merge_{layer}"


def zerocheck_round_label(index: int) -> str:
    return f"zerocheck_round_{index}"


def stacking_round_label(index: int) -> str:
    return f"stacking_round_{index}"


def folding_label(iteration: int, index: int) -> str:
    return f"folding_{iteration}_{index}"


def out_of_domain_label(iteration: int) -> str:
    """The point at which the vector that leaves this iteration is asked."""
    return f"out_of_domain_{iteration}"


def queries_label(iteration: int) -> str:
    return f"queries_{iteration}"


def query_batching_label(iteration: int) -> str:
    """epsilon: combines claim, out-of-domain answer and folded values of this iteration."""
    return f"query_batching_{iteration}"


def messages(shape: ProofShape) -> tuple[tuple[str, ...], ...]:
    """The verifier's messages: the labels of each that are sampled with nothing of the prover's between them.

    Points and global challenges are drawn even where there is nothing to pin or to say globally.
    """
    return tuple(_messages(shape))


def _messages(shape: ProofShape) -> Iterator[tuple[str, ...]]:
    argument = shape.argument
    yield (PROGRAM_PINNING,)
    yield (CONTINUATION_PINNING,)
    yield GLOBAL_ALPHA, GLOBAL_BETA
    yield LOCAL_ALPHA, LOCAL_BETA
    yield GKR_SCOPE, gkr_batching_label(1)
    last = argument.circuit_depth - 1
    for layer in range(1, last + 1):
        for index in range(layer):
            yield (gkr_round_label(layer, index),)
        yield gkr_merge_label(layer), gkr_batching_label(layer + 1) if layer < last else ZEROCHECK_BATCHING
    for index in range(argument.zerocheck_rounds):
        yield (zerocheck_round_label(index),)
    yield (STACKING_BATCHING,)
    for index in range(shape.schedule.height_log2):
        yield (stacking_round_label(index),)
    yield (COLUMN_BATCHING,)
    for iteration, fold in enumerate(shape.schedule.folds):
        for index in range(fold):
            yield (folding_label(iteration, index),)
        if iteration < shape.schedule.iterations - 1:
            yield (out_of_domain_label(iteration),)
            yield queries_label(iteration), query_batching_label(iteration)
        else:
            yield (queries_label(iteration),)
