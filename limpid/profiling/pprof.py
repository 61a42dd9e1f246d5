"""A profile as a pprof file: for `go tool pprof`, speedscope and others.

The format is a gzipped protocol buffer, message `Profile` of profile.proto [github.com/google/pprof]. Field numbers
below are its own.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence

from limpid.profiling.weights import WeighedCall

_VARINT, _LENGTH_DELIMITED = 0, 2

SAMPLE_TYPES = (("instructions", "count"), ("cost", "count"))
"""(type, unit) of each sample's values, in order."""


def pprof_file(root: WeighedCall) -> bytes:
    """The tree of calls: one sample for each chain with instructions of its own. Equal trees give equal bytes."""
    strings = _Strings()
    functions: dict[tuple[int, str], int] = {}
    """By address and name, the identifier of location and function, from 1; an inlined one may begin at another."""

    message = bytearray()
    for kind, unit in SAMPLE_TYPES:
        message += _message(1, _number(1, strings.index(kind)) + _number(2, strings.index(unit)))
    declarations = bytearray()
    pending: list[tuple[WeighedCall, tuple[int, ...]]] = [(root, ())]
    while pending:
        call, callers = pending.pop()
        place = (call.function, call.name)
        if place not in functions:
            identifier = functions[place] = len(functions) + 1
            line = _message(4, _number(1, identifier))
            declarations += _message(4, _number(1, identifier) + _number(3, call.function) + line)
            name = strings.index(call.name)
            declarations += _message(5, _number(1, identifier) + _number(2, name) + _number(3, name))
        # Leaf first.
        chain = (functions[place], *callers)
        if call.own.instructions:
            message += _message(2, _packed(1, chain) + _packed(2, call.own))
        pending += [(callee, chain) for callee in reversed(call.callees)]
    message += declarations
    for text in strings.texts:
        message += _bytes(6, text.encode(errors="backslashreplace"))
    return gzip.compress(bytes(message), mtime=0)


class _Strings:
    """The table of strings; its first one is empty."""

    def __init__(self) -> None:
        self._indices = {"": 0}

    @property
    def texts(self) -> Iterable[str]:
        return self._indices

    def index(self, text: str) -> int:
        return self._indices.setdefault(text, len(self._indices))


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(number)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _message(field: int, content: bytes) -> bytes:
    return _bytes(field, content)


def _packed(field: int, numbers: Sequence[int]) -> bytes:
    return _bytes(field, b"".join(map(_varint, numbers)))
