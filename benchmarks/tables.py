"""Measurements as tables for people, and what they are held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.guests import BY_CALL, MILLION, UNROLLED
from benchmarks.measurement import Measurement
from spec.air.chip import Role
from spec.rv64im.machine import CHIP_BY_NAME

CELLS_PER_INSTRUCTION_MAXIMUM = 36
"""Cells of tables that a mixed guest of a million instructions may take at padded height, system tables included."""

MIXED_GUESTS = ("sha256", "sort")
"""Guests on which that is held; a loop may lean on a dear instruction, or do little but touch memory."""

GROWTH_MAXIMUM = 4.1
"""How much longer four times as many instructions may take: a little more than four times."""

CALL_GAIN_MINIMUM = 8
"""So many times less processor time a hash by the call takes than in unrolled C; cells are ten times fewer."""

SHOWN_SHARE = 0.001
"""The least share of the whole cost that has a line: chips with less stand together in one."""

MEBIBYTE = 2**20


def print_measurement(console: Console, measurement: Measurement) -> None:
    """The stages of one proof, its figures and where its cost lies."""
    console.print(_stages(measurement))
    console.print(_costs(measurement))


def _stages(measurement: Measurement) -> Table:
    table = Table(title=f"{measurement.title}: {measurement.instructions:,} instructions", title_justify="left")
    table.add_column("stage")
    for name in ("seconds", "share", "peak MiB"):
        table.add_column(name, justify="right")
    for name, stage in measurement.stages.items():
        share = f"{100 * stage.seconds / measurement.seconds:.0f} %"
        table.add_row(name, f"{stage.seconds:.2f}", share, f"{stage.peak_bytes / MEBIBYTE:,.0f}")
    peak = f"{measurement.peak_bytes / MEBIBYTE:,.0f}"
    table.add_row("whole proof", f"{measurement.seconds:.2f}", "", peak, style="bold")
    return table


def _costs(measurement: Measurement) -> Table:
    table = Table(title="cost per executed instruction, by chip", title_justify="left")
    for name in ("chip", "role"):
        table.add_column(name)
    for name in ("cost", "share"):
        table.add_column(name, justify="right")
    total = sum(measurement.cost_by_chip.values())
    shown = {chip: cost for chip, cost in measurement.cost_by_chip.items() if cost >= SHOWN_SHARE * total}
    for chip, cost in sorted(shown.items(), key=lambda item: -item[1]):
        role = CHIP_BY_NAME[chip].role
        kind = "instruction" if role is Role.INSTRUCTION else "system"
        table.add_row(chip, kind, f"{cost / measurement.instructions:.2f}", f"{100 * cost / total:.1f} %")
    rest = total - sum(shown.values())
    table.add_row("all others", "", f"{rest / measurement.instructions:.2f}", f"{100 * rest / total:.1f} %")
    table.add_row("cells of tables", "", f"{measurement.cells_per_instruction:.2f}", "", style="bold")
    table.add_row("stacked cells", "", f"{measurement.stacked_cells_per_instruction:.2f}", "", style="bold")
    return table


def print_overview(console: Console, measurements: Sequence[Measurement]) -> None:
    """One line for each proof."""
    table = Table(title="overview", title_justify="left")
    table.add_column("guest", no_wrap=True)
    for name in (
        "instructions",
        "segments",
        "seconds",
        "processor",
        "kHz",
        "cells each",
        "peak MiB",
        "predicted MiB",
        "proof KiB",
        "verify ms",
        "execute MHz",
    ):
        table.add_column(name, justify="right")
    for one in measurements:
        table.add_row(
            one.guest,
            f"{one.instructions:,}",
            str(one.segments),
            f"{one.seconds:.2f}",
            f"{one.processor_seconds:.2f}",
            f"{one.kilohertz:.0f}",
            f"{one.cells_per_instruction:.1f}",
            f"{one.peak_bytes / MEBIBYTE:,.0f}",
            f"{one.predicted_peak_bytes / MEBIBYTE:,.0f}",
            f"{one.proof_bytes / 1024:,.0f}",
            f"{1000 * one.verifying_seconds:.0f}",
            f"{one.instructions / one.executing_seconds / MILLION:.0f}",
        )
    console.print(table)


def verdicts(measurements: Mapping[str, Measurement]) -> list[tuple[str, bool]]:
    """What the figures are held against, in words, and whether they hold; only of guests that were measured."""
    found = []
    for name in MIXED_GUESTS:
        if name in measurements:
            cells = measurements[name].cells_per_instruction
            statement = f"{name}: {cells:.1f} cells per instruction, at most {CELLS_PER_INSTRUCTION_MAXIMUM}"
            found.append((statement, cells <= CELLS_PER_INSTRUCTION_MAXIMUM))
    if {"arithmetic-1M", "arithmetic-4M"} <= measurements.keys():
        long, short = measurements["arithmetic-4M"], measurements["arithmetic-1M"]
        for what, growth in (
            ("seconds", long.seconds / short.seconds),
            ("processor seconds", long.processor_seconds / short.processor_seconds),
        ):
            statement = f"four times the instructions take {growth:.2f} times the {what}, at most {GROWTH_MAXIMUM}"
            found.append((statement, growth <= GROWTH_MAXIMUM))
    if {BY_CALL, UNROLLED} <= measurements.keys():
        gain = measurements[UNROLLED].processor_seconds / measurements[BY_CALL].processor_seconds
        statement = f"{BY_CALL}: {gain:.1f} times less processor time than unrolled, at least {CALL_GAIN_MINIMUM}"
        found.append((statement, gain >= CALL_GAIN_MINIMUM))
    for name, one in measurements.items():
        peak, predicted = one.peak_bytes // MEBIBYTE, one.predicted_peak_bytes // MEBIBYTE
        statement = f"{name}: {peak:,} MiB, at most the {predicted:,} predicted"
        found.append((statement, one.peak_bytes <= one.predicted_peak_bytes))
    return found
