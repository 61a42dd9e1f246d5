"""Counting executed instructions by chain of calls, in compiled code: the rules of `reference.executor.profiling`.

Nodes of the tree of calls are numbered in the order of first entry, the root 0. Two hash tables with open addressing
hold what is sparse: the callee of a node at a function, and the count of a node at a word of the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import borrowing, compiled
from optimized.execution.predecoded import LARGEST_CODE_WORDS, InstructionKind, Predecoded
from optimized.words import HASH_FACTOR
from spec.isa.encoding import INSTRUCTION_BYTES

PLAIN, CALLS, RETURNS, JUMPS = range(4)
"""How an instruction moves between functions, told by its link registers."""

CODE_INDEX_BITS = LARGEST_CODE_WORDS.bit_length()
"""The bits of a key for a word of the code."""

NODE, NODES, COUNTED, FRAMES = range(4)
"""Numbers: the running node, how many nodes, counters and frames there are."""

FUNCTION, CALLER, DEPTH = range(3)
"""The fields of a node: the byte address at which it was entered, the node that called it, and how deep it lies."""

RETURN, CALLING_NODE = range(2)
"""The fields of a frame: the byte address at which the callee will return, and the node that called."""

KEY, VALUE = range(2)
"""The fields of a place in a hash table."""

EMPTY = -1
"""In place of a key."""

LEAST_ROOM = 1 << 15
"""Instructions, executed without a look at the sizes of the arrays: many, beside what a call of the loop costs."""

U64 = np.uint64


class CallCounts(NamedTuple):
    """The tree of calls so far. Arrays are replaced by larger ones where `with_room` finds them full."""

    moves: NDArray[np.uint8]
    """By word of the code: PLAIN, CALLS, RETURNS or JUMPS."""

    begins_function: NDArray[np.bool_]
    """By word of the code, whether a symbol names it."""

    deepest: int
    """How many levels there are; callees below count for their caller."""

    first_pc: int
    numbers: NDArray[np.int64]
    nodes: NDArray[np.int64]
    """(nodes, 3)"""

    frames: NDArray[np.int64]
    """(frames, 2)"""

    children: NDArray[np.int64]
    """(places, 2): a hash table from a node with a word of the code to the callee that begins there."""

    counts: NDArray[np.int64]
    """(places, 2): a hash table from a node with a word of the code to how often it was executed there."""

    def counted(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Nodes, byte addresses, and how often each was executed there."""
        used = self.counts[self.counts[:, KEY] != EMPTY]
        words = used[:, KEY] & ((1 << CODE_INDEX_BITS) - 1)
        return used[:, KEY] >> CODE_INDEX_BITS, self.first_pc + INSTRUCTION_BYTES * words, used[:, VALUE]


@dataclass(frozen=True)
class CallRules:
    """The rules that recognise calls: a jump that writes a link register is one, a jump to one returns."""

    link_registers: tuple[int, ...]
    deepest: int
    """The most levels of calls that are distinguished."""


def call_counts(code: Predecoded, functions: Sequence[int], entry: int, rules: CallRules) -> CallCounts:
    """An empty tree, whose root is the entry; `functions` are the byte addresses of symbols."""
    is_jump = (code.kind == InstructionKind.JUMP) | (code.kind == InstructionKind.JUMP_HERE)
    moves = np.where(is_jump, JUMPS, PLAIN).astype(np.uint8)
    moves[is_jump & np.isin(code.source1, rules.link_registers)] = RETURNS
    moves[is_jump & np.isin(code.destination, rules.link_registers)] = CALLS
    begins = np.zeros(len(code.kind), dtype=np.bool_)
    words = (np.array(functions, dtype=np.int64) - code.first_pc) // INSTRUCTION_BYTES
    begins[words[(words >= 0) & (words < len(begins))]] = True
    nodes = np.zeros((2 * LEAST_ROOM, 3), dtype=np.int64)
    nodes[0, FUNCTION] = entry
    return CallCounts(
        moves,
        begins,
        rules.deepest,
        code.first_pc,
        numbers=np.array([0, 1, 0, 0], dtype=np.int64),
        nodes=nodes,
        frames=np.zeros((2 * LEAST_ROOM, 2), dtype=np.int64),
        children=np.full((4 * LEAST_ROOM, 2), EMPTY, dtype=np.int64),
        counts=np.full((4 * LEAST_ROOM, 2), EMPTY, dtype=np.int64),
    )


def instructions_with_room(calls: CallCounts) -> int:
    """How many instructions can be counted in any case: each takes a node, a frame and a counter at most, and the hash
    tables stay half empty."""
    numbers = calls.numbers
    return int(
        min(
            len(calls.nodes) - numbers[NODES],
            len(calls.frames) - numbers[FRAMES],
            len(calls.children) // 2 - numbers[NODES],
            len(calls.counts) // 2 - numbers[COUNTED],
        )
    )


def with_room(calls: CallCounts) -> CallCounts:
    """The same tree with room for `LEAST_ROOM` instructions more."""
    numbers = calls.numbers
    if len(calls.nodes) - numbers[NODES] < LEAST_ROOM:
        calls = calls._replace(nodes=_longer(calls.nodes))
    if len(calls.frames) - numbers[FRAMES] < LEAST_ROOM:
        calls = calls._replace(frames=_longer(calls.frames))
    if len(calls.children) // 2 - numbers[NODES] < LEAST_ROOM:
        calls = calls._replace(children=_rehashed(calls.children))
    if len(calls.counts) // 2 - numbers[COUNTED] < LEAST_ROOM:
        calls = calls._replace(counts=_rehashed(calls.counts))
    return calls


def _longer(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([numbers, np.zeros_like(numbers)])


@compiled
def place_of(table: NDArray[np.int64], key: int) -> Any:
    """Where the key is, or the empty place where it belongs; the size of the table is a power of two."""
    mask: Any = len(table) - 1
    place: Any = np.int64((U64(key) * U64(HASH_FACTOR)) >> U64(32)) & mask
    while table[place, KEY] != EMPTY and table[place, KEY] != key:
        place = (place + 1) & mask
    return place


@compiled
def _rehashed(table: NDArray[np.int64]) -> NDArray[np.int64]:
    larger = np.full((2 * len(table), 2), EMPTY, dtype=np.int64)
    for old in range(len(table)):
        if table[old, KEY] != EMPTY:
            place = place_of(larger, table[old, KEY])
            larger[place, KEY] = table[old, KEY]
            larger[place, VALUE] = table[old, VALUE]
    return larger


@compiled
def count_at(counts: NDArray[np.int64], numbers: NDArray[np.int64], word: int) -> None:
    """Counts an executed word for the running node."""
    key = (numbers[NODE] << CODE_INDEX_BITS) | word
    place = place_of(counts, key)
    if counts[place, KEY] == EMPTY:
        counts[place, KEY] = key
        counts[place, VALUE] = 0
        numbers[COUNTED] += 1
    counts[place, VALUE] += 1


@compiled
def _enter_callee(calls: CallCounts, function: int) -> None:
    """The running node becomes its callee at this function; at the greatest depth it stays."""
    numbers, nodes, children = calls.numbers, calls.nodes, calls.children
    node = numbers[NODE]
    if nodes[node, DEPTH] + 1 == calls.deepest:
        return
    key = (node << CODE_INDEX_BITS) | ((function - calls.first_pc) >> 2)
    place = place_of(children, key)
    if children[place, KEY] == EMPTY:
        callee = numbers[NODES]
        children[place, KEY] = key
        children[place, VALUE] = callee
        nodes[callee, FUNCTION] = function
        nodes[callee, CALLER] = node
        nodes[callee, DEPTH] = nodes[node, DEPTH] + 1
        numbers[NODES] = callee + 1
    numbers[NODE] = children[place, VALUE]


@compiled
def follow(calls: CallCounts, word: int, next_pc: int) -> None:
    """Follows a jump that was executed to the function that it calls, enters or returns to."""
    numbers, frames = calls.numbers, calls.frames
    move = calls.moves[word]
    if move == CALLS:
        frame = numbers[FRAMES]
        frames[frame, RETURN] = calls.first_pc + 4 * (word + 1)
        frames[frame, CALLING_NODE] = numbers[NODE]
        numbers[FRAMES] = frame + 1
        _enter_callee(calls, next_pc)
    elif move == RETURNS:
        for frame in range(numbers[FRAMES] - 1, -1, -1):
            if frames[frame, RETURN] == next_pc:
                numbers[NODE] = frames[frame, CALLING_NODE]
                numbers[FRAMES] = frame
                return
    elif next_pc != calls.nodes[numbers[NODE], FUNCTION]:
        target: Any = (next_pc - calls.first_pc) >> 2
        if next_pc >= calls.first_pc and target < len(calls.moves) and calls.begins_function[target]:
            _enter_callee(calls, next_pc)


@borrowing
def count_instruction(calls: CallCounts, word: int, next_pc: int) -> None:
    """Counts an executed instruction, and follows it where it may be a jump to another function."""
    count_at(calls.counts, calls.numbers, word)
    if calls.moves[word] != PLAIN:
        follow(calls, word, next_pc)
