"""Honest runs: they are accepted, as objects and as bytes, and draw exactly the challenges of the protocol."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reference.arrays import extension_arrays
from reference.prover import sha256_arrays
from reference.verifier.run import VerifiedRun
from spec.field import P
from spec.parameters import TINY
from spec.protocol import hash as hashing
from spec.protocol.form import SegmentForm
from spec.protocol.key_encoding import decode_key, encode_key
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.rejection import Rejection
from tests import compiled_arithmetic
from tests.both_verifiers import Refusal
from tests.changed_traces import split
from tests.forging.verdicts import verdict
from tests.small_machine import SMALL_MACHINE, Move
from tests.small_runs import CAPPED, KERNELS, ONE_SEGMENT, THREE_SEGMENTS, TWO_SEGMENTS, Example, prove_claiming

PLAIN_COMPRESS, PLAIN_COMPRESS_ROWS = hashing.compress, sha256_arrays.compress
PLAIN_MULTIPLY = extension_arrays.multiply

LONG = Example(tuple(Move(1 + i % 3, i) for i in range(40)), (15, 30))
"""Its program's table is as high as the machine's own, and more."""

EXAMPLES = {
    "one segment": ONE_SEGMENT,
    "two segments": TWO_SEGMENTS,
    "a segment for each move": THREE_SEGMENTS,
    "a last segment that only halts": Example((Move(1, 5), Move(2, 6)), (2,)),
    "no move at all": Example(()),
    "amounts around zero": Example((Move(7, 1), Move(7, -1), Move(7, -1), Move(0, 0))),
    "many accounts": Example(tuple(Move(account, account) for account in range(9)), (4,)),
    "another exit code": Example((Move(1, 1),), exit_code=3),
    "long": LONG,
    "caps": replace(TWO_SEGMENTS, parameters=CAPPED),
}


def expected_labels(proof: RunProof) -> list[str]:
    """Every challenge of a run, from the protocol's steps."""
    forms = [SegmentForm(segment.shape, proof.key.parameters) for segment in proof.segments]
    labels = ["continuation_pinning"] * len(forms) + ["global_alpha", "global_beta"]
    known: set[int] = set()
    for form in forms:
        if form.height_log2 not in known:
            labels.append("program_pinning")
            known.add(form.height_log2)
        labels += ["local_alpha", "local_beta", "gkr_scope"]
        for layer in range(1, form.circuit.variables):
            labels += [f"gkr_batching_{layer}", *(f"gkr_round_{layer}_{i}" for i in range(layer)), f"gkr_merge_{layer}"]
        labels += ["zerocheck_batching", *(f"zerocheck_round_{i}" for i in range(form.shape.tallest_log2))]
        labels += ["stacking_batching", *(f"stacking_round_{i}" for i in range(form.height_log2)), "column_batching"]
        folds = proof.key.parameters.schedule(form.height_log2).folds
        for i, fold in enumerate(folds):
            labels += [f"folding_{i}_{r}" for r in range(fold)]
            is_last = i == len(folds) - 1
            labels += [f"queries_{i}"] if is_last else [f"out_of_domain_{i}", f"queries_{i}", f"query_batching_{i}"]
    return labels


@pytest.mark.parametrize("name", EXAMPLES)
def test_honest_run_is_accepted_and_draws_the_challenges_of_the_protocol(name: str) -> None:
    example = EXAMPLES[name]
    shapes = tuple(segment.shape for segment in example.segments)
    labels = tuple(expected_labels(example.proof))
    expected = VerifiedRun(shapes, (example.exit_code,), labels)
    assert verdict(example.proof, (example.exit_code,)) == expected


@pytest.mark.parametrize("name", EXAMPLES)
def test_proof_and_key_encoded_and_decoded_are_the_same(name: str) -> None:
    example = EXAMPLES[name]
    encoded = encode_proof(example.proof)
    decoded = decode_proof(encoded, SMALL_MACHINE)
    assert decoded == example.proof
    assert encode_proof(decoded) == encoded
    key = example.key.verification
    assert decode_key(encode_key(key), SMALL_MACHINE) == key


def test_long_example_has_a_larger_stacking_height_than_the_others() -> None:
    heights = sorted(ONE_SEGMENT.parameters.schedules)
    tall = Example(tuple(Move(1, 1) for _ in range(1 << heights[0])), tuple(range(20, 1 << heights[0], 20)))
    form = SegmentForm(tall.segments[0].shape, tall.parameters)
    assert (ONE_SEGMENT.form.height_log2, form.height_log2) == (heights[0], heights[1])
    assert not isinstance(verdict(tall.proof), Refusal)


@pytest.mark.parametrize("heights_log2", [(2, 1), (3, 1), (3, 2, 1)])
def test_chip_in_several_instances_is_accepted(heights_log2: tuple[int, ...]) -> None:
    example = Example(tuple(Move(1 + i % 2, i) for i in range(6)))
    segment = split(example.segments[0], "move", heights_log2)
    proof = example.proven([segment])
    assert proof.segments[0].shape.heights_log2["move"] == heights_log2
    assert not isinstance(verdict(proof), Refusal)


def test_exit_code_other_than_the_one_asked_for_is_refused_unless_none_is_asked_for() -> None:
    example = EXAMPLES["another exit code"]
    assert verdict(example.proof, (0,)) == Refusal(Rejection.EXIT_CODE_DIFFERS, "it ended with 3, expected 0")
    assert not isinstance(verdict(example.proof, None), Refusal)


def test_run_under_the_tiny_set_itself_is_accepted() -> None:
    assert not isinstance(verdict(replace(ONE_SEGMENT, parameters=TINY).proof), Refusal)


def test_proofs_of_the_same_run_are_the_same() -> None:
    assert replace(TWO_SEGMENTS).proof == TWO_SEGMENTS.proof


def test_compiled_arithmetic_gives_the_plain_arithmetics_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    example = ONE_SEGMENT
    compiled = example.proof
    with monkeypatch.context() as patch:
        patch.setattr(hashing, "compress", PLAIN_COMPRESS)
        patch.setattr(sha256_arrays, "compress", PLAIN_COMPRESS_ROWS)
        patch.setattr(extension_arrays, "multiply", PLAIN_MULTIPLY)
        assert prove_claiming(KERNELS, example.key, example.segments, example.run.output) == compiled


@pytest.mark.parametrize(
    "shapes",
    [
        ((6,), (6,)),
        ((5, 6), (5, 6)),
        ((5, 6), (6,)),
        ((1, 6), (4, 6)),
        ((2, 3, 6), (3, 6)),
        ((1, 1, 6), (5, 6)),
        ((0, 6), (6,)),
    ],
)
def test_compiled_product_is_the_plain_one(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    generator = np.random.default_rng(1)
    left, right = (generator.integers(P - 3, P, shape, dtype=np.uint64) for shape in shapes)
    assert np.array_equal(compiled_arithmetic.multiply(left, right), PLAIN_MULTIPLY(left, right))


def test_compiled_compression_is_the_plain_one() -> None:
    words = np.random.default_rng(2).integers(0, 2**32, (3, 24)).tolist()
    compiled = [compiled_arithmetic.compress(w[:8], w[8:]) for w in words]
    assert compiled == [PLAIN_COMPRESS(w[:8], w[8:]) for w in words]
