"""Steps on nodes: merging, binding a coordinate, and the sums that round polynomials are made of.

An element is six coefficients of as many lanes, ELEMENT_WORDS words; lanes are apart from one another, so that
neighbours are neighbours in every lane. A child node is two elements, p and q. A node of a sumcheck is four,
(p_0, q_0, p_1, q_1) of its two children before the first coordinate is bound, and (p_0, q_0, t, q_1) after it, with
t = p_1 + batching q_1, so that the layer's value p_0 q_1 + p_1 q_0 + batching q_0 q_1 is p_0 q_1 + q_0 t.

Two neighbouring nodes of a sumcheck, (y, 0) and (y, 1), are kept as the first and the difference of the second from
it: these are the values at 0 and at infinity of what is linear between them.

Memory is given by addresses: references to arrays would be counted in each call. Steps are small, so that what they
read comes from memory while others calculate.
"""

from __future__ import annotations

from typing import TypeAlias

from optimized.compilation import compiled, written_out
from optimized.field.extension import SIX
from optimized.field.lanes import extension_add, extension_subtract
from optimized.field.products import (
    SUM_LANES,
    add_scaled,
    extension_product,
    load_element,
    load_sums,
    reduced_sums,
    scaled,
    store_lanes,
    sum_of_two_products,
)
from optimized.lanes.vectors import LANES, align_stack, prefetch
from optimized.words import LINE_WORDS, Words

Address: TypeAlias = int
"""The address of the first of many words."""

ELEMENT_WORDS = SIX * LANES
CHILD_WORDS = 2 * ELEMENT_WORDS
NODE_WORDS = 4 * ELEMENT_WORDS

AHEAD_WORDS = 1024
"""Far enough for memory to answer while a core calculates, near enough to stay in its cache."""

AT_FIRST, AT_SECOND, AT_INFINITY = 0, 1, 2
"""Where a round polynomial is summed up: at 0, at 1, and at infinity, where only its highest coefficient counts."""

POINTS = 3
"""As many as there are above."""

SUM_WORDS = SUM_LANES * LANES
ELEMENT_BYTES = 4 * ELEMENT_WORDS
NODE_BYTES = 4 * NODE_WORDS


def address_of(array: Words) -> Address:
    """Where an array lies, which must be held meanwhile."""
    # Several times as fast as `array.ctypes.data`.
    address: int = array.__array_interface__["data"][0]
    return address


@written_out
def fetch_ahead(address: Address, words: int) -> None:
    """Asks for words that are AHEAD_WORDS after an address: a core that calculates so long cannot
    see by itself what it will read."""
    for word in range(0, words, LINE_WORDS):
        prefetch(address, AHEAD_WORDS + word)


@compiled
def add_multiple(sums: Address, element: Address, weight: Address) -> None:
    """Adds an element times a factor to sums that are not reduced."""
    align_stack()
    store_lanes(sums, 0, add_scaled(load_sums(sums, 0), load_element(element, 0), weight, 0))


@compiled
def reduce_sums(sums: Address, target: Address) -> None:
    """The element that sums stand for."""
    store_lanes(target, 0, reduced_sums(load_sums(sums, 0)))


@compiled
def merge(source: Address, target: Address, count: int) -> None:
    """So many nodes over twice as many children. The target may be the source."""
    align_stack()
    for node in range(count):
        start = node * NODE_WORDS
        fetch_ahead(source + node * NODE_BYTES, NODE_WORDS)
        p_0, q_0 = load_element(source, start), load_element(source, start + ELEMENT_WORDS)
        p_1, q_1 = load_element(source, start + 2 * ELEMENT_WORDS), load_element(source, start + 3 * ELEMENT_WORDS)
        store_lanes(target, node * CHILD_WORDS, sum_of_two_products(p_0, q_1, p_1, q_0))
        store_lanes(target, node * CHILD_WORDS + ELEMENT_WORDS, extension_product(q_0, q_1))


@compiled
def take(point: int, source: Address, target: Address) -> None:
    """What stands at a point between two neighbouring nodes, both given as they are."""
    for word in range(0, NODE_WORDS, ELEMENT_WORDS):
        value, second = load_element(source, word), load_element(source, word + NODE_WORDS)
        if point == AT_SECOND:
            value = second
        elif point == AT_INFINITY:
            value = extension_subtract(second, value)
        store_lanes(target, word, value)


@compiled
def take_second(pair: Address, target: Address) -> None:
    """The second of two neighbouring nodes, given by its difference from the first."""
    for word in range(0, NODE_WORDS, ELEMENT_WORDS):
        store_lanes(target, word, extension_add(load_element(pair, word), load_element(pair, word + NODE_WORDS)))


@compiled
def subtract_first(pair: Address) -> None:
    """Makes the second of two neighbouring nodes its difference from the first."""
    for word in range(0, NODE_WORDS, ELEMENT_WORDS):
        difference = extension_subtract(load_element(pair, word + NODE_WORDS), load_element(pair, word))
        store_lanes(pair, word + NODE_WORDS, difference)


@compiled
def subtract_firsts(nodes: Address, pairs: int) -> None:
    """The same for a run of pairs."""
    for number in range(pairs):
        subtract_first(nodes + 2 * number * NODE_BYTES)


@compiled
def batch(node: Address, batching: Address) -> None:
    """Makes p_1 of a node t."""
    align_stack()
    product = scaled(load_element(node, 3 * ELEMENT_WORDS), batching, 0)
    store_lanes(node, 2 * ELEMENT_WORDS, extension_add(load_element(node, 2 * ELEMENT_WORDS), product))


@compiled
def bind_values(source: Address, target: Address, challenge: Address) -> None:
    """The node at a challenge between two neighbours that are both given as they are. It may be the first of them."""
    align_stack()
    for word in range(0, NODE_WORDS, ELEMENT_WORDS):
        first = load_element(source, word)
        step = scaled(extension_subtract(load_element(source, word + NODE_WORDS), first), challenge, 0)
        store_lanes(target, word, extension_add(first, step))


@compiled
def bind(source: Address, target: Address, challenge: Address) -> None:
    """The same where the second of two neighbours is given by its difference."""
    align_stack()
    for word in range(0, NODE_WORDS, ELEMENT_WORDS):
        step = scaled(load_element(source, word + NODE_WORDS), challenge, 0)
        store_lanes(target, word, extension_add(load_element(source, word), step))


@compiled
def add_value(sums: Address, node: Address, weight: Address, value: Address) -> None:
    """Adds the layer's value of a node times a factor. Memory for the value is given."""
    align_stack()
    p_0, q_0 = load_element(node, 0), load_element(node, ELEMENT_WORDS)
    t, q_1 = load_element(node, 2 * ELEMENT_WORDS), load_element(node, 3 * ELEMENT_WORDS)
    store_lanes(value, 0, sum_of_two_products(p_0, q_1, t, q_0))
    add_multiple(sums, value, weight)
