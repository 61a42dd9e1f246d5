"""Verification keys: the commitments to a program's fixed tables, pinned, at every stacking height; the program's id.

The stacking height is only known with a segment's tables, so a key holds root and answers for every listed height that
holds the program's tables. The id hashes the digests by height, so that a circuit opens one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from spec.air.chip import Role
from spec.air.machine import Machine
from spec.field import Extension
from spec.parameters import ParameterSet
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.hash import Digest, Domain, digest_bytes, digest_words
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import RunStatement, parameters_digest, stacking_numbers
from spec.protocol.shape import TableShape
from spec.protocol.stacking import Commitment, Stacking, stack
from spec.protocol.transcript import Transcript


@dataclass(frozen=True)
class ProgramCommitment:
    """A program's tables, committed at one stacking height: root and answers at the pinning point.

    Both are empty for a machine without program tables.
    """

    root: Digest
    answers: tuple[Extension, ...]


@dataclass(frozen=True)
class VerificationKey:
    """What a verifier needs to know of a program."""

    machine: Machine
    parameters: ParameterSet
    program_heights_log2: tuple[int, ...]
    """The heights of the program's tables, in machine order."""

    start: tuple[int, ...]
    """The number with which the first segment starts, for each of the machine's joins."""

    commitments: Mapping[int, ProgramCommitment] = field(hash=False)
    """By stacking height: every listed one that is not below the program's tables."""

    def heights_by_chip(self) -> dict[str, int]:
        """The height of every program table."""
        chips = self.machine.chips_of(Role.PROGRAM_TABLE)
        return {chip.name: height for chip, height in zip(chips, self.program_heights_log2, strict=True)}

    def statement(self, output: bytes, segment_count: int) -> RunStatement:
        """What the proof of a run of the program with this output, in so many segments, is about."""
        return RunStatement(self.machine, self.parameters, self.program_id, output, segment_count)

    @cached_property
    def program_id(self) -> bytes:
        """The digest of the key: it names the program under these parameters and this machine."""
        return self.digest(NumberAlgebra())

    def hashed_by(self, algebra: NumberAlgebra) -> VerificationKey:
        """This key, whose id this algebra computes: any gives the same."""
        vars(self)["program_id"] = self.digest(algebra)
        return self

    def digest(self, algebra: NumberAlgebra) -> bytes:
        """The program's id, computed over an algebra."""
        digests = {
            height: commitment_digest(algebra, self.parameters, height, commitment.root, commitment.answers)
            for height, commitment in sorted(self.commitments.items())
        }
        return digest_bytes(program_id(algebra, self, self.start, digests))


def program_table_numbers(machine: Machine, heights_log2: Sequence[int]) -> list[int]:
    """The heights of the program's tables, as `spec.protocol.shape.heights_numbers` gives them: one table each."""
    return [number for height in heights_log2 for number in (1, height)]


def program_stacking(machine: Machine, heights_log2: Sequence[int], height_log2: int) -> Stacking:
    """The layout of a program's commitment at h. Columns of other tables do not stand in it."""
    chips = machine.chips_of(Role.PROGRAM_TABLE)
    tables = [TableShape(chip, height) for chip, height in zip(chips, heights_log2, strict=True)]
    return stack(Commitment.PROGRAM, tables, height_log2)


def key_heights(parameters: ParameterSet, program_heights_log2: Sequence[int]) -> list[int]:
    """The stacking heights for which a key holds a commitment, ascending."""
    tallest = max(program_heights_log2, default=0)
    return [height for height in sorted(parameters.schedules) if height >= tallest]


def commitment_digest(
    algebra: Algebra[Element, Value, Word, Bit],
    parameters: ParameterSet,
    height_log2: int,
    root: Sequence[Word],
    answers: Sequence[Value],
) -> Sequence[Word]:
    """The digest of the commitment at one stacking height, with its answers."""
    transcript = Transcript(algebra, Domain.PROGRAM_COMMITMENT)
    transcript.absorb_numbers(Label.STACKING, stacking_numbers(parameters, height_log2))
    transcript.absorb(Label.PROGRAM_ROOT, root)
    transcript.absorb_values(Label.PINNED_ANSWERS, answers)
    return transcript.state


def program_id(
    algebra: Algebra[Element, Value, Word, Bit],
    key: VerificationKey,
    start: Sequence[Element],
    digests: Mapping[int, Sequence[Word]],
) -> Sequence[Word]:
    """The program's id from the numbers it starts with and the digests of its commitments by stacking height.

    Of the key only machine, parameters and heights are used.
    """
    transcript = Transcript(algebra, Domain.PROGRAM)
    transcript.absorb_numbers(Label.MACHINE, digest_words(key.machine.digest))
    transcript.absorb_numbers(Label.PARAMETERS, digest_words(parameters_digest(key.parameters)))
    transcript.absorb_numbers(Label.HEIGHTS, program_table_numbers(key.machine, key.program_heights_log2))
    transcript.absorb_elements(Label.START, start)
    for height, digest in digests.items():
        transcript.absorb(Label.PROGRAM_COMMITMENT, digest, height)
    return transcript.state
