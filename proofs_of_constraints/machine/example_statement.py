"""A small statement about any machine: what checks of transcripts, keys and heights start from and change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from proofs_of_constraints.machine.example_values import base_element, extension_point
from spec.air.chip import Role
from spec.air.machine import Machine
from spec.parameters import TINY, ParameterSet
from spec.protocol.form import SegmentForm
from spec.protocol.hash import STATE_WORDS, Digest
from spec.protocol.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.protocol.run import SegmentPlace
from spec.protocol.shape import SegmentShape

PARAMETERS = TINY

PROGRAM_HEIGHT_LOG2 = 4
CONTINUATION_HEIGHT_LOG2 = 3
"""Small heights that differ, so that one in the place of the other is noticed."""


def example_digest(name: str) -> Digest:
    """Eight words that belong to this name alone."""
    return tuple(base_element(f"{name}, word {i}") for i in range(STATE_WORDS))


def fixed_heights(machine: Machine) -> dict[str, int]:
    """The heights of the machine's and the program's fixed tables."""
    return {name: table.height_log2 for name, table in machine.tables.items()} | program_heights(machine)


def program_heights(machine: Machine) -> dict[str, int]:
    """The heights of the program's tables."""
    return {chip.name: PROGRAM_HEIGHT_LOG2 for chip in machine.chips_of(Role.PROGRAM_TABLE)}


def example_shape(machine: Machine, **heights_log2: Sequence[int]) -> SegmentShape:
    """All fixed and continuation tables, and instruction tables as asked for."""
    fixed = {name: (height,) for name, height in fixed_heights(machine).items()}
    continuation = {chip.name: (CONTINUATION_HEIGHT_LOG2,) for chip in machine.chips_of(Role.CONTINUATION)}
    asked = {name: tuple(heights) for name, heights in heights_log2.items()}
    return SegmentShape(machine, {chip.name: () for chip in machine.chips} | fixed | continuation | asked)


def example_key(machine: Machine, parameters: ParameterSet = PARAMETERS) -> VerificationKey:
    """A key of no program, with all that a key has."""
    heights = tuple(program_heights(machine).values())
    commitments = {}
    for height in key_heights(parameters, heights):
        count = program_stacking(machine, heights, height).count
        root = example_digest(f"program root at {height}") if count else ()
        commitments[height] = ProgramCommitment(root, tuple(extension_point(f"answers at {height}", count)))
    start = tuple(min(1, join.start_limit - 1) for join in machine.joins)
    return VerificationKey(machine, parameters, heights, start, commitments)


def example_place(machine: Machine, shape: SegmentShape, parameters: ParameterSet = PARAMETERS) -> SegmentPlace:
    """The second of three segments of a run."""
    return SegmentPlace(example_key(machine).statement(b"output", 3), 1, SegmentForm(shape, parameters))


def other_machine(machine: Machine) -> Machine:
    """The machine with one number of its declaration changed."""
    return replace(machine, clock_bits=machine.clock_bits - 1)


def other_parameters(parameters: ParameterSet = PARAMETERS) -> ParameterSet:
    """The parameters with one number changed."""
    return replace(parameters, rate_log2=parameters.rate_log2 + 1)
