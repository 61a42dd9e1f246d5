"""The chapter on bytes is enough: code that is written from the document alone, and imports nothing of ours, verifies
the example's proof, reproduces every challenge, and makes the program's tables from the ELF file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import limpid
from documentation.cut_example import cut_run
from documentation.worked_example import worked_program, worked_trace
from limpid.runs.optimized_runs import CompiledTraces
from optimized.kernels import OptimizedKernels
from reference.program_keys import proving_key
from reference.prover.run import prove_run
from reference.tables import Trace
from spec.parameters import TINY
from spec.program import Program
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.rv64im.machine import RV64IM
from tests.whitepaper.independent.document import beside, table
from tests.whitepaper.independent.field import Element, base, horner
from tests.whitepaper.independent.hashing import RefusedError, bytes_of, leaf_digest, node_digest, opened_root
from tests.whitepaper.independent.layout import Layout, read_parameters, stacked
from tests.whitepaper.independent.machine import Machine, closed_form, read_machine
from tests.whitepaper.independent.program import (
    commitment_root,
    image_rows,
    load_segments,
    padded,
    program_row,
    program_rows,
    region_rows,
    stacked_vectors,
)
from tests.whitepaper.independent.proof import read_proof
from tests.whitepaper.independent.verifier import Verified, verify
from tests.whitepaper.listing import challenges_on_record, listed_bytes, positions_of_every_kind

ROOT = Path(__file__).resolve().parents[2]
INDEPENDENT = ROOT / "tests" / "whitepaper" / "independent"
GUEST = ROOT / "guest" / "examples" / "elf" / "fibonacci.elf"
OUTPUT = (55).to_bytes(8, "little")
"""The tenth Fibonacci number."""


@cache
def machine() -> Machine:
    return read_machine()


@cache
def example() -> bytes:
    return beside("example.proof").read_bytes()


def in_full(what: str) -> bytes:
    """A digest of the table of digests and roots."""
    return next(bytes.fromhex(value) for name, value in table("byte_roots") if name == what)


@cache
def verified() -> Verified:
    return verify(example(), machine(), in_full("program id"), OUTPUT, 0)


def foreign_imports(source: str) -> list[str]:
    """What a module imports that is neither the standard library nor of the independent code."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{'.' * node.level}{node.module or ''}"]
        for name in names:
            own = name.startswith("tests.whitepaper.independent")
            if not own and name.partition(".")[0] not in sys.stdlib_module_names:
                found.append(name)
    return found


def test_independent_verifier_imports_nothing_of_ours() -> None:
    sources = {path.name: path.read_text() for path in INDEPENDENT.glob("*.py")}
    assert {name: found for name, source in sources.items() if (found := foreign_imports(source))} == {}
    assert not any(word in source for source in sources.values() for word in ("importlib", "__import__", "exec("))


@pytest.mark.parametrize(
    "line", ["import spec.field", "from spec import field", "from ..proof import x", "import numpy"]
)
def test_import_of_ours_planted_is_reported(line: str) -> None:
    assert len(foreign_imports(f"import sys\n{line}\n")) == 1


def test_example_is_accepted_by_the_independent_verifier() -> None:
    assert verified().output == OUTPUT


def test_every_challenge_is_the_one_of_the_test_vectors() -> None:
    expected = challenges_on_record("transcript.txt")
    found = [(name, label, (*indices, 0, 0)[:2], numbers) for name, label, indices, numbers in verified().heard]
    assert len(expected) > 200
    assert found == expected


def test_example_with_any_of_hundreds_of_bytes_flipped_is_refused() -> None:
    positions = positions_of_every_kind("example.txt")
    assert len(positions) > 300
    accepted = []
    for number, position in enumerate(positions):
        flipped = bytearray(example())
        flipped[position] ^= 1 << number % 8
        try:
            verify(bytes(flipped), machine(), in_full("program id"), OUTPUT, 0)
            accepted.append(position)
        except RefusedError:
            continue
    assert accepted == []


def test_example_cut_short_or_longer_is_refused() -> None:
    for encoded in (example()[:-1], example() + b"\0"):
        with pytest.raises(RefusedError, match=r"^bytes "):
            verify(encoded, machine(), None, None, 0)


@pytest.mark.parametrize(
    ("program", "output", "exit_code", "step"),
    [(bytes(32), OUTPUT, 0, "program"), (None, b"", 0, "output"), (None, None, 1, "exit code")],
)
def test_other_statement_than_the_example_is_refused(
    program: bytes | None, output: bytes | None, exit_code: int, step: str
) -> None:
    with pytest.raises(RefusedError, match=f"^{step}$"):
        verify(example(), machine(), program, output, exit_code)


def test_example_is_what_the_prover_makes_today() -> None:
    assert limpid.prove(GUEST, (10).to_bytes(8, "little"), parameters="tiny").encoded == example()


@pytest.mark.parametrize(("listing", "proof"), [("example.txt", "example.proof"), ("final.txt", "final.proof")])
def test_listing_holds_the_bytes_of_the_example(listing: str, proof: str) -> None:
    offsets, encoded = listed_bytes(listing)
    sizes = [after - before for before, after in zip(offsets, [*offsets[1:], len(encoded)], strict=True)]
    assert offsets[0] == 0
    assert min(sizes) > 0
    assert encoded == beside(proof).read_bytes()


def test_digests_in_the_document_are_those_of_its_texts() -> None:
    assert machine().digest == in_full("machine's digest")
    for row in table("parameter_texts"):
        assert read_parameters(row[0]).digest.hex() == row[2]


def test_rows_of_the_program_follow_from_the_file() -> None:
    segments = load_segments(GUEST.read_bytes())
    found = {"program_table": program_rows(segments), "image_table": image_rows(segments)}
    found["region_table"] = region_rows(segments)
    lines = [f"{name} {' '.join(map(str, row))}" for name, rows in found.items() for row in padded(rows)]
    assert "\n".join(lines) + "\n" == beside("program.txt").read_text()


def test_row_of_every_instruction_is_the_document_s() -> None:
    examples = table("program_row_examples")
    assert len(examples) > 60
    for listing, word, row in examples:
        expected = tuple(map(int, row.split()))
        assert program_row(4 * expected[0], int(word, 16)) == expected, listing


def _program_vectors(height: int) -> list[list[int]]:
    """The stacked columns of the program's tables, from the file."""
    segments, chips = load_segments(GUEST.read_bytes()), machine().of_role("program table")
    rows = [padded(of(segments)) for of in (program_rows, image_rows, region_rows)]
    tables = [(chip, len(found).bit_length() - 1) for chip, found in zip(chips, rows, strict=True)]
    placed = stacked(tables, [chip.fixed for chip in chips], height)
    columns = [[row[chips[at.table].fixed.index(at.column)] for row in rows[at.table]] for at in placed]
    return stacked_vectors(placed, columns, height)


def test_root_of_the_key_follows_from_the_file() -> None:
    key = read_proof(example(), machine()).key
    height = min(key.commitments)
    fold = key.parameters.schedules[height].folds[0]
    root = commitment_root(_program_vectors(height), height, key.parameters.rate, fold)
    assert bytes_of(root) == in_full(f"root of the program's tables at stacking height $2^{{{height}}}$")


def test_answers_of_the_key_follow_from_the_file() -> None:
    proof = read_proof(example(), machine())
    height = proof.segments[0].layout.height
    (point,) = (Element(numbers) for _, label, _, numbers in verified().heard if label == "program_pinning")
    answers = [horner([base(cell) for cell in vector], point) for vector in _program_vectors(height)]
    assert answers == proof.key.commitments[height].answers


def test_closed_forms_give_the_rows_of_the_document() -> None:
    heights = machine().table_heights
    rows = table("fixed_rows")
    assert {name for name, *_ in rows} == set(heights)
    for name, number, cells in rows:
        point = [base(int(number) >> i & 1) for i in reversed(range(heights[name]))]
        assert closed_form(name, point) == [base(int(cell)) for cell in cells.split()], (name, number)


def _listed_layout(shape: int = 0, program: int = 0) -> tuple[Layout, dict[str, int]]:
    """The layout of a listed shape with a listed program, and the heights of the program's tables."""
    listed = machine().shapes[shape]
    heights = listed | machine().programs[program] | machine().own_heights(listed)
    every = {chip.name: heights.get(chip.name, ()) for chip in machine().chips}
    program_heights = {name: height for name, (height,) in machine().programs[program].items()}
    return Layout(machine(), read_parameters("recursion"), every), program_heights


def test_listed_shapes_are_accepted_and_others_refused_where_the_set_asks_for_one() -> None:
    for shape in range(len(machine().shapes)):
        layout, program_heights = _listed_layout(shape)
        layout.check(program_heights)
    layout, program_heights = _listed_layout()
    layout.heights["sub"] = (layout.heights["sub"][0] + 1,)
    with pytest.raises(RefusedError, match=r"^heights of a listed shape$"):
        layout.check(program_heights)


@pytest.mark.parametrize(
    ("chip", "heights", "step"),
    [
        ("add", (4, 5), "order of tables"),
        ("add", (5, 5), "order of tables"),
        ("add", (8, 7, 6, 5), "number of tables"),
        ("boundary", (), "number of tables"),
        ("region_table", (4,), "height of a fixed table"),
        ("range_table", (), "height of a fixed table"),
        # The example makes no call.
        ("keccak_chi", (19,), "height of a fixed table"),
        ("keccak_round", (5,), "height of a fixed table"),
        ("sha256_rest", (17, 16, 15), "clocks"),
    ],
)
def test_heights_that_no_segment_may_have_are_refused(chip: str, heights: tuple[int, ...], step: str) -> None:
    proof = read_proof(example(), machine())
    honest = proof.segments[0].layout
    honest.check(proof.key.heights)
    layout = Layout(machine(), honest.parameters, {**honest.heights, chip: heights})
    with pytest.raises(RefusedError, match=f"^{step}$"):
        layout.check(proof.key.heights)


def test_fixed_tables_of_a_call_are_there_exactly_with_its_chips() -> None:
    everywhere = {"range_table": (17,), "byte_table": (16,), "shift_table": (6,)}
    digits, chi = {"keccak_digits": (16,)}, {"keccak_chi": (19,)}
    absent = {"keccak_digits": (), "keccak_chi": ()}
    assert machine().own_heights({"add": (5,), "keccak_f": (), "keccak_round": ()}) == everywhere | absent
    assert machine().own_heights({"keccak_f": (1,)}) == everywhere | absent | digits
    assert machine().own_heights({"keccak_round": (6, 5)}) == everywhere | digits | chi


def test_opening_ends_at_a_cap_where_the_set_has_one() -> None:
    leaves = [[number] for number in range(8)]
    layers = [[leaf_digest(leaf) for leaf in leaves]]
    while len(layers[-1]) > 1:
        layers.append([node_digest(a, b) for a, b in zip(layers[-1][::2], layers[-1][1::2], strict=True)])
    (root,), cap = layers[3], layers[1]
    rows = {2: leaves[2], 5: leaves[5]}
    siblings = [layers[0][3], layers[0][4]]
    assert opened_root(rows, siblings, cap, depth=3, cap_log2=2) == root
    assert opened_root(rows, [*siblings, layers[1][0], layers[1][3]], [], depth=3, cap_log2=0) == root
    with pytest.raises(RefusedError, match=r"^cap of an opening$"):
        opened_root({**rows, 5: [0]}, siblings, cap, depth=3, cap_log2=2)
    assert opened_root(rows, siblings, [cap[0], *cap[1:3], cap[0]], depth=3, cap_log2=2) != root


def _proven(program: Program, traces: Sequence[Trace]) -> tuple[bytes, bytes, bytes]:
    """The program's id, the output and the proof of a run."""
    kernels = OptimizedKernels()
    key = proving_key(kernels, program, TINY)
    proof = prove_run(kernels, key, traces)
    return key.verification.program_id, proof.output, encode_proof(proof)


def test_proof_with_every_chip_is_accepted() -> None:
    trace = worked_trace()
    assert {found.chip.name for found in trace.tables} == {chip.name for chip in machine().chips}
    program, output, encoded = _proven(worked_program(), [trace])
    assert verify(encoded, machine(), program, output, 0).output == output


def test_run_of_several_segments_is_accepted_and_refused_with_two_exchanged() -> None:
    cut, guest = cut_run(), worked_program(calls=False)
    filling = CompiledTraces(guest, proving_key(OptimizedKernels(), guest, TINY).tables)
    traces = [filling.segment(cut.run.segment(plan)) for plan in cut.segments]
    assert len(traces) > 2
    program, output, encoded = _proven(guest, traces)
    assert verify(encoded, machine(), program, output, 0).output == output
    proof = decode_proof(encoded, RV64IM)
    first, second, *others = proof.segments
    exchanged = encode_proof(replace(proof, segments=(second, first, *others)))
    with pytest.raises(RefusedError, match=r"^index of a segment$"):
        verify(exchanged, machine(), program, output, 0)
