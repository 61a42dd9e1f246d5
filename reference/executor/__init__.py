"""The executor: a machine on the meanings of `spec.isa`, and what can watch it."""

from __future__ import annotations

from reference.execution import Execution
from reference.executor.console import Console, console_instrument
from reference.executor.machine import Instrument, Machine
from reference.executor.recording import Recorder, recording_instrument
from spec.isa.advice import Host
from spec.program import Program

__all__ = ["Console", "Instrument", "Machine", "Recorder", "execute"]


def execute(
    program: Program,
    private_input: bytes = b"",
    *,
    record: Recorder | None = None,
    console: Console | None = None,
    maximum_instructions: int | None = None,
    host: Host | None = None,
) -> Execution:
    """Runs the program to its end.

    `record`, if given, receives every executed instruction in order, `console` every text that the program shows. The
    host answers calls of advice: an honest one, if none is given.
    Abnormal ends are part of the result. Raises InputTooLongError if the input exceeds its region.
    """
    instruments: list[Instrument] = []
    if record is not None:
        instruments.append(recording_instrument(record))
    if console is not None:
        instruments.append(console_instrument(program, console))
    return Machine(program, private_input, instruments, host).run(maximum_instructions)
