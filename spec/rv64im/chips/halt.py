"""ecall with a7 = 93: the program ends. Every other number is left to accelerators and cannot be proven here."""

from spec.air.chip import Chip
from spec.air.expression import lift
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import Space
from spec.rv64im.buses import EXIT
from spec.rv64im.instruction_row import InstructionRow
from spec.rv64im.program_row import HALTED


def _halt() -> Chip:
    row = InstructionRow(
        "halt", "Ends the program with exit code a0; all four limbs of a7 must be those of 93.", ["ecall"]
    )
    code = row.column_array("exit_code")
    number = [lift(HALT_CALL), lift(0), lift(0), lift(0)]
    row.access("call_number", Space.REGISTERS, CALL_NUMBER_REGISTER, number, number)
    row.access("exit_code", Space.REGISTERS, CALL_ARGUMENT_REGISTER, code, code)
    row.send("exit", EXIT, code, row.real)
    return row.finish(next_pc=HALTED, outputs=code, domain="a7 = 93")


CHIPS = (_halt(),)
