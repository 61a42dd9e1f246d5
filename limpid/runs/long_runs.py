"""Proving runs of any length: segment by segment, in a folder that survives a stop, here or on a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from limpid.advice.file_advice import FULL_DISK, writing_step
from limpid.api.proving import Proof
from limpid.arguments import require_run_arguments
from limpid.errors import ClusterError, FileError, LimpidError, MisuseError, ParametersError
from limpid.reading.programs import DEFAULT_PARAMETERS, Elf, load_program, parameter_set
from limpid.runs.backends import DEFAULT_BACKEND, Executed, backend_named, unheard
from limpid.runs.checked_workers import FailingWorkers, checked
from limpid.runs.optimized_runs import plan_compiled_run
from limpid.runs.planning import PROVE_SHORTER, planning_errors, require_provable
from limpid.runs.workbench import SegmentRecipe
from limpid.terminal.files import cause_of
from optimized.kernels import OptimizedKernels
from optimized.verifier.run import TOOLS
from reference.program_keys import verification_key
from reference.prover.progress import Observer, Stage, silent
from reference.recursion.shape_choice import limits_under
from reference.segments.driver import RunRequest
from reference.segments.driver import prove_in_folder as prove_request
from reference.segments.folder import PROOF_NAME as PROOF_NAME
from reference.segments.folder import FolderError
from reference.segments.jobs import AnyJob, Bench, JobOf, LeafDiffersError, Recipe, ThisProcess, Workers
from reference.trace.limits import SegmentLimits, least_cost, least_row_cost, limits_of_heights
from reference.trace.segmentation import PlanRun
from spec.cost import row_cost
from spec.isa.advice import HonestHost
from spec.parameters import ParameterSet
from spec.program import Program
from spec.rv64im.machine import RV64IM


class FolderUseError(LimpidError):
    """A folder that belongs to another run or is in use."""

    kind = "folder"


FIXED_COST = sum(
    row_cost(RV64IM.chip_by_name[name]).total << table.height_log2
    for name, table in RV64IM.tables.items()
    if not table.only_for
)
"""What the machine's tables cost, in the metric of `spec.cost`, that every segment has."""

FEW_SEGMENTS = 64
"""So many segments are nobody's mistake, however small they are."""


@dataclass(frozen=True)
class Place:
    """Where a long run is proven."""

    folder: Path
    workers: int | None = None
    """Processes on this machine; None: this process alone."""

    scheduler: str | None = None
    """The address of a Dask scheduler, in place of `workers`."""

    segment_cost: int | None = None
    """The most that a segment costs, in the metric of `spec.cost`; None: the default."""


def prove_in_folder(
    place: Place,
    elf: Elf,
    private_input: bytes = b"",
    *,
    parameters: str = DEFAULT_PARAMETERS,
    maximum_instructions: int | None = None,
    observer: Observer = silent,
    executed: Executed = unheard,
    report: Callable[[str], None] = lambda _: None,
    random_seed: bytes = b"",
) -> Proof:
    """Proves a run in a folder, going on where an earlier call stopped; the same run gives the same bytes.

    `report` hears of files in the folder that are damaged or foreign and are made anew. Raises FileError if a file
    cannot be read or written, ProgramError if the ELF file is no program of this machine, ParametersError if no
    parameter set has that name, InputError if the input exceeds its region, TrapError if the program ends abnormally,
    UnprovableError if the run halts but no proof of it exists, TooLongError if the run does not fit in what can be
    proven at once, FolderUseError if the folder belongs to another run or is in use, ClusterError if the cluster cannot
    be reached or fails, or Dask is missing, OutOfMemoryError if the machine has too little memory, and MisuseError if
    an argument makes no sense.
    """
    start = time.monotonic()
    request = run_request(
        place,
        elf,
        private_input,
        parameters=parameters,
        maximum_instructions=maximum_instructions,
        observer=observer,
        executed=executed,
        random_seed=random_seed,
    )
    recipe = SegmentRecipe(request.program, parameters, place.workers or 1)
    with (
        folder_errors(place),
        workers_of(place, recipe, observer, lambda cluster: checked(cluster, request.key, TOOLS, report)) as workers,
    ):
        proven = prove_request(place.folder, request, workers, report=report, observer=observer)
    return Proof(
        encoded=proven.encoded,
        key=request.key,
        output=proven.end.output,
        exit_code=proven.end.exit_code,
        instructions=proven.end.instructions,
        misaligned_accesses=dict(proven.end.misaligned_accesses),
        shapes=proven.shapes,
        seconds=time.monotonic() - start,
    )


def run_request(
    place: Place,
    elf: Elf,
    private_input: bytes,
    *,
    parameters: str,
    maximum_instructions: int | None,
    observer: Observer,
    executed: Executed,
    random_seed: bytes,
) -> RunRequest:
    """A run that has been executed to its end, as it is to be proven. Raises what `prove_in_folder` raises for runs
    that cannot be proven."""
    require_run_arguments(private_input, maximum_instructions)
    chosen = parameter_set(parameters)
    program = load_program(elf)
    observer(Stage.PLAN, 0.0)
    end = require_provable(
        backend_named(DEFAULT_BACKEND, random_seed),
        program,
        private_input,
        maximum_instructions=maximum_instructions,
        limits=limits_of_heights(chosen.tallest_log2),
        executed=executed,
    )
    _require_worthwhile_segments(place, end.instructions)
    with planning_errors(PROVE_SHORTER):
        key = verification_key(OptimizedKernels(), program, chosen)
        planned = partial(plan_compiled_run, new_host=partial(HonestHost, random_seed))
        limits = _limits(place, chosen, planned, program, private_input)
    return RunRequest(program, private_input, key, limits, planned, TOOLS, random_seed)


@contextmanager
def folder_errors(place: Place) -> Iterator[None]:
    """Translates errors of proving in a folder into LimpidErrors.

    Raises ClusterError for a wrong leaf, FolderUseError for a folder of another run, and what `file_error` makes of an
    error of the disk.
    """
    try:
        with planning_errors(f"{PROVE_SHORTER}, or in larger segments"):
            yield
    except LeafDiffersError as error:
        next_step = "find the worker at fault, then give the same command: it makes all leaves anew"
        raise ClusterError(f"a worker returned a wrong leaf: {error}", next_step) from error
    except FolderError as error:
        raise FolderUseError(str(error), "choose another folder with --out") from error
    except OSError as error:
        raise file_error(place.folder, error) from error


def file_error(folder: Path, error: OSError) -> FileError:
    """A failure of the disk in a run's folder, with what to do about it."""
    match error:
        case FileExistsError() | NotADirectoryError():
            return FileError(str(folder), "cannot be a folder: a file is in the way", "choose another with --out")
        case IsADirectoryError():
            return FileError(str(error.filename), "is a directory", "remove it, or choose another folder with --out")
        case _ if error.errno in FULL_DISK:
            next_step = f"make room in {folder.absolute()}, then give the same command: it goes on where it stood"
            return FileError(str(error.filename or folder), cause_of(error), next_step)
        case _:
            return FileError(str(error.filename or folder), cause_of(error), writing_step(folder, error))


def _require_worthwhile_segments(place: Place, instructions: int) -> None:
    """Raises MisuseError where a run would be cut into many segments that hold next to nothing.

    Every segment proves the machine's fixed tables anew, so smaller ones only cost time and files.
    """
    if place.segment_cost is None or not least_cost(calls=False) <= place.segment_cost < FIXED_COST:
        # What has no room for one instruction is refused with the least that has.
        return
    least_segments = instructions * least_row_cost() // place.segment_cost
    if least_segments > FEW_SEGMENTS:
        raise MisuseError(
            f"segments of cost {place.segment_cost:,} would cut {instructions:,} instructions into more than "
            f"{least_segments:,} segments, each of which proves fixed tables of cost {FIXED_COST:,} anew",
            f"give --segment-cost {FIXED_COST} or more",
        )


def _limits(
    place: Place, parameters: ParameterSet, planned: PlanRun, program: Program, private_input: bytes
) -> SegmentLimits:
    if place.segment_cost is None:
        return limits_under(parameters, planned, program, private_input)
    if parameters.listed_shapes:
        raise ParametersError(f"segments under {parameters.name} have listed shapes", "leave out --segment-cost")
    return replace(limits_of_heights(parameters.tallest_log2), cost=place.segment_cost)


@contextmanager
def workers_of(
    place: Place | None,
    recipe: Recipe[Bench],
    observer: Observer,
    check: Callable[[FailingWorkers[AnyJob[Bench]]], Workers[JobOf]],
) -> Iterator[ThisProcess[Bench] | Workers[JobOf]]:
    """Workers whose results can be used. What this process makes needs no second look; a cluster's worker may be
    anybody's machine, so `check` is put before it.

    Raises ClusterError if the cluster cannot be reached or fails, or Dask is missing.
    """
    if place is None or (place.workers is None and place.scheduler is None):
        yield ThisProcess(recipe.bench(), observer)
        return
    # Dask is an extra, and takes a second to import.
    try:
        from limpid.runs.cluster import ClusterWorkers, cluster_at, local_cluster
    except ImportError as error:
        raise ClusterError("workers need Dask, which is not installed", "pip install 'limpid[cluster]'") from error

    connected = cluster_at(place.scheduler) if place.scheduler is not None else local_cluster(place.workers or 1)
    with connected as client:
        yield check(ClusterWorkers(client, recipe))
