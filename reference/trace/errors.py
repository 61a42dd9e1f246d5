"""Why a trace cannot be built."""

from __future__ import annotations

from reference.execution import Execution


class TraceError(Exception):
    """No trace: the message says what and where."""


class UnprovableError(TraceError):
    """The execution ended abnormally, or its output cannot be claimed: no proof of it exists."""

    def __init__(self, execution: Execution) -> None:
        super().__init__(execution.unprovable_reason)
        self.execution = execution


class TraceTooLongError(TraceError):
    """The execution does not fit in the segments that it may have."""


class SegmentTooSmallError(TraceTooLongError):
    """The limits of a segment have no room for one instruction."""

    def __init__(self, cost: int | None, clock: int) -> None:
        of_cost = "any cost" if cost is None else f"a cost of {cost}"
        super().__init__(
            f"the limits of a segment have no room for one instruction: {of_cost} and clocks below {clock}"
        )


class PlanError(TraceError):
    """A planned segment whose execution is not the planned one: the plan belongs to another program or is damaged."""


class WitnessError(TraceError):
    """The filler of a chip is missing or wrong: a column without a value, or a lookup that finds no row."""
