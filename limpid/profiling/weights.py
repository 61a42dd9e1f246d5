"""What a profile's chains of calls weigh: executed instructions, and the cost of the proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from limpid.profiling.inlined import Inlined
from reference.cost import PcRows
from reference.executor.profiling import CallNode, Profile


class Weight(NamedTuple):
    """The weight of a function or a chain of calls."""

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
    """By descending instructions; among them functions that are written out here."""


InlinedAt = Callable[[int], Sequence[Inlined]]
"""The functions that are written out around a byte address, the outermost first."""


def weighed_calls(profile: Profile, rows: dict[int, PcRows], inlined_at: InlinedAt = lambda _: ()) -> WeighedCall:
    """The tree of calls with weights; `rows` are the profile's.

    A function that is written out in another stands below it like a callee. What it calls stands beside it: a chain of
    calls does not tell from where in a function a call came.
    """
    finished: dict[int, WeighedCall] = {}
    # Callees come after their callers in the walk: so backwards they are ready when they are needed.
    for node in reversed(list(profile.calls.walk())):
        callees = [finished.pop(id(callee)) for callee in node.children.values()]
        place = Inlined(profile.function_name(node.function), node.function)
        finished[id(node)] = _weighed(place, _by_chain(node, rows, inlined_at), callees)
    return finished[id(profile.calls)]


def _by_chain(node: CallNode, rows: dict[int, PcRows], inlined_at: InlinedAt) -> dict[tuple[Inlined, ...], Weight]:
    """What a node's instructions weigh, by what is written out around them."""
    weights: dict[tuple[Inlined, ...], Weight] = {}
    for pc, count in node.instructions.items():
        of_pc = rows[pc]
        # The rows of one program counter may differ in cost, by misalignment or by the call made: they share it evenly.
        cost = of_pc.cost * count // (of_pc.usual + of_pc.misaligned + sum(of_pc.calls.values()))
        chain = tuple(inlined_at(pc))
        weights[chain] = weights.get(chain, NOTHING).plus(Weight(count, cost))
    return weights


def _weighed(place: Inlined, by_chain: dict[tuple[Inlined, ...], Weight], callees: list[WeighedCall]) -> WeighedCall:
    own = by_chain.pop((), NOTHING)
    inner: dict[Inlined, dict[tuple[Inlined, ...], Weight]] = {}
    for chain, weight in by_chain.items():
        inner.setdefault(chain[0], {})[chain[1:]] = weight
    below = [*callees, *(_weighed(function, rest, []) for function, rest in inner.items())]
    below.sort(key=lambda call: (-call.total.instructions, call.function, call.name))
    total = own
    for call in below:
        total = total.plus(call.total)
    return WeighedCall(place.name, place.start, own, total, tuple(below))


def weight_by_function(profile: Profile, rows: dict[int, PcRows]) -> dict[str, Weight]:
    """What the instructions of each function weigh, callees apart, by descending cost."""
    weights: dict[str, Weight] = {}
    for pc, count in profile.instructions_by_pc.items():
        name = profile.function_name(pc)
        weights[name] = weights.get(name, NOTHING).plus(Weight(count, rows[pc].cost))
    return dict(sorted(weights.items(), key=lambda item: (-item[1].cost, item[0])))


def instructions_by_name(profile: Profile, names: dict[int, str]) -> Counter[str]:
    """How often each kind was executed; `names` gives it by program counter."""
    counts: Counter[str] = Counter()
    for pc, count in profile.instructions_by_pc.items():
        counts[names[pc]] += count
    return counts
