"""Measures what the opcodes and precompiles of the Ethereum virtual machine cost to prove, by differences.

    python -m benchmarks.ethereum_costs

Each unit runs in two blocks of one transaction: one repeats it, the other only what surrounds it. The figures go to
benchmarks/ethereum_costs.json, from which benchmarks/ethereum_pages.py writes the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import rlp
from coincurve import PrivateKey
from eth_hash.auto import keccak

from benchmarks.ethereum_units import ACCOUNTS, DROP, FIRST_ACCOUNT, GROUPS, SLOTS, Unit
from limpid.api import executing
from limpid.ethereum.block_tests import DEFAULT_CHAIN_ID, Account
from limpid.ethereum.chain import BlockInput
from limpid.ethereum.guests import guest_program, record
from limpid.ethereum.sealing import BASE_FEE, GAS_LIMIT, block_on, sealed
from limpid.runs.estimation import calibration, estimate
from reference.cost import rows_by_pc
from reference.executor.profiling import Profile
from spec.rv64im.machine import CHIP_BY_NAME

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "benchmarks" / "ethereum_costs.json"

KEY = PrivateKey((1).to_bytes(32, "big"))
CONTRACT = bytes.fromhex("cc" * 20)
ETHER = 10**18


class Figures(NamedTuple):
    """What a block or one unit takes. Cells and cost are of rows before padding, without what every run has."""

    gas: float
    instructions: float
    cells: float
    """Committed cells of instruction and work tables."""

    cost: float
    """In the metric of `spec.cost`: cells, and ten for each interaction."""

    def minus(self, other: Figures) -> Figures:
        """The difference, figure by figure."""
        return Figures(*(one - another for one, another in zip(self, other, strict=True)))

    def plus(self, other: Figures) -> Figures:
        """The sum, figure by figure."""
        return Figures(*(one + another for one, another in zip(self, other, strict=True)))

    def scaled(self, factor: float) -> Figures:
        """So many times these figures."""
        return Figures(*(factor * one for one in self))


@cache
def measured(unit: Unit) -> Figures:
    """What one repetition of a unit takes. Raises what `figures_of` raises."""
    there, missing = (figures_of(block_with(code)) for code in unit.codes())
    each = there.minus(missing).scaled(1 / unit.repeats)
    return each if unit.without is not None or unit.inputs == unit.outputs else each.plus(dropped(unit))


def dropped(unit: Unit) -> Figures:
    """What the unit's block drops less than the other, or more: an operand that it takes is not dropped."""
    push0, *_ = (other for other in GROUPS["Stack and control"] if other.name == "PUSH0")
    drop = measured(DROP).minus(measured(push0))
    return drop.scaled(unit.inputs - unit.outputs)


def block_with(code: bytes) -> BlockInput:
    """A valid block of one transaction, which calls a contract with this code; with a minimal witness.

    Raises ValueError where the contract does not end well.
    """
    accounts = {FIRST_ACCOUNT + number: Account(0, 1, b"", {}) for number in range(ACCOUNTS)}
    state = {address.to_bytes(20, "big"): account for address, account in accounts.items()}
    state[address_of(KEY)] = Account(0, ETHER, b"", {})
    state[CONTRACT] = Account(1, ETHER, code, dict.fromkeys(range(SLOTS), 1))
    return valid_block(state, [_call()])


def valid_block(state: Mapping[bytes, Account], transactions: Sequence[bytes]) -> BlockInput:
    """A valid block of these transactions on a state, with a minimal witness.

    Raises ValueError where a transaction does not end well.
    """
    made = sealed(block_on(state, transactions))
    found, recorded = record(made.encode())
    if len(recorded.computed) == 0:
        raise ValueError(f"the block cannot be executed: {found.console.strip()}")
    computed = recorded.computed[0]
    kept = replace(
        made,
        nodes=tuple(compress(made.nodes, recorded.used_nodes)),
        codes=tuple(compress(made.codes, recorded.used_codes)),
    )
    return sealed(kept, **{name: getattr(computed, name) for name in computed.fields()})


def _call() -> bytes:
    """A signed transaction that calls the contract with half of a block's gas."""
    return signed_call(KEY, CONTRACT, value=0, gas=GAS_LIMIT // 2)


def signed_call(key: PrivateKey, recipient: bytes, *, value: int, gas: int) -> bytes:
    """The first transaction of a key's owner, of type 2 [EIP-1559]: a call without data."""
    paid = value or b""
    content = [DEFAULT_CHAIN_ID, b"", b"", BASE_FEE, gas, recipient, paid, b"", []]
    signature = key.sign_recoverable(keccak(b"\2" + rlp.encode(content)), hasher=None)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    return bytes(b"\2" + rlp.encode([*content, signature[64], r, s]))


def address_of(key: PrivateKey) -> bytes:
    """The address of a key's owner."""
    return keccak(key.public_key.format(compressed=False)[1:])[12:]


def figures_of(made: BlockInput) -> Figures:
    """What a block takes. Raises ValueError for one that is not valid, or whose transaction used all of its gas."""
    counted = executing.profile(guest_program("validator"), made.encode())
    gas = int(made.request.execution_payload.gas_used)
    if counted.execution.output[32] != 1 or gas >= GAS_LIMIT // 2:
        raise ValueError("the measured block is not valid, or ran out of gas")
    cells, cost = cells_and_cost(counted)
    return Figures(gas, counted.execution.instructions, cells, cost)


def cells_and_cost(counted: Profile) -> tuple[int, int]:
    """Committed cells and the cost of a run's instruction and work rows, before padding."""
    rows = rows_by_pc(counted).values()
    cells = sum(count * len(CHIP_BY_NAME[name].columns) for of_pc in rows for name, count in of_pc.rows.items())
    return cells, sum(of_pc.cost for of_pc in rows)


def predicted_seconds_per_cost() -> float:
    """What `limpid run --estimate` predicts for a block with a pairing, but for what every proof has, over its cost."""
    pairing = next(unit for unit in GROUPS["Precompiles"] if "PAIRING" in unit.name)
    counted = executing.profile(guest_program("validator"), block_with(pairing.codes()[0]).encode())
    return (estimate(counted).seconds - calibration().fixed_seconds) / cells_and_cost(counted)[1]


def main() -> None:
    """Measures all units and writes the figures."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for group, units in GROUPS.items():
        found[group] = {}
        for unit in units:
            found[group][unit.name] = {name: round(value, 1) for name, value in measured(unit)._asdict().items()}
            print(unit.name, found[group][unit.name], flush=True)
    figures = {"seconds_per_cost": predicted_seconds_per_cost(), "units": found}
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
