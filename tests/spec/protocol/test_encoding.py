"""The one byte string of a key and of a proof, and every reason for refusing another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reference.recursion.blank_proof import blank_proof
from spec.air.machine import Machine
from spec.field import P
from spec.parameters import PARAMETER_SETS, ParameterSet
from spec.protocol import key_encoding
from spec.protocol.canonical import Reader
from spec.protocol.key_encoding import NAME_BYTES, decode_key, encode_key
from spec.protocol.proof_encoding import (
    OUTPUT_BYTES_MAXIMUM,
    decode_proof,
    encode_proof,
    encode_run,
    encode_segment,
    read_segment,
)
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2, SegmentShape
from spec.rejection import Rejected, Rejection
from tests.compiled_arithmetic import compiled_arithmetic
from tests.small_machine import SMALL_MACHINE
from tests.small_runs import CAPPED, ONE_SEGMENT, TEST_SETS, TWO_SEGMENTS

R = Rejection
EXAMPLE = replace(ONE_SEGMENT, parameters=CAPPED)


with compiled_arithmetic():
    KEY_BYTES, PROOF_BYTES = encode_key(EXAMPLE.key.verification), encode_proof(EXAMPLE.proof)


@pytest.fixture(autouse=True)
def _sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_encoding, "PARAMETER_SETS", {**PARAMETER_SETS, **TEST_SETS})


# Where the fields of a key start.
VERSION, NAME, PARAMETERS, MACHINE = 8, 10, 10 + NAME_BYTES, 42 + NAME_BYTES
HEIGHTS = 74 + NAME_BYTES
START = HEIGHTS + 1


def rejection(decode: Callable[[], object]) -> tuple[Rejection, str] | None:
    try:
        decode()
    except Rejected as rejected:
        return rejected.reason, rejected.detail
    return None


def of_key(encoded: bytes) -> tuple[Rejection, str] | None:
    return rejection(lambda: decode_key(encoded, SMALL_MACHINE))


def of_proof(encoded: bytes) -> tuple[Rejection, str] | None:
    return rejection(lambda: decode_proof(encoded, SMALL_MACHINE))


def written(encoded: bytes, at: int, new: bytes) -> bytes:
    """The bytes with some replaced."""
    return encoded[:at] + new + encoded[at + len(new) :]


def test_key_starts_with_magic_version_name_and_digests() -> None:
    encoded = KEY_BYTES
    assert encoded[:VERSION] == b"LIMPIDVK"
    assert encoded[VERSION:NAME] == (2).to_bytes(2, "little")
    assert encoded[NAME:PARAMETERS] == b"capped".ljust(NAME_BYTES, b"\0")
    assert encoded[MACHINE:HEIGHTS] == SMALL_MACHINE.digest
    assert encoded[HEIGHTS:START] == bytes(EXAMPLE.key.verification.program_heights_log2)
    assert encoded[START : START + 4] == bytes(4)


def test_proof_starts_with_magic_version_and_the_key() -> None:
    encoded = PROOF_BYTES
    assert encoded[:10] == b"LIMPIDPF" + (2).to_bytes(2, "little")
    assert encoded[10 : 10 + len(KEY_BYTES)] == KEY_BYTES
    after = 10 + len(KEY_BYTES)
    output = EXAMPLE.run.output
    assert encoded[after : after + 4 + len(output)] == len(output).to_bytes(4, "little") + output
    assert encoded[after + 4 + len(output) :][:4] == (1).to_bytes(4, "little")


def test_run_of_encoded_segments_is_the_proof_of_these_segments() -> None:
    with compiled_arithmetic():
        run = TWO_SEGMENTS.proof
    assert encode_run(run.key, run.output, [encode_segment(s) for s in run.segments]) == encode_proof(run)


def test_segment_is_read_as_it_was_written() -> None:
    (segment,) = EXAMPLE.proof.segments
    reader = Reader(encode_segment(segment))
    assert read_segment(reader, SMALL_MACHINE, CAPPED) == segment
    reader.finish()


@pytest.mark.parametrize(
    ("at", "new", "expected"),
    [
        (0, b"l", (R.KEY_MAGIC, "")),
        (VERSION, b"\3", (R.KEY_VERSION, "version 3, this verifier reads 2")),
        (
            VERSION,
            b"\1",
            (
                R.KEY_VERSION,
                "version 1, this verifier reads 2: it belongs to the univariate argument that this version replaced",
            ),
        ),
        (NAME, b"C", (R.PARAMETERS_UNKNOWN, "b'Capped'")),
        (NAME + NAME_BYTES - 1, b"x", (R.PARAMETERS_UNKNOWN, repr(b"capped".ljust(15, b"\0") + b"x"))),
        (PARAMETERS, b"\0\0\0\0", (R.PARAMETERS_CHANGED, "capped")),
        (MACHINE, b"\0\0\0\0", (R.MACHINE_DIFFERS, "this verifier has the machine accounts")),
        (HEIGHTS, b"\0", (R.FIXED_TABLE_HEIGHT, "the program's tables have heights 2^[0]")),
        (HEIGHTS, b"\x63", (R.FIXED_TABLE_HEIGHT, "the program's tables have heights 2^[99]")),
        (START, (2**20).to_bytes(4, "little"), (R.KEY_START, "[1048576]")),
        (
            START,
            P.to_bytes(4, "little"),
            (R.ENCODING_ELEMENT_NOT_CANONICAL, f"one of 1 elements at offset {START} is not below p"),
        ),
    ],
)
def test_key_with_other_bytes_is_rejected(at: int, new: bytes, expected: tuple[Rejection, str]) -> None:
    assert of_key(KEY_BYTES) is None
    assert of_key(written(KEY_BYTES, at, new)) == expected
    # The key within a proof is read by the same rules.
    in_proof = of_proof(written(PROOF_BYTES, 10 + at, new))
    assert in_proof is not None
    assert in_proof[0] is expected[0]


def test_key_of_another_machine_is_rejected() -> None:
    other = replace(SMALL_MACHINE, maximum_segments=9)
    found = rejection(lambda: decode_key(KEY_BYTES, other))
    assert found == (R.MACHINE_DIFFERS, "this verifier has the machine accounts")


def test_key_made_under_other_numbers_of_its_set_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = KEY_BYTES
    changed = replace(CAPPED, cap_log2=1)
    monkeypatch.setattr(key_encoding, "PARAMETER_SETS", {changed.name: changed})
    assert of_key(encoded) == (R.PARAMETERS_CHANGED, "capped")


def test_key_that_goes_on_is_rejected() -> None:
    assert of_key(KEY_BYTES + b"\0") == (R.ENCODING_TRAILING_BYTES, "1 bytes after the end")


@pytest.mark.parametrize("length", [0, 7, 9, 30, HEIGHTS, START + 3])
def test_key_cut_short_is_rejected(length: int) -> None:
    found = of_key(KEY_BYTES[:length])
    assert found is not None
    assert found[0] is R.ENCODING_TRUNCATED


AFTER_KEY = 10 + len(KEY_BYTES)
SEGMENT_COUNT = AFTER_KEY + 4 + len(EXAMPLE.run.output)
SEGMENT = SEGMENT_COUNT + 4
SHAPE = SEGMENT + 4 * len(SMALL_MACHINE.public_values)


@pytest.mark.parametrize(
    ("at", "new", "expected"),
    [
        (0, b"X", (R.PROOF_MAGIC, "")),
        (8, b"\3", (R.PROOF_VERSION, "version 3, this verifier reads 2")),
        (
            8,
            b"\1",
            (
                R.PROOF_VERSION,
                "version 1, this verifier reads 2: it belongs to the univariate argument that this version replaced",
            ),
        ),
        (
            AFTER_KEY,
            (OUTPUT_BYTES_MAXIMUM + 1).to_bytes(4, "little"),
            (
                R.ENCODING_COUNT_OUT_OF_BOUNDS,
                f"{OUTPUT_BYTES_MAXIMUM + 1} output bytes at offset {AFTER_KEY}, expected 0 to {OUTPUT_BYTES_MAXIMUM}",
            ),
        ),
        (
            SEGMENT_COUNT,
            bytes(4),
            (R.ENCODING_COUNT_OUT_OF_BOUNDS, f"0 segments at offset {SEGMENT_COUNT}, expected 1 to 4096"),
        ),
        (
            SEGMENT_COUNT,
            (4097).to_bytes(4, "little"),
            (R.ENCODING_COUNT_OUT_OF_BOUNDS, f"4097 segments at offset {SEGMENT_COUNT}, expected 1 to 4096"),
        ),
        (
            SEGMENT,
            P.to_bytes(4, "little"),
            (R.ENCODING_ELEMENT_NOT_CANONICAL, f"one of 5 elements at offset {SEGMENT} is not below p"),
        ),
        (SHAPE, b"\4", (R.TABLE_COUNT, "4 tables of move")),
        (SHAPE + 1, b"\0", (R.TABLE_HEIGHT, "move has heights 2^[0]")),
        (SHAPE + 1, b"\xff", (R.TABLE_HEIGHT, "move has heights 2^[255]")),
        (SHAPE, bytes(5), (R.TABLE_COUNT, "the segment has no table")),
    ],
)
def test_proof_with_other_bytes_is_rejected(at: int, new: bytes, expected: tuple[Rejection, str]) -> None:
    assert of_proof(PROOF_BYTES) is None
    assert of_proof(written(PROOF_BYTES, at, new)) == expected


def key_of_height(height_log2: int, machine: Machine = SMALL_MACHINE, parameters: ParameterSet = CAPPED) -> bytes:
    """A key of zeros for a program of this height."""
    heights = {**EXAMPLE.form.shape.heights_log2, "program_table": (height_log2,)}
    return encode_key(blank_proof(SegmentShape(machine, heights), parameters).key)


@pytest.mark.parametrize("height_log2", [MINIMUM_HEIGHT_LOG2, CAPPED.tallest_log2])
def test_key_of_the_shortest_and_of_the_tallest_program_is_read(height_log2: int) -> None:
    encoded = key_of_height(height_log2)
    assert encode_key(decode_key(encoded, SMALL_MACHINE)) == encoded


def test_key_of_a_program_that_is_not_listed_is_rejected_under_listed_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = replace(CAPPED, name="listed", listed_shapes=True)
    machine = replace(SMALL_MACHINE, listed_programs=({"program_table": 3},))
    monkeypatch.setattr(key_encoding, "PARAMETER_SETS", {**PARAMETER_SETS, listed.name: listed})
    assert rejection(lambda: decode_key(key_of_height(3, machine, listed), machine)) is None
    expected = (R.SHAPE_NOT_LISTED, "the program's tables have heights 2^[2]")
    assert rejection(lambda: decode_key(key_of_height(2, machine, listed), machine)) == expected


def test_proof_with_as_many_tables_and_as_tall_a_one_as_may_be_is_read() -> None:
    heights = {**EXAMPLE.form.shape.heights_log2, "move": (CAPPED.tallest_log2, 3, 2)}
    assert len(heights["move"]) == SMALL_MACHINE.maximum_instances
    proof = blank_proof(SegmentShape(SMALL_MACHINE, heights), CAPPED)
    assert decode_proof(encode_proof(proof), SMALL_MACHINE) == proof


def test_proof_with_more_or_fewer_segments_than_it_says_is_rejected() -> None:
    encoded = PROOF_BYTES
    two = written(encoded, SEGMENT_COUNT, (2).to_bytes(4, "little"))
    found = of_proof(two)
    assert found is not None
    assert found[0] is R.ENCODING_TRUNCATED
    again = of_proof(encoded + encode_segment(EXAMPLE.proof.segments[0]))
    assert again is not None
    assert again[0] is R.ENCODING_TRAILING_BYTES


def opening_at() -> tuple[int, bytes]:
    """Where the first opening of the segment starts, and the proof's bytes."""
    encoded, segment = PROOF_BYTES, EXAMPLE.proof.segments[0]
    row = b"".join(element.to_bytes(4, "little") for element in segment.iterations[0].openings[0].rows[0])
    return encoded.index(row) - 4, encoded


def test_opening_with_an_impossible_number_of_rows_is_rejected() -> None:
    at, encoded = opening_at()
    queries = EXAMPLE.form.iterations[0].queries
    leaves = 1 << EXAMPLE.form.opened_trees(EXAMPLE.form.iterations[0])[0].depth
    most = min(queries, leaves)
    for count in (0, most + 1, 2**32 - 1):
        found = of_proof(written(encoded, at, count.to_bytes(4, "little")))
        assert found == (R.ENCODING_COUNT_OUT_OF_BOUNDS, f"{count} rows at offset {at}, expected 1 to {most}")


def test_opening_with_an_impossible_number_of_siblings_is_rejected() -> None:
    at, encoded = opening_at()
    opening = EXAMPLE.proof.segments[0].iterations[0].openings[0]
    siblings = at + 4 + 4 * sum(map(len, opening.rows))
    assert encoded[siblings : siblings + 4] == len(opening.siblings).to_bytes(4, "little")
    found = of_proof(written(encoded, siblings, (2**32 - 1).to_bytes(4, "little")))
    assert found is not None
    assert found[0] is R.ENCODING_COUNT_OUT_OF_BOUNDS
    assert found[1].startswith(f"{2**32 - 1} sibling digests at offset {siblings}")


def test_row_with_an_element_that_is_not_canonical_is_rejected() -> None:
    at, encoded = opening_at()
    found = of_proof(written(encoded, at + 4, (2**32 - 1).to_bytes(4, "little")))
    assert found is not None
    assert found[0] is R.ENCODING_ELEMENT_NOT_CANONICAL
