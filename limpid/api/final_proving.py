"""Proving a run to its final proof: segments, and every node as soon as its children are there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from limpid.api.aggregating import Final, accepted, fold_errors, require_memory
from limpid.api.proving import planned_run
from limpid.errors import LimpidError
from limpid.reading.programs import Elf
from limpid.runs.backends import DEFAULT_BACKEND, Executed, unheard
from limpid.runs.checked_workers import checked_tree
from limpid.runs.long_runs import Place, folder_errors, run_request, workers_of
from limpid.runs.workbench import SegmentRecipe, TreeRecipe
from optimized.verifier.run import TOOLS
from reference.prover.progress import BEFORE_PROVING, Observer, Stage, silent
from reference.recursion.aggregate import final_proof, prove_final_in_folder
from reference.recursion.schedule import require_tree_for
from reference.recursion.tree_progress import Told, untold
from reference.segments.files import write_whole
from reference.segments.folder import FINAL_NAME
from reference.segments.in_memory import HeldProofs
from reference.segments.jobs import ThisProcess
from reference.trace.limits import SegmentLimits
from reference.trace.plan import RunEnd, RunPlan
from reference.trace.segmentation import Keep, PlanRun
from spec.parameters import RECURSION
from spec.program import Program
from spec.protocol.final_encoding import FinalProof
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import encode_key
from spec.rejection import Rejected
from spec.rv64im.tree import tree_design


class NodeError(LimpidError):
    """A node whose circuit refuses what it is to be made of, or a final proof that is not accepted."""

    kind = "node"


@dataclass(frozen=True)
class _Wishes:
    """How a run is executed and who hears of it: as the arguments of `prove_final`."""

    maximum_instructions: int | None
    observer: Observer
    executed: Executed
    told: Told
    report: Callable[[str], None]
    random_seed: bytes


@dataclass(frozen=True)
class _Made:
    """What is known of a finished run."""

    encoded: bytes
    key: VerificationKey
    end: RunEnd
    segments: int


def prove_final(
    elf: Elf,
    private_input: bytes = b"",
    place: Place | None = None,
    *,
    maximum_instructions: int | None = None,
    observer: Observer = silent,
    executed: Executed = unheard,
    told: Told = untold,
    report: Callable[[str], None] = lambda _: None,
    random_seed: bytes = b"",
) -> Final:
    """Proves a run, under the parameter set `recursion`, and folds its segments into the final proof: a node is made as
    soon as its children are there, before further segments. Every place gives the same bytes.

    In the folder of a place, segments and nodes are kept, and an earlier call's are used; `report` hears of files that
    are damaged or foreign and are made anew. `observer` hears of the stages of what is proven in this process, `told`
    of every segment and node that is there. Everything else is as in `prove`.

    Raises what `prove` and `aggregate` raise for the same reasons, and NodeError if a proof that a node is made of is
    not accepted.
    """
    start = time.monotonic()
    require_memory(place)
    wishes = _Wishes(maximum_instructions, observer, executed, told, report, random_seed)
    try:
        with fold_errors():
            if place is None:
                made = _in_memory(elf, private_input, wishes)
            else:
                made = _in_folder(place, elf, private_input, wishes)
    except Rejected as rejected:
        next_step = (
            None
            if place is None
            else "find the worker at fault, if there are any, then give the same command: what stands in the folder is "
            "verified before it is used"
        )
        raise NodeError(f"a proof that a node is made of is not accepted: {rejected}", next_step) from rejected
    return Final(
        encoded=made.encoded,
        key=made.key,
        output=made.end.output,
        exit_code=made.end.exit_code,
        segments=made.segments,
        seconds=time.monotonic() - start,
        instructions=made.end.instructions,
    )


def _in_memory(elf: Elf, private_input: bytes, wishes: _Wishes) -> _Made:
    wishes.observer(Stage.PLAN, 0.0)
    with planned_run(
        elf,
        private_input,
        parameters=RECURSION.name,
        backend=DEFAULT_BACKEND,
        maximum_instructions=wishes.maximum_instructions,
        executed=wishes.executed,
        random_seed=wishes.random_seed,
    ) as planned:
        require_tree_for(planned.run.segment_count, tree_design())
        segments, key = planned.bench(with_nodes=True), planned.key.verification
        bench = replace(TreeRecipe(encode_key(key)).bench(), segments=lambda: segments)
        proofs = HeldProofs(segments, planned.run, planned.plans, wishes.observer)
        workers = ThisProcess(bench, wishes.observer)
        final = final_proof(bench, proofs, workers, told=wishes.told, begun=BEFORE_PROVING)
        end = planned.run.end
    return _Made(accepted(final, end.exit_code), key, end, proofs.segment_count)


def _planning_trees(plan_run: PlanRun) -> PlanRun:
    """The same, but that it raises TooManySegmentsError for a run that no tree takes, before any segment is pinned."""

    def planned(program: Program, private_input: bytes, limits: SegmentLimits, keep: Keep) -> RunPlan:
        run = plan_run(program, private_input, limits, keep)
        require_tree_for(run.segment_count, tree_design())
        return run

    return planned


def _in_folder(place: Place, elf: Elf, private_input: bytes, wishes: _Wishes) -> _Made:
    request = run_request(
        place,
        elf,
        private_input,
        parameters=RECURSION.name,
        maximum_instructions=wishes.maximum_instructions,
        observer=wishes.observer,
        executed=wishes.executed,
        random_seed=wishes.random_seed,
    )
    request = replace(request, plan_run=_planning_trees(request.plan_run))
    segments = SegmentRecipe(request.program, RECURSION.name, place.workers or 1, with_nodes=True)
    recipe, finals = TreeRecipe(encode_key(request.key), segments), list[bytes]()

    def keep(final: FinalProof, end: RunEnd) -> None:
        finals.append(accepted(final, end.exit_code))
        write_whole(place.folder / FINAL_NAME, finals[-1])

    bench = recipe.bench()
    with (
        folder_errors(place),
        workers_of(
            place,
            recipe,
            wishes.observer,
            lambda cluster: checked_tree(cluster, request.key, bench, TOOLS, wishes.report),
        ) as workers,
    ):
        proven = prove_final_in_folder(
            place.folder,
            request,
            bench,
            workers,
            report=wishes.report,
            keep=keep,
            observer=wishes.observer,
            told=wishes.told,
        )
    return _Made(finals[-1], request.key, proven.end, len(proven.shapes))
