"""Jobs as folders on the disk: what was accepted is found again after any death of the server.

jobs/<id>/request.json   what to prove; the folder gets its name when it is whole
          input          the private input
          run/           the folder of `limpid prove --out`, or with --final, while the job is not finished
          proof          the finished proof
          output         its public output
          outcome.json   how the job ended; without it the job is in the queue
          profile/       what `limpid run --profile` writes, once somebody asked for it

The id is a digest of program, parameters, kind of proof and input: whoever asks for the same again gets the same job.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from limpid.service.durable import settle, write_durably
from limpid.service.guests import Kind, ServedGuest
from reference.segments.files import SCRATCH_SUFFIX
from reference.segments.folder import FINAL_NAME, PROOF_NAME
from spec.nested_json import loads

REQUEST_FORMAT = "limpid job"
REQUEST_VERSION = 2
"""The version of the keys of request.json: another one is left alone."""

RECORD_DEPTH = 8
"""Deeper than any record of a job is nested."""

MADE_PROOFS = {Kind.SEGMENTS: PROOF_NAME, Kind.FINAL: FINAL_NAME}
"""The file in a job's run folder that is its proof."""

_FRESH = ".fresh-"
"""What the name of a folder begins with that is not whole yet."""


class State(Enum):
    """Where a job stands; the value is what people and programs read."""

    WAITING = "waiting"
    PROVING = "proving"
    PROVEN = "proven"
    FAILED = "failed"
    UNSERVED = "unserved"
    """It waits for a server that has its guest."""


@dataclass
class Job:
    """A proof that somebody asked for."""

    identifier: str
    """64 hexadecimal digits."""

    folder: Path
    guest: str
    """The name under which it was asked for."""

    program_id: str
    parameters: str
    kind: Kind
    root: str
    """What clients call the request: 0x and 64 hexadecimal digits."""

    input_bytes: int
    input_sha256: str
    accepted: float
    """Seconds since 1970."""

    state: State = State.WAITING
    stage: str = ""
    fraction: float = 0.0
    """How far the proof is, while it is made."""

    deaths: int = 0
    """How often its prover died in this server's life."""

    finished: float = 0.0
    """Seconds since 1970; 0 until then."""

    outcome: dict[str, Any] = field(default_factory=dict)
    """A proof's figures, or a failure's kind, message and next step."""

    ended: asyncio.Event = field(default_factory=asyncio.Event, compare=False, repr=False)
    """Set once there is nothing left to do; from the server's own thread alone."""

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left to do."""
        return self.state in (State.PROVEN, State.FAILED)

    @property
    def input_path(self) -> Path:
        """The private input."""
        return self.folder / "input"

    @property
    def run_folder(self) -> Path:
        """Where the run is proven."""
        return self.folder / "run"

    @property
    def proof_path(self) -> Path:
        """The finished proof."""
        return self.folder / "proof"

    @property
    def output_path(self) -> Path:
        """The public output of a proven job."""
        return self.folder / "output"

    @property
    def profile_folder(self) -> Path:
        """What a profile is written to."""
        return self.folder / "profile"

    def facts(self) -> dict[str, object]:
        """For programs and for the page."""
        return {
            "job": self.identifier,
            "guest": self.guest,
            "program_id": self.program_id,
            "parameters": self.parameters,
            "kind": self.kind.value,
            "new_payload_request_root": self.root,
            "input_bytes": self.input_bytes,
            "accepted": self.accepted,
            "state": self.state.value,
            "stage": self.stage,
            "fraction": round(self.fraction, 3),
            **self.outcome,
        }


def identifier_of(guest: ServedGuest, input_sha256: str) -> str:
    """The id of a job."""
    return _identifier(*guest.statement, input_sha256)


def _identifier(program_id: str, parameters: str, kind: Kind, input_sha256: str) -> str:
    parts = [b"limpid job", bytes.fromhex(program_id), parameters.encode(), kind.value.encode()]
    parts.append(bytes.fromhex(input_sha256))
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


class JobStore:
    """All jobs of a server, in memory and on the disk. Methods that write raise OSError if the disk refuses."""

    def __init__(self, folder: Path, guests: tuple[ServedGuest, ...]) -> None:
        self._folder = folder / "jobs"
        self._names = {guest.statement: guest.name for guest in guests}
        self._jobs: dict[str, Job] = {}

    def load(self) -> list[str]:
        """Reads all jobs of the disk; returns what could not be read, in words. Raises OSError if the disk refuses."""
        self._folder.mkdir(parents=True, exist_ok=True)
        notes, found = list[str](), list[Job]()
        for path in sorted(self._folder.iterdir()):
            if path.name.startswith(_FRESH):
                shutil.rmtree(path)
                continue
            try:
                found.append(self._read(path))
            except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
                notes.append(f"{path} holds no job and is left alone: {error!r}")
        self._jobs = {job.identifier: job for job in sorted(found, key=lambda job: job.accepted)}
        return notes

    def all(self) -> tuple[Job, ...]:
        """In the order in which they were accepted."""
        return tuple(self._jobs.values())

    def waiting(self) -> Iterator[Job]:
        """The jobs that nobody has begun, or that are to be gone on with, in order."""
        return (job for job in self._jobs.values() if job.state is State.WAITING)

    @property
    def unfinished(self) -> int:
        """How many jobs wait or are in work."""
        return sum(job.state in (State.WAITING, State.PROVING) for job in self._jobs.values())

    def get(self, identifier: str) -> Job | None:
        """The job of this id, if there is one. No path is ever made of what a client names."""
        return self._jobs.get(identifier)

    def of_root(self, root: str, guest: str | None = None) -> list[Job]:
        """The jobs of a request, those of one guest or of all, the proven ones first."""
        found = [job for job in self._jobs.values() if job.root == root and guest in (None, job.guest)]
        return sorted(found, key=lambda job: job.state is not State.PROVEN)

    def found(self, guest: ServedGuest, input_sha256: str) -> Job | None:
        """The job of a guest and an input, if there is one."""
        return self._jobs.get(identifier_of(guest, input_sha256))

    def write(self, guest: ServedGuest, private_input: bytes, input_sha256: str, root: str) -> Job:
        """A new job, on the disk but not in the queue yet; for a thread of its own."""
        identifier = identifier_of(guest, input_sha256)
        job = Job(
            identifier=identifier,
            folder=self._folder / identifier,
            guest=guest.name,
            program_id=guest.program_id.hex(),
            parameters=guest.parameters,
            kind=guest.kind,
            root=root,
            input_bytes=len(private_input),
            input_sha256=input_sha256,
            accepted=time.time(),
        )
        fresh = self._folder / (_FRESH + secrets.token_hex(8))
        fresh.mkdir()
        try:
            write_durably(fresh / "input", private_input)
            write_durably(fresh / "request.json", _request(job))
            fresh.rename(job.folder)
            settle(self._folder)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        return job

    def add(self, job: Job) -> None:
        """Puts a job into the queue that `write` has made."""
        self._jobs[job.identifier] = job

    def retry(self, job: Job) -> None:
        """Puts a failed job into the queue again; what is there of its run is gone on with."""
        (job.folder / "outcome.json").unlink(missing_ok=True)
        job.state, job.outcome, job.deaths, job.stage, job.fraction = State.WAITING, {}, 0, "", 0.0
        job.ended = asyncio.Event()

    def finish(self, job: Job, figures: Mapping[str, object]) -> None:
        """Keeps the proof that stands in the job's run folder, and the figures of it."""
        (job.run_folder / MADE_PROOFS[job.kind]).replace(job.proof_path)
        self._end(job, State.PROVEN, dict(figures))
        shutil.rmtree(job.run_folder, ignore_errors=True)

    def fail(self, job: Job, kind: str, message: str, next_step: str | None) -> None:
        """Keeps why there is no proof; the run folder stays, for another attempt."""
        self._end(job, State.FAILED, {"error": {"kind": kind, "message": message, "next_step": next_step}})

    def forget(self, keep: int) -> list[Job]:
        """Removes the jobs that were finished first, but so many; returns those."""
        finished = sorted((job for job in self._jobs.values() if job.is_finished), key=lambda job: job.finished)
        gone = finished[: max(0, len(finished) - keep)]
        for job in gone:
            del self._jobs[job.identifier]
            # Without its request it is no job any more, wherever removing it is stopped.
            (job.folder / "request.json").unlink(missing_ok=True)
            shutil.rmtree(job.folder, ignore_errors=True)
        return gone

    def _end(self, job: Job, state: State, outcome: dict[str, Any]) -> None:
        finished = time.time()
        text = json.dumps({"state": state.value, "finished": finished, "outcome": outcome})
        write_durably(job.folder / "outcome.json", text.encode())
        job.state, job.outcome, job.stage, job.finished = state, outcome, "", finished

    def _read(self, path: Path) -> Job:
        """The job of a folder. Raises OSError, ValueError, KeyError, TypeError if there is none in it."""
        record = loads((path / "request.json").read_bytes(), RECORD_DEPTH)
        if (record["format"], record["version"]) != (REQUEST_FORMAT, REQUEST_VERSION):
            raise ValueError("it is in another version")
        names = ("guest", "program_id", "parameters", "root", "input_bytes", "input_sha256", "accepted")
        job = Job(path.name, path, kind=Kind(record["kind"]), **{name: record[name] for name in names})
        statement = (job.program_id, job.parameters, job.kind)
        if path.name != _identifier(*statement, job.input_sha256):
            raise ValueError("it is not what its name says")
        # Its guest may have another name by now.
        job.guest = self._names.get(statement, job.guest)
        outcome = path / "outcome.json"
        if outcome.exists():
            ending = loads(outcome.read_bytes(), RECORD_DEPTH)
            job.state, job.outcome, job.finished = State(ending["state"]), ending["outcome"], ending["finished"]
            job.ended.set()
            if job.state is State.PROVEN:
                shutil.rmtree(job.run_folder, ignore_errors=True)
            return job
        if statement not in self._names:
            job.state = State.UNSERVED
        elif hashlib.sha256(job.input_path.read_bytes()).hexdigest() != job.input_sha256:
            raise ValueError("its input is damaged")
        for scratch in path.glob(f"*{SCRATCH_SUFFIX}"):
            scratch.unlink()
        return job


def _request(job: Job) -> bytes:
    facts = {
        "format": REQUEST_FORMAT,
        "version": REQUEST_VERSION,
        "guest": job.guest,
        "program_id": job.program_id,
        "parameters": job.parameters,
        "kind": job.kind.value,
        "root": job.root,
        "input_bytes": job.input_bytes,
        "input_sha256": job.input_sha256,
        "accepted": job.accepted,
    }
    return (json.dumps(facts, indent=2) + "\n").encode()
