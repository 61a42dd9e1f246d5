"""What a profile's chains of calls weigh: executed instructions, and the cost of the proof."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from reference.cost import PcRows
from reference.executor.profiling import CallNode, Profile


class Weight(NamedTuple):
    """Of a function or a chain of calls."""

    instructions: int
    cost: int
    """In the metric of `spec.cost`, of its instructions' rows, without padding and system tables."""

    def plus(self, other: Weight) -> Weight:
        return Weight(self.instructions + other.instructions, self.cost + other.cost)


NOTHING = Weight(0, 0)


@dataclass(frozen=True)
class WeighedCall:
    """A function in its chain of calls, with weights."""

    name: str
    function: int
    own: Weight
    total: Weight
    """With all callees."""

    callees: tuple[WeighedCall, ...]
    """By descending instructions."""


def weighed_calls(profile: Profile, rows: dict[int, PcRows]) -> WeighedCall:
    """The tree of calls with weights; `rows` are the profile's."""
    finished: dict[int, WeighedCall] = {}
    # Callees come after their callers in the walk: so backwards they are ready when they are needed.
    for node in reversed(list(profile.calls.walk())):
        callees = [finished.pop(id(callee)) for callee in node.children.values()]
        callees.sort(key=lambda callee: (-callee.total.instructions, callee.function))
        own = _own(node, rows)
        total = own
        for callee in callees:
            total = total.plus(callee.total)
        name = profile.function_name(node.function)
        finished[id(node)] = WeighedCall(name, node.function, own, total, tuple(callees))
    return finished[id(profile.calls)]


def weight_by_function(profile: Profile, rows: dict[int, PcRows]) -> dict[str, Weight]:
    """What the instructions of each function weigh, callees apart, by descending cost."""
    weights: dict[str, Weight] = {}
    for pc, count in profile.instructions_by_pc.items():
        name = profile.function_name(pc)
        weights[name] = weights.get(name, NOTHING).plus(Weight(count, rows[pc].cost))
    return dict(sorted(weights.items(), key=lambda item: (-item[1].cost, item[0])))


def _own(node: CallNode, rows: dict[int, PcRows]) -> Weight:
    cost = 0
    for pc, count in node.instructions.items():
        of_pc = rows[pc]
        # The rows of one program counter may differ in cost, by misalignment: its calls share them evenly.
        cost += of_pc.cost * count // (of_pc.usual + of_pc.misaligned)
    return Weight(node.instructions.total(), cost)


def instructions_by_name(profile: Profile, names: dict[int, str]) -> Counter[str]:
    """How often each kind was executed; `names` gives it by program counter."""
    counts: Counter[str] = Counter()
    for pc, count in profile.instructions_by_pc.items():
        counts[names[pc]] += count
    return counts
