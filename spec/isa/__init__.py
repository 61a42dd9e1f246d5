"""The instruction set: RV64I and M, as data. One file per family; `decode` gathers them."""

from spec.isa.decode import INSTRUCTION_BY_NAME, INSTRUCTIONS, Decoded, decode, encode, instruction_of
from spec.isa.disassembly import disassemble
from spec.isa.encoding import EncodingError
from spec.isa.instruction import Family, Instruction

__all__ = [
    "INSTRUCTIONS",
    "INSTRUCTION_BY_NAME",
    "Decoded",
    "EncodingError",
    "Family",
    "Instruction",
    "decode",
    "disassemble",
    "encode",
    "instruction_of",
]
