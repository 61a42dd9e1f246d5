"""Ere's four calls over Twirp (twitchtv.github.io/twirp/docs/spec_v7.html): protocol buffers or JSON, by POST."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from limpid.service.answers import bytes_answer, refusal
from limpid.service.bodies import gone
from limpid.service.child import RejectedError, TaskError
from limpid.service.desk import Called, Desk
from limpid.service.guests import ServedGuest
from limpid.service.job_store import Job, State
from limpid.service.limits import ENVELOPE_BYTES
from limpid.service.protocol_buffers import MalformedError, calls, decoded, encoded
from limpid.service.refusals import Code, RefusalError
from limpid.service.reports import execution_report, proving_report

JSON = "application/json"
PROTOBUF = "application/protobuf"

Found = TypeVar("Found")


class Twirp:
    """The calls of one guest: that of the path, else the first of the server."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request of ASGI."""
        request = Request(scope, receive)
        try:
            response = await self._answered(request)
        except RefusalError as error:
            response = refusal(error, scope["path"])
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        name = request.path_params["call"]
        call = calls().get(name)
        if call is None:
            raise RefusalError(Code.BAD_ROUTE, "there is no such call", f"call one of: {', '.join(calls())}")
        if request.method != "POST":
            raise RefusalError(Code.BAD_ROUTE, "calls are made with POST", "use it", headers={"Allow": "POST"})
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in (JSON, PROTOBUF):
            raise RefusalError(Code.BAD_ROUTE, "the content is of another type", f"send {PROTOBUF} or {JSON}")
        guests, as_json = self._desk.guests, media_type == JSON
        guest = guests.named(request.path_params["guest"]) if "guest" in request.path_params else guests.all[0]
        settings = self._desk.settings
        at_most = (settings.proof_bytes if name.endswith("/Verify") else settings.input_bytes) + ENVELOPE_BYTES
        # In JSON, bytes are in base 64.
        async with self._desk.body(request, at_most * 4 // 3 if as_json else at_most) as body:
            try:
                message = decoded(call.request, body, as_json=as_json)
            except MalformedError as error:
                raise RefusalError(Code.MALFORMED, str(error), "look at zkvm_service.proto") from error
            del body
            pending = await self._begun(name, request, guest, message)
        outcome = await pending
        kind = "ok" if isinstance(outcome, dict) else "err"
        response = call.response(**{kind: outcome})
        return bytes_answer(encoded(response, as_json=as_json), media_type)

    async def _begun(
        self, name: str, request: Request, guest: ServedGuest, message: Any
    ) -> Awaitable[dict[str, bytes] | str]:
        """What is to be waited for once the body need not be held any more: fields of the answer, or what is wrong."""
        if name.endswith("/ProgramVk"):
            return _done({"program_vk": guest.key})
        if name.endswith("/Verify"):
            return _done(await unless_left(request, self._verified(guest, message.proof)))
        if message.HasField("input_proofs"):
            raise RefusalError(Code.UNIMPLEMENTED, "guests verify no proofs here", "leave input_proofs out")
        if len(message.input_stdin) > self._desk.settings.input_bytes:
            raise RefusalError(
                Code.RESOURCE_EXHAUSTED, "the input is too long", f"send {self._desk.settings.input_bytes:,} bytes"
            )
        if name.endswith("/Execute"):
            return _done(await unless_left(request, self._executed(guest, message.input_stdin)))
        (job,) = await self._desk.submit([guest], message.input_stdin)
        return unless_left(request, self._proven(job))

    async def _executed(self, guest: ServedGuest, private_input: bytes) -> dict[str, bytes] | str:
        try:
            called: Called = await self._desk.execute(guest, private_input)
        except TaskError as error:
            return _in_words(error.message, error.next_step)
        facts = called.facts
        if facts["exit_code"] != 0:
            return _exit_text(facts["exit_code"])
        report = execution_report(facts["instructions"], facts["seconds"])
        return {"public_values": called.output, "report": report}

    async def _proven(self, job: Job) -> dict[str, bytes] | str:
        await job.ended.wait()
        if job.state is State.FAILED:
            error = job.outcome["error"]
            return _in_words(error["message"], error["next_step"])
        if job.outcome["exit_code"] != 0:
            return _exit_text(job.outcome["exit_code"])
        proof, output = await self._desk.kept(job.proof_path), await self._desk.kept(job.output_path)
        report = proving_report(job.outcome["instructions"], job.outcome["seconds"])
        return {"public_values": output, "proof": proof, "report": report}

    async def _verified(self, guest: ServedGuest, proof: bytes) -> dict[str, bytes] | str:
        try:
            called = await self._desk.verify(guest, proof)
        except RejectedError as error:
            self._desk.metrics.verdicts.labels(guest.name, "rejected").inc()
            return str(error)
        except TaskError as error:
            return _in_words(error.message, error.next_step)
        self._desk.metrics.verdicts.labels(guest.name, "accepted").inc()
        return {"public_values": called.output}


async def unless_left(request: Request, work: Coroutine[Any, Any, Found]) -> Found:
    """What comes of work, unless the client leaves before that. Raises RefusalError then, and what the work raises."""
    left, done = asyncio.ensure_future(gone(request)), asyncio.ensure_future(work)
    try:
        await asyncio.wait({left, done}, return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            raise RefusalError(Code.CANCELED, "the client left", "ask again")
        return done.result()
    finally:
        left.cancel()
        done.cancel()


async def _done(found: Found) -> Found:
    return found


def _in_words(message: str, next_step: str | None) -> str:
    return message if next_step is None else f"{message}; {next_step}"


def _exit_text(exit_code: int) -> str:
    return f"the guest ended with exit code {exit_code}; Verify accepts proofs of runs that end with 0"
