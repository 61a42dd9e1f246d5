"""The counting program's run in a folder; as a program: python -m tests.reference.segments.counting_folder FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from reference.segments.driver import RunRequest, prove_in_folder
from reference.segments.jobs import Job, ThisProcess, Workbench, Workers
from reference.trace.build import PlainTraces
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import decode_proof
from spec.rv64im.machine import RV64IM
from tests.reference.segmented_run import INPUT, KERNELS, LIMITS, counting_key, counting_program


def counting_request() -> RunRequest:
    """The honest run."""
    return RunRequest(counting_program(), INPUT, counting_key().verification, LIMITS)


def counting_bench() -> Workbench:
    """What this process needs to prove it."""
    return Workbench(KERNELS, counting_key(), PlainTraces(counting_program()))


def prove_counting(path: Path, workers: Workers[Job], reports: list[str]) -> RunProof:
    """Proves the honest run in the folder; the reports are collected."""
    proven = prove_in_folder(path, counting_request(), workers, report=reports.append)
    return decode_proof(proven.encoded, RV64IM)


if __name__ == "__main__":
    prove_counting(Path(sys.argv[1]), ThisProcess(counting_bench()), [])
