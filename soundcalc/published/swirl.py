"""SWIRL: LogUp as a GKR circuit, one zerocheck for all tables, stacking, and WHIR.

Where a claim is about committed columns, it must hold for each member of the list of the stacked columns: the errors of
four rounds are multiplied by the list size. The public calculator adds the list size's bits to those of the round
instead, which divides the error by it; compatibility mode does the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.published.arguments import Argument, ceil_log2
from soundcalc.published.fields import Field
from soundcalc.published.opening import Opening
from soundcalc.published.rounds import Formulas, Round, Step, rounds_of
from soundcalc.regimes.proximity import Regime

_SOURCE = "the SWIRL paper (openvm.dev/swirl.pdf), as the public calculator states it; the paper was not at hand"

SWIRL_LOGUP = register(
    key="swirl_logup",
    formula="2 N 2^w L / |F| for at most N messages of at most 2^w elements",
    source=_SOURCE,
    status=Status.DERIVED,
)
SWIRL_GKR = register(
    key="swirl_gkr",
    formula="3 / |F| for a round of a layer's sumcheck, 1 / |F| for the challenges between layers",
    source=f"2023/1284; {_SOURCE}",
    status=Status.PROVEN,
)
SWIRL_ZEROCHECK = register(
    key="swirl_zerocheck",
    formula="max((d + 1)(2^s - 1), 2^s - 1 + n) L / |F|, s variables in the univariate round and n after it",
    source=_SOURCE,
    status=Status.DERIVED,
)
SWIRL_CONSTRAINTS = register(
    key="swirl_constraint_batching",
    formula="max(C, 3 A) L / |F| for C constraints of one table, A tables with three claims each",
    source=_SOURCE,
    status=Status.DERIVED,
)
SWIRL_STACKING = register(
    key="swirl_stacked_reduction",
    formula="max(2 W, 2 (2^s - 1), 2) L / |F| for W columns, each opened at a point and its rotation",
    source=_SOURCE,
    status=Status.DERIVED,
)

FOLD = 4
"""Variables that each iteration of its WHIR folds."""

QUERY_GRINDING_BITS = 20
"""Before the queries of each iteration."""

CONSTRAINT_DEGREE = 4
"""The largest degree of a constraint where a file does not say: files whose circuits do not name their family are older
than the use of constraint_degree for it."""


@dataclass(frozen=True)
class Swirl(Argument):
    """What its errors depend on besides the opening: bounds on the tables."""

    skipped_variables: int
    messages: int
    message_length_log2: int
    grinding_lookup: int
    constraints_of_a_table: int
    tables: int
    trace_height_log2: int
    trace_columns: int
    messages_of_a_row: int
    degree: int

    @property
    def label(self) -> str:
        return "SWIRL"

    def rounds(self, opening: Opening, regime: Regime, field_size: int, formulas: Formulas) -> Iterator[Round]:
        list_size = regime.list_size(opening.rates[0])
        members = 1 / list_size if formulas is Formulas.PUBLIC else list_size
        messages = 2 * self.messages * (1 << self.message_length_log2)
        yield from rounds_of(
            [("logup", Step.LOOKUP, messages * members / field_size, SWIRL_LOGUP)], self.grinding_lookup
        )
        circuit = Fraction(3, field_size), Fraction(1, field_size)
        points = {
            "zerocheck_sumcheck": (Step.SUMCHECK, self._zerocheck_points(), SWIRL_ZEROCHECK),
            "constraint_batching": (
                Step.CONSTRAINTS, max(self.constraints_of_a_table, 3 * self.tables), SWIRL_CONSTRAINTS
            ),
            "stacked_reduction": (Step.REDUCTION, self._stacking_points(), SWIRL_STACKING),
        }  # fmt: skip
        parts = [
            ("gkr_sumcheck", Step.SUMCHECK, circuit[0], SWIRL_GKR),
            ("gkr_batching", Step.BATCHING, circuit[1], SWIRL_GKR),
            *((name, step, count * members / field_size, bound) for name, (step, count, bound) in points.items()),
        ]
        yield from rounds_of(parts, decimals=1)

    def _zerocheck_points(self) -> int:
        skipped = (1 << self.skipped_variables) - 1
        later = max(0, self.trace_height_log2 - self.skipped_variables)
        return max((self.degree + 1) * skipped, self.degree + 1, skipped + later)

    def _stacking_points(self) -> int:
        return max(2 * self.trace_columns, 2 * ((1 << self.skipped_variables) - 1), 2)

    def size_bits(self, opening: Opening, field: Field) -> int:
        """The elements of its sumchecks and openings; lengths and counts that an encoding adds are left out."""
        skipped = (1 << self.skipped_variables) - 1
        later = max(0, self.trace_height_log2 - self.skipped_variables)
        stacked = ceil_log2(opening.height) - self.skipped_variables
        summed = ceil_log2(self.tables) + ceil_log2(self.messages_of_a_row) + self.trace_height_log2
        layers = min(ceil_log2(self.messages), summed)
        circuit = 1 + 4 * layers + 3 * (layers * (layers - 1) // 2)
        degree = self.degree + 1
        zerocheck = 2 * self.tables + degree * skipped + 1 + later * degree + 2 * self.trace_columns
        stacking = 2 * skipped + 1 + 2 * stacked + opening.functions
        return (circuit + zerocheck + stacking) * field.bits
