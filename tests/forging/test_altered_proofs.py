"""Every value of a finished proof altered in place, and its bytes: all are refused, and nothing else is raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from spec.field import EXTENSION_DEGREE, Extension, P
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.proof_encoding import encode_proof
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.forging.verdicts import refusal, verdict_on_bytes, verdict_on_object
from tests.small_runs import CAPPED, ONE_SEGMENT, TWO_SEGMENTS

R = Rejection

Path = tuple[Any, ...]
"""Field names, indices and keys from a proof down to a value."""

PROOF = replace(ONE_SEGMENT, parameters=CAPPED)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, int | Extension]]:
    """Every number and every extension element of a proof, shapes apart."""
    if isinstance(value, Extension | int):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, tuple):
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    elif is_dataclass(value) and not isinstance(value, SegmentShape):
        for of in fields(value):
            yield from leaves(getattr(value, of.name), (*path, of.name))


def altered(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """The same with one value changed."""
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, step: altered(value[step], rest, change)}
    if isinstance(value, tuple):
        return (*value[:step], altered(value[step], rest, change), *value[step + 1 :])
    return replace(value, **{step: altered(getattr(value, step), rest, change)})


def another(path: Path) -> Callable[[Any], Any]:
    """Another number or element of the same kind; which coefficient of an element differs, its place decides."""

    def change(value: Any) -> Any:
        if isinstance(value, Extension):
            coefficients = list(value.coefficients)
            at = sum(step for step in path if isinstance(step, int)) % EXTENSION_DEGREE
            coefficients[at] = (coefficients[at] + 1) % P
            return Extension.from_coefficients(coefficients)
        return (value + 1) % P

    return change


def names(path: Path) -> str:
    """The fields of a path, without indices."""
    return ".".join(step for step in path if isinstance(step, str))


AFTER_FOLDING = {
    R.GRINDING_INSUFFICIENT,
    R.OPENING_ROW_COUNT,
    R.OPENING_SIBLING_COUNT,
    R.COMMITMENT_ROOT_MISMATCH,
    R.FOLDED_ROOT_MISMATCH,
    R.FINAL_VECTOR_QUERY_MISMATCH,
    R.FINAL_VECTOR_CLAIM_MISMATCH,
}
"""What is noticed first once challenges of the opening are others than the prover's: the rest of it no longer fits."""

REASONS: dict[str, set[Rejection]] = {
    "public_values": {
        R.SEGMENT_INDEX,
        R.START_DIFFERS,
        R.NOT_HALTED,
        R.LOCAL_BUSES_UNBALANCED,
        R.EXIT_CODE_DIFFERS,
    },
    "continuation_root": {R.LOCAL_BUSES_UNBALANCED},
    "pinned_answers": {R.LOCAL_BUSES_UNBALANCED},
    "main_root": {R.LOCAL_BUSES_UNBALANCED},
    "bus_totals": {R.LOCAL_BUSES_UNBALANCED, R.GKR_LAYER_MISMATCH},
    "layers.rounds": {R.GKR_LAYER_MISMATCH},
    "layers.ends": {R.GKR_LAYER_MISMATCH},
    "zerocheck_rounds": {R.ZEROCHECK_MISMATCH},
    "column_values": {R.ZEROCHECK_MISMATCH},
    "stacking_rounds": {R.STACKING_MISMATCH},
    "stacked_values": {R.STACKING_MISMATCH},
    "column_batching_nonce": AFTER_FOLDING,
    "iterations.rounds": AFTER_FOLDING,
    "iterations.folding_nonces": AFTER_FOLDING,
    "iterations.root": AFTER_FOLDING,
    "iterations.answer": AFTER_FOLDING,
    "iterations.query_nonce": AFTER_FOLDING,
    "iterations.openings.rows": {R.COMMITMENT_ROOT_MISMATCH, R.FOLDED_ROOT_MISMATCH},
    "iterations.openings.siblings": {R.COMMITMENT_ROOT_MISMATCH, R.FOLDED_ROOT_MISMATCH},
    "iterations.openings.cap": {R.COMMITMENT_ROOT_MISMATCH, R.FOLDED_ROOT_MISMATCH},
    "final_vector": AFTER_FOLDING,
}
"""By field, the reasons for which an altered value may be refused."""

STEP = {
    "iterations.openings.rows": 7,
    "iterations.openings.siblings": 11,
    "iterations.openings.cap": 11,
    "layers.rounds": 3,
}
"""For fields with very many values, the step from one altered value to the next."""


def in_segment(change: Callable[[SegmentProof], SegmentProof]) -> RunProof:
    """The proof with its only segment changed."""
    proof = PROOF.proof
    return replace(proof, segments=(change(proof.segments[0]),))


def values_by_field() -> dict[str, list[Path]]:
    """The paths of all values of the segment's proof, by field."""
    found: dict[str, list[Path]] = {}
    for path, _ in leaves(PROOF.proof.segments[0]):
        found.setdefault(names(path), []).append(path)
    return found


def test_every_field_of_a_segments_proof_is_altered() -> None:
    assert set(values_by_field()) == set(REASONS)
    assert {of.name for of in fields(SegmentProof)} == {name.split(".")[0] for name in REASONS} | {"shape"}


@pytest.mark.parametrize("name", REASONS)
def test_value_of_a_finished_proof_altered_in_place_is_refused(name: str) -> None:
    paths = values_by_field()[name][:: STEP.get(name, 1)]
    found: dict[Path, Refusal | None] = {}
    for path in paths:
        found[path] = refusal(in_segment(partial(altered, path=path, change=another(path))))
    reasons = {None if of is None else of.reason for of in found.values()}
    assert reasons <= REASONS[name], {
        path: of for path, of in found.items() if of is None or of.reason not in REASONS[name]
    }


@pytest.mark.parametrize("name", ["heights_log2"])
@pytest.mark.parametrize("chip", [chip.name for chip in PROOF.segments[0].shape.machine.chips])
@pytest.mark.parametrize("change", [-1, 1])
def test_height_altered_in_place_is_refused(name: str, chip: str, change: int) -> None:
    """Every length follows from the heights, so that the rest of the proof no longer has its form; if it has, its
    transcript is another one."""

    def alter(segment: SegmentProof) -> SegmentProof:
        heights = {
            n: tuple(h + change for h in hs) if n == chip else hs for n, hs in segment.shape.heights_log2.items()
        }
        return replace(segment, shape=SegmentShape(segment.shape.machine, heights))

    found = verdict_on_object(in_segment(alter))
    assert isinstance(found, Refusal)
    assert found.reason in {
        R.FIXED_TABLE_HEIGHT,
        R.TABLE_HEIGHT,
        R.ROUND_COUNT,
        R.STACKED_VALUE_COUNT,
        R.LOCAL_BUSES_UNBALANCED,
    }
    assert isinstance(verdict_on_bytes(encode_proof(in_segment(alter)), PROOF.proof), Refusal)


@pytest.mark.parametrize("at", ["root", "answers"])
def test_key_altered_in_place_is_another_program_and_is_refused(at: str) -> None:
    """Where the caller does not hold the key against its own, the proof no longer belongs to it."""
    proof = PROOF.proof
    height = PROOF.form.height_log2
    commitment = proof.key.commitments[height]
    changed = altered(commitment, (at, 0), another((at, 0)))
    key = replace(proof.key, commitments={**proof.key.commitments, height: changed})
    assert refusal(replace(proof, key=key)) == Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 0")
    assert verdict_on_bytes(encode_proof(replace(proof, key=key)), proof) == Refusal(R.PROGRAM_DIFFERS, "")


@pytest.mark.parametrize("segments", [(1, 0), (0,), (1,), (0, 1, 1), (0, 0, 1)])
def test_segments_of_a_finished_proof_exchanged_dropped_or_repeated_are_refused(segments: tuple[int, ...]) -> None:
    proof = TWO_SEGMENTS.proof
    chosen = replace(proof, segments=tuple(proof.segments[i] for i in segments))
    assert (
        refusal(chosen)
        == {
            (1, 0): Refusal(R.SEGMENT_INDEX, "segment 0 states 1"),
            (0,): Refusal(R.NOT_HALTED, "pc_out is 1 at the end"),
            (1,): Refusal(R.SEGMENT_INDEX, "segment 0 states 1"),
            (0, 1, 1): Refusal(R.SEGMENT_INDEX, "segment 2 states 1"),
            (0, 0, 1): Refusal(R.SEGMENT_INDEX, "segment 1 states 0"),
        }[segments]
    )


def test_segment_of_another_run_in_place_of_its_own_is_refused() -> None:
    """Both runs are of the same program, and the segments say the same; only the runs' digests differ."""
    other = replace(TWO_SEGMENTS, cuts=(1,), exit_code=0).proven(
        TWO_SEGMENTS.segments, TWO_SEGMENTS.run.output + bytes(12)
    )
    honest = TWO_SEGMENTS.proof
    mixed = replace(honest, segments=(honest.segments[0], other.segments[1]))
    assert refusal(mixed) == Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 1")


def test_byte_flipped_anywhere_is_refused() -> None:
    """Every byte of what stands before the segment, then a byte of every few."""
    proof = PROOF.proof
    encoded = encode_proof(proof)
    head = len(encode_key(proof.key)) + len(proof.output) + 32
    generator = np.random.default_rng(5)
    places = [*range(head), *range(head, len(encoded), 37), len(encoded) - 1]
    reasons: Counter[Rejection] = Counter()
    for place in places:
        flipped = bytearray(encoded)
        flipped[place] ^= 1 << int(generator.integers(8))
        found = verdict_on_bytes(bytes(flipped), proof)
        assert isinstance(found, Refusal), place
        reasons[found.reason] += 1
    assert {R.PROOF_MAGIC, R.PROOF_VERSION, R.KEY_MAGIC, R.PROGRAM_DIFFERS, R.OUTPUT_DIFFERS} <= set(reasons)


def test_bytes_truncated_anywhere_are_refused() -> None:
    proof = PROOF.proof
    encoded = encode_proof(proof)
    reasons = set()
    for length in [*range(0, len(encoded), 13), len(encoded) - 1]:
        found = verdict_on_bytes(encoded[:length], proof)
        assert isinstance(found, Refusal), length
        reasons.add(found.reason)
    assert reasons == {R.ENCODING_TRUNCATED}


@pytest.mark.parametrize("more", [b"\0", bytes(100)])
def test_bytes_after_the_end_are_refused(more: bytes) -> None:
    found = verdict_on_bytes(encode_proof(PROOF.proof) + more, PROOF.proof)
    assert found == Refusal(R.ENCODING_TRAILING_BYTES, f"{len(more)} bytes after the end")


def test_bytes_at_random_are_refused() -> None:
    generator = np.random.default_rng(6)
    encoded = encode_proof(PROOF.proof)
    for head in (0, 8, 10, len(encode_key(PROOF.proof.key)) + 10, len(encoded) // 2):
        found = verdict_on_bytes(encoded[:head] + generator.bytes(len(encoded) - head), PROOF.proof)
        assert isinstance(found, Refusal)
