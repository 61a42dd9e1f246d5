"""Fuzzes doors by what new lines a file reaches: `python -m tests.fuzzing.coverage [--door NAME] [--seconds N]`.

It needs the extra `fuzzing`. Only what decodes is watched, and after everything is imported: watching the libraries
that the project stands on takes longer than fuzzing. Each door has a process of its own, since the fuzzer ends it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from tests.forging.check_removal import function_of, functions_of, tree_of
from tests.fuzzing.corpus import MOST_BYTES, named
from tests.fuzzing.doors import DOORS, Door, known_sets
from tests.fuzzing.mutation import changed
from tests.fuzzing.trial import answered, limited

CORPUS = Path(__file__).with_name("covering_files")
RECORD = Path(__file__).with_name("coverage.json")

READERS = (
    "spec.protocol.canonical",
    "spec.protocol.proof_encoding",
    "spec.protocol.key_encoding",
    "spec.protocol.final_encoding",
    "spec.protocol.development",
    "spec.protocol.shape",
    "spec.nested_json",
    "reference.loader.headers",
    "reference.loader.elf",
    "reference.segments.codec",
    "reference.segments.files",
    "reference.segments.folder",
    "reference.verifier.form",
    "reference.verifier.run",
    "reference.verifier.segment",
    "reference.verifier.statement",
    "optimized.verifier.reader",
    "soundcalc.published.section",
    "soundcalc.published.format",
    "soundcalc.published.toml_text",
    "soundcalc.own.format",
    "soundcalc.own.tree_format",
    "limpid.reading.picus_files",
    "limpid.ethereum.block_tests",
    "limpid.ethereum.nested_rlp",
    "limpid.ethereum.payloads",
    "limpid.ethereum.signatures",
)
"""The modules that are watched: those that read what comes in."""

SECONDS = 60
"""For each door, unless told otherwise."""

KEPT_FILES = 60
"""The most of a door, the smallest: they are asked again by a test."""

EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
REACHED = re.compile(r"cov: (\d+) ft: (\d+)")


def watched() -> list[Callable[..., Any]]:
    """The functions whose branches the fuzzer sees."""
    modules = [import_module(name) for name in READERS]
    return [function_of(module, name) for module in modules for name, _ in functions_of(tree_of(module))]


def mutator(door: Door, seeds: Sequence[bytes], otherwise: Callable[[bytes, int], bytes]) -> Callable[..., bytes]:
    """Half of all changes are ours, which know what faults and attackers do; the others are the fuzzer's."""

    def change(content: bytes, most_bytes: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.5:
            return otherwise(content, most_bytes)
        return changed([content, *seeds], random, is_text=door.is_text)[:most_bytes]

    return change


def guided(name: str, options: Sequence[str]) -> None:
    """Fuzzes a door until the options say that it is enough; the process ends with it."""
    import atheris

    door = DOORS[name]
    seeds = door.seeds()
    for function in watched():
        atheris.instrument_func(function)
    with tempfile.TemporaryDirectory() as directory, known_sets(), limited():

        def ask(content: bytes) -> None:
            answered(door, content, Path(directory))

        def otherwise(content: bytes, most_bytes: int) -> bytes:
            # Setup puts another function there.
            return bytes(atheris.Mutate(content, most_bytes))

        # The fuzzer starts itself anew to see which files are needed, and knows itself by this name.
        program = Path(directory) / "fuzzer"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(_command(name))} "$@"\n')
        program.chmod(0o755)
        atheris.Setup([str(program), *options], ask, custom_mutator=mutator(door, seeds, otherwise))
        atheris.Fuzz()


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "tests.fuzzing.coverage", "--door", name, "--options"]


def fuzz(name: str, seconds: int, corpus: Path = CORPUS) -> dict[str, int]:
    """Fuzzes a door in a process of its own, from its files and those that are kept, and keeps the small ones of those
    that reach all that was reached; how many were tried, and what they reached.

    Raises CalledProcessError at a fault, whose file the fuzzer has named.
    """
    kept = corpus / named(name)
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        seeds, grown, least = (Path(directory) / part for part in ("seeds", "grown", "least"))
        for folder in (seeds, grown, least):
            folder.mkdir()
        for number, seed in enumerate(DOORS[name].seeds()):
            (seeds / str(number)).write_bytes(seed)
        longest = f"-max_len={2 * max(path.stat().st_size for path in seeds.iterdir())}"
        said = _guided_apart(name, [longest, f"-max_total_time={seconds}", "-print_final_stats=1", grown, seeds, kept])
        _guided_apart(name, [longest, "-merge=1", least, grown, seeds, kept])
        keep_smallest_of(least, kept)
    branches, features = map(int, REACHED.findall(said)[-1])
    return {"executions": int(EXECUTIONS.findall(said)[-1]), "branches": branches, "features": features}


def keep_smallest_of(found: Path, kept: Path) -> None:
    """Puts the smallest files, as far as people read them, in place of those that are kept."""
    contents = sorted((path.read_bytes() for path in found.iterdir()), key=lambda content: (len(content), content))
    for path in kept.iterdir():
        path.unlink()
    for content in [content for content in contents if len(content) <= MOST_BYTES][:KEPT_FILES]:
        (kept / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


def _guided_apart(name: str, options: Sequence[object]) -> str:
    """What the fuzzer says."""
    command = [*_command(name), *map(str, options)]
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        ended = subprocess.run(command, stdout=said, stderr=subprocess.STDOUT, check=False)
        said.seek(0)
        text = said.read()
    if ended.returncode:
        sys.stderr.write(text)
        ended.check_returncode()
    return text


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing.coverage", description=__doc__)
    parser.add_argument("--door", choices=DOORS, help="this one alone")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of each door (default: %(default)s)")
    parser.add_argument("--options", nargs=argparse.REMAINDER, help="those of the fuzzer, in this process")
    arguments = parser.parse_args()
    if arguments.options is not None:
        guided(arguments.door, arguments.options)
    for name in [arguments.door] if arguments.door else DOORS:
        found, record = fuzz(name, arguments.seconds), read_record()
        found["executions"] += record.get(name, {}).get("executions", 0)
        record[name] = found
        RECORD.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n")
        sys.stderr.write(f"{name}: {found}\n")


def read_record() -> dict[str, dict[str, int]]:
    """By door, how many files were tried in all, and what the last ones reached."""
    record: dict[str, dict[str, int]] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return record


if __name__ == "__main__":
    main()
