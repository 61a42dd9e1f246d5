"""Chips of the machine with one thing changed, and the verdicts of their obligations."""

from __future__ import annotations

from dataclasses import replace

from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.obligation import Kind, Result, Verdict
from proofs_of_constraints.rv64im import orders_of, row_meaning_obligations, row_shape_obligations
from spec.air.bus import Bus
from spec.air.chip import Chip, Constraint, Interaction, Role
from spec.air.expression import Expression, MainColumn, lift
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS


def without(chip_name: str, *names: str) -> Chip:
    """The chip without constraints or interactions of these names."""
    chip = CHIP_BY_NAME[chip_name]
    found = {c.name for c in chip.constraints} | {i.name for i in chip.interactions}
    assert set(names) <= found, set(names) - found
    return replace(
        chip,
        constraints=tuple(c for c in chip.constraints if c.name not in names),
        interactions=tuple(i for i in chip.interactions if i.name not in names),
    )


def with_constraint(chip: Chip, name: str, expression: Expression) -> Chip:
    """The chip with a constraint replaced."""
    assert any(c.name == name for c in chip.constraints)
    changed = tuple(Constraint(name, expression) if c.name == name else c for c in chip.constraints)
    return replace(chip, constraints=changed)


def with_interaction(chip: Chip, changed: Interaction) -> Chip:
    """The chip with the interaction of the same name replaced."""
    assert any(i.name == changed.name for i in chip.interactions)
    return replace(chip, interactions=tuple(changed if i.name == changed.name else i for i in chip.interactions))


def interaction(chip: Chip, name: str) -> Interaction:
    """The chip's interaction of this name."""
    return next(i for i in chip.interactions if i.name == name)


def column(chip: Chip, name: str) -> Expression:
    """A column of the chip as an expression."""
    return MainColumn(name, chip.column_index(name))


def saying(chip: Chip, name: str, **fields: Expression | int) -> Chip:
    """The chip with other parts of one message; `times` is its multiplicity."""
    old = interaction(chip, name)
    times = fields.pop("times", old.multiplicity)
    parts = dict(zip(old.bus.fields, old.message, strict=True))
    assert fields.keys() <= parts.keys()
    message = tuple(lift(part) for part in {**parts, **fields}.values())
    return with_interaction(chip, replace(old, message=message, multiplicity=lift(times)))


def exchanged(chip: Chip, name: str, one: str, other: str) -> Chip:
    """The chip with two parts of a message exchanged."""
    old = interaction(chip, name)
    parts = dict(zip(old.bus.fields, old.message, strict=True))
    return saying(chip, name, **{one: parts[other], other: parts[one]})


def accessing(chip: Chip, name: str, **fields: Expression | int) -> Chip:
    """The chip with another place or value of an access, before it and after it."""
    for half in ("taken", "put_back"):
        chip = saying(chip, f"{name}_{half}", **fields)
    return chip


def off_by_one(chip: Chip, name: str) -> Chip:
    """The chip with a constraint in which one is added."""
    (old,) = [c for c in chip.constraints if c.name == name]
    return with_constraint(chip, name, old.expression + 1)


def result_of(chip: Chip, kind: Kind, instruction: str = "") -> Result:
    """What proving one obligation of a chip gives; one about orders is of the machine with this chip."""
    every = [*row_meaning_obligations(chip), *row_shape_obligations(chip)]
    if kind is Kind.ORDER:
        every = [o for o in orders_of([chip if c.name == chip.name else c for c in CHIPS]) if o.chip == chip.name]
    (wanted,) = [o for o in every if o.kind is kind and o.instruction == instruction]
    return prove(wanted, timeout_seconds=60)


def assert_refuted(chip: Chip, kind: Kind, instruction: str, said: str) -> None:
    """The obligation that speaks of what is wrong with the chip is refuted, in these words."""
    outcome = result_of(chip, kind, instruction).outcome
    assert outcome.verdict is Verdict.REFUTED, outcome.detail
    assert said in outcome.detail


def free_table(role: Role, bus: Bus, sign: int, instructions: tuple[str, ...] = ()) -> Chip:
    """A table of which nothing is known, that says whatever it likes."""
    columns = ("real", *(f"part_{i}" for i in range(bus.width)))
    message = tuple(MainColumn(name, i) for i, name in enumerate(columns[1:], start=1))
    said = Interaction("said", bus, sign, MainColumn("real", 0), message)
    real = MainColumn("real", 0)
    constraints = (Constraint("real_is_boolean", real * (real - 1)),)
    return Chip("free", role, "Anything.", columns, (), constraints, (said,), instructions)
