"""The pprof file, read back by a decoder written from profile.proto, and by Go's own where it is installed."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from limpid.profiling.pprof import pprof_file
from limpid.profiling.weights import WeighedCall, Weight

LEAF = WeighedCall("leaf", 0x300, Weight(5, 500), Weight(5, 500), ())
MIDDLE = WeighedCall("middle", 0x200, Weight(0, 0), Weight(5, 500), (LEAF,))
ROOT = WeighedCall("_start", 0x10000, Weight(2, 2**40), Weight(12, 2**40 + 1000), (MIDDLE, LEAF))


def _varint(content: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[position]
        number |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return number, position


def _fields(content: bytes) -> dict[int, list[int | bytes]]:
    """The fields of a message by number: integers, or bytes for everything with a length."""
    fields: dict[int, list[int | bytes]] = defaultdict(list)
    position = 0
    while position < len(content):
        tag, position = _varint(content, position)
        number, position = _varint(content, position)
        if tag & 7 == 2:
            fields[tag >> 3].append(content[position : position + number])
            position += number
        else:
            assert tag & 7 == 0
            fields[tag >> 3].append(number)
    return fields


def _packed(content: int | bytes) -> list[int]:
    assert isinstance(content, bytes)
    numbers, position = [], 0
    while position < len(content):
        number, position = _varint(content, position)
        numbers.append(number)
    return numbers


def _messages(parts: list[int | bytes]) -> list[dict[int, list[int | bytes]]]:
    return [_fields(part) for part in parts if isinstance(part, bytes)]


def test_pprof_file_holds_every_chain_with_instructions() -> None:
    profile = _fields(gzip.decompress(pprof_file(ROOT)))
    strings = [part.decode() for part in profile[6] if isinstance(part, bytes)]
    assert strings[0] == ""

    def text(index: int | bytes) -> str:
        assert isinstance(index, int)
        return strings[index]

    kinds = [(text(kind[1][0]), text(kind[2][0])) for kind in _messages(profile[1])]
    assert kinds == [("instructions", "count"), ("cost", "count")]
    names = {function[1][0]: text(function[2][0]) for function in _messages(profile[5])}
    locations = {}
    for location in _messages(profile[4]):
        (line,) = _messages(location[4])
        locations[location[1][0]] = (names[line[1][0]], location[3][0])
    samples = [
        ([locations[identifier] for identifier in _packed(sample[1][0])], _packed(sample[2][0]))
        for sample in _messages(profile[2])
    ]
    start, middle, leaf = ("_start", 0x10000), ("middle", 0x200), ("leaf", 0x300)
    assert samples == [([start], [2, 2**40]), ([leaf, middle, start], [5, 500]), ([leaf, start], [5, 500])]


@pytest.mark.slow
def test_go_reads_the_pprof_file(tmp_path: Path) -> None:
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not installed (Debian package golang-go)")
    path = tmp_path / "profile.pb.gz"
    path.write_bytes(pprof_file(ROOT))
    command = [go, "tool", "pprof", "-top", "-sample_index=instructions", str(path)]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if completed.returncode != 0:
        pytest.skip(f"this go has no pprof: {completed.stderr}")
    rows = [line.split() for line in completed.stdout.splitlines()]
    assert ["10", "83.33%", "83.33%", "10", "83.33%", "leaf"] in rows
    assert ["2", "16.67%", "100%", "12", "100%", "_start"] in rows
