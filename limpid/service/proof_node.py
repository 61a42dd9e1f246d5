"""The paths of zkboost: ask for proofs, listen, fetch, verify.

Paths, parameters, events and documents are those of eth-act/zkboost (openapi.json and crates/server/src/http/v1, at
commit 9be2085d87e130674d0b2f7abb0679541e20c426). What differs is the body of a request: zkboost takes a payload request
and fetches its witness from a node, here the body is the private input of the guest, which holds both.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from limpid.service.answers import SAFE_HEADERS, bytes_answer, json_answer
from limpid.service.child import RejectedError, TaskError
from limpid.service.desk import Desk
from limpid.service.guests import ServedGuest
from limpid.service.job_store import Job, State
from limpid.service.limits import KEEP_ALIVE_SECONDS, MOST_LISTENERS, SEND_SECONDS
from limpid.service.refusals import Code, RefusalError, busy
from limpid.service.roots import is_valid_block, read_root
from limpid.service.twirp import unless_left

BACKEND_KIND = "ere"
"""Among zkboost's kinds of backends, the one that proves and verifies in earnest."""


class ProofNode:
    """The handlers, which share a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/v1/execution_proof_requests", self._request, methods=["POST"]),
            Route("/v1/execution_proof_requests", self._listen, methods=["GET"]),
            Route("/v1/execution_proofs/{root}/{guest}", self._fetch, methods=["GET"]),
            Route("/v1/execution_proof_verifications", self._verify, methods=["POST"]),
            Route("/v1/proof_types", self._types, methods=["GET"]),
        ]

    async def _request(self, request: Request) -> Response:
        """Puts the proofs of an input into the queue; the answer comes when they stand on the disk."""
        names = [name.strip() for name in _parameter(request, "proof_types").split(",")]
        if names == [""]:
            raise RefusalError(Code.INVALID_ARGUMENT, "proof_types is empty", "name one or more, with commas between")
        if len(set(names)) < len(names):
            raise RefusalError(Code.INVALID_ARGUMENT, "a proof type stands twice", "name it once")
        guests = [self._asked_for(name) for name in names]
        async with self._desk.body(request, self._desk.settings.input_bytes) as body:
            jobs = await self._desk.submit(guests, body)
        return json_answer({"new_payload_request_root": jobs[0].root})

    async def _listen(self, request: Request) -> Response:
        """A stream of what is finished: first what is so already, where a root is given."""
        asked = request.query_params.get("new_payload_request_root")
        root = None if asked is None else read_root(asked)
        if self._desk.feed.listeners >= MOST_LISTENERS:
            raise busy(f"{MOST_LISTENERS} clients listen already")
        return event_stream(self._events(root))

    async def _events(self, root: str | None) -> AsyncIterator[ServerSentEvent]:
        told: set[str] = set()
        with self._desk.feed.listening() as changes:
            for job in [] if root is None else self._desk.store.of_root(root):
                if job.is_finished:
                    told.add(job.identifier)
                    yield _event(job)
            async for change in changes:
                job = change.job
                if change.is_finished and root in (None, job.root) and job.identifier not in told:
                    yield _event(job)
                elif not change.is_finished:
                    # It was asked for once more.
                    told.discard(job.identifier)

    async def _fetch(self, request: Request) -> Response:
        """The bytes of a finished proof."""
        root, guest = read_root(request.path_params["root"]), self._asked_for(request.path_params["guest"])
        for job in self._desk.store.of_root(root, guest.name):
            if job.state is State.PROVEN:
                return bytes_answer(await self._desk.kept(job.proof_path))
        raise RefusalError(Code.NOT_FOUND, "there is no proof of that root and type", "ask for it, or wait")

    async def _verify(self, request: Request) -> Response:
        """Whether a proof shows what the root stands for."""
        root = read_root(_parameter(request, "new_payload_request_root"))
        guest = self._asked_for(_parameter(request, "proof_type"), Code.NOT_FOUND)
        expected = None if guest.is_block_validator else await self._output_of(root, guest)
        async with self._desk.body(request, self._desk.settings.proof_bytes) as body:
            is_valid = await unless_left(request, self._is_valid(guest, body, root, expected))
        self._desk.metrics.verdicts.labels(guest.name, "accepted" if is_valid else "rejected").inc()
        return json_answer({"status": "VALID" if is_valid else "INVALID"})

    async def _types(self, _: Request) -> Response:
        """The guests that are served."""
        types = [
            {"proof_type": guest.name, "kind": BACKEND_KIND, "can_prove": True, "can_verify": True}
            for guest in sorted(self._desk.guests.all, key=lambda guest: guest.name)
        ]
        return json_answer({"proof_types": types})

    def _asked_for(self, name: str, code: Code = Code.INVALID_ARGUMENT) -> ServedGuest:
        """The guest of a name. Raises RefusalError if there is none."""
        for guest in self._desk.guests.all:
            if guest.name == name:
                return guest
        raise RefusalError(code, "no guest of that proof type is served", "ask for /v1/proof_types: it lists them")

    async def _output_of(self, root: str, guest: ServedGuest) -> bytes:
        """What a guest wrote that does not write the root: the server knows it of its own runs alone."""
        for job in self._desk.store.of_root(root, guest.name):
            if job.state is State.PROVEN:
                return await self._desk.kept(job.output_path)
        raise RefusalError(
            Code.NOT_FOUND, "the server has proven no request of that root", "verify with Ere's call, or the library"
        )

    async def _is_valid(self, guest: ServedGuest, proof: bytes, root: str, expected: bytes | None) -> bool:
        try:
            output = (await self._desk.verify(guest, proof)).output
        except (RejectedError, TaskError):
            return False
        return is_valid_block(output, root) if expected is None else output == expected


def event_stream(events: AsyncIterator[ServerSentEvent]) -> Response:
    """Server-sent events, with comments in between; a client that takes none is dropped."""
    headers = {**SAFE_HEADERS, "Content-Security-Policy": "default-src 'none'"}
    return EventSourceResponse(events, headers=headers, ping=KEEP_ALIVE_SECONDS, send_timeout=SEND_SECONDS)


def _event(job: Job) -> ServerSentEvent:
    """The end of a job, as zkboost tells it."""
    facts: dict[str, object] = {"new_payload_request_root": job.root, "proof_type": job.guest}
    if job.state is State.PROVEN:
        return ServerSentEvent(json.dumps(facts), event="proof_complete")
    error = job.outcome["error"]
    reason = "internal_error" if error["kind"] in ("internal", "worker_died", "file", "memory") else "proving_error"
    return ServerSentEvent(json.dumps({**facts, "reason": reason, "error": error["message"]}), event="proof_failure")


def _parameter(request: Request, name: str) -> str:
    """A parameter of the query that stands once. Raises RefusalError otherwise."""
    found = request.query_params.getlist(name)
    if len(found) != 1:
        raise RefusalError(Code.INVALID_ARGUMENT, f"the parameter {name} has to stand once", f"add ?{name}=...")
    return found[0]
