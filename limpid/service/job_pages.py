"""The pages for people, as HTML. Whatever comes from a guest or a client is escaped, and no script stands in a page."""

from __future__ import annotations

import time
from collections.abc import Iterable
from html import escape

from limpid.service.guests import ServedGuest
from limpid.service.job_store import Job, State
from limpid.service.limits import SHOWN_BYTES
from spec.parameters import PARAMETER_SETS

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a page may fetch: its own script, style, events and pictures."""

PICTURE_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)
"""A flame graph has a script in it; in a sandbox it belongs to no site, and can ask nobody for anything."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
<script src="/page.js" defer></script>
<main>
{body}
</main>
</html>
"""


def overview(guests: Iterable[ServedGuest], jobs: Iterable[Job]) -> str:
    """All guests and all jobs, the newest first."""
    served = "".join(
        f"<tr><td>{escape(guest.name)}</td><td>{guest.kind.value}</td><td><code>{escape(guest.parameters)}</code></td>"
        f"<td><code>{guest.program_id.hex()}</code></td></tr>\n"
        for guest in guests
    )
    rows = "".join(_row(job) for job in reversed(list(jobs)))
    body = (
        "<h1>Limpid</h1>\n<h2>Guests</h2>\n<table><tr><th>name</th><th>proof</th><th>parameter set</th>"
        f"<th>program id</th></tr>\n{served}</table>\n"
        "<h2>Jobs</h2>\n<table id='jobs'><tr><th>accepted</th><th>guest</th><th>request</th><th>state</th>"
        f"<th>done</th></tr>\n{rows}</table>\n"
    )
    return _PAGE.format(title="Limpid", body=body)


def job_page(job: Job, output: bytes) -> str:
    """One job: what is known of it, its proof, and a picture of its profile."""
    facts = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>\n" for name, text in _lines(job, output))
    parts = [
        f"<p><a href='/'>all jobs</a></p>\n<h1>{escape(job.guest)}</h1>\n"
        f"<table id='job' data-job='{job.identifier}' data-state='{job.state.value}'>{facts}</table>"
    ]
    if job.state is State.PROVEN:
        place = f"/jobs/{job.identifier}"
        parts.append(
            f"<p><a href='{place}/proof' download='{job.identifier[:16]}.proof'>the proof</a>, "
            f"<a href='{place}/output' download='{job.identifier[:16]}.output'>its public output</a></p>\n"
            f"<pre>{escape(_verifying(job))}</pre>\n<h2>Where the cycles go</h2>\n"
            f"<iframe src='{place}/flame-graph' sandbox='allow-scripts' title='flame graph'></iframe>"
        )
    return _PAGE.format(title=escape(f"{job.guest}, {job.state.value}"), body="\n".join(parts))


def _row(job: Job) -> str:
    return (
        f"<tr id='job-{job.identifier}'><td>{_moment(job.accepted)}</td>"
        f"<td><a href='/jobs/{job.identifier}'>{escape(job.guest)}</a></td>"
        f"<td><code>{escape(job.root[:18])}</code></td>"
        f"<td class='state'>{job.state.value}</td><td class='done'>{_done(job)}</td></tr>\n"
    )


def _done(job: Job) -> str:
    if job.state is State.PROVEN:
        return f"{job.outcome['instructions']:,} instructions in {job.outcome['seconds']:.1f} s"
    if job.state is State.FAILED:
        return escape(str(job.outcome["error"]["message"]))
    return escape(f"{job.fraction:.0%} {job.stage}") if job.state is State.PROVING else ""


def _lines(job: Job, output: bytes) -> list[tuple[str, str]]:
    lines = [
        ("state", f"{job.state.value} {job.stage}".strip()),
        ("request", job.root),
        ("program id", job.program_id),
        ("parameters", job.parameters),
        ("kind of proof", job.kind.value),
        ("input", f"{job.input_bytes:,} bytes"),
        ("accepted", _moment(job.accepted)),
    ]
    if job.state is State.PROVEN:
        shown = output[:SHOWN_BYTES].hex() + ("..." if len(output) > SHOWN_BYTES else "")
        found = job.outcome
        lines += [
            (
                "proof",
                f"{found['proof_bytes']:,} bytes, {found['segments']:,} segments, {found['seconds']:.1f} seconds",
            ),
            ("instructions", f"{found['instructions']:,}"),
            ("exit code", str(found["exit_code"])),
            ("public output", f"{found['output_bytes']:,} bytes: {shown}"),
            ("security", f"{found['whole_run_bits']} bits, all rounds added up"),
        ]
    if job.state is State.FAILED:
        error = job.outcome["error"]
        lines += [("error", str(error["message"])), ("next", str(error["next_step"] or ""))]
    return lines


def _verifying(job: Job) -> str:
    """The command that verifies the proof without this server."""
    short, exit_code = job.identifier[:16], job.outcome["exit_code"]
    command = f"limpid verify {short}.proof --program {job.program_id} --public-output {short}.output"
    command += f" --exit-code {exit_code}" if exit_code else ""
    return command if PARAMETER_SETS[job.parameters].secure else f"{command} --allow-insecure"


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
