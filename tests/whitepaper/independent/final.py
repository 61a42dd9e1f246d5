"""The verifier of final proofs: Section 5.4, with the constants of Section 11.9."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.whitepaper.independent.document import LIMB_BITS, beside, table
from tests.whitepaper.independent.field import ZERO, Element
from tests.whitepaper.independent.hashing import Words, bytes_of, compress, initial, require, words_of
from tests.whitepaper.independent.machine import Machine, read_machine
from tests.whitepaper.independent.proof import FinalProof, read_final
from tests.whitepaper.independent.verifier import (
    Verified,
    global_challenges,
    key_id,
    limbs,
    output_tokens,
    received,
    run_digest,
    verify_run,
)


@dataclass(frozen=True)
class Constants:
    """What a verifier of final proofs knows beside the machines."""

    machine: bytes
    final_key: bytes
    key_list: bytes
    most_segments: int
    deepest: int


def constants(column: int) -> Constants:
    """Those of the trees that are accepted (1) or of the example (2)."""
    values = {row[0]: row[column].strip("`") for row in table("final_constants")}
    names = ("machine's digest", "last circuit's key", "root of the list")
    machine, final_key, key_list = (bytes.fromhex(values[name]) for name in names)
    most, deepest = (int(values[name].replace(" ", "")) for name in ("most segments", "greatest depth"))
    return Constants(machine, final_key, key_list, most, deepest)


def circuits(column: int) -> Machine:
    """The machine of the last circuit: of the trees that are accepted (1), or of the example (2)."""
    lines = [row[1] for row in table("final_example_lines")] if column > 1 else []
    return read_machine("circuits.txt", lines)


def listed_root(keys: Sequence[bytes]) -> bytes:
    """The root of the list of these keys, repeated from the last on."""
    depth = int(next(row[1] for row in table("final_constants") if row[0] == "levels of the list"))
    layer = [words_of(key) for key in [*keys, *[keys[-1]] * ((1 << depth) - len(keys))]]
    while len(layer) > 1:
        layer = [compress(initial("limpid key list"), (*a, *b)) for a, b in zip(layer[::2], layer[1::2], strict=True)]
    return bytes_of(layer[0])


def listed_keys() -> list[bytes]:
    """The keys of the nodes of the trees that are accepted, in the order of the list."""
    return [bytes.fromhex(line.split()[-1]) for line in beside("circuit-keys.txt").read_text().splitlines()]


@dataclass(frozen=True)
class Statement:
    """What the last circuit's public values spell, by name: elements as they are, digests as words."""

    numbers: dict[str, int]
    digests: dict[str, Words]
    total: Element


def statement(public: Sequence[int]) -> Statement:
    """The last public values, by the table of Section 5.2. Raises RefusedError for limbs that are too long."""
    fields = [(name, int(count)) for name, count, *_ in table("node_statement")]
    rest = iter(public[len(public) - sum(count for _, count in fields) :])
    numbers, digests, total = {}, {}, ZERO
    for name, count in fields:
        found = [next(rest) for _ in range(count)]
        if name == "global_total":
            total = Element(found)
        elif count > 1:
            require(all(limb >> LIMB_BITS == 0 for limb in found), f"limbs of {name}")
            pairs = zip(found[::2], found[1::2], strict=True)
            digests[name] = tuple(low + (high << LIMB_BITS) for low, high in pairs)
        else:
            numbers[name] = found[0]
    return Statement(numbers, digests, total)


def verify_final(
    encoded: bytes,
    machine: Machine,
    of_circuits: Machine,
    known: Constants,
    program_id: bytes | None,
    output: bytes | None,
    exit_code: int,
) -> Verified:
    """Accepts, or raises RefusedError."""
    final = read_final(encoded, machine, of_circuits)
    require(program_id is None or key_id(final.program, machine) == program_id, "program")
    require(output is None or final.output == output, "output")
    stated = statement(final.circuit.segments[0].public)
    exit_values = tuple(stated.numbers[name] for name in machine.exit_values)
    require(exit_values == limbs(exit_code), "exit code")

    require(key_id(final.circuit.key, of_circuits) == known.final_key, "last circuit")
    require(final.circuit.segments[0].layout.is_listed(), "heights of a listed shape")
    verified = Verified(final.output, exit_code)
    verify_run(final.circuit, of_circuits, (), (), verified)
    _check_statement(stated, final, machine, known, verified)
    return verified


def _check_statement(
    stated: Statement, final: FinalProof, machine: Machine, known: Constants, verified: Verified
) -> None:
    numbers, digests = stated.numbers, stated.digests
    require(digests["program_id"] == words_of(key_id(final.program, machine)), "program of the statement")
    require(digests["key_list_root"] == words_of(known.key_list), "list of keys")
    require(numbers["first_index"] == 0, "first index")
    starts = [numbers[enters] for enters, *_ in machine.joins]
    require(starts == final.program.start, "start")
    require(numbers[machine.halted[0]] == machine.halted[1], "a run that does not end")
    require(1 <= numbers["segment_count"] <= known.most_segments, "number of segments")
    require(numbers["depth"] <= known.deepest, "depth")
    root = bytes_of(digests["leaves_root"])
    run = run_digest(final.program, machine, final.output, numbers["segment_count"], root)
    require(digests["run"] == run, "run's digest")
    alpha, beta = global_challenges(run, verified)
    total = stated.total + received(output_tokens(final.output), machine, alpha, beta)
    require(total == ZERO, "balance of the run")
