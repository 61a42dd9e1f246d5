"""The fates of all mutants of some chips, on several processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from proofs_of_constraints.mutation.fate import Fate, MutantResult, fate_of
from proofs_of_constraints.mutation.operators import mutants_of
from spec.air.chip import Chip
from spec.rv64im.machine import CHIP_BY_NAME


@dataclass(frozen=True)
class KillingPower:
    """How many mutants are killed by a witness row, of those that are not proven redundant."""

    witnessed: int
    checked: int
    not_redundant: int

    @property
    def percent(self) -> float:
        return 100 * self.witnessed / max(1, self.not_redundant)

    @property
    def percent_with_checks(self) -> float:
        return 100 * (self.witnessed + self.checked) / max(1, self.not_redundant)

    def __str__(self) -> str:
        return (
            f"{self.percent:.2f} % of {self.not_redundant} by a witness row, "
            f"{self.percent_with_checks:.2f} % with failing checks"
        )


def killing_power(fates: Sequence[Fate]) -> KillingPower:
    """The killing power over mutants with these fates."""
    return KillingPower(
        sum(fate.has_witness for fate in fates),
        sum(fate is Fate.CHECK for fate in fates),
        sum(fate is not Fate.SURVIVES for fate in fates),
    )


def run_mutants(chips: Sequence[Chip], jobs: int = 1) -> Iterator[tuple[Chip, list[MutantResult]]]:
    """The results chip by chip, in this order. The chips must be the machine's.

    Each chip gets a process of its own, so that a solver's verdict does not depend on what it was asked before about
    another chip, nor on the number of jobs. The chips with the most to do start first.
    """
    order = sorted(chips, key=lambda chip: len(chip.columns) * len(chip.interactions), reverse=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        pending = {chip.name: pool.submit(results_of_chip, chip.name) for chip in order}
        for chip in chips:
            yield chip, pending[chip.name].result()


def results_of_chip(name: str) -> list[MutantResult]:
    """The results of all mutants of one chip."""
    return [fate_of(mutant) for mutant in mutants_of(CHIP_BY_NAME[name])]
