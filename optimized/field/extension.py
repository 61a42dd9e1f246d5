"""Arrays of extension elements, (count, 6) canonical words, as many at a time as there are lanes."""

from __future__ import annotations

import numpy as np

from optimized.compilation import compiled
from optimized.field.lanes import extension_multiply, extension_scale, multiply, negate, subtract, to_montgomery
from optimized.lanes.vectors import LANES, Lanes, broadcast, gather, load, scatter, store
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.words import Words
from spec.field import EXTENSION_DEGREE, Extension

SIX = EXTENSION_DEGREE
SMALLEST_TASK_GROUPS = 256
MONTGOMERY_FACTOR = to_montgomery(1)
"""2^32 modulo p: a `known` factor that brings an element into Montgomery's form."""

RADIX_SQUARED = to_montgomery(to_montgomery(1))
INVERSION_GROUPS = 64
"""One inversion serves so many groups of elements."""


def montgomery_words(element: Extension) -> Words:
    """The six coefficients in Montgomery's form."""
    return np.array([to_montgomery(coefficient) for coefficient in element.coefficients], dtype=np.uint32)


@compiled
def load_elements(array: Words, element: int, stride: int) -> Lanes:
    """Elements element, element + stride, ..., one for each lane, of a flat array of coefficients."""
    i, step = element * SIX, stride * SIX
    return (
        gather(array, i, step),
        gather(array, i + 1, step),
        gather(array, i + 2, step),
        gather(array, i + 3, step),
        gather(array, i + 4, step),
        gather(array, i + 5, step),
    )


@compiled
def load_six(array: Words, at: int) -> Lanes:
    """Elements whose coefficients stand in neighbouring lanes."""
    return (
        load(array, at),
        load(array, at + LANES),
        load(array, at + 2 * LANES),
        load(array, at + 3 * LANES),
        load(array, at + 4 * LANES),
        load(array, at + 5 * LANES),
    )


@compiled
def store_elements(array: Words, element: int, value: Lanes) -> None:
    """Writes neighbouring elements."""
    i = element * SIX
    scatter(array, i, SIX, value[0])
    scatter(array, i + 1, SIX, value[1])
    scatter(array, i + 2, SIX, value[2])
    scatter(array, i + 3, SIX, value[3])
    scatter(array, i + 4, SIX, value[4])
    scatter(array, i + 5, SIX, value[5])


@compiled
def broadcast_element(words: Words, first: int) -> Lanes:
    """One element in all lanes, from six words."""
    return (
        broadcast(words[first]),
        broadcast(words[first + 1]),
        broadcast(words[first + 2]),
        broadcast(words[first + 3]),
        broadcast(words[first + 4]),
        broadcast(words[first + 5]),
    )


@compiled
def no_sums() -> Lanes:
    """Sums of nothing, to accumulate on."""
    zero = broadcast(0)
    return (zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero)


@compiled
def conjugate(a: Lanes) -> Lanes:
    """The Frobenius image: X^k goes to X^(2k), and X^6 = -X^3 - 1, X^8 = -X^5 - X^2, X^10 = X."""
    return (subtract(a[0], a[3]), a[5], subtract(a[1], a[4]), negate(a[3]), a[2], negate(a[4]))


@compiled
def _squared(a: Lanes, times: int) -> Lanes:
    """a^(2^times)."""
    for _ in range(times):
        a = multiply(a, a)
    return a


@compiled
def base_inverse(a: Lanes) -> Lanes:
    """a^(p - 2), in Montgomery's form; 0 for 0: p - 2 = (2^6 - 1) 2^25 + 2^24 - 1."""
    a2 = multiply(_squared(a, 1), a)
    a3 = multiply(_squared(a2, 1), a)
    a6 = multiply(_squared(a3, 3), a3)
    a12 = multiply(_squared(a6, 6), a6)
    a24 = multiply(_squared(a12, 12), a12)
    return multiply(_squared(a6, 25), a24)


@compiled
def invert_groups(elements: Words, target: Words, first: int, groups: int) -> bool:
    """The inverses of groups times the lanes elements from `first` on; False if one of them is zero.

    In each lane the elements are multiplied up, the last product is inverted, and going back gives each
    inverse [Montgomery 1987]. An inverse is the product of the other conjugates over the norm.
    """
    products = np.empty(groups * LANES * SIX, dtype=np.uint32)
    factor = broadcast(RADIX_SQUARED)
    product = extension_scale(load_elements(elements, first, 1), factor)
    for group in range(groups):
        if group:
            product = extension_multiply(
                product, extension_scale(load_elements(elements, first + group * LANES, 1), factor)
            )
        for j in range(SIX):
            store(products, (group * SIX + j) * LANES, product[j])
    image = conjugate(product)
    others = image
    for _ in range(SIX - 2):
        image = conjugate(image)
        others = extension_multiply(others, image)
    norm = extension_multiply(product, others)[0]
    store(products, (groups - 1) * SIX * LANES, norm)
    for lane in range(LANES):
        if products[(groups - 1) * SIX * LANES + lane] == 0:
            return False
    inverse = extension_scale(others, base_inverse(norm))
    one = broadcast(1)
    for group in range(groups - 1, -1, -1):
        row = first + group * LANES
        if group:
            earlier = load_six(products, (group - 1) * SIX * LANES)
            own = extension_scale(load_elements(elements, row, 1), factor)
            store_elements(target, row, extension_scale(extension_multiply(inverse, earlier), one))
            inverse = extension_multiply(inverse, own)
        else:
            store_elements(target, row, extension_scale(inverse, one))
    return True


def inverses(elements: Words) -> Words:
    """The inverses of (count, 6) elements, count a multiple of the lanes. Raises ZeroDivisionError for a zero."""
    flat, target = elements.reshape(-1), arrays.empty(elements.size)

    def invert(start: int, stop: int) -> None:
        for group in range(start, stop, INVERSION_GROUPS):
            groups = min(INVERSION_GROUPS, stop - group)
            if not invert_groups(flat, target, group * LANES, groups):
                raise ZeroDivisionError("zero has no inverse in the extension field")

    in_parallel(invert, len(elements) // LANES, SMALLEST_TASK_GROUPS)
    return target.reshape(elements.shape)
