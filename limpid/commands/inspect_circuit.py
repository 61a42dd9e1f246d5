"""`limpid inspect --circuit`: the circuit that verifies the first segment of a proof, part by part."""

from __future__ import annotations

from itertools import islice

from limpid.errors import FileError
from limpid.reading.inspection import ProofContent, content_of_file
from limpid.reading.proof_files import read_proof
from limpid.terminal.files import file_name
from limpid.terminal.output import Answer
from limpid.terminal.progress import showing
from reference.recursion.convert import SpanProof, convert
from reference.recursion.recorder import Recorder
from reference.recursion.size import PartSize, part_sizes
from spec.protocol.node_statement import public_names
from spec.protocol.proof_encoding import decode_proof
from spec.rv64im.machine import RV64IM

SHOWN_PLACES = 3
"""Lines of the verifier that are shown of each part; the others are in the JSON object."""


def circuit_answer(file: str) -> Answer:
    """Sizes by part. Raises FileError for what is no proof."""
    encoded = read_proof(file)
    with showing("recording"):
        if not isinstance(content_of_file(file_name(file), encoded), ProofContent):
            next_step = "name a proof that limpid prove has made segment by segment"
            raise FileError(file_name(file), "is no proof of segments, which circuits verify", next_step)
        proof = decode_proof(encoded, RV64IM)
        key, segment = proof.key, proof.segments[0]
        recorder = Recorder(publics=[0] * len(public_names(key.machine)))
        convert(recorder, SpanProof(key, (segment,)), recorder.public_elements)
        sizes = part_sizes(recorder)
    rows = sum(sum(size.rows.values()) for size in sizes.values())
    totals = {
        "rows": rows,
        "compressions": sum(size.compressions for size in sizes.values()),
        "cells": sum(size.cells for size in sizes.values()),
    }
    facts = {"kind": "circuit", **totals, "parts": {part: _facts(size) for part, size in sizes.items()}}
    lines: dict[str, object] = {"kind": "circuit that verifies a segment of this shape"}
    lines |= {what: f"{count:,}" for what, count in totals.items()}
    for part, size in sizes.items():
        text = f"{size.cells:,} cells, {size.compressions:,} compressions, {sum(size.rows.values()):,} rows"
        places = (f"{place}: {cells:,}" for place, cells in islice(size.places.items(), SHOWN_PLACES))
        lines[part] = "\n    ".join([text, *places])
    return Answer(facts, lines)


def _facts(size: PartSize) -> dict[str, object]:
    places = {str(place): cells for place, cells in size.places.items()}
    return {"cells": size.cells, "compressions": size.compressions, "rows": dict(size.rows), "cells_by_line": places}
