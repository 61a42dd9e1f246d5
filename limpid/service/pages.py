"""The routes for people and for whoever watches the server: pages, jobs, metrics, health."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from sse_starlette import ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from limpid.service.answers import SAFE_HEADERS, bytes_answer, json_answer
from limpid.service.desk import Desk
from limpid.service.guard import OPEN_PATH
from limpid.service.job_pages import PAGE_POLICY, PICTURE_POLICY, job_page, overview
from limpid.service.job_store import Job, State
from limpid.service.limits import MOST_LISTENERS
from limpid.service.metrics import MEDIA_TYPE
from limpid.service.proof_node import event_stream
from limpid.service.refusals import Code, RefusalError, busy

HERE = Path(__file__).parent
HTML = "text/html; charset=utf-8"


class Pages:
    """The handlers, which share a desk."""

    def __init__(self, desk: Desk, is_well: Callable[[], bool]) -> None:
        self._desk = desk
        self._is_well = is_well

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/", self._overview),
            Route("/page.js", lambda _: bytes_answer((HERE / "page.js").read_bytes(), "text/javascript")),
            Route("/style.css", lambda _: bytes_answer((HERE / "style.css").read_bytes(), "text/css")),
            Route("/jobs", self._jobs),
            Route("/jobs/events", self._listen),
            Route("/jobs/{job}", self._job),
            Route("/jobs/{job}/state", self._state),
            Route("/jobs/{job}/proof", self._proof),
            Route("/jobs/{job}/output", self._output),
            Route("/jobs/{job}/flame-graph", self._flame_graph),
            Route("/metrics", self._metrics),
            Route(OPEN_PATH, self._health),
        ]

    async def _overview(self, _: Request) -> Response:
        return _page(overview(self._desk.guests.all, self._desk.store.all()))

    async def _jobs(self, _: Request) -> Response:
        return json_answer({"jobs": [job.facts() for job in self._desk.store.all()]})

    async def _listen(self, _: Request) -> Response:
        if self._desk.feed.listeners >= MOST_LISTENERS:
            raise busy(f"{MOST_LISTENERS} clients listen already")
        return event_stream(self._changes())

    async def _changes(self) -> AsyncIterator[ServerSentEvent]:
        with self._desk.feed.listening() as changes:
            async for change in changes:
                yield ServerSentEvent(json.dumps(change.job.facts()))

    async def _job(self, request: Request) -> Response:
        job = self._named(request)
        output = await self._desk.kept(job.output_path) if job.state is State.PROVEN else b""
        return _page(job_page(job, output))

    async def _state(self, request: Request) -> Response:
        return json_answer(self._named(request).facts())

    async def _proof(self, request: Request) -> Response:
        return bytes_answer(await self._desk.kept(self._proven(request).proof_path))

    async def _output(self, request: Request) -> Response:
        return bytes_answer(await self._desk.kept(self._proven(request).output_path))

    async def _flame_graph(self, request: Request) -> Response:
        picture = await self._desk.flame_graph(self._named(request))
        return Response(picture, 200, {**SAFE_HEADERS, "Content-Security-Policy": PICTURE_POLICY}, HTML)

    async def _metrics(self, _: Request) -> Response:
        return bytes_answer(self._desk.metrics.page(), MEDIA_TYPE)

    async def _health(self, _: Request) -> Response:
        if not self._is_well():
            raise RefusalError(Code.UNAVAILABLE, "the prover has stopped", "restart the server: jobs are kept")
        return json_answer({"status": "ok"})

    def _named(self, request: Request) -> Job:
        """The job of the path. Raises RefusalError if there is none."""
        job = self._desk.store.get(request.path_params["job"])
        if job is None:
            raise RefusalError(Code.NOT_FOUND, "there is no job of that id", "ask for /jobs: it lists them")
        return job

    def _proven(self, request: Request) -> Job:
        job = self._named(request)
        if job.state is not State.PROVEN:
            raise RefusalError(Code.NOT_FOUND, f"the job is {job.state.value}", "wait until it is proven")
        return job


def _page(text: str) -> Response:
    return Response(text, 200, {**SAFE_HEADERS, "Content-Security-Policy": PAGE_POLICY}, HTML)
