"""The formats, field by field: order, widths and counts as the encoders write them, with a word on each field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from documentation.encodings.example import example_bytes, example_proof, example_segment
from documentation.encodings.final_example import FINAL_PROOF, final_example
from documentation.encodings.written import Step, Written, recorded
from documentation.markdown import code, number, table
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.canonical import Writer
from spec.protocol.final_encoding import encode_final
from spec.protocol.hash import DIGEST_BYTES, digest_bytes
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof_encoding import OUTPUT_BYTES_MAXIMUM, encode_proof, encode_segment


@dataclass(frozen=True)
class Field:
    """What an expression of an encoder writes; `first` is the number of the first where they are counted."""

    name: str
    follows: str
    """What says how many there are, and in which order; or what the value is."""

    first: int | None = None


_OUTPUT_LENGTH = f"bytes of the output, at most {number(OUTPUT_BYTES_MAXIMUM)}"

FIELDS: dict[str, Field] = {
    "PROOF_MAGIC": Field("magic", "fixed"),
    "PROOF_VERSION": Field("version", "fixed"),
    "key": Field("key", "the format *key*"),
    "len(output)": Field("output, length", _OUTPUT_LENGTH),
    "output": Field("output", "as many bytes as the length says"),
    "len(segments)": Field("segments, count", "1 to $M$"),
    "segment": Field("segment", "the format *segment*, ascending by index", 0),
    "KEY_MAGIC": Field("magic", "fixed"),
    "KEY_VERSION": Field("version", "fixed"),
    "_name_field(key.parameters)": Field("parameter set, name", "ASCII, zeros up to the width"),
    "parameters_digest(key.parameters)": Field("parameter set, digest", "Section 11.4"),
    "key.machine.digest": Field("machine, digest", "Section 11.4"),
    "bytes(key.program_heights_log2)": Field(
        "heights", "of the program's tables in machine order, a byte each: the logarithm"
    ),
    "key.start": Field("start", "for each of the machine's joins the number that the first segment starts with"),
    "digest_bytes(commitment.root)": Field(
        "root", "for each stacking height of the set that is at least every height above, ascending: root, answers", 0
    ),
    "commitment.answers": Field("answers", "one for each stacked column at this height", 0),
    "segment.public_values": Field("public values", "one for each public value of the machine, in its order"),
    "bytes(segment.shape.numbers())": Field(
        "heights", "for each chip in machine order a byte with the number of its tables, then a byte for each height"
    ),
    "digest_bytes(segment.continuation_root)": Field(
        "continuation root", "absent where no continuation table has a column"
    ),
    "segment.pinned_answers": Field("pinned answers", "one for each stacked column of *continuation*"),
    "digest_bytes(segment.main_root)": Field("main root", "absent where no other table has a column"),
    "segment.bus_totals": Field("totals", "$p_L, q_L, p_G, q_G$"),
    "layer.rounds": Field("layer", "layers 1 to $N - 1$, layer $j$ of $j$ rounds", 1),
    "sent": Field("round", "coefficients of the first power and on, the constant one left out", 0),
    "layer.ends": Field("layer ends", "$p_0, p_1, q_0, q_1$, after the rounds of each layer", 1),
    "segment.zerocheck_rounds": Field("zerocheck", "as many rounds as the tallest table has variables"),
    "segment.column_values[commitment]": Field(
        "column values", "*program*, *continuation*, *main*: the columns of each in the order in which they lie", 0
    ),
    "segment.stacking_rounds": Field("stacking", "$H$ rounds"),
    "segment.stacked_values": Field("stacked values", "the stacked columns of *program*, *continuation*, *main*"),
    "segment.column_batching_nonce": Field("column batching", "absent where the schedule asks for no work"),
    "nonce": Field("nonce", "a number below $2^{2\\eta}$", 0),
    "iteration.rounds": Field("iteration", "for each iteration of the schedule; as many rounds as it binds", 0),
    "iteration.folding_nonces": Field("iteration folding", "one a round, after all rounds; absent without work", 0),
    "digest_bytes(iteration.root)": Field("iteration root", "of the fold; absent in the last iteration", 0),
    "iteration.answer": Field("iteration answer", "one; absent in the last iteration", 0),
    "iteration.query_nonce": Field("iteration queries", "absent without work", 0),
    "opening": Field(
        "opening",
        "in the first iteration one for each commitment with columns, in their order; later one; counted through",
        0,
    ),
    "len(opening.rows)": Field("rows, count", "as many as distinct positions"),
    "row": Field("row", "the leaves at the distinct positions, ascending; the width is the tree's", 0),
    "len(opening.siblings)": Field("siblings, count", "digests of siblings, those of the cap not counted"),
    "digest_bytes(digest)": Field(
        "digest",
        "siblings that no opened leaf determines, from the leaves up, in a layer ascending; then the cap, if any",
        0,
    ),
    "segment.final_vector": Field("last vector", "the entries that the schedule leaves"),
    "FINAL_MAGIC": Field("magic", "fixed"),
    "FINAL_VERSION": Field("version", "fixed"),
    "final.program": Field("program's key", "the format *key*, of RV64IM"),
    "len(final.output)": Field("output, length", _OUTPUT_LENGTH),
    "final.output": Field("output", "as many bytes as the length says"),
    "final.proof.key": Field("circuit's key", "the format *key*, of the machine of circuits"),
    "encode_segment(segment)": Field("segment", "the format *segment*, of the machine of circuits"),
}
"""By expression in the encoders. An expression without an entry is an error: nobody has said what it is."""


def words(step: Step) -> str:
    """A step of a path in words: the field's name, counted where several are written."""
    field = FIELDS[step.expression]
    return field.name if field.first is None else f"{field.name} {field.first + step.turn}"


@cache
def example_writes() -> tuple[Written, ...]:
    """Every write of the example's proof. Raises ValueError where the encoder does not give the committed bytes."""
    writes = recorded(lambda: encode_proof(example_proof()))
    if b"".join(written.encoded for written in writes) != example_bytes():
        raise ValueError("the encoder does not give the bytes of the committed proof")
    return tuple(writes)


@cache
def final_writes() -> tuple[Written, ...]:
    """Every write of the final proof. Raises ValueError as `example_writes`."""
    writes = recorded(lambda: encode_final(final_example()[0]))
    if b"".join(written.encoded for written in writes) != FINAL_PROOF.read_bytes():
        raise ValueError("the encoder does not give the bytes of the committed final proof")
    return tuple(writes)


@dataclass(frozen=True)
class Format:
    """A format: an encoding of it, what leads to its fields, and its parts that have a format of their own."""

    encode: Callable[[], bytes]
    way: tuple[str, ...] = ()
    parts: Sequence[str] = ()

    def fields(self) -> list[Written]:
        """Every write of it, the way left out."""
        return [replace(w, path=w.path[len(self.way) :]) for w in recorded(self.encode)]


FORMATS: dict[str, Format] = {
    "key": Format(lambda: encode_key(example_proof().key), way=("key",)),
    "proof": Format(lambda: encode_proof(example_proof()), parts=("key", "segment")),
    "segment": Format(lambda: encode_segment(example_segment())),
    "final proof": Format(
        lambda: encode_final(final_example()[0]), parts=("final.program", "final.proof.key", "encode_segment(segment)")
    ),
}


def _format(name: str) -> str:
    of, rows = FORMATS[name], dict[tuple[str, ...], list[Written]]()
    parts = of.parts
    for written in of.fields():
        place = written.place[:1] if written.place[0] in parts else written.place
        rows.setdefault(place, []).append(written)
    found = []
    for place, writes in rows.items():
        fields = [FIELDS[expression] for expression in place]
        kind, width = ("that format", 1) if place[0] in parts else _kind(writes[0])
        size = sum(len(written.encoded) for written in writes)
        count = "" if width == 1 else f"{number(size // width)} in "
        found.append(
            (
                ", ".join(field.name for field in fields),
                kind,
                "; ".join(dict.fromkeys(field.follows for field in fields)),
                f"{count}{number(size)} bytes",
            )
        )
    return table(("field", "written as", "how many, in which order", "in the example"), found, (24, 20, 40, 16))


def _kind(written: Written) -> tuple[str, int]:
    """The kind of a write's items, and their width in bytes."""
    if written.method == "unsigned":
        return _UNSIGNED[written.path[-1].expression], len(written.encoded)
    if written.method == "raw":
        digest = len(written.encoded) == DIGEST_BYTES
        return ("digest", DIGEST_BYTES) if digest else ("bytes", 1)
    return {
        "count": ("count", len(written.encoded)),
        "elements": ("base element", _ELEMENT_BYTES),
        "extensions": ("extension element", _ELEMENT_BYTES * EXTENSION_DEGREE),
    }[written.method]


_UNSIGNED = {"PROOF_VERSION": "version", "KEY_VERSION": "version", "FINAL_VERSION": "version", "nonce": "nonce"}


def _written(write: Callable[[Writer], None]) -> bytes:
    writer = Writer()
    write(writer)
    return writer.encoded()


_ELEMENT_BYTES = len(_written(lambda writer: writer.elements([1])))


def byte_widths() -> str:
    """The kinds of fields, with an example of each."""

    def width(expression: str) -> bytes:
        return next(w.encoded for w in example_writes() if w.path[-1].expression == expression)

    numbers = range(1, EXTENSION_DEGREE + 1)
    extension = _written(lambda writer: writer.extensions([Extension.from_coefficients(numbers)]))
    polynomial = "$1 + 2X + \\dots + 6X^5$" if len(numbers) == EXTENSION_DEGREE else ""
    kinds = (
        ("base element", _written(lambda writer: writer.elements([1])), "1; little-endian, below $p$"),
        ("extension element", extension, f"{polynomial}; $e$ base elements, the constant coefficient first"),
        ("digest", digest_bytes(range(1, 9)), "the words 1, 2, and so on; each big-endian, in order"),
        ("count", _written(lambda writer: writer.count(1)), "1; little-endian"),
        ("nonce", _written(lambda writer: writer.unsigned(1, len(width("nonce")))), "1; little-endian"),
        ("version", width("PROOF_VERSION"), "the version of a proof; little-endian"),
        ("height", _written(lambda writer: writer.raw(bytes([1]))), "1, a logarithm"),
        ("name", width("_name_field(key.parameters)"), f"`{example_proof().key.parameters.name}`"),
    )
    rows = [(kind, number(len(encoded)), code(encoded.hex()), of) for kind, encoded, of in kinds]
    return table(("kind", "bytes", "example", "of what"), rows, (18, 8, 50, 34))


def byte_magics() -> str:
    """The first bytes of each format that has its own, and its version."""
    rows = []
    for name, of in FORMATS.items():
        head, version, *_ = of.fields()
        if FIELDS[head.path[0].expression].name == "magic":
            stated = int.from_bytes(version.encoded, "little")
            rows.append((name, code(head.encoded.hex()), code(head.encoded.decode("ascii")), str(stated)))
    return table(("format", "magic", "as ASCII", "version"), rows)


def byte_proof() -> str:
    """The proof of a run."""
    return _format("proof")


def byte_key() -> str:
    """A verification key."""
    return _format("key")


def byte_segment() -> str:
    """The proof of a segment, within that of a run."""
    return _format("segment")


def byte_final() -> str:
    """A final proof, counted in the final example."""
    return _format("final proof")
