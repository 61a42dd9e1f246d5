"""What a proof of a run would cost, told without making one.

Cost and the proof's size follow from the declarations, memory from what the prover holds of the largest segment, and
seconds from constants that were measured, which stand with their source in calibration.json. `benchmarks/cost_fit.py`
measures them anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from limpid.errors import TooLongError
from limpid.profiling.report import cost_facts
from limpid.runs.backends import DEFAULT_BACKEND, backend_named
from optimized.memory.prediction import predicted_peak_bytes
from reference.cost import RunCost, run_cost
from reference.executor.profiling import Profile
from reference.trace.errors import TraceTooLongError
from soundcalc.protocol.runs import expected_bytes
from spec.cost import COST_VERSION
from spec.parameters import PARAMETER_SETS
from spec.protocol.form import SegmentForm
from spec.rv64im.tokens import output_tokens

CALIBRATION_NAME = "calibration.json"


@dataclass(frozen=True)
class Calibration:
    """A plane through the seconds of measured proofs, over the metric C and the stacking heights (`stacked_rows`)."""

    cost_version: str
    parameters: str
    source: str
    """Which prover on which machine, and when."""

    seconds_per_cost: float
    seconds_per_stacked_row: float
    fixed_seconds: float
    correlation: float
    """The correlation of measured seconds with those of the plane."""

    guests: int


@dataclass(frozen=True)
class Estimate:
    """What a proof would cost, under the parameter set of the calibration."""

    cost: RunCost
    calibration: Calibration
    seconds: float
    memory_bytes: int
    proof_bytes: int

    def facts(self) -> dict[str, object]:
        """For programs."""
        return {
            **cost_facts(self.cost),
            "parameters": self.calibration.parameters,
            "seconds": round(self.seconds, 1),
            "memory_bytes": self.memory_bytes,
            "proof_bytes": self.proof_bytes,
            "calibration": self.calibration.source,
        }

    def lines(self) -> dict[str, object]:
        """For people."""
        dearest = sorted(self.cost.cost.by_chip.items(), key=lambda item: -item[1])[:5]
        return {
            "proving cost": f"{self.cost.cost.total:,} ({COST_VERSION})",
            "of which": ", ".join(f"{name} {cost:,}" for name, cost in dearest),
            "segments": f"{self.cost.segments}, the last one {self.cost.last_segment_fraction:.0%} full",
            "predicted proof": f"{self.proof_bytes:,} bytes, {self.seconds:.1f} seconds, "
            f"{self.memory_bytes / 2**30:.1f} GiB of memory",
            "predicted by": self.calibration.source,
        }


@cache
def calibration() -> Calibration:
    """The measured constants. Raises ValueError if they are for another version of the metric."""
    found = Calibration(**json.loads(files("limpid.runs").joinpath(CALIBRATION_NAME).read_text()))
    if found.cost_version != COST_VERSION:
        raise ValueError(f"{CALIBRATION_NAME} is for {found.cost_version}, not {COST_VERSION}: measure anew")
    return found


def stacked_rows(forms: Sequence[SegmentForm]) -> int:
    """The sum of 2^h over segments: a commitment of few cells is opened at its full height all the same."""
    return sum(1 << form.height_log2 for form in forms)


def cost_of(profile: Profile) -> RunCost:
    """The proving cost of a run that can be proven.

    Raises TooLongError if the run does not fit in what can be proven at once.
    """
    try:
        return run_cost(profile, plan_run=backend_named(DEFAULT_BACKEND).planner())
    except TraceTooLongError as error:
        raise TooLongError(str(error), "prove a shorter run") from error


def estimate(profile: Profile) -> Estimate:
    """What a proof of a run that can be proven would cost.

    Raises TooLongError if the run does not fit in what can be proven at once.
    """
    cost, measured = cost_of(profile), calibration()
    parameters = PARAMETER_SETS[measured.parameters]
    forms = [SegmentForm(shape, parameters) for shape in cost.shapes]
    return Estimate(
        cost=cost,
        calibration=measured,
        seconds=measured.seconds_per_cost * cost.cost.total
        + measured.seconds_per_stacked_row * stacked_rows(forms)
        + measured.fixed_seconds,
        # Segments are proven one after the other.
        memory_bytes=max(map(predicted_peak_bytes, forms)),
        proof_bytes=round(expected_bytes(forms, len(output_tokens(profile.execution.output)))),
    )
