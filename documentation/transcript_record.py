"""The conversations that the verifier holds: what each transcript absorbs and samples, recorded while it runs.

The verifier runs on a blank proof, all zeros in the right form, over an algebra that refuses nothing. So the record
needs no prover; it is the verifier's own order and nobody's description of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from unittest.mock import patch

from documentation.worked_example import worked_trace
from reference.verifier.run import verify_run
from spec.air.chip import Role
from spec.air.machine import Machine
from spec.field import ONE, ZERO, Extension
from spec.parameters import SEGMENT, ParameterSet
from spec.protocol import columns, whir, zerocheck
from spec.protocol.algebra import Anything
from spec.protocol.form import SegmentForm
from spec.protocol.hash import STATE_WORDS, Digest, Domain
from spec.protocol.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.protocol.labels import Label
from spec.protocol.merkle import MerkleOpening, TreeShape, cap_digest_count
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import IterationProof, LayerProof, RoundPolynomial, RunProof, SegmentProof
from spec.protocol.proof_encoding import LAYER_ROUND_DEGREE
from spec.protocol.shape import SegmentShape
from spec.protocol.stacking import Commitment
from spec.protocol.transcript import Transcript
from spec.protocol.whir import Iteration
from spec.rejection import Rejection

ONE_QUERY: ParameterSet = replace(
    SEGMENT,
    schedules={
        height: replace(
            schedule,
            queries=(1,) * schedule.iterations,
            column_batching_grinding_bits=1,
            folding_grinding_bits=(1,) * schedule.iterations,
            query_grinding_bits=(1,) * schedule.iterations,
        )
        for height, schedule in SEGMENT.schedules.items()
    },
)
"""One query an iteration, so that an opening is one path; a proof of work wherever there can be one."""

_BLANK_DIGEST: Digest = (0,) * STATE_WORDS
_BLANK_NONCE = (0,)
_FOUR = (ZERO, ZERO, ZERO, ZERO)


@dataclass(frozen=True)
class Event:
    """One thing that a transcript was told or asked. `conversation` is the name of the transcript's domain."""

    conversation: str
    verb: str
    label: Label
    indices: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The label's text without indices."""
        return self.label.name.lower()


class PermissiveAlgebra(NumberAlgebra):
    """Numbers of which everything is accepted: equalities hold, inverses of zero are one."""

    def inverses(self, values: Sequence[Extension], reason: Rejection, where: str) -> Sequence[Extension]:
        return [ONE] * len(values)

    def require_equal(self, left: Anything, right: Anything, reason: Rejection, where: str) -> None:
        pass


@contextmanager
def _recording() -> Iterator[list[Event]]:
    """Every transcript that is made meanwhile writes down what it hears."""
    events: list[Event] = []
    names: dict[int, str] = {}
    kept: list[Transcript[Any, Any, Any, Any]] = []
    original_init, original_absorb = Transcript.__init__, Transcript.absorb
    original_sample, original_positions = Transcript.sample, Transcript.sample_positions
    original_grind = Transcript.grind

    def note(transcript: object, verb: str, label: Label, indices: tuple[int, ...]) -> None:
        events.append(Event(names[id(transcript)], verb, label, indices))

    def start(self: Transcript[Any, Any, Any, Any], algebra: Any, domain: Domain) -> None:
        original_init(self, algebra, domain)
        names[id(self)] = domain.value
        kept.append(self)

    def absorb(self: Transcript[Any, Any, Any, Any], label: Label, words: Sequence[Any], *indices: int) -> None:
        note(self, "absorbs", label, indices)
        original_absorb(self, label, words, *indices)

    def sample(self: Transcript[Any, Any, Any, Any], label: Label, *indices: int) -> Any:
        found = original_sample(self, label, *indices)
        # The empty payload between two challenges is part of sampling the second one.
        if events and events[-1] == Event(names[id(self)], "absorbs", label, indices):
            events.pop()
        note(self, "samples", label, indices)
        return found

    def positions(self: Transcript[Any, Any, Any, Any], label: Label, count: int, bits: int, *indices: int) -> Any:
        found = original_positions(self, label, count, bits, *indices)
        note(self, "samples", label, indices)
        return found

    def grind(
        self: Transcript[Any, Any, Any, Any], label: Label, bits: int, nonce: Sequence[Any], where: str, *indices: int
    ) -> None:
        note(self, "grinds", label, indices)
        original_grind(self, label, bits, nonce, where, *indices)
        # Absorbing the nonce is part of the proof of work.
        events.pop()

    with (
        patch.object(Transcript, "__init__", start),
        patch.object(Transcript, "absorb", absorb),
        patch.object(Transcript, "sample", sample),
        patch.object(Transcript, "sample_positions", positions),
        patch.object(Transcript, "grind", grind),
    ):
        yield events


@cache
def recorded_form() -> SegmentForm:
    """The form of the worked example's only segment, one query an iteration."""
    heights: dict[str, tuple[int, ...]] = {}
    for table in worked_trace().tables:
        heights[table.chip.name] = (*heights.get(table.chip.name, ()), (table.height - 1).bit_length())
    return SegmentForm(SegmentShape(worked_trace().machine, heights), ONE_QUERY)


@cache
def conversation() -> tuple[Event, ...]:
    """Everything that the verifier's transcripts hear in a run of the worked example's form."""
    return conversation_of(recorded_form())


def conversation_of(form: SegmentForm) -> tuple[Event, ...]:
    """Everything that the verifier's transcripts hear in a run of one segment of this form."""
    proof = RunProof(_blank_key(form), b"", (_blank_segment(form),))
    with _recording() as events:
        verify_run(PermissiveAlgebra(), proof, (), None)
    return tuple(events)


def _blank_key(form: SegmentForm) -> VerificationKey:
    machine, parameters = form.shape.machine, form.parameters
    heights = tuple(table.height_log2 for table in form.shape.tables_of(Role.PROGRAM_TABLE))
    commitments = {}
    for height in key_heights(parameters, heights):
        count = program_stacking(machine, heights, height).count
        commitments[height] = ProgramCommitment(_blank_root(bool(count)), (ZERO,) * count)
    return VerificationKey(machine, parameters, heights, (0,) * len(machine.joins), commitments)


def _blank_public_values(machine: Machine) -> tuple[int, ...]:
    """The only segment's: zeros, and that the run has halted."""
    values: Mapping[str, int] = dict.fromkeys(machine.public_values, 0) | dict([machine.halted])
    return tuple(values[name] for name in machine.public_values)


def _blank_segment(form: SegmentForm) -> SegmentProof:
    layouts = form.layouts
    return SegmentProof(
        public_values=_blank_public_values(form.shape.machine),
        shape=form.shape,
        continuation_root=_blank_root(bool(layouts[Commitment.CONTINUATION].count)),
        pinned_answers=(ZERO,) * layouts[Commitment.CONTINUATION].count,
        main_root=_blank_root(bool(layouts[Commitment.MAIN].count)),
        bus_totals=_FOUR,
        layers=tuple(
            LayerProof(_blank_rounds(number, LAYER_ROUND_DEGREE), _FOUR) for number in range(1, form.circuit.variables)
        ),
        zerocheck_rounds=_blank_rounds(form.zerocheck_rounds, zerocheck.ROUND_DEGREE),
        column_values={which: (ZERO,) * len(layout.columns) for which, layout in layouts.items()},
        stacking_rounds=_blank_rounds(form.height_log2, columns.ROUND_DEGREE),
        stacked_values=(ZERO,) * form.stacked_count,
        column_batching_nonce=_BLANK_NONCE,
        iterations=tuple(_blank_iteration(form, iteration) for iteration in form.iterations),
        final_vector=(ZERO,) * (1 << form.iterations[-1].folded_log2),
    )


def _blank_iteration(form: SegmentForm, iteration: Iteration) -> IterationProof:
    return IterationProof(
        rounds=_blank_rounds(iteration.folding_log2, whir.ROUND_DEGREE),
        folding_nonces=_BLANK_NONCE * iteration.folding_log2,
        root=_blank_root(not iteration.is_last),
        answer=() if iteration.is_last else (ZERO,),
        query_nonce=_BLANK_NONCE,
        openings=tuple(_blank_opening(tree) for tree in form.opened_trees(iteration)),
    )


def _blank_rounds(count: int, degree: int) -> tuple[RoundPolynomial, ...]:
    return ((ZERO,) * degree,) * count


def _blank_root(is_present: bool) -> Digest:
    return _BLANK_DIGEST if is_present else ()


def _blank_opening(tree: TreeShape) -> MerkleOpening:
    """One path: a row, and a sibling at each layer below the cap."""
    return MerkleOpening(
        rows=((0,) * tree.width,),
        siblings=(_BLANK_DIGEST,) * tree.path_length,
        cap=(_BLANK_DIGEST,) * cap_digest_count(tree),
    )
