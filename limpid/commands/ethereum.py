"""`limpid ethereum`: inputs for the guest that validates Ethereum blocks, and how it does on block tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from limpid.commands.options import Count, output_option, require_distinct
from limpid.errors import DONE, FAILED, MisuseError
from limpid.extras import require_extra
from limpid.terminal.files import require_writable, write_bytes, write_text
from limpid.terminal.output import Answer, answering
from limpid.terminal.progress import compiling, stepping

if TYPE_CHECKING:
    from limpid.ethereum.block_tests import BlockTest

SHOWN_MISSES = 10
"""Wrong verdicts that a terminal shows; --report and --json have all."""


class Subcommands(click.Group):
    """A group whose commands are named where none is given, as any other missing argument is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            ctx.fail(f"Missing argument 'COMMAND'. Choose from: {', '.join(self.list_commands(ctx))}")
        return super().parse_args(ctx, args)


@click.group("ethereum", cls=Subcommands)
def ethereum_command() -> None:
    """Make inputs of Ethereum blocks for the guest that validates them, and check it on block tests.

    Both commands take --json, for one JSON object, and --debug.
    """
    require_extra("ethereum")


@ethereum_command.command("witness", short_help="Write the input of a block for the guest.")
@click.argument("file", metavar="TEST.json")
@click.option("--test", "name", metavar="NAME", help="The test of the file.  [default: the only one]")
@click.option(
    "--block",
    "index",
    type=Count(0),
    default=0,
    show_default=True,
    metavar="N",
    help="Which block of the test, from 0.",
)
@output_option("INPUT", "The input to write; - is standard output.", required=True)
@answering
def witness_command(file: str, name: str | None, index: int, output: str) -> Answer:
    """Write the stateless input of a block of TEST.json: its payload request and a minimal witness."""
    from limpid.ethereum.block_tests import read_block_tests
    from limpid.ethereum.witnesses import input_of_block

    require_distinct({"TEST.json": file}, {"--output": output})
    test = _named(read_block_tests(file), name)
    if index >= len(test.blocks):
        blocks = f"the test {test.name} of {file} has {len(test.blocks)} blocks: none of them is {index}"
        raise MisuseError(blocks, "choose one of them with --block, counted from 0")
    require_writable(output)
    notes = _compile()
    with stepping("building the guests and the witness"):
        kept, found = input_of_block(test, index)
    encoded = kept.encode()
    write_bytes(output, encoded)
    is_valid = bool(found.result.successful_validation)
    facts = {
        "test": test.name,
        "block": index,
        "fork": test.fork_name,
        "valid": is_valid,
        "reason": found.console.strip(),
        "input": output,
        "input_bytes": len(encoded),
        "nodes": len(kept.nodes),
        "codes": len(kept.codes),
        "headers": len(kept.headers),
        "result": bytes(found.result.encode_bytes()).hex(),
    }
    lines = {
        "block": f"{index} of {test.name}, {test.fork_name}",
        "verdict": "valid" if is_valid else found.console.strip(),
        "witness": f"{len(kept.nodes)} nodes, {len(kept.codes)} codes, {len(kept.headers)} headers",
        "input": f"{output}, {len(encoded):,} bytes",
    }
    return Answer(facts, lines, notes=notes, to_error=output == "-")


@ethereum_command.command("conformance", short_help="Compare the guest's verdicts with the expected ones.")
@click.argument("paths", metavar="TEST.json|DIRECTORY...", nargs=-1, required=True)
@click.option("--count", "counting", is_flag=True, help="Count the instructions of the guest's parts as well.")
@click.option("--report", metavar="FILE.md", help="Write what was found as a page.")
@answering
def conformance_command(paths: tuple[str, ...], counting: bool, report: str | None) -> Answer:
    """Run every block of block tests through the guest, and compare its verdicts with the expected ones.

    Tests of forks that the guest does not validate are listed and left out. Exit status 1: a verdict was wrong, or a
    test or a file of tests does not fit together.
    """
    from limpid.ethereum.conformance import run_files
    from limpid.ethereum.report import page, summary_facts, summary_lines

    files = list(dict.fromkeys(file for path in paths for file in _test_files(path)))
    for file in files:
        require_distinct({"TEST.json": file}, {"--report": report})
    if report is not None:
        require_writable(report)
    notes = list(_compile())
    with stepping("validating") as step:
        summary = run_files(files, counting=counting, step=step)
    if summary.faulty and not summary.outcomes and not summary.unsupported:
        raise summary.faulty[0]
    if report is not None:
        write_text(report, page(summary))
    notes += [f"left out: {name}: {message}" for name, message in summary.unsupported]
    notes += [f"cannot be run: {error.message}" for error in summary.faulty]
    for miss in summary.misses[:SHOWN_MISSES]:
        notes.append(f"wrong: {miss.test}, block {miss.index}: {miss.verdict.value}, {miss.reason}")
    status = DONE if summary.is_as_expected else FAILED
    return Answer(summary_facts(summary), summary_lines(summary), status, tuple(notes))


def _test_files(path: str) -> list[str]:
    """The JSON files of a directory in order of name, or the file itself. Raises MisuseError if there is none."""
    if not Path(path).is_dir():
        return [path]
    found = sorted(str(file) for file in Path(path).rglob("*.json"))
    if not found:
        raise MisuseError(
            f"{path} holds no block test: no file in it ends in .json", "name a directory or file of tests"
        )
    return found


def _named(tests: tuple[BlockTest, ...], name: str | None) -> BlockTest:
    """Raises MisuseError unless it is clear which test is meant."""
    names = ", ".join(test.name for test in tests)
    chosen = [test for test in tests if name in (None, test.name)]
    if len(chosen) != 1:
        wanted = "several tests" if name is None else f"no test {name}"
        raise MisuseError(f"{tests[0].path} has {wanted}", f"choose one with --test: {names}")
    return chosen[0]


def _compile() -> tuple[str, ...]:
    from limpid.runs.backends import DEFAULT_BACKEND, Part, backend_named

    return tuple(backend_named(DEFAULT_BACKEND).compile(Part.EXECUTOR, compiling))
