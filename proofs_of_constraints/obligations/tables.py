"""What is proven of the system tables: the fixed lookup tables, and the boundary and memory tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import z3

from proofs_of_constraints.obligations.assumptions import BALANCE, LOOKUP_TABLES, REGIONS, TOKENS
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.general import (
    prove_multiplicities,
    prove_padding,
    prove_sends_fixed,
    real_row,
    refute,
)
from proofs_of_constraints.obligations.lookup_tables import prove_rows
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.obligations.program_tables import program_table_obligations
from proofs_of_constraints.obligations.table_completeness import prove_table_complete
from proofs_of_constraints.translation.bit_vector_row import BitVectorRow
from proofs_of_constraints.translation.cases import cases
from proofs_of_constraints.translation.formulas import any_of
from proofs_of_constraints.translation.integer_row import IntegerRow
from proofs_of_constraints.translation.interval import Interval, bits
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from proofs_of_constraints.translation.row_system import RowSystem
from proofs_of_constraints.translation.rv64im_rows import declared_row
from spec.air.bus import Bus
from spec.air.chip import Chip, Interaction, Role
from spec.memory_map import SINK, RegionKind, Space
from spec.rv64im.buses import (
    CONTINUATION,
    CURSOR,
    IMAGE,
    LIMB_BITS,
    MEMORY,
    OUTPUT,
    RANGE,
    REGION,
    SEGMENT_GAP_BITS,
)
from spec.rv64im.chips.continuation import ADDRESS_BITS, BOUNDARY, MEMORY_TABLE
from spec.rv64im.machine import MACHINE_TABLES

LAST_CURSOR = (1 << ADDRESS_BITS) + SINK + 1
"""One more than the key of the last register."""

Claims = Callable[[IntegerRow], dict[str, z3.BoolRef]]


def table_obligations(chip: Chip) -> Iterator[Obligation]:
    """The obligations of one system table."""
    if chip.role in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE):
        yield Obligation(Kind.DISCIPLINE, chip.name, "", (), lambda s: prove_sends_fixed(chip))
        if chip.name in MACHINE_TABLES:
            yield Obligation(Kind.FUNCTION, chip.name, "", (), lambda s: prove_rows(chip))
        yield from program_table_obligations(chip)
    elif chip.name in _CONTINUATION_CLAIMS:
        yield Obligation(
            Kind.MULTIPLICITIES, chip.name, "", (), lambda s: prove_multiplicities(s, chip, declared_row(chip))
        )
        yield Obligation(Kind.PADDING, chip.name, "", (), lambda s: prove_padding(s, chip, declared_row(chip)))
        yield Obligation(Kind.NOT_VACUOUS, chip.name, "", (), lambda s: _prove_not_vacuous(s, chip))
        yield Obligation(Kind.DISCIPLINE, chip.name, "", (), lambda s: _prove_messages(chip))
        assumptions = (BALANCE, LOOKUP_TABLES, TOKENS, REGIONS)
        yield Obligation(Kind.FUNCTION, chip.name, "", assumptions, lambda s: _prove_claims(s, chip))
        yield Obligation(Kind.COMPLETE, chip.name, "", (TOKENS, REGIONS), lambda s: prove_table_complete(s, chip))


def _real_row(chip: Chip) -> RowSystem:
    """A row that is not padding, with the bounds that tokens have."""
    if chip.name == MEMORY_TABLE.name:
        return bounded_memory_row(chip)
    system = _present_row(chip)
    system.restrict("segment", Polynomial.variable("public.segment"), bits(SEGMENT_GAP_BITS))
    system.restrict("token's segment", Polynomial.variable("origin_segment"), bits(SEGMENT_GAP_BITS))
    return system


def _present_row(chip: Chip) -> RowSystem:
    return real_row(declared_row(chip), chip)


def bounded_memory_row(chip: Chip) -> RowSystem:
    """A memory row that is not padding, with the bounds that cursors and regions have."""
    system = _present_row(chip)
    for name in ("region_start", "region_end"):
        system.restrict(f"{name} bound", Polynomial.variable(name), Interval(0, 1 << ADDRESS_BITS))
    system.restrict("cursor bound", Polynomial.variable("cursor"), Interval(0, LAST_CURSOR))
    return system


def _prove_not_vacuous(session: Session, chip: Chip) -> Outcome:
    found = []
    for name, system in cases(_real_row(chip)):
        row = BitVectorRow(system)
        model = session.satisfying(f"not-vacuous/{chip.name}/{name}", row.formulas(), bit_vectors=True)
        if model is None:
            return Outcome(Verdict.REFUTED, f"no row in the case {name}")
        violations = ConcreteRow(chip, row.cells(model)).violations()
        if violations:
            return Outcome(Verdict.UNKNOWN, f"{name}: the row found violates {', '.join(violations)}")
        found.append(name)
    return Outcome(Verdict.PROVEN if found else Verdict.REFUTED, f"rows: {', '.join(found)}")


def _prove_claims(session: Session, chip: Chip) -> Outcome:
    system = _real_row(chip)
    system.simplify()
    if system.contradiction is not None:
        return Outcome(Verdict.REFUTED, f"no row satisfies {system.contradiction}")
    row = IntegerRow(system)
    claims = _CONTINUATION_CLAIMS[chip.name](row)
    for name, claim in claims.items():
        outcome = refute(session, f"function/{chip.name}/{name}", row, claim, refuted=f"not so: {name}")
        if outcome.verdict is not Verdict.PROVEN:
            return outcome
    return Outcome(Verdict.PROVEN, f"{len(claims)} claims", wraps=tuple(system.wraps()))


def _number(row: IntegerRow, name: str) -> z3.ArithRef:
    return row.value(Polynomial.variable(name))


def _boundary_claims(row: IntegerRow) -> dict[str, z3.BoolRef]:
    claims = {"the token is from an earlier segment": _number(row, "origin_segment") <= _number(row, "public.segment")}
    for i in range(4):
        for name in (f"value_in_{i}", f"value_out_{i}"):
            claims[f"{name} has 16 bits"] = _number(row, name) < 1 << LIMB_BITS
    return claims


def _memory_claims(row: IntegerRow) -> dict[str, z3.BoolRef]:
    address, space, cursor = (_number(row, name) for name in ("address", "space", "cursor"))
    key = address + space * (1 << ADDRESS_BITS)
    claims = {
        "address is below 2^29": address < 1 << ADDRESS_BITS,
        "space is memory or registers": z3.Or(space == int(Space.MEMORY), space == int(Space.REGISTERS)),
        "key is not below the cursor": cursor <= key,
        "key is space * 2^29 + address": _number(row, "key") == key,
        "address is not before the region": _number(row, "region_start") <= address,
        "address is not after the region": address < _number(row, "region_end"),
    }
    region_of_registers = z3.Implies(space == int(Space.REGISTERS), _number(row, "region_end") <= SINK + 1)
    claims["the next cursor is in its bounds"] = z3.Implies(region_of_registers, key + 1 <= LAST_CURSOR)
    flags = [_number(row, f"is_{kind.name.lower()}") for kind in RegionKind]
    claims["one kind"] = z3.And(z3.Sum(flags) == 1, *(z3.Or(flag == 0, flag == 1) for flag in flags))
    zero_kinds = (RegionKind.ZERO, RegionKind.REGISTERS, RegionKind.OUTPUT)
    is_zero = any_of(*(_number(row, f"is_{kind.name.lower()}") == 1 for kind in zero_kinds))
    for i in range(4):
        initial = _number(row, f"initial_{i}")
        claims[f"initial limb {i} has 16 bits"] = initial < 1 << LIMB_BITS
        claims[f"initial limb {i} is zero by kind"] = z3.Implies(is_zero, initial == 0)
    return claims


_CONTINUATION_CLAIMS: dict[str, Claims] = {
    BOUNDARY.name: _boundary_claims,
    MEMORY_TABLE.name: _memory_claims,
}


def _prove_messages(chip: Chip) -> Outcome:
    """Messages that must carry the same cells do, and each bus is spoken to in the declared directions."""
    shape = {(i.bus.name, i.sign): i for i in chip.interactions if i.bus not in (RANGE,)}
    expected = _DIRECTIONS[chip.name]
    if sorted(shape) != sorted(expected) or len(shape) != sum(i.bus != RANGE for i in chip.interactions):
        return Outcome(Verdict.REFUTED, f"the table speaks to {sorted(shape)}")
    for (one, one_sign, one_part), (other, other_sign, other_part) in _SAME_CELLS[chip.name]:
        if _cells(shape[one.name, one_sign], one_part) != _cells(shape[other.name, other_sign], other_part):
            return Outcome(Verdict.REFUTED, f"{one.name} and {other.name} do not speak of the same cells")
    for place, (times, said) in _SAID[chip.name].items():
        interaction = shape[place]
        if _written_out(chip, polynomial_of(interaction.multiplicity)) != _written_out(chip, times):
            return Outcome(Verdict.REFUTED, f"{interaction.name} does not happen just on the rows that it is about")
        if [_written_out(chip, part) for part in _cells(interaction, list(said))] != list(said.values()):
            return Outcome(Verdict.REFUTED, f"{interaction.name} does not say {' and '.join(said)} of the row")
    zero = {MEMORY.name: "clock", CONTINUATION.name: "segment"}
    bus = MEMORY if chip.name == BOUNDARY.name else CONTINUATION
    if _cells(shape[bus.name, +1], [zero[bus.name]]) != [Polynomial.constant(0)]:
        return Outcome(Verdict.REFUTED, f"the first token on {bus.name} is not from time 0")
    return Outcome(Verdict.PROVEN, f"{len(shape)} messages")


_VALUE = [f"value_{i}" for i in range(4)]
_TOKEN = ["space", "address", *_VALUE]
_PLACE = ["space", "address"]

_DIRECTIONS = {
    BOUNDARY.name: [(MEMORY.name, +1), (MEMORY.name, -1), (CONTINUATION.name, -1), (CONTINUATION.name, +1)],
    MEMORY_TABLE.name: [
        (CONTINUATION.name, +1),
        (CONTINUATION.name, -1),
        (CURSOR.name, -1),
        (CURSOR.name, +1),
        (REGION.name, -1),
        (IMAGE.name, -1),
        (OUTPUT.name, +1),
    ],
}


def _sum(*names: str) -> Polynomial:
    """The sum of columns, each as often as it is named."""
    return sum((Polynomial.variable(name) for name in names), Polynomial.constant(0))


def _columns(*names: str) -> dict[str, Polynomial]:
    """Fields that hold the columns of their names."""
    return {name: Polynomial.variable(name) for name in names}


_REAL = _sum("real")
_ONE = Polynomial.constant(1)
_ANY_KIND = _sum("is_image", "is_zero", "is_registers", "is_input", "is_output")
_KIND = _sum(*["is_zero"] + ["is_registers"] * 2 + ["is_input"] * 3 + ["is_output"] * 4)
"""The number of a row's kind: 0 image, 1 zero, 2 registers, 3 input, 4 output."""

_KEY = Polynomial.variable("address") + Polynomial.variable("space").scaled(1 << 29)
_PLACE_OF_ROW = _columns("space", "address")

_SAID: dict[str, dict[tuple[str, int], tuple[Polynomial, dict[str, Polynomial]]]] = {
    BOUNDARY.name: {
        (MEMORY.name, +1): (_REAL, _PLACE_OF_ROW),
        (MEMORY.name, -1): (_REAL, _PLACE_OF_ROW),
        (CONTINUATION.name, -1): (_REAL, {**_PLACE_OF_ROW, "segment": Polynomial.variable("origin_segment")}),
        (CONTINUATION.name, +1): (
            _REAL,
            {**_PLACE_OF_ROW, "segment": Polynomial.variable("public.segment") + _ONE},
        ),
    },
    MEMORY_TABLE.name: {
        (CONTINUATION.name, +1): (_ANY_KIND, _PLACE_OF_ROW),
        (CONTINUATION.name, -1): (_ANY_KIND, _PLACE_OF_ROW),
        (CURSOR.name, -1): (_ANY_KIND, {"key": Polynomial.variable("cursor")}),
        (CURSOR.name, +1): (_ANY_KIND, {"key": _KEY + _ONE}),
        (REGION.name, -1): (
            _ANY_KIND,
            {
                "space": Polynomial.variable("space"),
                "kind": _KIND,
                "start": Polynomial.variable("region_start"),
                "end": Polynomial.variable("region_end"),
            },
        ),
        (IMAGE.name, -1): (_sum("is_image"), _columns("address")),
        (OUTPUT.name, +1): (_sum("is_output"), _columns("address")),
    },
}
"""By bus and direction, on which rows a message is said, and of which columns its parts are made."""

_Part = tuple[Bus, int, list[str]]
_SAME_CELLS: dict[str, list[tuple[_Part, _Part]]] = {
    BOUNDARY.name: [
        ((MEMORY, +1, _TOKEN), (CONTINUATION, -1, _TOKEN)),
        ((MEMORY, -1, _TOKEN), (CONTINUATION, +1, _TOKEN)),
        ((MEMORY, +1, _PLACE), (MEMORY, -1, _PLACE)),
    ],
    MEMORY_TABLE.name: [
        ((CONTINUATION, +1, _PLACE), (CONTINUATION, -1, _PLACE)),
        ((IMAGE, -1, ["address", *_VALUE]), (CONTINUATION, +1, ["address", *_VALUE])),
        ((OUTPUT, +1, ["address", *_VALUE]), (CONTINUATION, -1, ["address", *_VALUE])),
        ((REGION, -1, ["space"]), (CONTINUATION, +1, ["space"])),
    ],
}
"""Parts of two messages of a row that must be the same expressions."""


def _written_out(chip: Chip, polynomial: Polynomial) -> Polynomial:
    """The polynomial in columns alone."""
    for name, body in reversed(chip.definitions().items()):
        polynomial = polynomial.substituted({name: polynomial_of(body)})
    return polynomial


def _cells(interaction: Interaction, fields: list[str]) -> list[Polynomial]:
    return [polynomial_of(interaction.message[interaction.bus.fields.index(name)]) for name in fields]
