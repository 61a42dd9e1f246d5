"""What pinning points, leaves, the run's digest and the challenges of buses depend on.

The functions of spec.protocol.run by which prover and verifier work are called here on small statements, each with one
thing changed. Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.example_statement import (
    PARAMETERS,
    example_digest,
    example_key,
    example_place,
    example_shape,
    other_machine,
    other_parameters,
    program_heights,
)
from spec.air.chip import Role
from spec.air.machine import Machine
from spec.field import ONE, Extension
from spec.parameters import ParameterSet
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges
from spec.protocol.hash import Digest, digest_bytes, digest_words
from spec.protocol.key import program_table_numbers
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import (
    RunStatement,
    SegmentPlace,
    continuation_pinning_point,
    global_challenges,
    leaves_root,
    program_pinning_point,
    run_digest,
    sample_local_challenges,
    segment_leaf,
    start_segment_transcript,
)
from spec.protocol.shape import SegmentShape

ROOT, OTHER_ROOT = example_digest("root"), example_digest("another root")
OTHER_HEIGHT, HEIGHT = sorted(PARAMETERS.schedules)[-2:]


def transcripts_bind(audited: AuditedMachine) -> str | None:
    """Points, leaves, G and challenges change with everything that must be bound before them."""
    machine = audited.machine
    groups: Mapping[str, Mapping[str, object]] = {
        "the program's pinning point": _program_points(machine),
        "the continuation's pinning point": _continuation_points(machine),
        "the leaf": _leaves(machine),
        "the root over the leaves": _leaf_roots(),
        "G": _run_digests(machine),
    }
    for name, outcomes in groups.items():
        fault = _fault_of(name, outcomes)
        if fault is not None:
            return fault
    for scope, challenges in (("global", _global_challenges(machine)), ("local", _local_challenges(machine))):
        fault = _fault_of_challenges(scope, challenges)
        if fault is not None:
            return fault
    return None


def _fault_of(name: str, outcomes: Mapping[str, object]) -> str | None:
    """What of these, each made of a statement with one thing changed, is as another one."""
    for (one, first), (other, second) in combinations(outcomes.items(), 2):
        if first == second:
            return f"{other} is not bound by {name}" if one == AS_IT_IS else f"{name}: {one} is as {other}"
    return None


def _fault_of_challenges(scope: str, cases: Mapping[str, BusChallenges[Extension]]) -> str | None:
    if any(challenges.alpha == challenges.beta_powers[0] for challenges in cases.values()):
        return f"alpha and beta of the {scope} buses are one challenge"
    alphas = {name: challenges.alpha for name, challenges in cases.items()}
    betas = {name: challenges.beta_powers[0] for name, challenges in cases.items()}
    return _fault_of(f"the {scope} alpha", alphas) or _fault_of(f"the {scope} beta", betas)


AS_IT_IS = "the statement as it is"


def _program_points(machine: Machine) -> dict[str, object]:
    numbers = program_table_numbers(machine, tuple(program_heights(machine).values()))
    if not numbers:
        return {}
    algebra = NumberAlgebra()

    def point(
        machine: Machine = machine,
        parameters: ParameterSet = PARAMETERS,
        numbers: Sequence[int] = numbers,
        height: int = HEIGHT,
        root: Digest = ROOT,
    ) -> Extension:
        return program_pinning_point(algebra, machine, parameters, numbers, height, root)[0]

    return {
        AS_IT_IS: point(),
        "the machine": point(machine=other_machine(machine)),
        "the parameters": point(parameters=other_parameters()),
        "the stacking height": point(height=OTHER_HEIGHT),
        "the root": point(root=OTHER_ROOT),
        **{f"number {i} of the heights": point(numbers=_increased(numbers, i)) for i in range(len(numbers))},
    }


def _increased(numbers: Sequence[int], position: int) -> list[int]:
    return [number + (i == position) for i, number in enumerate(numbers)]


@dataclass(frozen=True)
class _ContinuationCase:
    """What a segment's pinned commitment is bound to."""

    place: SegmentPlace
    root: Digest = ROOT


def _continuation_cases(machine: Machine) -> Iterator[tuple[str, _ContinuationCase]]:
    """The second of three segments, and the same with one thing changed of what leaf and pinning point bind."""
    shape = example_shape(machine)
    place = replace(example_place(machine, shape), form=_FormAt(shape, PARAMETERS))
    yield AS_IT_IS, _ContinuationCase(place)
    yield "the index", _ContinuationCase(replace(place, index=0))
    yield "the root", _ContinuationCase(place, OTHER_ROOT)
    for name, changed in _reshaped(machine, shape, Role.CONTINUATION):
        yield name, _ContinuationCase(replace(place, form=_FormAt(changed, PARAMETERS)))
    yield "the stacking height", _ContinuationCase(replace(place, form=_FormAt(shape, PARAMETERS, OTHER_HEIGHT)))


@dataclass(frozen=True)
class _FormAt(SegmentForm):
    """A form at a stacking height that is not the tables': what binds heights must not do so by way of it alone."""

    stacking_log2: int = HEIGHT

    @cached_property
    def height_log2(self) -> int:
        return self.stacking_log2


def _reshaped(machine: Machine, shape: SegmentShape, *roles: Role) -> Iterator[tuple[str, SegmentShape]]:
    """The shape with each table of these roles in another height, gone, or there twice."""
    for chip in machine.chips_of(*roles):
        heights = shape.heights_log2.get(chip.name, ())
        for what, changed in (
            ("the presence", () if heights else (2,)),
            ("the height", tuple(height + 1 for height in heights)),
            ("a second instance", (*heights, 1) if heights else (2, 1)),
        ):
            if changed != heights:
                yield (
                    f"{what} of {chip.name}",
                    SegmentShape(machine, {**shape.heights_log2, chip.name: changed}),
                )


def _continuation_points(machine: Machine) -> dict[str, object]:
    algebra = NumberAlgebra()
    cases = dict(_continuation_cases(machine))
    place = cases[AS_IT_IS].place
    for name, statement in _statements(machine):
        if name in ("the machine", "the parameters", "the program"):
            cases[name] = _ContinuationCase(replace(place, statement=statement))
    return {name: _continuation_point(algebra, case) for name, case in cases.items()}


def _continuation_point(algebra: NumberAlgebra, case: _ContinuationCase) -> Extension:
    program = digest_words(case.place.statement.program_id)
    return continuation_pinning_point(algebra, case.place, program, case.place.index, case.root)[0]


def _leaves(machine: Machine) -> dict[str, object]:
    algebra = NumberAlgebra()
    answers = [ONE, ONE]
    cases = dict(_continuation_cases(machine))
    found: dict[str, object] = {
        name: segment_leaf(algebra, case.place, case.place.index, case.root, answers) for name, case in cases.items()
    }
    place = cases[AS_IT_IS].place
    for name, changed in (
        ("the first answer", [ONE + ONE, ONE]),
        ("the last answer", [ONE, ONE + ONE]),
        ("the number of answers", [ONE]),
    ):
        found[name] = segment_leaf(algebra, place, place.index, ROOT, changed)
    return found


def _leaf_roots() -> dict[str, object]:
    leaves = [digest_bytes(example_digest(f"leaf {i}")) for i in range(5)]
    other = digest_bytes(example_digest("another leaf"))
    found: dict[str, object] = {AS_IT_IS: leaves_root(leaves)}
    for i in range(len(leaves)):
        found[f"leaf {i}"] = leaves_root([*leaves[:i], other, *leaves[i + 1 :]])
    found["their order"] = leaves_root(leaves[::-1])
    found["their number"] = leaves_root(leaves[:-1])
    found["the last of them, repeated"] = leaves_root([*leaves, leaves[-1]])
    return found


def _statements(machine: Machine) -> Iterator[tuple[str, RunStatement]]:
    statement = example_key(machine).statement(b"output", 3)
    yield AS_IT_IS, statement
    yield "the machine", replace(statement, machine=other_machine(machine))
    yield "the parameters", replace(statement, parameters=other_parameters())
    yield "the program", replace(statement, program_id=bytes(len(statement.program_id)))
    yield "the output", replace(statement, output=b"outpuT")
    yield "the length of the output", replace(statement, output=b"output\0")
    yield "the number of segments", replace(statement, segment_count=4)


def _run_digests(machine: Machine) -> dict[str, object]:
    algebra = NumberAlgebra()
    root, other = digest_bytes(ROOT), digest_bytes(OTHER_ROOT)
    found: dict[str, object] = {name: run_digest(algebra, statement, root) for name, statement in _statements(machine)}
    found["the root over the leaves"] = run_digest(algebra, dict(_statements(machine))[AS_IT_IS], other)
    return found


def _global_challenges(machine: Machine) -> dict[str, BusChallenges[Extension]]:
    runs = {AS_IT_IS: ROOT, "G": OTHER_ROOT}
    return {name: global_challenges(NumberAlgebra(), machine, run)[0] for name, run in runs.items()}


def _local_challenges(machine: Machine) -> dict[str, BusChallenges[Extension]]:
    shape = example_shape(machine)
    place = replace(example_place(machine, shape), form=_FormAt(shape, PARAMETERS))
    values = list(range(1, len(machine.public_values) + 1))
    leaf = example_digest("leaf")
    algebra = NumberAlgebra()

    def challenges(
        place: SegmentPlace = place,
        run: Digest = ROOT,
        leaf: Digest = leaf,
        values: Sequence[int] = values,
        main_root: Digest = ROOT,
    ) -> BusChallenges[Extension]:
        transcript = start_segment_transcript(algebra, place, run, place.index, leaf, values)
        return sample_local_challenges(transcript, machine, main_root)

    return {
        AS_IT_IS: challenges(),
        "G": challenges(run=OTHER_ROOT),
        "the index": challenges(place=replace(place, index=0)),
        "the leaf": challenges(leaf=OTHER_ROOT),
        "the main root": challenges(main_root=OTHER_ROOT),
        "the stacking height": challenges(place=replace(place, form=_FormAt(shape, PARAMETERS, OTHER_HEIGHT))),
        **{
            f"the public value {name}": challenges(values=_increased(values, i))
            for i, name in enumerate(machine.public_values)
        },
        **{
            name: challenges(place=replace(place, form=_FormAt(changed, PARAMETERS)))
            for name, changed in _reshaped(machine, shape, *Role)
        },
    }
