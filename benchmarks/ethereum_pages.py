"""Writes docs/ethereum-costs.md and its picture from what was measured of the Ethereum guest.

python -m benchmarks.ethereum_pages
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.ethereum_blocks import FIGURES as BLOCK_FIGURES
from benchmarks.ethereum_blocks import FINAL
from benchmarks.ethereum_costs import FIGURES as UNIT_FIGURES
from spec.cost import COST_VERSION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ethereum-costs.md"
PICTURE = ROOT / "docs" / "ethereum-costs.svg"

Figures = Mapping[str, float]

_INTRODUCTION = f"""\
# What Ethereum costs to prove

Written by `python -m benchmarks.ethereum_pages` from what `python -m benchmarks.ethereum_costs` and `python -m
benchmarks.ethereum_blocks` have measured of the guest in [ethereum.md](ethereum.md). What a repricing of gas for proofs
asks for is the last column of the tables: cost for each gas.

Each opcode and precompile is measured by difference: a block of one transaction that repeats it, and one of the same
length that repeats only what surrounds it; both run with minimal witnesses. *Gas*, *instructions*, *cells* (committed,
of instruction and work tables) and *cost* (`{COST_VERSION}`: a cell is one, an interaction ten) are of one repetition,
before tables are padded. *Seconds* are of one core, for that cost at the rate that `limpid run --estimate` predicts
for a block with a pairing, without what every proof has.

Opcodes that touch state for the first time include the nodes of the witness that they need: here of tries with some
twenty entries, so that the paths of a large state would cost more. Where an opcode touches memory first, its gas
includes a hundredth of that memory's. Each byte of code is searched for jumps before it runs, which makes a few
instructions of the cheap opcodes uncertain. A precompile's cost is over that of calling an account without code. What
ends a call, and jumps, are not measured alone.

What stands out: for its gas BLAKE2F costs most by far; division, the modular operations, and opcodes that move whole
words cost several times what addition does; storage, logs and creation cost least."""

_BLOCKS = """\
## Blocks proven

Public blocks, and one of our own with ten transfers, each proven under the parameter set `segment` and verified.
Seconds are those of the processor, with the start of the program and the making of the key, on a machine that did other
work."""


_FINALS = """\
## Final proofs of blocks

Blocks from above proven with `--final`: segments of the listed shape `ethereum`, folded into one proof. Seconds include
the writing down of circuits that were not in the cache. *Verifying* is a verification alone, on one core, once the
program has started: what EIP-7870 asks of an attester."""


def page(measured: Mapping[str, Any], blocks: Mapping[str, Mapping[str, Any]]) -> str:
    """The page in Markdown, from the two files of figures."""
    rate = measured["seconds_per_cost"]
    sections = [_INTRODUCTION, f"![Cost by gas, and proving time by instructions]({PICTURE.name})"]
    for group, figures in measured["units"].items():
        sections += [f"## {group}", _table(_UNIT_HEADS, (_unit_row(name, one, rate) for name, one in figures.items()))]
    if blocks:
        sections += [_BLOCKS, _table(_BLOCK_HEADS, (_block_row(name, one) for name, one in blocks.items()))]
    finals = {name: one for name, one in blocks.items() if FINAL in one}
    if finals:
        sections += [_FINALS, _table(_FINAL_HEADS, (_final_row(name, one[FINAL]) for name, one in finals.items()))]
    return "\n\n".join(sections) + "\n"


_UNIT_HEADS = ("unit", "gas", "instructions", "cells", "cost", "seconds", "instructions a gas", "cost a gas")
_BLOCK_HEADS = ("block", "gas", "instructions", "segments", "proving", "proof, bytes", "bits", "verifying")
_FINAL_HEADS = ("block", "segments", "proving", "proof, bytes", "bits of the whole run", "verifying")


def _unit_row(name: str, one: Figures, seconds_per_cost: float) -> Sequence[str]:
    gas = one["gas"]
    return (
        name,
        f"{gas:,.0f}",
        f"{one['instructions']:,.0f}",
        f"{one['cells']:,.0f}",
        f"{one['cost']:,.0f}",
        f"{seconds_per_cost * one['cost']:.6f}",
        f"{one['instructions'] / gas:,.1f}",
        f"{one['cost'] / gas:,.0f}",
    )


def _block_row(name: str, one: Mapping[str, Any]) -> Sequence[str]:
    return (
        name.partition("__")[2],
        f"{one['gas']:,}",
        f"{one['instructions']:,}",
        str(one["segments"]),
        f"{one['processor_seconds']} s",
        f"{one['proof_bytes']:,}",
        f"{one['security_bits']}",
        f"{one['verifying_processor_seconds']} s",
    )


def _final_row(name: str, one: Mapping[str, Any]) -> Sequence[str]:
    return (
        name.partition("__")[2],
        str(one["segments"]),
        f"{one['processor_seconds']} s",
        f"{one['proof_bytes']:,}",
        f"{one['whole_run_bits']}",
        f"{one['verifying_milliseconds']} ms",
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    alignment = [":---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, alignment, *rows))


def draw(measured: Mapping[str, Any], blocks: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Writes the picture as SVG, the same bytes each time. Raises ImportError where matplotlib is not installed."""
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_units(left, measured["units"])
    _draw_blocks(right, blocks)
    with matplotlib.rc_context({"svg.hashsalt": PICTURE.name, "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def _draw_units(place: Axes, units: Mapping[str, Mapping[str, Figures]]) -> None:
    for group, figures in units.items():
        gas = [one["gas"] for one in figures.values()]
        place.plot(gas, [one["cost"] / one["gas"] for one in figures.values()], "o", markersize=4, label=group)
    place.set(xscale="log", yscale="log", xlabel="gas", ylabel="cost a gas")
    place.grid(alpha=0.3)
    place.legend(fontsize=8)


def _draw_blocks(place: Axes, blocks: Mapping[str, Mapping[str, Any]]) -> None:
    instructions = [one["instructions"] / 1e6 for one in blocks.values()]
    place.plot(instructions, [one["processor_seconds"] for one in blocks.values()], "s")
    place.set(xlabel="million executed instructions of a block", ylabel="seconds of proving")
    place.set_xlim(left=0)
    place.set_ylim(bottom=0)
    place.grid(alpha=0.3)


def main() -> None:
    """Writes page and picture."""
    measured = json.loads(UNIT_FIGURES.read_text())
    blocks = json.loads(BLOCK_FIGURES.read_text()) if BLOCK_FIGURES.exists() else {}
    PAGE.write_text(page(measured, blocks))
    draw(measured, blocks, PICTURE)


if __name__ == "__main__":
    main()
