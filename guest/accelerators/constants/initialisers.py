"""Numbers as initialisers of the C types in field.h and quadratic.h, and the macros that name them."""

from __future__ import annotations

from collections.abc import Sequence

from guest.accelerators.constants.elements import Element

LINE_LENGTH = 120
DOUBLEWORD = 2**64


def prime_definitions(prefix: str, prime: int, limbs: int) -> list[str]:
    return [
        define(f"{prefix}_MODULUS", base_text(prime, limbs)),
        define(f"{prefix}_MINUS_ONE", base_text(prime - 1, limbs)),
    ]


def limb_texts(number: int, limbs: int) -> list[str]:
    return [f"0x{number // DOUBLEWORD**i % DOUBLEWORD:016x}" for i in range(limbs)]


def base_text(number: int, limbs: int) -> str:
    return f"{{{{{', '.join(limb_texts(number, limbs))}}}}}"


def element_text(element: Element, limbs: int) -> str:
    return f"{{{base_text(element.real, limbs)}, {base_text(element.imaginary, limbs)}}}"


def elements_text(elements: Sequence[Element], limbs: int) -> str:
    return f"{{{', '.join(element_text(element, limbs) for element in elements)}}}"


def base_point_text(x: int, y: int, limbs: int) -> str:
    return f"{{{base_text(x, limbs)}, {base_text(y, limbs)}, false}}"


def point_text(point: tuple[Element, Element], limbs: int) -> str:
    return f"{{{element_text(point[0], limbs)}, {element_text(point[1], limbs)}, false}}"


def digits_text(digits: Sequence[int]) -> str:
    return f"{{{', '.join(map(str, digits))}}}"


def define(name: str, value: str) -> str:
    """The definition of a macro, over as many lines as it needs."""
    lines, line = [], f"#define {name}"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > LINE_LENGTH - 2:
            lines.append(f"{line} \\")
            line = f"    {word}"
        else:
            line = f"{line} {word}"
    return "\n".join([*lines, line])
