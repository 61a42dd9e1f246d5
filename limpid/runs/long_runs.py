"""Proving runs of any length: segment by segment, in a folder that survives a stop, here or on a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from limpid.arguments import require_type
from limpid.errors import FileError, LimpidError, ParametersError
from limpid.reading.programs import DEFAULT_PARAMETERS, Elf, load_program, parameter_set
from limpid.results import Proof
from limpid.runs.optimized_runs import plan_run
from limpid.runs.planning import PROVE_SHORTER, planning_errors
from limpid.runs.workbench import Recipe, workbench
from limpid.terminal.files import cause_of
from optimized.kernels import OptimizedKernels
from optimized.verifier.run import TOOLS
from reference.program_keys import verification_key
from reference.prover.progress import Observer, silent
from reference.segments.driver import RunRequest
from reference.segments.driver import prove_in_folder as prove_request
from reference.segments.folder import PROOF_NAME as PROOF_NAME
from reference.segments.folder import FolderError
from reference.segments.jobs import ThisProcess, Workers
from reference.trace.limits import SegmentLimits, limits_of_heights
from reference.trace.shape_choice import limits_under
from spec.parameters import ParameterSet
from spec.program import Program


class FolderUseError(LimpidError):
    """A folder that belongs to another run or is in use."""

    kind = "folder"


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
    observer: Observer = silent,
    report: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Proves a run in a folder, going on where an earlier call stopped; the same run gives the same bytes.

    `report` hears of files in the folder that are damaged or foreign and are made anew. Raises FileError, ProgramError,
    ParametersError, InputError, TrapError, UnprovableError, TooLongError, FolderUseError, ClusterError,
    OutOfMemoryError, MisuseError.
    """
    require_type("private_input", private_input, bytes)
    chosen = parameter_set(parameters)
    program = load_program(elf)
    start = time.monotonic()
    with planning_errors(PROVE_SHORTER):
        key = verification_key(OptimizedKernels(), program, chosen)
        limits = _limits(place, chosen, program, private_input)
    request = RunRequest(program, private_input, key, limits, plan_run, TOOLS)
    try:
        with (
            planning_errors(f"{PROVE_SHORTER}, or in larger segments"),
            _workers(place, Recipe(program, parameters, place.workers or 1), observer) as workers,
        ):
            proven = prove_request(place.folder, request, workers, report=report, observer=observer)
    except FolderError as error:
        raise FolderUseError(str(error), "choose another folder with --out") from error
    except OSError as error:
        raise _file_error(place.folder, error) from error
    return Proof(
        encoded=proven.encoded,
        key=key,
        output=proven.end.output,
        exit_code=proven.end.exit_code,
        instructions=proven.end.instructions,
        misaligned_accesses=dict(proven.end.misaligned_accesses),
        segments=proven.segment_count,
        seconds=time.monotonic() - start,
    )


def _file_error(folder: Path, error: OSError) -> FileError:
    match error:
        case FileExistsError() | NotADirectoryError():
            return FileError(str(folder), "cannot be a folder: a file is in the way", "choose another with --out")
        case IsADirectoryError():
            return FileError(str(error.filename), "is a directory", "remove it, or choose another folder with --out")
        case _:
            return FileError(str(error.filename or folder), cause_of(error))


def _limits(place: Place, parameters: ParameterSet, program: Program, private_input: bytes) -> SegmentLimits:
    if place.segment_cost is None:
        return limits_under(parameters, plan_run, program, private_input)
    if parameters.listed_shapes:
        raise ParametersError(f"segments under {parameters.name} have listed shapes", "leave out --segment-cost")
    return replace(limits_of_heights(parameters.tallest_log2), cost=place.segment_cost)


@contextmanager
def _workers(place: Place, recipe: Recipe, observer: Observer) -> Iterator[Workers]:
    if place.workers is None and place.scheduler is None:
        yield ThisProcess(workbench(recipe), observer)
        return
    # Dask is an extra, and takes a second to import.
    from limpid.runs.cluster import ClusterWorkers, cluster_at, local_cluster

    connected = cluster_at(place.scheduler) if place.scheduler is not None else local_cluster(place.workers or 1)
    with connected as client:
        yield ClusterWorkers(client, recipe)
