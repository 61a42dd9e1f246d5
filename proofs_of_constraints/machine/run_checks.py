"""What joins the segments of a run: each deviation is refused, with the reason of its rule.

The reference verifier's checks of public values are called on segments that say nothing else. Each check returns what
is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.example_proof import example_proof
from proofs_of_constraints.machine.example_statement import example_key, example_place, example_shape
from reference.verifier.run import check_chain, verify_run
from spec.air.machine import Machine
from spec.field import P
from spec.protocol.key import VerificationKey
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejected, Rejection

Values = dict[str, int]
"""The public values of a segment by name."""


@dataclass(frozen=True)
class Deviation:
    """Segments that no run has, and the reason for which they have to be refused."""

    what: str
    reason: Rejection
    segments: Sequence[SegmentProof]


def segments_are_joined(audited: AuditedMachine) -> str | None:
    """A run starts where its key says, goes on where it stopped, and ends once."""
    example = _example(audited.machine)
    found = example.reason([example.segment(values) for values in example.honest()])
    if found is not None:
        return f"segments that meet are refused: {found.name}"
    for deviation in _deviations(example):
        found = example.reason(deviation.segments)
        if found is not deviation.reason:
            verdict = "accepted" if found is None else f"refused as {found.name}"
            return f"a run in which {deviation.what} is {verdict}"
    return None


def segments_are_counted(audited: AuditedMachine) -> str | None:
    """A run has at least one segment and at most as many as the machine says."""
    example = _example(audited.machine)
    segment = example.segment(example.honest()[0])
    for count in (0, audited.machine.maximum_segments + 1):
        proof = RunProof(example.key, b"", (segment,) * count)
        try:
            verify_run(NumberAlgebra(), proof, (), None)
        except Rejected as rejected:
            if rejected.reason is not Rejection.ENCODING_COUNT_OUT_OF_BOUNDS:
                return f"a run of {count} segments is refused as {rejected.reason.name}"
        else:
            return f"a run of {count} segments is accepted"
    return None


@dataclass(frozen=True)
class _Example:
    """A key, and a proof whose public values are put in the place of its own."""

    key: VerificationKey
    proof: SegmentProof

    @property
    def machine(self) -> Machine:
        return self.key.machine

    def segment(self, values: Values, absent: str | None = None) -> SegmentProof:
        """A segment with these public values, and without a table of one chip if one is named."""
        shape = self.proof.shape
        if absent is not None:
            shape = SegmentShape(self.machine, {**shape.heights_log2, absent: ()})
        return replace(self.proof, shape=shape, public_values=tuple(values[n] for n in self.machine.public_values))

    def honest(self) -> tuple[Values, Values, Values]:
        """The public values of three segments, of which the last ends the run."""
        halted_name, halted = self.machine.halted
        segments = []
        for index in range(3):
            values = dict.fromkeys(self.machine.public_values, 0) | {self.machine.segment_index: index}
            for join, start in zip(self.machine.joins, self.key.start, strict=True):
                values |= {join.enters: start + 5 * index, join.leaves: start + 5 * (index + 1)}
            segments.append(values)
        segments[-1] |= {halted_name: halted} | dict.fromkeys(self.machine.exit_values, 7)
        return segments[0], segments[1], segments[2]

    def reason(self, segments: Sequence[SegmentProof]) -> Rejection | None:
        """Why the verifier refuses the segments, if it does."""
        try:
            check_chain(self.key, segments)
        except Rejected as rejected:
            return rejected.reason
        return None


def _example(machine: Machine) -> _Example:
    return _Example(example_key(machine), example_proof(example_place(machine, example_shape(machine)).form))


def _deviations(example: _Example) -> Iterator[Deviation]:
    machine, honest = example.machine, example.honest()

    def changed(number: int, **values: int) -> list[SegmentProof]:
        return [example.segment(of_one | (values if i == number else {})) for i, of_one in enumerate(honest)]

    halted_name, halted = machine.halted
    for number in range(3):
        index = {machine.segment_index: 7}
        yield Deviation(f"segment {number} states index 7", Rejection.SEGMENT_INDEX, changed(number, **index))
    for join in machine.joins:
        start = {join.enters: honest[0][join.enters] + 1}
        yield Deviation(f"{join.enters} is not the key's", Rejection.START_DIFFERS, changed(0, **start))
        for number in (1, 2):
            entered = {join.enters: honest[number][join.enters] + 1}
            what = f"segment {number} enters with another {join.enters}"
            yield Deviation(what, Rejection.SEGMENTS_DO_NOT_MEET, changed(number, **entered))
        if join.moved_by is not None:
            moved = [example.segment(honest[0], join.moved_by), *map(example.segment, honest[1:])]
            yield Deviation(f"{join.leaves} moves without {join.moved_by}", Rejection.MOVED_WITHOUT_TABLE, moved)
    entering = {join.enters: halted for join in machine.joins if join.leaves == halted_name}
    early = [honest[0], honest[1] | {halted_name: halted}, honest[2] | entering]
    yield Deviation("a segment follows the halt", Rejection.SEGMENT_AFTER_HALT, list(map(example.segment, early)))
    unended = changed(2, **{halted_name: halted - 1}, **dict.fromkeys(machine.exit_values, 0))
    yield Deviation("nothing halts", Rejection.NOT_HALTED, unended)
    for name in machine.exit_values:
        what = f"{name} is stated before the end"
        yield Deviation(what, Rejection.EXIT_CODE_WITHOUT_HALT, changed(1, **{name: 7}))
    for name in machine.public_values:
        what = f"{name} is not canonical"
        yield Deviation(what, Rejection.ENCODING_ELEMENT_NOT_CANONICAL, changed(1, **{name: honest[1][name] + P}))
