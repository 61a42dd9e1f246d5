"""Steps on runs of neighbouring nodes: merging, binding a coordinate, and the sums that round polynomials are made of.

An element is six coefficients of as many lanes, ELEMENT_WORDS words; lanes are apart from one another, so that
neighbours of a run are neighbours in every lane. A child node is two elements, p and q. A node of a sumcheck is four,
(p_0, q_0, p_1, q_1) of its two children before the first coordinate is bound, and (p_0, q_0, t, q_1) after it, with
t = p_1 + batching q_1, so that the layer's value p_0 q_1 + p_1 q_0 + batching q_0 q_1 is p_0 q_1 + q_0 t.

Two neighbouring nodes of a sumcheck, (y, 0) and (y, 1), are kept as the first and the difference of the second from
it: these are the values at 0 and at infinity of what is linear between them.

Memory is given by addresses, and places in it by words from there: references to arrays would be counted for each tile.
"""

from __future__ import annotations

from typing import TypeAlias

from optimized.compilation import compiled
from optimized.field.extension import SIX, load_six, no_sums
from optimized.field.lanes import extension_add, extension_subtract
from optimized.field.products import (
    FACTOR_PITCH,
    add_scaled,
    extension_product,
    reduced_sums,
    scaled,
    sum_of_two_products,
)
from optimized.lanes.vectors import LANES, Lanes, align_stack, load, store
from optimized.words import Words

Address: TypeAlias = int
"""Of the first of many words."""

ELEMENT_WORDS = SIX * LANES
CHILD_WORDS = 2 * ELEMENT_WORDS
NODE_WORDS = 4 * ELEMENT_WORDS

AT_FIRST, AT_SECOND, AT_INFINITY = 0, 1, 2
"""Where a round polynomial is summed up: 0, 1, and infinity, where only its highest coefficient counts."""

POINTS = 3


def address_of(array: Words) -> Address:
    """Where an array lies, which must be held meanwhile."""
    address: int = array.ctypes.data
    return address


@compiled
def store_six(target: Address, at: int, element: Lanes) -> None:
    """Writes elements whose coefficients stand in neighbouring lanes."""
    store(target, at, element[0])
    store(target, at + LANES, element[1])
    store(target, at + 2 * LANES, element[2])
    store(target, at + 3 * LANES, element[3])
    store(target, at + 4 * LANES, element[4])
    store(target, at + 5 * LANES, element[5])


@compiled
def load_sums(source: Address, at: int) -> Lanes:
    """Sums that are not reduced."""
    return (
        load(source, at),
        load(source, at + LANES),
        load(source, at + 2 * LANES),
        load(source, at + 3 * LANES),
        load(source, at + 4 * LANES),
        load(source, at + 5 * LANES),
        load(source, at + 6 * LANES),
        load(source, at + 7 * LANES),
        load(source, at + 8 * LANES),
        load(source, at + 9 * LANES),
        load(source, at + 10 * LANES),
        load(source, at + 11 * LANES),
    )


@compiled
def store_sums(target: Address, at: int, sums: Lanes) -> None:
    """Writes sums that are not reduced."""
    store_six(target, at, sums[:6])
    store_six(target, at + ELEMENT_WORDS, sums[6:])


@compiled
def merge(source: Address, target: Address, count: int) -> None:
    """So many nodes over twice as many children. The target may be the source."""
    align_stack()
    for node in range(count):
        start = node * NODE_WORDS
        p_0, q_0 = load_six(source, start), load_six(source, start + ELEMENT_WORDS)
        p_1, q_1 = load_six(source, start + 2 * ELEMENT_WORDS), load_six(source, start + 3 * ELEMENT_WORDS)
        store_six(target, node * CHILD_WORDS, sum_of_two_products(p_0, q_1, p_1, q_0))
        store_six(target, node * CHILD_WORDS + ELEMENT_WORDS, extension_product(q_0, q_1))


@compiled
def take(point: int, source: Address, target: Address, count: int) -> None:
    """Of so many pairs of nodes what stands at a point."""
    for number in range(count):
        for word in range(0, NODE_WORDS, ELEMENT_WORDS):
            start = 2 * number * NODE_WORDS + word
            value, second = load_six(source, start), load_six(source, start + NODE_WORDS)
            if point == AT_SECOND:
                value = second
            elif point == AT_INFINITY:
                value = extension_subtract(second, value)
            store_six(target, number * NODE_WORDS + word, value)


@compiled
def take_second(nodes: Address, target: Address, count: int) -> None:
    """The second ones of so many pairs, which are given by their difference from the first."""
    for number in range(count):
        for word in range(0, NODE_WORDS, ELEMENT_WORDS):
            start = 2 * number * NODE_WORDS + word
            second = extension_add(load_six(nodes, start), load_six(nodes, start + NODE_WORDS))
            store_six(target, number * NODE_WORDS + word, second)


@compiled
def batch(nodes: Address, count: int, batching: Address) -> None:
    """Makes p_1 of so many nodes t."""
    align_stack()
    for node in range(count):
        start = node * NODE_WORDS + 2 * ELEMENT_WORDS
        product = scaled(load_six(nodes, start + ELEMENT_WORDS), batching, 0)
        store_six(nodes, start, extension_add(load_six(nodes, start), product))


@compiled
def bind_values(source: Address, target: Address, count: int, challenge: Address) -> None:
    """So many nodes, each between two neighbours that are both given as they are. The target may be the source."""
    align_stack()
    for node in range(count):
        for word in range(0, NODE_WORDS, ELEMENT_WORDS):
            start = 2 * node * NODE_WORDS + word
            low = load_six(source, start)
            step = scaled(extension_subtract(load_six(source, start + NODE_WORDS), low), challenge, 0)
            store_six(target, node * NODE_WORDS + word, extension_add(low, step))


@compiled
def bind(source: Address, target: Address, count: int, challenge: Address) -> None:
    """The same where the second of two neighbours is given by its difference."""
    align_stack()
    for node in range(count):
        for word in range(0, NODE_WORDS, ELEMENT_WORDS):
            start = 2 * node * NODE_WORDS + word
            step = scaled(load_six(source, start + NODE_WORDS), challenge, 0)
            store_six(target, node * NODE_WORDS + word, extension_add(load_six(source, start), step))


@compiled
def pair(nodes: Address, count: int) -> None:
    """Makes the second of each of so many pairs of neighbours its difference from the first."""
    for first in range(0, 2 * count * NODE_WORDS, 2 * NODE_WORDS):
        for word in range(first, first + NODE_WORDS, ELEMENT_WORDS):
            second = load_six(nodes, word + NODE_WORDS)
            store_six(nodes, word + NODE_WORDS, extension_subtract(second, load_six(nodes, word)))


@compiled
def weighted_values(nodes: Address, pitch: int, count: int, weights: Address) -> Lanes:
    """The sum of the layer's values of so many nodes, `pitch` words apart, times as many weights."""
    align_stack()
    sums = no_sums()
    for node in range(count):
        start = node * pitch
        p_0, q_0 = load_six(nodes, start), load_six(nodes, start + ELEMENT_WORDS)
        t, q_1 = load_six(nodes, start + 2 * ELEMENT_WORDS), load_six(nodes, start + 3 * ELEMENT_WORDS)
        sums = add_scaled(sums, sum_of_two_products(p_0, q_1, t, q_0), weights, node * FACTOR_PITCH)
    return reduced_sums(sums)


@compiled
def weighted_elements(elements: Address, pitch: int, count: int, weights: Address) -> Lanes:
    """The sum of so many elements, `pitch` words apart, times as many weights."""
    align_stack()
    sums = no_sums()
    for number in range(count):
        sums = add_scaled(sums, load_six(elements, number * pitch), weights, number * FACTOR_PITCH)
    return reduced_sums(sums)
