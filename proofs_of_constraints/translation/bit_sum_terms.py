"""Sums of bits as terms of a solver: bit-vectors for what is computed bit by bit, integers for what is added."""

from __future__ import annotations

from collections.abc import Mapping

import z3

from proofs_of_constraints.translation.bit_sums import BitFunction, BitRow, BitSum
from proofs_of_constraints.translation.formulas import sum_of_terms
from proofs_of_constraints.translation.interval import ELEMENT, Interval
from spec.field import P


def single_bit(name: str) -> z3.BitVecRef:
    """A boolean column as a bit-vector of one bit."""
    return z3.BitVec(name, 1)


def function_bit(function: BitFunction) -> z3.BitVecRef:
    """A function of bits as a choice between the lines of its table."""
    return _chosen(function.names, function.table)


def _chosen(names: tuple[str, ...], table: tuple[int, ...]) -> z3.BitVecRef:
    if len(set(table)) == 1:
        return z3.BitVecVal(table[0], 1)
    # The last name is the highest bit of a line's number.
    half = len(table) // 2
    low, high = (_chosen(names[:-1], lines) for lines in (table[:half], table[half:]))
    bit = single_bit(names[-1])
    if table == (0, 1):
        return bit
    return z3.If(bit == 1, high, low)


def packed(total: BitSum, width: int) -> z3.BitVecRef:
    """A sum of bits modulo 2^width. Powers of two with one sign are packed into words before these are added.

    Columns that are no bits are taken modulo 2^width too.
    """
    result = z3.BitVecVal(total.constant, width)
    lanes: dict[int, list[dict[int, z3.BitVecRef]]] = {+1: [], -1: []}
    for function, coefficient in total.bits.items():
        size, sign = abs(coefficient), 1 if coefficient > 0 else -1
        position = size.bit_length() - 1
        if size != 1 << position or position >= width:
            result = result + z3.ZeroExt(width - 1, function_bit(function)) * coefficient
            continue
        lane = next((lane for lane in lanes[sign] if position not in lane), None)
        if lane is None:
            lane = {}
            lanes[sign].append(lane)
        lane[position] = function_bit(function)
    for lane in lanes[+1]:
        result = result + _word_of(lane, width)
    for lane in lanes[-1]:
        result = result - _word_of(lane, width)
    for name, coefficient in total.columns.items():
        result = result + z3.BitVec(name, width) * coefficient
    return result


def _word_of(lane: Mapping[int, z3.BitVecRef], width: int) -> z3.BitVecRef:
    bits = [lane.get(position, z3.BitVecVal(0, 1)) for position in reversed(range(width))]
    return z3.simplify(z3.Concat(*bits)) if width > 1 else bits[0]


class LimbArithmetic:
    """Sums of bits as integers, with some sums of their own as one integer each: limbs.

    What is proven of any integers in their intervals is proven of the limbs. A limb is put in the place of the bits
    that it is the sum of wherever its highest bit stands; what is left over keeps its bits, so nothing is lost.
    """

    def __init__(self, row: BitRow, limbs: Mapping[str, BitSum]) -> None:
        self._row = row
        self._limbs = {name: limb for name, limb in limbs.items() if not limb.is_constant}
        self._terms: dict[object, z3.ArithRef] = {}
        self.bounds: list[z3.BoolRef] = []
        """The intervals of everything that occurs."""

    def limb(self, name: str) -> z3.ArithRef:
        """A limb as an integer."""
        return self._integer(name, name, self._limbs[name].interval(self._row.ranges))

    def term(self, total: BitSum) -> z3.ArithRef:
        """The sum over the integers."""
        parts = []
        for name, limb in self._limbs.items():
            factor = _factor(total, limb)
            if factor:
                parts.append(self.limb(name) * factor)
                total = total - limb.scaled(factor)
        parts += [
            self._integer(function, ",".join(function.names) + str(function.table), Interval(0, 1)) * coefficient
            for function, coefficient in total.bits.items()
        ]
        parts += [
            self._integer(name, name, self._row.ranges.get(name, ELEMENT)) * coefficient
            for name, coefficient in total.columns.items()
        ]
        return sum_of_terms([*parts, z3.IntVal(total.constant)])

    def vanishes(self, total: BitSum) -> z3.BoolRef:
        """That the sum is zero modulo p."""
        interval = total.interval(self._row.ranges)
        low, high = -(-interval.low // P), interval.high // P
        if low == high == 0:
            return self.term(total) == 0
        multiple = z3.FreshInt("multiple")
        return z3.And(self.term(total) == multiple * P, multiple >= low, multiple <= high)

    def _integer(self, key: object, name: str, interval: Interval) -> z3.ArithRef:
        if key not in self._terms:
            self._terms[key] = z3.Int(name)
            self.bounds += [self._terms[key] >= interval.low, self._terms[key] <= interval.high]
        return self._terms[key]


def _factor(total: BitSum, limb: BitSum) -> int:
    """How often the limb stands in a sum, told by the highest of its parts; 0 if it does not."""
    parts = [(abs(c), c, total.bits.get(f, 0)) for f, c in limb.bits.items()]
    parts += [(abs(c), c, total.columns.get(n, 0)) for n, c in limb.columns.items()]
    _, own, found = max(parts)
    return found // own if found % own == 0 else 0


def is_exact(total: BitSum, ranges: Mapping[str, Interval]) -> bool:
    """Whether a sum that vanishes modulo p vanishes over the integers."""
    interval = total.interval(ranges)
    return interval.low > -P and interval.high < P
