"""The symbols of the document: every constant that the prose speaks of, with its value and its source."""

from __future__ import annotations

from documentation.markdown import code, number, table
from spec.air.chip import MAXIMUM_DEGREE
from spec.field import EXTENSION_DEGREE, GENERATOR, TWO_ADICITY, P
from spec.isa.encoding import INSTRUCTION_BITS, INSTRUCTION_BYTES
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import ADDRESS_BITS as BYTE_ADDRESS_BITS
from spec.memory_map import DOUBLEWORD_BYTES, REGISTER_COUNT, SINK
from spec.parameters import MAXIMUM_FINAL_LOG2, MAXIMUM_MAIN_COLUMNS
from spec.protocol.gkr import PAIR
from spec.protocol.hash import BLOCK_WORDS, DIGEST_BYTES, STATE_WORDS, WORD_BYTES
from spec.protocol.transcript import POSITION_BITS_MAXIMUM
from spec.rv64im.buses import CLOCK_BITS, CLOCK_HIGH_BITS, CLOCK_LOW_BITS, LIMB_BITS, LIMBS, SEGMENT_GAP_BITS
from spec.rv64im.chips.continuation import ADDRESS_BITS, KEY_BITS
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import HALTED, PC_LIMIT, PROGRAM_CONSTANTS, UNREACHABLE
from spec.word import XLEN

_SYMBOLS: tuple[tuple[str, str, str, str], ...] = (
    (
        "p",
        f"2^{{31}} - 2^{{24}} + 1 = {P}" if P == 2**31 - 2**24 + 1 else str(P),
        "order of the base field",
        "spec/field.py",
    ),
    ("e", str(EXTENSION_DEGREE), "degree of the extension field", "spec/field.py"),
    ("g", str(GENERATOR), "generator of the base field's units, and shift of the evaluation cosets", "spec/field.py"),
    ("s", str(TWO_ADICITY), "two-adicity: the largest power-of-two subgroup has order $2^s$", "spec/field.py"),
    ("w", str(XLEN), "bits of a machine word and of a register", "spec/word.py"),
    ("b", str(LIMB_BITS), "bits of a limb", "spec/rv64im/buses.py"),
    ("\\ell", str(LIMBS), "limbs of a word", "spec/rv64im/buses.py"),
    (
        "u",
        str(INSTRUCTION_BYTES),
        f"bytes of an instruction word, which has {INSTRUCTION_BITS} bits",
        "spec/isa/encoding.py",
    ),
    ("d", str(DOUBLEWORD_BYTES), "bytes of a doubleword, the cell of memory", "spec/memory_map.py"),
    ("A", str(BYTE_ADDRESS_BITS), "byte addresses lie below $2^A$", "spec/memory_map.py"),
    ("D", str(ADDRESS_BITS), "doubleword addresses lie below $2^D$", "spec/rv64im/chips/continuation.py"),
    ("Q", str(KEY_BITS), "keys of the memory table lie below $2^Q$", "spec/rv64im/chips/continuation.py"),
    ("R", str(REGISTER_COUNT), "architectural registers", "spec/memory_map.py"),
    (
        "Z",
        str(SINK),
        "index of the sink register, which decoding puts in the place of `x0` as a destination",
        "spec/memory_map.py",
    ),
    ("C", str(PC_LIMIT.bit_length() - 1), "program counters over $u$ lie below $2^C$", "spec/rv64im/program_row.py"),
    ("\\bot", f"p - {P - HALTED}", "HALTED: the program counter after the exit call", "spec/rv64im/program_row.py"),
    (
        "\\top",
        f"p - {P - UNREACHABLE}",
        "UNREACHABLE: the target of a jump that can only trap",
        "spec/rv64im/program_row.py",
    ),
    ("\\kappa", str(PROGRAM_CONSTANTS), "constants in a row of the program table", "spec/rv64im/program_row.py"),
    ("h", str(HALT_CALL), "number of the exit call", "spec/isa/system.py"),
    ("a_n", f"x{CALL_NUMBER_REGISTER}", "register that holds the number of a call", "spec/isa/system.py"),
    ("a_0", f"x{CALL_ARGUMENT_REGISTER}", "register that holds the exit code", "spec/isa/system.py"),
    (
        "K",
        str(CLOCK_BITS),
        f"clocks lie below $2^K$; a difference is split in {CLOCK_LOW_BITS} and {CLOCK_HIGH_BITS} bits",
        "spec/rv64im/buses.py",
    ),
    ("J", str(SEGMENT_GAP_BITS), "a boundary row's segment minus its token's lies below $2^J$", "spec/rv64im/buses.py"),
    ("M", str(RV64IM.maximum_segments), "most segments of a run", "spec/rv64im/machine.py"),
    ("I", str(RV64IM.maximum_instances), "most tables of one instruction chip in a segment", "spec/air/machine.py"),
    ("\\delta", str(MAXIMUM_DEGREE), "highest degree of a constraint", "spec/air/chip.py"),
    ("\\pi", str(PAIR), "interactions that share a fraction", "spec/protocol/gkr.py"),
    (
        "W_{main}",
        str(MAXIMUM_MAIN_COLUMNS),
        "stacked columns of the main commitment beyond which a larger stacking height is taken",
        "spec/parameters.py",
    ),
    ("\\phi", str(MAXIMUM_FINAL_LOG2), "the last vector has at most $2^\\phi$ entries", "spec/parameters.py"),
    ("\\eta", str(8 * WORD_BYTES), "bits of a word of the hash", "spec/protocol/hash.py"),
    ("\\nu", str(STATE_WORDS), "words of a digest and of a state of the hash", "spec/protocol/hash.py"),
    ("\\tau", str(BLOCK_WORDS), "words of a block of the hash", "spec/protocol/hash.py"),
    ("\\lambda_H", str(8 * DIGEST_BYTES), "bits of a digest", "spec/protocol/hash.py"),
    ("\\iota", str(POSITION_BITS_MAXIMUM), "most bits of a queried position", "spec/protocol/transcript.py"),
)


def constants() -> str:
    """The symbol table."""
    rows = [(f"${symbol}$", f"${value}$", meaning, code(source)) for symbol, value, meaning, source in _SYMBOLS]
    return table(("symbol", "value", "meaning", "source"), rows, (8, 28, 42, 26))


def element_order() -> str:
    """The size of the extension field in bits."""
    return f"$|F| = p^e$ has {number((P**EXTENSION_DEGREE).bit_length())} bits."
