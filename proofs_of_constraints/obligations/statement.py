"""What the verifier of RV64IM says itself: its tokens, what joins segments, how a run ends, and the bounds of a run.

Written here a second time, in numbers and names: the declaration is compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from spec.air.machine import Token
from spec.field import P
from spec.rv64im.buses import SEGMENT_GAP_BITS
from spec.rv64im.tokens import output_tokens

HALTED = P - 1
PC_LIMIT = 2**30
OUTPUT_START = 0xB000_0000 // 8
"""The doubleword address of the output's length."""

OUTPUT_LENGTHS = range(34)
"""The outputs that are tried have these lengths: every remainder, up to several doublewords."""

EXIT_CODE = ("exit_code_0", "exit_code_1", "exit_code_2", "exit_code_3")

Said = tuple[str, int, tuple[int | str, ...], tuple[str, int] | None]
"""A token: bus, sign, message, and when it counts."""

SEGMENT_TOKENS: tuple[Said, ...] = (
    ("state", +1, ("pc_in", 1), None),
    ("state", -1, ("pc_out", "clock_out"), None),
    ("cursor", +1, ("cursor_in",), None),
    ("cursor", -1, ("cursor_out",), None),
    ("exit", -1, EXIT_CODE, ("pc_out", HALTED)),
)

RUN = {
    "segment_index": "segment",
    "halted": ("pc_out", HALTED),
    "exit_values": EXIT_CODE,
    "required": ("boundary",),
}
"""Fields of the machine."""

JOINS = (("pc_in", "pc_out", PC_LIMIT, None), ("cursor_in", "cursor_out", 1, "memory"))


def statement_obligations(audited: AuditedMachine) -> Iterator[Obligation]:
    """One obligation for each part of what the verifier says."""

    def of_segments(_: Session) -> Outcome:
        return _outcome(_fault_of_segment_tokens(audited))

    def of_output(_: Session) -> Outcome:
        return _outcome(_fault_of_output_tokens())

    def of_run(_: Session) -> Outcome:
        return _outcome(_fault_of_run(audited))

    yield Obligation(Kind.MACHINE, "", "tokens of a segment", (), of_segments)
    yield Obligation(Kind.MACHINE, "", "tokens of the output", (), of_output)
    yield Obligation(Kind.MACHINE, "", "ends and bounds of a run", (), of_run)


def _outcome(fault: str | None) -> Outcome:
    return Outcome(Verdict.PROVEN) if fault is None else Outcome(Verdict.REFUTED, fault)


def _said(token: Token) -> Said:
    return (token.bus.name, token.sign, token.message, token.times)


def _fault_of_segment_tokens(audited: AuditedMachine) -> str | None:
    """State and cursor at both ends of a segment, and the exit code at the end of the run alone."""
    found = [_said(token) for token in audited.machine.tokens]
    missing = [said for said in SEGMENT_TOKENS if said not in found]
    if missing:
        bus, sign, message, _ = missing[0]
        return f"the verifier does not {'send' if sign > 0 else 'receive'} {bus}{message} as it should"
    return "the verifier says more than it should" if len(found) != len(SEGMENT_TOKENS) else None


def _fault_of_output_tokens() -> str | None:
    """The length first, then eight bytes in each doubleword, lowest first, zeros behind the last."""
    for length in OUTPUT_LENGTHS:
        output = bytes((37 * i + 11) % 256 for i in range(length))
        filled = output + bytes(-length % 8)
        octets = [length.to_bytes(8, "little"), *(filled[i : i + 8] for i in range(0, len(filled), 8))]
        expected = [
            ("output", -1, (OUTPUT_START + i, *(o[2 * k] + 256 * o[2 * k + 1] for k in range(4))), None)
            for i, o in enumerate(octets)
        ]
        if [_said(token) for token in output_tokens(output)] != expected:
            return f"the tokens of an output of {length} bytes are not its length and its bytes"
    return None


def _fault_of_run(audited: AuditedMachine) -> str | None:
    """Segments meet in pc and cursor, the last one halts, and no difference of two segments' numbers wraps around."""
    machine = audited.machine
    for name, expected in RUN.items():
        if getattr(machine, name) != expected:
            return f"{name} is {getattr(machine, name)}, not {expected}"
    joins = tuple((join.enters, join.leaves, join.start_limit, join.moved_by) for join in machine.joins)
    if joins != JOINS:
        return f"segments are joined by {joins}, not {JOINS}"
    if 2 ** (SEGMENT_GAP_BITS + 1) >= P:
        return "a difference of segments may wrap around p"
    if machine.maximum_segments > 2**SEGMENT_GAP_BITS:
        return f"{machine.maximum_segments} segments, of which the gap between two has {SEGMENT_GAP_BITS} bits"
    return None
