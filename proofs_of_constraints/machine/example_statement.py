"""A small statement about any machine: what checks of transcripts, keys and heights start from and change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """The heights of all fixed tables of the machine and of the program, also of those that only some segments have."""
    return {name: table.height_log2 for name, table in machine.tables.items()} | program_heights(machine)


def asking_chips(machine: Machine, table: str) -> tuple[str, ...]:
    """The chips that receive what a fixed table of the machine sends, in the machine's order."""
    buses = {interaction.bus.name for interaction in machine.chip_by_name[table].interactions if interaction.sign > 0}
    return tuple(c.name for c in machine.chips if any(i.sign < 0 and i.bus.name in buses for i in c.interactions))


def is_wanted(machine: Machine, table: str, heights_log2: Mapping[str, Sequence[int]]) -> bool:
    """Whether a segment whose other tables have these heights must have a fixed table of the machine: one that is not
    for all segments is wanted by a table that asks it."""
    return not machine.tables[table].only_for or any(heights_log2.get(name) for name in asking_chips(machine, table))


def program_heights(machine: Machine) -> dict[str, int]:
    """The heights of the program's tables."""
    return {chip.name: PROGRAM_HEIGHT_LOG2 for chip in machine.chips_of(Role.PROGRAM_TABLE)}


def example_shape(machine: Machine, **heights_log2: Sequence[int]) -> SegmentShape:
    """All continuation tables, instruction tables as asked for, and the fixed tables that are wanted beside them."""
    continuation = {chip.name: (CONTINUATION_HEIGHT_LOG2,) for chip in machine.chips_of(Role.CONTINUATION)}
    asked = {name: tuple(heights) for name, heights in heights_log2.items()}
    fixed = {name: (height,) for name, height in fixed_heights(machine).items()}
    unwanted = {name: () for name in machine.tables if not is_wanted(machine, name, asked)}
    none: dict[str, tuple[int, ...]] = {chip.name: () for chip in machine.chips}
    return SegmentShape(machine, none | fixed | unwanted | continuation | asked)


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
