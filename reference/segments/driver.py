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
from reference.segments.codec import (
    decode_planned_segment,
    decode_segment_plan,
    encode_planned_segment,
    encode_segment_plan,
)
from reference.segments.files import Kind, write_whole
from reference.segments.folder import Report, RunFolder
from reference.segments.jobs import Job, PinJob, ProveJob, Workers
from reference.trace.build import public_values_of
from reference.trace.errors import TraceError
from reference.trace.limits import SegmentLimits
from reference.trace.plan import RunEnd, RunPlan, SegmentPlan
from reference.trace.segmentation import PlanRun, plan_run
from reference.verifier.program import PLAIN_TOOLS, VerifierTools
from reference.verifier.run import require_global_balance, verify_segment_alone
from spec.program import Program
from spec.protocol.hash import DIGEST_BYTES, digest_bytes
from spec.protocol.key import VerificationKey
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import SegmentProof
from spec.protocol.proof_encoding import encode_run, read_segment
from spec.protocol.run import RunStatement, leaves_root, run_digest
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejected
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES
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


def prove_in_folder(
    path: Path, request: RunRequest, workers: Workers, *, report: Report, observer: Observer = silent
) -> ProvenRun:
    """The proof of the run, which also stands in the folder; `report` hears of files that are not used.

    Raises InputTooLongError, UnprovableError, TraceTooLongError, FolderInUseError, FolderOfAnotherRunError, OSError,
    and what the workers raise.
    """
    with RunFolder.opened(path, request.identity(), report) as folder:
        session = _Session(folder, request, workers, observer)
        try:
            return session.prove()
        except (TraceError, Rejected) as error:
            if not session.reuses_leaves:
                raise
            folder.clear(f"a leaf that was found is wrong: {error}")
            return _Session(folder, request, workers, observer).prove()


class _Session:
    """One attempt at proving what is missing."""

    def __init__(self, folder: RunFolder, request: RunRequest, workers: Workers, observer: Observer) -> None:
        self.reuses_leaves = False
        """Whether leaves that were found in the folder are in use."""

        self._folder = folder
        self._request = request
        self._workers = workers
        self._observer = observer

    def prove(self) -> ProvenRun:
        plan = self._planned()
        self._write_manifest(plan)
        key = self._request.key
        statement = key.statement(plan.end.output, plan.segment_count)
        leaves = self._leaves(plan)
        run = digest_bytes(run_digest(NumberAlgebra(), statement, leaves_root(leaves)))
        self._prove_missing(plan, statement, run, leaves)
        proofs = self._segment_proofs(plan, run)
        shapes: list[SegmentShape] = []

        def segments() -> Iterator[SegmentProof]:
            for proof in proofs:
                decoded = self._decoded(proof)
                shapes.append(decoded.shape)
                yield decoded

        require_global_balance(NumberAlgebra(), key, segments(), output_tokens(statement.output), run)
        encoded = encode_run(key, statement.output, proofs)
        write_whole(self._folder.proof_path, encoded)
        return ProvenRun(encoded, tuple(shapes), plan.end)

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
        found = self._read(Kind.SEGMENT_PLAN, plan.index)
        if found == encoded:
            return
        if found is not None:
            self._folder.discard(Kind.SEGMENT_PLAN, plan.index, "it is not the plan of this segment")
        self._write(Kind.SEGMENT_PLAN, plan.index, encoded)

    def _leaves(self, plan: RunPlan) -> list[bytes]:
        leaves = {index: self._found_leaf(index) for index in range(plan.segment_count)}
        found = {index: leaf for index, leaf in leaves.items() if leaf is not None}
        self.reuses_leaves = bool(found)

        def jobs() -> Iterator[Job]:
            for index in range(plan.segment_count):
                if index not in found:
                    yield PinJob(index, plan.segment_count, self._planned_segment(plan, index))

        for index, leaf in self._workers.execute(jobs()):
            self._write(Kind.LEAF, index, leaf)
            found[index] = leaf
            self._progress(plan).begin(Stage.PIN, len(found))
        return [found[index] for index in range(plan.segment_count)]

    def _found_leaf(self, index: int) -> bytes | None:
        leaf = self._read(Kind.LEAF, index)
        if leaf is not None and len(leaf) != DIGEST_BYTES:
            self._folder.discard(Kind.LEAF, index, "it holds no leaf")
            return None
        return leaf

    def _prove_missing(self, plan: RunPlan, statement: RunStatement, run: bytes, leaves: list[bytes]) -> None:
        valid = {i for i, leaf in enumerate(leaves) if self._proof_is_valid(plan, statement, run, i, leaf)}

        def jobs() -> Iterator[Job]:
            for index, leaf in enumerate(leaves):
                if index not in valid:
                    planned = self._planned_segment(plan, index)
                    yield ProveJob(index, plan.segment_count, planned, run, leaf)

        for done, (index, proof) in enumerate(self._workers.execute(jobs()), start=len(valid) + 1):
            self._folder.write(Kind.SEGMENT_PROOF, index, run, proof)
            self._progress(plan).begin(Stage.MAIN, done)

    def _proof_is_valid(self, plan: RunPlan, statement: RunStatement, run: bytes, index: int, leaf: bytes) -> bool:
        """Whether the segment's proof stands in the folder, is accepted, and is about the planned segment."""
        encoded = self._folder.read(Kind.SEGMENT_PROOF, index, run)
        if encoded is None:
            return False
        planned = decode_planned_segment(self._planned_segment(plan, index))
        expected = public_values_of(planned)
        try:
            proof = self._decoded(encoded)
            if any(proof.public(name) != expected[name] for name in SEGMENT_PUBLIC_VALUES):
                self._folder.discard(Kind.SEGMENT_PROOF, index, "it is about another segment")
                return False
            tools = self._request.tools
            found = verify_segment_alone(tools.algebra(), self._request.key, proof, index, statement, run, tools.steps)
            if found != leaf:
                self._folder.discard(Kind.SEGMENT_PROOF, index, "it has another leaf")
                return False
        except Rejected as rejected:
            self._folder.discard(Kind.SEGMENT_PROOF, index, str(rejected))
            return False
        return True

    def _segment_proofs(self, plan: RunPlan, run: bytes) -> list[bytes]:
        proofs = []
        for index in range(plan.segment_count):
            encoded = self._folder.read(Kind.SEGMENT_PROOF, index, run)
            if encoded is None:
                raise FileNotFoundError(f"{self._folder.name(Kind.SEGMENT_PROOF, index)} went away")
            proofs.append(encoded)
        return proofs

    def _decoded(self, encoded: bytes) -> SegmentProof:
        reader = self._request.tools.reader(encoded)
        key = self._request.key
        proof = read_segment(reader, key.machine, key.parameters)
        reader.finish()
        return proof

    def _planned_segment(self, plan: RunPlan, index: int) -> bytes:
        encoded = self._read(Kind.SEGMENT_PLAN, index)
        if encoded is None:
            raise FileNotFoundError(f"{self._folder.name(Kind.SEGMENT_PLAN, index)} went away")
        return encode_planned_segment(plan.segment(decode_segment_plan(encoded)))

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
                        "plan": folder.name(Kind.SEGMENT_PLAN, index),
                        "leaf": folder.name(Kind.LEAF, index),
                        "proof": folder.name(Kind.SEGMENT_PROOF, index),
                    }
                    for index, part in enumerate(plan.memory)
                ],
            }
        folder.write_manifest(facts)

    def _progress(self, plan: RunPlan) -> Progress:
        return Progress(self._observer, plan.segment_count)

    def _read(self, kind: Kind, index: int) -> bytes | None:
        return self._folder.read(kind, index, self._folder.identity)

    def _write(self, kind: Kind, index: int, payload: bytes) -> None:
        self._folder.write(kind, index, self._folder.identity, payload)
