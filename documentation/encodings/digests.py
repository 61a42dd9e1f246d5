"""The texts that digests are made of, and the digests and roots of the example, in full."""

from __future__ import annotations

import hashlib
import re

from documentation.encodings.conversation import Absorbed, conversation
from documentation.encodings.example import example_proof, example_segment
from documentation.markdown import code, number, table
from spec.air.machine import describe_machine
from spec.parameters import PARAMETER_SETS
from spec.protocol.hash import digest_bytes
from spec.protocol.labels import Label
from spec.protocol.run import parameters_digest
from spec.rv64im.machine import RV64IM


def parameter_texts() -> str:
    """The text of each parameter set, and its digest."""
    rows = [
        (code(n), code(s.encoded().decode("ascii")), code(parameters_digest(s).hex()))
        for n, s in PARAMETER_SETS.items()
    ]
    return table(("set", "text", "digest"), rows, (10, 56, 34))


def machine_file() -> str:
    """The canonical text of the machine, whose SHA-256 is the machine's digest."""
    return describe_machine(RV64IM)


_MEANINGS = {
    "machine": "the machine's name",
    "shape": "a listed shape: chips with their heights, the instances of a chip by commas",
    "program": "the heights of the program's tables that go with listed shapes",
    "public values": "the public values, in their order",
    "segment": "the public value that is the segment's index; the one that ends a run, with its number; the exit "
    "code's limbs",
    "clock bits": "$K$; most tables of a chip; most segments of a run",
    "required": "tables that every segment has",
    "join": "a public value that enters, the one that leaves, a bound of the first, the table that alone may move it",
    "token": "a message of the verifier: bus, sign, parts, and the public value and number with which it counts once",
    "bus": "a bus: identity, scope, fields",
    "machine table": "a fixed table of the machine: height, the chips that it is only for if any, closed form",
    "chip": "a chip: role, and what a row counts in the bound on clocks. What follows until the next belongs to it",
    "columns": "main columns, then, after `fixed`, the fixed ones",
    "definition": "a name and its polynomial",
    "constraint": "a polynomial that vanishes on every row",
    "+1": "an interaction that sends: bus, message, multiplicity",
    "-1": "an interaction that receives: bus, message, multiplicity",
}
"""By first words of a line of the text."""

_EXAMPLE_LENGTH = 90


def machine_text() -> str:
    """The kinds of lines in the machine's text, in the order in which they first stand."""
    text = machine_file()
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        found.setdefault(_kind(line), []).append(line)
    rows = [(code(kind), number(len(lines)), _MEANINGS[kind], code(_short(lines[0]))) for kind, lines in found.items()]
    encoded = text.encode()
    said = (
        f"`spec/whitepaper/bytes/machine.txt` has {number(len(encoded))} bytes, ASCII, each line ended by a line feed. "
        f"Its SHA-256, without a prefix, is the machine's digest:\n\n`{hashlib.sha256(encoded).hexdigest()}`"
    )
    return (
        f"{said}\n\n{table(('first words', 'lines', 'say', 'the first, if long its beginning'), rows, (14, 8, 38, 40))}"
    )


def _kind(line: str) -> str:
    """The longest first words that have a meaning. Raises ValueError for a line that has none."""
    for kind in sorted(_MEANINGS, key=len, reverse=True):
        if re.match(rf"{re.escape(kind)}\b" if kind[0].isalpha() else re.escape(kind), line):
            return kind
    raise ValueError(f"nobody says what this line of the machine's text is: {line[:_EXAMPLE_LENGTH]}")


def _short(line: str) -> str:
    return line if len(line) <= _EXAMPLE_LENGTH else f"{line[:_EXAMPLE_LENGTH]} ..."


def _last_state(name: str) -> str:
    """The state in which the last conversation of this name ends."""
    states = [h.state for h in conversation() if isinstance(h, Absorbed) and h.conversation == name]
    return digest_bytes(states[-1]).hex()


def byte_roots() -> str:
    """Every digest and root of the example."""
    key, segment = example_proof().key, example_segment()
    absorbed = {h.label: h for h in conversation() if isinstance(h, Absorbed)}

    def said(label: Label) -> str:
        return digest_bytes(absorbed[label].words).hex()

    rows = [
        ("machine's digest", said(Label.MACHINE)),
        ("digest of the parameter set", said(Label.PARAMETERS)),
        *(
            (f"root of the program's tables at stacking height $2^{{{height}}}$", digest_bytes(commitment.root).hex())
            for height, commitment in sorted(key.commitments.items())
        ),
        ("program id", key.program_id.hex()),
        ("continuation root", digest_bytes(segment.continuation_root).hex()),
        ("leaf", _last_state("limpid segment leaf")),
        ("output's digest", said(Label.OUTPUT)),
        ("root over the leaves", said(Label.LEAVES_ROOT)),
        ("$G$", _last_state("limpid run")),
        ("main root", digest_bytes(segment.main_root).hex()),
        *((f"root of the fold {i}", digest_bytes(it.root).hex()) for i, it in enumerate(segment.iterations) if it.root),
        ("state at the end", _last_state("limpid segment")),
    ]
    return table(("what", "in hexadecimal"), [(what, code(value)) for what, value in rows], (36, 64))
