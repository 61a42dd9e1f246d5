"""Proving segments and nodes on many processes or machines, with Dask: every job is a task.

A worker receives the program once and a segment's plan with each job, and executes the segment again: the plan is 28
bytes for each address that the segment touches, the trace would be some hundred megabytes. A worker that dies, or does
not answer for as long as Dask waits, costs what it had in work. What a job raises comes in place of its result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic

import dask
from distributed import Client, LocalCluster, as_completed

from limpid.advice.memory_advice import MEBIBYTE, memory_error
from limpid.errors import ClusterError
from limpid.runs.checked_workers import named
from limpid.runs.tree_memory import node_process_bytes
from optimized.threads import THREADS_VARIABLE, thread_count
from reference.recursion.jobs import CombineJob, ConvertJob, FinishJob
from reference.segments.jobs import AnyJob, Bench, Recipe

DEATHS = 4
"""How many workers may die with a job in work before that is the run's failure."""

CONNECTION_SECONDS = 10
"""How long a scheduler has to answer."""

JOBS_AHEAD = 1
"""Jobs that wait beside the one in work, for each thread of a worker: so that none is idle between two jobs."""


QUIET_ABOUT_PLANS = {"distributed.admin.large-graph-warning-threshold": "1GB"}
"""Configuration of Dask, which warns of tasks above 10 MB: the plan of a segment that touches much memory is one."""


def execute_job(recipe: Recipe[Bench], job: AnyJob[Bench]) -> bytes:
    """A task: executes the job at the bench of the process. Raises OutOfMemoryError if it ends for want of memory, and
    what the job raises."""
    try:
        return job.execute(recipe.bench())
    except MemoryError as error:
        # As a bare MemoryError it would be taken for one of the process that receives it.
        cause = f" ({error})" if str(error) else ""
        raise memory_error(f"a worker had no memory left for {named(job)}{cause}{_memory_need(job)}") from error


def _memory_need(job: AnyJob[Bench]) -> str:
    """What is known of it; of segments the bench asks before they are begun, and says what they need."""
    if not isinstance(job, ConvertJob | CombineJob | FinishJob):
        return ""
    return f", and a process that makes nodes takes about {node_process_bytes() // MEBIBYTE:,} MiB"


@dataclass(frozen=True)
class ClusterWorkers(Generic[Bench]):
    """Executes jobs on the workers of a Dask cluster."""

    client: Client
    recipe: Recipe[Bench]

    def execute(self, jobs: Iterable[AnyJob[Bench]]) -> Iterator[tuple[int, bytes | Exception]]:
        """(index, result) of every job as they are done, or what the job raised. Raises ClusterError if the cluster
        fails, or has no worker."""
        waiting = iter(jobs)
        # A task, so that whoever loses the recipe can have it again.
        recipe = self.client.submit(_itself, self.recipe)
        done = as_completed()
        indices: dict[str, int] = {}

        def submit() -> None:
            # One result may be all that several jobs have waited for.
            while len(indices) < capacity and (job := next(waiting, None)) is not None:
                future = self.client.submit(execute_job, recipe, job, pure=False, priority=int(job.urgent))
                indices[future.key] = job.index
                done.add(future)

        capacity = self._capacity()
        submit()
        for future in done:
            error = future.exception()
            if error is not None and _is_of_dask(error):
                next_step = "start it again; the run goes on from its folder"
                raise ClusterError(f"the cluster failed: {error}", next_step) from error
            yield indices.pop(future.key), future.result() if error is None else error
            submit()

    def _capacity(self) -> int:
        """How many jobs are with the cluster at a time. Raises ClusterError if it has no worker."""
        threads: int = sum(self.client.nthreads().values())
        if threads == 0:
            raise ClusterError("the cluster has no worker", "start one with: dask worker ADDRESS")
        return threads * (1 + JOBS_AHEAD)


def _itself(recipe: Recipe[Bench]) -> Recipe[Bench]:
    return recipe


def _is_of_dask(error: BaseException) -> bool:
    """Whether it says that the cluster failed; anything else is what a job raised."""
    return type(error).__module__.startswith(("distributed.", "dask."))


@contextmanager
def local_cluster(workers: int) -> Iterator[Client]:
    """A client of so many worker processes on this machine, which share its cores; reachable from it alone."""
    environment = {THREADS_VARIABLE: str(max(1, thread_count() // workers))}
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": DEATHS, **QUIET_ABOUT_PLANS}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=50,
            env=environment,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def cluster_at(address: str) -> Iterator[Client]:
    """A client of the cluster whose scheduler has this address.

    Raises ClusterError if the cluster cannot be reached or fails, or Dask is missing.
    """
    try:
        client = Client(address, timeout=CONNECTION_SECONDS)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no scheduler answers at {address}", "start one with: dask scheduler") from error
    with dask.config.set(QUIET_ABOUT_PLANS), client:
        yield client
