"""The compressions that a circuit needs for the proof of one segment of a machine, to the last one."""

from __future__ import annotations

from collections.abc import Mapping

from soundcalc.protocol.circuit_cost import NEXT_CHALLENGE, Compressions, absorbed, compressions
from soundcalc.protocol.openings import DIGEST_BYTES, EXTENSION_BYTES
from soundcalc.protocol.runs import form_argument, form_shape
from spec.air.chip import Role
from spec.parameters import ParameterSet
from spec.protocol.form import SegmentForm
from spec.protocol.key import key_heights, program_table_numbers
from spec.protocol.run import stacking_numbers
from spec.protocol.shape import SegmentShape
from spec.protocol.stacking import Commitment

NUMBER_BYTES = 4
"""A number of the statement, and a base-field element, is one word."""


def segment_compressions(shape: SegmentShape, parameters: ParameterSet) -> Compressions:
    """What verifying a segment of this shape costs, its program's id, pinnings, leaf and global challenges included.

    Raises Rejected for a shape that no listed stacking height holds.
    """
    form = SegmentForm(shape, parameters)
    return compressions(form_shape(form, form_argument(form)), statement_compressions(shape, parameters))


def statement_compressions(shape: SegmentShape, parameters: ParameterSet) -> int:
    """Everything that is hashed before the main commitment's root is absorbed."""
    return sum(conversations(shape, parameters).values())


OF_THE_PROGRAM = ("the program's commitment", "the program's id", "the program's pinning")
"""What segments of one program share. Of its commitments at other stacking heights a circuit is given the digests."""

GLOBAL = "the global challenges"


def conversations(shape: SegmentShape, parameters: ParameterSet) -> Mapping[str, int]:
    """The compressions before the main commitment's root, by what they are for.

    A proof without continuation tables has no use for their pinning point and the global challenges, so that a circuit
    leaves them out.
    """
    machine, form = shape.machine, SegmentForm(shape, parameters)
    columns = {commitment: layout.count for commitment, layout in form.layouts.items()}
    roots = {commitment: DIGEST_BYTES * bool(count) for commitment, count in columns.items()}
    answers = {commitment: EXTENSION_BYTES * count for commitment, count in columns.items()}
    program_heights = [shape.heights_log2[chip.name][0] for chip in machine.chips_of(Role.PROGRAM_TABLE)]
    program_numbers = NUMBER_BYTES * len(program_table_numbers(machine, program_heights))
    digests = len(key_heights(parameters, program_heights))
    stacking = NUMBER_BYTES * len(stacking_numbers(parameters, form.height_log2))
    continuation = (
        NUMBER_BYTES,
        stacking,
        NUMBER_BYTES * len(shape.continuation_numbers()),
        roots[Commitment.CONTINUATION],
    )
    machine_and_parameters = (DIGEST_BYTES, DIGEST_BYTES)
    said = {
        "the program's commitment": (stacking, roots[Commitment.PROGRAM], answers[Commitment.PROGRAM]),
        "the program's id": (
            *machine_and_parameters,
            program_numbers,
            NUMBER_BYTES * len(machine.joins),
            *[DIGEST_BYTES] * digests,
        ),
        "the program's pinning": (*machine_and_parameters, stacking, program_numbers, roots[Commitment.PROGRAM]),
        "the leaf": (*continuation, answers[Commitment.CONTINUATION]),
        "the segment": (
            DIGEST_BYTES,
            NUMBER_BYTES,
            DIGEST_BYTES,
            NUMBER_BYTES * len(machine.public_values),
            stacking,
            NUMBER_BYTES * len(shape.numbers()),
        ),
    }
    found = {name: sum(map(absorbed, payloads)) for name, payloads in said.items()}
    if columns[Commitment.CONTINUATION]:
        pinning = (*machine_and_parameters, DIGEST_BYTES, *continuation)
        # The second global challenge follows the first.
        found |= {
            "the continuation's pinning": sum(map(absorbed, pinning)),
            GLOBAL: absorbed(DIGEST_BYTES) + NEXT_CHALLENGE,
        }
    return found
