"""Proving a long run in a folder: plan it, pin every segment, prove every segment, join the proofs.

Between the steps only files remain, so at most a few segments are held at a time, and a run that was stopped goes on
where it stood. What is found in the folder is checked before it is used: plans against the run, which is executed each
time because that takes less than verifying its proofs; a segment's proof by the verifier; a leaf when the segment is
proven or verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reference.machine_memory import InputTooLongError
from reference.prover.progress import Observer, Progress, Stage, silent
from reference.segments.checking import decoded_segment
from reference.segments.codec import encode_planned_segment, encode_segment_plan
from reference.segments.files import FileKind, write_whole
from reference.segments.folder import Report, RunFolder
from reference.segments.jobs import Job, PinJob, Workers
from reference.segments.proofs import FolderProofs, SecondPass, SegmentProofs, planned_segment
from reference.trace.errors import TraceError
from reference.trace.limits import SegmentLimits
from reference.trace.plan import RunEnd, RunPlan, SegmentPlan
from reference.trace.segmentation import PlanRun, plan_run
from reference.verifier.run import require_global_balance
from reference.verifier.statement import PLAIN_TOOLS, VerifierTools
from spec.program import Program
from spec.protocol.hash import DIGEST_BYTES, digest_bytes
from spec.protocol.key import VerificationKey
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import SegmentProof
from spec.protocol.proof_encoding import encode_run
from spec.protocol.run import leaves_root, run_digest
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejected
from spec.rv64im.tokens import output_tokens


@dataclass(frozen=True)
class RunRequest:
    """Which run to prove, and how to cut it."""

    program: Program
    private_input: bytes
    key: VerificationKey
    limits: SegmentLimits
    plan_run: PlanRun = plan_run
    tools: VerifierTools = PLAIN_TOOLS
    """Those with which proofs that are found are verified."""

    random_seed: bytes = b""
    """With which `plan_run` answers calls of advice."""

    def identity(self) -> bytes:
        """A digest of all of it."""
        parts = [self.key.program_id, hashlib.sha256(self.private_input).digest(), repr(self.limits).encode()]
        parts += [self.random_seed] if self.random_seed else []
        return hashlib.sha256(b"limpid run" + b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


@dataclass(frozen=True)
class ProvenRun:
    """A finished proof, and how its run ended."""

    encoded: bytes
    """The proof's canonical bytes."""

    shapes: tuple[SegmentShape, ...]
    """By segment."""

    end: RunEnd


class UnbalancedRunError(TraceError):
    """The proven segments do not make a run: what was planned, or a leaf, is wrong."""


def prove_in_folder(
    path: Path,
    request: RunRequest,
    workers: Workers[Job],
    *,
    report: Report,
    observer: Observer = silent,
    second_pass: SecondPass | None = None,
) -> ProvenRun:
    """The proof of the run, which also stands in the folder; `report` hears of files that are not used.

    The second pass may be another's, who makes more of the segments than the proof of the run: `workers` then pin only.
    Raises InputTooLongError, UnprovableError, TraceTooLongError, FolderInUseError, FolderOfAnotherRunError, OSError,
    and what the workers and the second pass raise.
    """
    with RunFolder.opened(path, request.identity(), report) as folder:
        session = _Session(folder, request, workers, observer)
        try:
            return session.prove(second_pass)
        except TraceError as error:
            if not session.reuses_leaves:
                raise
            folder.clear(f"a leaf that was found is wrong: {error}")
            return _Session(folder, request, workers, observer).prove(second_pass)


class _Session:
    """One attempt at proving what is missing."""

    def __init__(self, folder: RunFolder, request: RunRequest, workers: Workers[Job], observer: Observer) -> None:
        self.reuses_leaves = False
        """Whether leaves that were found in the folder are in use."""

        self._folder = folder
        self._request = request
        self._workers = workers
        self._observer = observer

    def prove(self, second_pass: SecondPass | None) -> ProvenRun:
        plan = self._planned()
        self._write_manifest(plan)
        key, tools = self._request.key, self._request.tools
        leaves = self._leaves(plan)
        statement = key.statement(plan.end.output, plan.segment_count)
        run = digest_bytes(run_digest(NumberAlgebra(), statement, leaves_root(leaves)))
        proven: list[ProvenRun] = []

        def complete(proofs: FolderProofs) -> None:
            proven.append(self._joined(plan, proofs))

        proofs = FolderProofs(self._folder, plan, key, tools, run, leaves, complete)
        (second_pass or self._prove_missing)(proofs, plan.end)
        return proven[0]

    def _joined(self, plan: RunPlan, proofs: FolderProofs) -> ProvenRun:
        """The proof of the run, in the folder as soon as all segments have theirs. Raises UnbalancedRunError if
        the segments do not fit together."""
        key, shapes = proofs.key, list[SegmentShape]()
        encoded = [proofs.take(index) for index in range(plan.segment_count)]

        def segments() -> Iterator[SegmentProof]:
            for proof in encoded:
                decoded = decoded_segment(proof, key, self._request.tools)
                shapes.append(decoded.shape)
                yield decoded

        try:
            require_global_balance(NumberAlgebra(), key, segments(), output_tokens(proofs.output), proofs.run)
        except Rejected as rejected:
            raise UnbalancedRunError(str(rejected)) from rejected
        whole = encode_run(key, proofs.output, encoded)
        write_whole(self._folder.proof_path, whole)
        return ProvenRun(whole, tuple(shapes), plan.end)

    def _planned(self) -> RunPlan:
        """The plan of the run, its segments' in the folder. A run that cannot be planned leaves nothing there."""
        request = self._request
        self._observer(Stage.PLAN, 0.0)
        try:
            return request.plan_run(request.program, request.private_input, request.limits, self._keep)
        except (TraceError, InputTooLongError):
            self._folder.abandon()
            raise

    def _keep(self, plan: SegmentPlan) -> None:
        if plan.index == 0:
            self._write_manifest(None)
        encoded = encode_segment_plan(plan)
        found = self._read(FileKind.SEGMENT_PLAN, plan.index)
        if found == encoded:
            return
        if found is not None:
            self._folder.discard(FileKind.SEGMENT_PLAN, plan.index, "it is not the plan of this segment")
        self._write(FileKind.SEGMENT_PLAN, plan.index, encoded)

    def _leaves(self, plan: RunPlan) -> list[bytes]:
        leaves = {index: self._found_leaf(index) for index in range(plan.segment_count)}
        found = {index: leaf for index, leaf in leaves.items() if leaf is not None}
        self.reuses_leaves = bool(found)

        def jobs() -> Iterator[Job]:
            for index in range(plan.segment_count):
                if index not in found:
                    planned = encode_planned_segment(planned_segment(self._folder, plan, index))
                    yield PinJob(index, plan.segment_count, planned)

        for index, leaf in self._workers.execute(jobs()):
            self._write(FileKind.LEAF, index, leaf)
            found[index] = leaf
            Progress(self._observer, plan.segment_count).begin(Stage.PIN, len(found))
        return [found[index] for index in range(plan.segment_count)]

    def _found_leaf(self, index: int) -> bytes | None:
        leaf = self._read(FileKind.LEAF, index)
        if leaf is not None and len(leaf) != DIGEST_BYTES:
            self._folder.discard(FileKind.LEAF, index, "it holds no leaf")
            return None
        return leaf

    def _prove_missing(self, proofs: SegmentProofs, end: RunEnd) -> None:
        """The second pass where nothing is made of the segments but the proof of the run."""
        del end
        jobs, found = (proofs.job(index) for index in proofs.missing), proofs.segment_count - len(proofs.missing)
        for done, (index, proof) in enumerate(self._workers.execute(jobs), start=found + 1):
            proofs.put(index, proof)
            Progress(self._observer, proofs.segment_count).begin(Stage.MAIN, done)

    def _write_manifest(self, plan: RunPlan | None) -> None:
        folder, request = self._folder, self._request
        facts: dict[str, object] = {
            "program_id": request.key.program_id.hex(),
            "parameters": request.key.parameters.name,
            "limits": {
                "cost": request.limits.cost,
                "clock": request.limits.clock,
                "memory_rows": request.limits.memory_rows,
            },
        }
        if plan is not None:
            facts |= {
                "instructions": plan.end.instructions,
                "exit_code": plan.end.exit_code,
                "output": plan.end.output.hex(),
                "proof": folder.proof_path.name,
                "segments": [
                    {
                        "index": index,
                        "memory_rows": len(part.cells),
                        "plan": folder.name(FileKind.SEGMENT_PLAN, index),
                        "leaf": folder.name(FileKind.LEAF, index),
                        "proof": folder.name(FileKind.SEGMENT_PROOF, index),
                    }
                    for index, part in enumerate(plan.memory)
                ],
            }
        folder.write_manifest(facts)

    def _read(self, kind: FileKind, index: int) -> bytes | None:
        return self._folder.read(kind, index, self._folder.identity)

    def _write(self, kind: FileKind, index: int, payload: bytes) -> None:
        self._folder.write(kind, index, self._folder.identity, payload)
