"""`limpid inspect`: the content of a file, part by part."""

from __future__ import annotations

from limpid.reading.inspection import (
    DevelopmentContent,
    FinalContent,
    KeyContent,
    ProofContent,
    SegmentContent,
    content_of_file,
)
from limpid.reading.proof_files import read_proof
from limpid.terminal.files import file_name
from limpid.terminal.output import Answer, shown
from limpid.terminal.progress import showing
from limpid.terminal.security_lines import security_facts, security_lines, security_notes
from reference.program_keys import entry_address
from soundcalc.protocol.runs import RunSecurity
from spec.air.machine import exit_code_text
from spec.protocol.hash import digest_bytes
from spec.protocol.key import VerificationKey


def content_answer(file: str) -> Answer:
    """What the proof, receipt or key in this file states.

    Raises FileError if a file cannot be read or written, and KeyFileError if a key in it is damaged.
    """
    encoded = read_proof(file)
    with showing("reading"):
        content = content_of_file(file_name(file), encoded)
    match content:
        case KeyContent():
            return _of_key(content)
        case DevelopmentContent():
            return _of_receipt(content)
        case ProofContent():
            return _of_proof(content)
        case FinalContent():
            return _of_final(content)


def _of_key(content: KeyContent) -> Answer:
    facts = {"kind": "key", "bytes": content.size_bytes, **_key_facts(content.key)}
    lines = {"kind": f"verification key, {content.size_bytes:,} bytes", **_key_lines(content.key)}
    for chip, height_log2 in content.key.heights_by_chip().items():
        lines[f"table {chip}"] = f"2^{height_log2} rows"
    return Answer(facts, lines)


def _of_receipt(content: DevelopmentContent) -> Answer:
    receipt = content.receipt
    facts = {
        "kind": "development receipt",
        "proven": False,
        "bytes": content.size_bytes,
        **_key_facts(receipt.key),
        "exit_code": receipt.exit_code,
        "output": receipt.output.hex(),
    }
    lines = {
        "kind": f"development receipt, {content.size_bytes:,} bytes, PROVES NOTHING",
        **_key_lines(receipt.key),
        "claimed exit code": exit_code_text(receipt.exit_code),
        "claimed output": shown(receipt.output),
    }
    return Answer(facts, lines)


def _of_proof(content: ProofContent) -> Answer:
    security = content.security
    facts = {
        "kind": "proof",
        "bytes": content.size_bytes,
        **_key_facts(content.key),
        "exit_code": content.exit_code,
        "output": content.output.hex(),
        **_figures(security),
        "segments": [_segment_facts(segment) for segment in content.segments],
    }
    lines: dict[str, object] = {
        "kind": f"proof, {content.size_bytes:,} bytes, not verified",
        **_key_lines(content.key),
        "claimed exit code": "none" if content.exit_code is None else exit_code_text(content.exit_code),
        "claimed output": shown(content.output),
    }
    lines |= _claims(security)
    for index, segment in enumerate(content.segments):
        end = "the exit call" if segment.pc_out is None else f"{segment.pc_out:#x}"
        lines[f"segment {index}"] = f"from {segment.pc_in:#x} to {end}, {len(segment.shape.tables)} tables"
        for table in segment.shape.tables:
            label = f"segment {index} {table.chip.name}"
            rows = f"2^{table.height_log2}"
            lines[label] = f"{lines[label]} + {rows}" if label in lines else rows
    return Answer(facts, lines, notes=() if security is None else security_notes(security))


def _of_final(content: FinalContent) -> Answer:
    security = content.security
    facts = {
        "kind": "final proof",
        "bytes": content.size_bytes,
        **_key_facts(content.key),
        "exit_code": content.exit_code,
        "output": content.output.hex(),
        **_figures(security),
        "segments": content.segments,
        "depth": content.depth,
    }
    lines: dict[str, object] = {
        "kind": f"final proof, {content.size_bytes:,} bytes, not verified",
        **_key_lines(content.key),
        "claimed exit code": exit_code_text(content.exit_code),
        "claimed output": shown(content.output),
        "segments": f"{content.segments}, below a tree of depth {content.depth}",
        **_claims(security),
    }
    return Answer(facts, lines, notes=() if security is None else security_notes(security))


def _figures(security: RunSecurity | None) -> dict[str, object]:
    """The figures of a proof for programs; none where it is rejected anyway."""
    return {"security_bits": None} if security is None else security_facts(security)


def _claims(security: RunSecurity | None) -> dict[str, object]:
    """The same for people."""
    claims = {"security": "none"} if security is None else security_lines(security)
    return {f"{what}, if it verifies": claim for what, claim in claims.items()}


def _segment_facts(segment: SegmentContent) -> dict[str, object]:
    return {
        "pc_in": segment.pc_in,
        "pc_out": segment.pc_out,
        "tables": [{"chip": table.chip.name, "rows": table.height} for table in segment.shape.tables],
    }


def _key_facts(key: VerificationKey) -> dict[str, object]:
    return {
        "program_id": key.program_id.hex(),
        "parameters": key.parameters.name,
        "secure": key.parameters.secure,
        "entry": entry_address(key),
        "machine_digest": key.machine.digest.hex(),
        "program_roots": {height: digest_bytes(c.root).hex() for height, c in sorted(key.commitments.items())},
        "fixed_tables": {chip: 1 << height for chip, height in key.heights_by_chip().items()},
    }


def _key_lines(key: VerificationKey) -> dict[str, object]:
    parameters = key.parameters
    return {
        "program id": key.program_id.hex(),
        "parameters": f"{parameters.name}: rate 2^-{parameters.rate_log2}{'' if parameters.secure else ', INSECURE'}",
        "entry": f"{entry_address(key):#x}",
        "machine digest": key.machine.digest.hex(),
        **{f"program root at 2^{h}": digest_bytes(c.root).hex() for h, c in sorted(key.commitments.items())},
    }
