"""`limpid serve`: a prover and verifier that others reach over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from limpid.commands.options import Count, parameters_option
from limpid.errors import DONE, MisuseError
from limpid.extras import require_extra
from limpid.terminal.files import read_file
from limpid.terminal.output import aligned, json_text, tell
from spec.memory_map import INPUT_CAPACITY_BYTES
from spec.parameters import PARAMETER_SETS

if TYPE_CHECKING:
    from limpid.service.serving import Started
    from limpid.service.settings import NamedGuest, Settings

DEFAULT_PORT = 3000
"""That of Ere's and zkboost's servers."""

DEFAULT_LIMIT = 1 << 30
"""A billion instructions: a block's validation, and hours of proving."""

DEFAULT_INPUT_BYTES = 64 << 20
DEFAULT_PROOF_BYTES = 64 << 20
"""Above the witness of a block, and the proof of as many segments as the default limit makes."""

DEFAULT_QUEUE = 64
DEFAULT_KEEP = 256
"""Jobs: a day's work of one machine, and what its clients have not fetched yet."""

LONGEST_TOKEN_BYTES = 1 << 10
"""A line of a file; a header has room for it."""


@click.command("serve")
@click.argument("guests", metavar="[NAME=]GUEST.elf...", nargs=-1, required=True)
@click.option("--folder", metavar="DIR", required=True, help="Where jobs and proofs stand; a restart goes on there.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Another one needs a token.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    metavar="N",
    help="The port; 0: a free one.",
)
@click.option("--token-file", metavar="FILE", help="Its first line is demanded of every request, but for /health.")
@click.option("--block-validator", "validators", metavar="NAME", multiple=True, help="A guest like guest/ethereum's.")
@click.option("--limit", type=Count(), default=DEFAULT_LIMIT, show_default=True, help="The most instructions of a run.")
@click.option(
    "--input-limit",
    type=Count(1, INPUT_CAPACITY_BYTES + 1),
    default=DEFAULT_INPUT_BYTES,
    show_default=True,
    help="The most bytes of an input.",
)
@click.option(
    "--proof-limit",
    type=Count(),
    default=DEFAULT_PROOF_BYTES,
    show_default=True,
    help="The most bytes of a proof to verify.",
)
@click.option("--queue", type=Count(), default=DEFAULT_QUEUE, show_default=True, help="The most unfinished jobs.")
@click.option("--keep", type=Count(), default=DEFAULT_KEEP, show_default=True, help="The most finished jobs.")
@parameters_option
@click.option("--final", is_flag=True, help="Serve final proofs, too, as NAME-final: minutes and 6 GB for each.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object when requests are taken.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def serve_command(
    guests: tuple[str, ...],
    folder: str,
    host: str,
    port: int,
    token_file: str | None,
    validators: tuple[str, ...],
    limit: int,
    input_limit: int,
    proof_limit: int,
    queue: int,
    keep: int,
    parameters: str,
    final: bool,
    as_json: bool,
    debug: bool,
) -> int:
    """Prove and verify runs of guests for others, over HTTP, until told to end."""
    del debug
    require_extra("service")
    from limpid.service.serving import serve
    from limpid.service.settings import Settings

    settings = Settings(
        folder=Path(folder).absolute(),
        guests=_named(guests, validators, final=final),
        parameters=parameters,
        final=final,
        host=host,
        port=port,
        token=None if token_file is None else _token(token_file),
        maximum_instructions=limit,
        input_bytes=input_limit,
        proof_bytes=proof_limit,
        queue=queue,
        keep=keep,
    )
    _require_safe_host(settings)

    def started(facts: Started) -> None:
        _tell_start(settings, facts, as_json=as_json)

    serve(settings, started)
    return DONE


def _tell_start(settings: Settings, facts: Started, *, as_json: bool) -> None:
    """Says that requests are taken; whoever waits for that may end the server in the next moment."""
    notes = list(facts.notes)
    if not PARAMETER_SETS[settings.parameters].secure:
        notes.append(f"the parameter set {settings.parameters} is insecure: its proofs prove nothing")
    for note in notes:
        tell(f"Note: {note}\n")
    if as_json:
        guests = [
            {"name": guest.name, "kind": guest.kind.value, "program_id": guest.program_id.hex()}
            for guest in facts.guests
        ]
        document: dict[str, object] = {
            "url": facts.url,
            "folder": str(settings.folder),
            "parameters": settings.parameters,
            "guests": guests,
            "unfinished_jobs": facts.unfinished,
            "token": settings.token is not None,
        }
        click.echo(json_text(document))
    else:
        lines: dict[str, object] = {"serving at": facts.url}
        lines |= {guest.name: guest.program_id.hex() for guest in facts.guests}
        lines["jobs to go on with"] = facts.unfinished
        click.echo(aligned(lines))


def _named(guests: tuple[str, ...], validators: tuple[str, ...], *, final: bool) -> tuple[NamedGuest, ...]:
    """The guests by name. Raises MisuseError if two have the same, ServiceGuestError for what is no name."""
    from limpid.service.guests import Kind, require_name
    from limpid.service.settings import NamedGuest

    found: dict[str, NamedGuest] = {}
    for text in guests:
        stated, equals, path = text.rpartition("=")
        name = stated if equals else Path(path).stem
        require_name(name)
        if name in found:
            raise MisuseError(f"two guests have the name {name}", "give one another name with NAME=GUEST.elf")
        found[name] = NamedGuest(name, path, name in validators)
    if taken := sorted(found.keys() & {Kind.FINAL.type_name(name) for name in found if final}):
        raise MisuseError(
            f"{taken[0]} is the name of a guest, and of the final proofs of another",
            "give the guest another name with NAME=GUEST.elf",
        )
    for name in validators:
        if name not in found:
            raise MisuseError(f"--block-validator names no guest: {name}", f"name one of: {', '.join(found)}")
    if validators:
        require_extra("ethereum")
    return tuple(found.values())


def _token(path: str) -> str:
    """The first line of a file. Raises TokenError if it is none, and FileError if it cannot be read."""
    from limpid.service.limits import SHORTEST_TOKEN
    from limpid.service.refusals import TokenError

    line = read_file(path, LONGEST_TOKEN_BYTES).partition(b"\n")[0].strip()
    text = line.decode("ascii", errors="replace")
    if len(text) < SHORTEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text:
        raise TokenError(
            f"{path}: its first line is no token of {SHORTEST_TOKEN} or more printable characters of ASCII",
            f"make one with: openssl rand -hex 32 > {path}",
        )
    return text


def _require_safe_host(settings: Settings) -> None:
    """Raises MisuseError where others would reach the server, and nothing would be asked of them."""
    if not settings.is_local and settings.token is None:
        raise MisuseError(
            f"at {settings.host} others reach the server, and without a token each of them may use it",
            "give --token-file FILE, or leave out --host",
        )
