"""The processor's instructions for SHA-256, where it has some: registers of four words.

They take the state's words as f, e, b, a and h, g, d, c. They are older than wide registers, and would wait for one
that is in use: so functions of LLVM of their own use them, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from llvmlite import binding, ir

from optimized.lanes.vectors import WORD, Builder, Emitted, cgutils, config
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, WORD_BYTES
from spec.protocol.sha256 import ROUND_CONSTANTS

INDEX = ir.IntType(64)
"""The type of an index in LLVM."""

QUARTER = 4
"""Words of a register."""

ROW = ir.VectorType(WORD, QUARTER)

SIDE_BY_SIDE = 2
"""Messages whose instructions hide each other's waiting."""

UNDEFINED = ir.Constant(ROW, ir.Undefined)

Rows: TypeAlias = list[Emitted]
"""Registers of four words."""

State: TypeAlias = tuple[Emitted, Emitted]
"""The two registers of a state as the instructions take them."""


def _has_instructions() -> bool:
    """Whether compiled code may use x86's instructions for SHA-256: what numba tells LLVM about the processor."""
    features = config.CPU_FEATURES
    if features is None:
        features = binding.get_host_cpu_features().flatten()
    return "+sha" in features.split(",")


HAS_INSTRUCTIONS = _has_instructions()


def _call(builder: Builder, name: str, *arguments: Emitted) -> Emitted:
    kind = ir.FunctionType(ROW, [ROW] * len(arguments))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def chosen(builder: Builder, left: Emitted, right: Emitted, *words: int) -> Emitted:
    """These words of two registers, numbered through."""
    return builder.shuffle_vector(left, right, ir.Constant(ir.VectorType(WORD, len(words)), words))


def to_state(builder: Builder, rows: Rows) -> State:
    """A state's eight words in two registers as the instructions take them."""
    return chosen(builder, rows[1], rows[0], 1, 0, 5, 4), chosen(builder, rows[1], rows[0], 3, 2, 7, 6)


def to_rows(builder: Builder, state: State) -> Rows:
    """The state's words in their order."""
    return [chosen(builder, *state, 3, 2, 7, 6), chosen(builder, *state, 1, 0, 5, 4)]


def add_states(builder: Builder, left: State, right: State) -> State:
    """What a compression ends with."""
    return builder.add(left[0], right[0]), builder.add(left[1], right[1])


def emit_rounds(
    builder: Builder, states: Sequence[State], schedules: Sequence[Rows], first_word: int, last_word: int
) -> list[State]:
    """The rounds of some words of the schedule on messages side by side. A schedule starts with the block's four
    registers and grows as it is needed."""
    results = list(states)
    for row in range(first_word // QUARTER, last_word // QUARTER):
        constants = ir.Constant(ROW, ROUND_CONSTANTS[QUARTER * row : QUARTER * (row + 1)])
        for number, (abef, cdgh) in enumerate(results):
            words = schedules[number]
            if row >= len(words):
                earlier = _call(builder, "llvm.x86.sha256msg1", words[-4], words[-3])
                earlier = builder.add(earlier, chosen(builder, words[-2], words[-1], 1, 2, 3, 4))
                words.append(_call(builder, "llvm.x86.sha256msg2", earlier, words[-1]))
            summand = builder.add(words[row], constants)
            upper = chosen(builder, summand, UNDEFINED, 2, 3, 2, 3)
            cdgh = _call(builder, "llvm.x86.sha256rnds2", cdgh, abef, summand)
            results[number] = (_call(builder, "llvm.x86.sha256rnds2", abef, cdgh, upper), cdgh)
    return results


def load_rows(builder: Builder, pointer: Emitted, count: int) -> Rows:
    """So many registers from memory."""
    rows = [builder.load(builder.gep(pointer, [ir.Constant(INDEX, i)])) for i in range(count)]
    for row in rows:
        row.align = WORD_BYTES
    return rows


def emit_compressions(builder: Builder, states: Sequence[Emitted], blocks: Sequence[Emitted]) -> None:
    """One compression of each of a few messages side by side: pointers to the rows of their states and blocks."""
    before = [to_state(builder, load_rows(builder, pointer, STATE_WORDS // QUARTER)) for pointer in states]
    schedules = [load_rows(builder, pointer, BLOCK_WORDS // QUARTER) for pointer in blocks]
    results = emit_rounds(builder, before, schedules, 0, len(ROUND_CONSTANTS))
    for pointer, old, new in zip(states, before, results, strict=True):
        for i, row in enumerate(to_rows(builder, add_states(builder, old, new))):
            builder.store(row, builder.gep(pointer, [ir.Constant(INDEX, i)])).align = WORD_BYTES


def function_alone(module: Emitted, name: str, arguments: Sequence[Emitted], write: Callable[..., None]) -> Emitted:
    """A function of LLVM that is never merged into others: `write(builder, *arguments)` emits what it does."""
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), list(arguments)), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block())
    write(builder, *function.args)
    builder.ret_void()
    return function
