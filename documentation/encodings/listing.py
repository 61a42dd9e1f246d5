"""The examples' proofs in hexadecimal, every field with its offset and name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from documentation.encodings.example import GUEST, PRIVATE_INPUT, example_form, example_proof
from documentation.encodings.fields import FIELDS, example_writes, final_writes, words
from documentation.encodings.final_example import final_example
from documentation.encodings.written import Written
from documentation.markdown import number
from spec.air.chip import Role
from spec.field import EXTENSION_DEGREE
from spec.protocol.canonical import element_bytes
from spec.protocol.form import SegmentForm
from spec.protocol.key import VerificationKey, key_heights
from spec.protocol.stacking import Commitment

LINE_BYTES = 32
"""What has no items of its own goes on over lines of so many bytes."""

_EXTENSION_BYTES = len(element_bytes((0,) * EXTENSION_DEGREE))
_NAME_WIDTH = 60


@dataclass(frozen=True)
class _Listed:
    """A proof to be listed: its writes, its keys by the expressions that write them, the form of its segment."""

    writes: Sequence[Written]
    keys: Mapping[str, VerificationKey]
    form: SegmentForm


def _example() -> _Listed:
    return _Listed(example_writes(), {"key": example_proof().key}, example_form())


def _final() -> _Listed:
    final = final_example()[0]
    (segment,) = final.proof.segments
    keys = {"final.program": final.program, "final.proof.key": final.proof.key}
    return _Listed(final_writes(), keys, SegmentForm(segment.shape, final.proof.key.parameters))


def _column_names(form: SegmentForm) -> list[list[str]]:
    """For each commitment the names of its columns in the order in which they lie."""
    found = []
    for commitment, layout in form.layouts.items():
        names = []
        for placed in layout.columns:
            chip = form.shape.tables[placed.table].chip
            is_fixed = commitment is Commitment.PROGRAM and chip.role is Role.PROGRAM_TABLE
            column = (chip.fixed_columns if is_fixed else chip.columns)[placed.column]
            names.append(f"{commitment.value}, {chip.name}, {column}")
        found.append(names)
    return found


def _items(written: Written, of: _Listed, columns_of: Sequence[Sequence[str]]) -> Iterator[tuple[str, bytes]]:
    """The items of a write with their names."""
    name = ", ".join(map(words, written.path))
    last = written.path[-1]
    if last.expression in ("digest_bytes(commitment.root)", "commitment.answers"):
        first = written.path[0]
        key, what = of.keys[first.expression], FIELDS[last.expression].name
        height = key_heights(key.parameters, key.program_heights_log2)[last.turn]
        name = f"{words(first)}, stacking height {height}, {what}"
    if written.method == "extensions":
        size = _EXTENSION_BYTES
        columns = columns_of[last.turn] if FIELDS[last.expression].name == "column values" else None
        for start in range(0, len(written.encoded), size):
            item = columns[start // size] if columns is not None else f"{name}, {start // size}"
            yield item, written.encoded[start : start + size]
    else:
        for start in range(0, len(written.encoded), LINE_BYTES):
            yield name if not start else "", written.encoded[start : start + LINE_BYTES]


def _lines(of: _Listed) -> list[str]:
    """A line for each item: offset, name, bytes, all but the name in hexadecimal."""
    found, offset, columns = [], 0, _column_names(of.form)
    for written in of.writes:
        for name, encoded in _items(written, of, columns):
            name = name.removeprefix("segment, ")
            found.append(f"{offset:06x}  {name.removeprefix('segment 0, '):{_NAME_WIDTH}}  {encoded.hex()}")
            offset += len(encoded)
    return found


def lines() -> list[str]:
    """The lines of the example."""
    return _lines(_example())


def listing() -> str:
    """The file with the whole proof."""
    return _file(_example())


def final_listing() -> str:
    """The file with the whole final proof."""
    return _file(_final())


def _file(of: _Listed) -> str:
    return "\n".join(["offset  field, item; bytes", *_lines(of)]) + "\n"


def example_facts() -> str:
    """What the example is, and how a reader makes it."""
    proof, size = example_proof(), sum(len(written.encoded) for written in example_writes())
    return (
        f"The guest is `{GUEST}`, its private input the bytes `{PRIVATE_INPUT.hex()}`, the parameter set "
        f"`{proof.key.parameters.name}`; the output is `{proof.output.hex()}`. The proof has {number(size)} bytes, one "
        f"segment, and stands in `spec/whitepaper/bytes/example.proof`. The prover has no choice in it: "
        "`limpid prove` gives the same bytes."
    )


def byte_listing() -> str:
    """The first lines of the file: the key, and the segment up to its circuit."""
    every, shown = lines(), []
    for line in every:
        if "  layer 2" in line:
            break
        shown.append(line)
    rest = len(every) - len(shown)
    return (
        "```text\n"
        + "\n".join(shown)
        + f"\n```\n\n{number(rest)} more lines stand in `spec/whitepaper/bytes/example.txt`."
    )
