"""Several unsigned 32-bit numbers as one value of compiled code: a numba type whose LLVM form is a vector.

Such values are local variables of compiled functions. LLVM picks the instructions of the machine, and a machine
without vectors gets scalar ones; only how many numbers go together follows the machine's registers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from llvmlite import binding, ir
from numba import extending
from numba.core import cgutils as numba_cgutils
from numba.core import config as numba_config
from numba.core import types as numba_types
from numba.extending import models, register_model

# numba is half annotated: what comes from it is Any here, and functions say what they take.
intrinsic: Any = extending.intrinsic
types: Any = numba_types
cgutils: Any = numba_cgutils
config: Any = numba_config


def _instructions_for(words: int) -> int:
    """How many instructions of this machine add so many words to themselves."""
    module = ir.Module()
    pointer = ir.VectorType(ir.IntType(32), words).as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer, pointer]), "add")
    builder = ir.IRBuilder(function.append_basic_block())
    loaded = builder.load(function.args[0])
    builder.store(builder.add(loaded, loaded), function.args[1])
    builder.ret_void()
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=config.CPU_NAME or binding.get_host_cpu_name(),
        features=config.CPU_FEATURES or binding.get_host_cpu_features().flatten(),
    )
    assembly: str = machine.emit_assembly(binding.parse_assembly(str(module)))
    return sum(line.startswith("\t") and not line.startswith("\t.") for line in assembly.splitlines())


def _lane_count() -> int:
    """16 where a register holds so many words, else 8: more than a register holds would not stay in registers.

    LLVM tells: where 16 words fit, they take no more instructions than 8.
    """
    return 16 if _instructions_for(16) == _instructions_for(8) else 8


LANES = _lane_count()
VECTOR_BYTES = 4 * LANES
WORD = ir.IntType(32)
"""The type of one lane in LLVM."""

VECTOR = ir.VectorType(WORD, LANES)

Lanes: TypeAlias = Any
"""Words in compiled code; Python itself never holds one."""

Builder: TypeAlias = Any
"""llvmlite's instruction builder."""

Emitted: TypeAlias = Any
"""A value in LLVM's intermediate representation."""


class LanesType(numba_types.Type):
    """numba's name of the type."""


_make_type: Any = LanesType
lanes_type = _make_type(f"u32x{LANES}")


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, front_end_type: Any) -> None:
        super().__init__(manager, front_end_type, VECTOR)  # type: ignore[no-untyped-call]


def tuple_type(count: int) -> Any:
    """numba's type of so many lanes values."""
    return types.UniTuple(lanes_type, count)


def splat(builder: Builder, word: Emitted) -> Emitted:
    """A word in all lanes."""
    single = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), word, ir.Constant(WORD, 0))
    mask = ir.Constant(VECTOR, [0] * LANES)
    return builder.shuffle_vector(single, ir.Constant(VECTOR, ir.Undefined), mask)


def constant(word: int) -> Emitted:
    """A constant in all lanes."""
    return ir.Constant(VECTOR, [word] * LANES)


def _operation(emit: Callable[..., Sequence[Emitted]], result_count: int, arguments: Sequence[Any]) -> Any:
    result_type = lanes_type if result_count == 1 else tuple_type(result_count)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        given = [
            cgutils.unpack_tuple(builder, value) if isinstance(kind, types.BaseTuple) else [value]
            for kind, value in zip(signature.args, values, strict=True)
        ]
        results = emit(builder, *given)
        return results[0] if result_count == 1 else context.make_tuple(builder, result_type, results)

    return result_type(*arguments), code


def unary(emit: Callable[..., Sequence[Emitted]], result_count: int = 1) -> Any:
    """A function of compiled code over one lanes value or tuple of them.

    `emit(builder, values)` gives the results, `result_count` of them, as a tuple if there are several.
    """
    return intrinsic(lambda _context, value: _operation(emit, result_count, [value]))


def binary(emit: Callable[..., Sequence[Emitted]], result_count: int = 1) -> Any:
    """The same over two: `emit(builder, left values, right values)`."""
    return intrinsic(lambda _context, left, right: _operation(emit, result_count, [left, right]))


def ternary(emit: Callable[..., Sequence[Emitted]], result_count: int = 1) -> Any:
    """The same over three."""
    return intrinsic(lambda _context, first, second, third: _operation(emit, result_count, [first, second, third]))


def element_pointer(context: Any, builder: Builder, array_type: Any, array: Emitted, index: Emitted) -> Emitted:
    """A pointer into a flat array of words, or to words in memory from an address on."""
    if isinstance(array_type, types.Integer):
        return builder.gep(builder.inttoptr(array, WORD.as_pointer()), [index])
    structure = context.make_array(array_type)(context, builder, array)
    return builder.gep(structure.data, [index])


@intrinsic  # type: ignore[untyped-decorator]
def broadcast(_context: Any, word: Any) -> Any:
    """A word in all lanes; any integer, of which the low 32 bits count."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        return splat(builder, context.cast(builder, values[0], signature.args[0], types.uint32))

    return lanes_type(word), code


@intrinsic  # type: ignore[untyped-decorator]
def load(_context: Any, array: Any, index: Any) -> Any:
    """Neighbours of a flat array of words, from this index on."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        pointer = element_pointer(context, builder, signature.args[0], values[0], values[1])
        loaded = builder.load(builder.bitcast(pointer, VECTOR.as_pointer()))
        loaded.align = 4
        return loaded

    return lanes_type(array, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def store(_context: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Writes neighbours of a flat array of words."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        pointer = element_pointer(context, builder, signature.args[0], values[0], values[1])
        stored = builder.store(values[2], builder.bitcast(pointer, VECTOR.as_pointer()))
        stored.align = 4
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), code


@intrinsic  # type: ignore[untyped-decorator]
def align_stack(_context: Any) -> Any:
    """Aligns the stack of a function whose lanes values do not all fit into registers.

    LLVM notices too late that they do not: they would cross cache lines.
    """

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        slot = cgutils.alloca_once(builder, VECTOR)
        slot.align = VECTOR_BYTES
        # No instruction, but a use of the slot, which so stays.
        builder.asm(ir.FunctionType(ir.VoidType(), [slot.type]), "", "r", [slot], True)
        return context.get_dummy_value()

    return types.void(), code


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(_context: Any, array: Any, index: Any) -> Any:
    """Asks for the cache line of a word of a flat array that will be read soon."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        pointer = element_pointer(context, builder, signature.args[0], values[0], values[1])
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, WORD, WORD, WORD])
        hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        read, into_second_level, of_data = ir.Constant(WORD, 0), ir.Constant(WORD, 2), ir.Constant(WORD, 1)
        builder.call(hint, [builder.bitcast(pointer, byte), read, into_second_level, of_data])
        return context.get_dummy_value()

    return types.void(array, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def gather(_context: Any, array: Any, index: Any, stride: Any) -> Any:
    """Words of a flat array: at index, index + stride, index + 2 stride, ..."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        array_value, position, step = values
        lanes = ir.Constant(VECTOR, ir.Undefined)
        for lane in range(LANES):
            word = builder.load(element_pointer(context, builder, signature.args[0], array_value, position))
            lanes = builder.insert_element(lanes, word, ir.Constant(WORD, lane))
            position = builder.add(position, step)
        return lanes

    return lanes_type(array, types.intp, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def scatter(_context: Any, array: Any, index: Any, stride: Any, lanes: Any) -> Any:
    """Writes words of a flat array: at index, index + stride, index + 2 stride, ..."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        array_value, position, step, value = values
        for lane in range(LANES):
            word = builder.extract_element(value, ir.Constant(WORD, lane))
            builder.store(word, element_pointer(context, builder, signature.args[0], array_value, position))
            position = builder.add(position, step)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, lanes), code


@intrinsic  # type: ignore[untyped-decorator]
def number_at(_context: Any, address: Any, index: Any) -> Any:
    """A signed 64-bit number in memory: the one with this index from an address on."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        pointer = builder.inttoptr(values[0], ir.IntType(64).as_pointer())
        return builder.load(builder.gep(pointer, [values[1]]))

    return types.int64(types.intp, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def put_word(_context: Any, address: Any, index: Any, word: Any) -> Any:
    """Writes a word in memory: the one with this index from an address on."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        builder.store(values[2], element_pointer(context, builder, signature.args[0], values[0], values[1]))
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.uint32), code


@intrinsic  # type: ignore[untyped-decorator]
def word_at(_context: Any, address: Any, index: Any) -> Any:
    """A word in memory: the one with this index from an address on."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        return builder.load(element_pointer(context, builder, signature.args[0], values[0], values[1]))

    return types.uint32(address, types.intp), code


def emit_transposed(builder: Builder, rows: Sequence[Emitted]) -> list[Emitted]:
    """The columns of a square: for each bit of the indices, rows and columns that differ in it change places."""
    columns = list(rows)
    for bit in (1 << k for k in range(LANES.bit_length() - 1)):
        low = [lane if not lane & bit else LANES + lane - bit for lane in range(LANES)]
        high = [lane + bit if not lane & bit else LANES + lane for lane in range(LANES)]
        for i in range(LANES):
            if not i & bit:
                pair = columns[i], columns[i | bit]
                columns[i] = builder.shuffle_vector(*pair, ir.Constant(VECTOR, low))
                columns[i | bit] = builder.shuffle_vector(*pair, ir.Constant(VECTOR, high))
    return columns


@intrinsic  # type: ignore[untyped-decorator]
def transpose_square(
    _context: Any,
    source: Any,
    source_index: Any,
    source_stride: Any,
    target: Any,
    target_index: Any,
    target_stride: Any,
) -> Any:
    """Copies a square, as many rows as lanes of as many words, from one flat array into another, transposed.

    The source may be the address of the first of many words instead.
    """

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        def pointers(kind: Any, array: Emitted, index: Emitted, stride: Emitted) -> list[Emitted]:
            positions = [index]
            while len(positions) < LANES:
                positions.append(builder.add(positions[-1], stride))
            found = [element_pointer(context, builder, kind, array, position) for position in positions]
            return [builder.bitcast(pointer, VECTOR.as_pointer()) for pointer in found]

        rows = [builder.load(pointer) for pointer in pointers(signature.args[0], *values[:3])]
        for row in rows:
            row.align = 4
        targets = pointers(signature.args[3], *values[3:])
        for column, pointer in zip(emit_transposed(builder, rows), targets, strict=True):
            builder.store(column, pointer).align = 4
        return context.get_dummy_value()

    return types.void(source, types.intp, types.intp, target, types.intp, types.intp), code
