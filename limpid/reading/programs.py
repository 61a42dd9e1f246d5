"""Programs and parameter sets by their names."""

from __future__ import annotations

from pathlib import Path

from limpid.arguments import require_type
from limpid.errors import MisuseError, ParametersError, ProgramError
from limpid.terminal.files import read_file
from reference.loader import ElfError, load_bytes
from spec.parameters import PARAMETER_SETS, SEGMENT, ParameterSet
from spec.program import Program

Elf = str | Path | bytes | Program
"""A guest program: the path of its ELF file, the file's bytes, or what was loaded from them."""

DEFAULT_PARAMETERS = SEGMENT.name


def load_program(elf: Elf) -> Program:
    """The program of an ELF file.

    Raises FileError if a file cannot be read or written, ProgramError if the ELF file is no program of this machine,
    and MisuseError if an argument makes no sense.
    """
    require_type("elf", elf, str, Path, bytes, Program)
    if isinstance(elf, Program):
        return elf
    if isinstance(elf, bytes):
        return program_of(elf, "<bytes>")
    if not str(elf):
        raise MisuseError("elf is an empty path", "give the path of an ELF file")
    return program_of(read_file(str(elf)), str(elf))


def program_of(content: bytes, name: str) -> Program:
    """The program of an ELF file's bytes; `name` is for messages.

    Raises ProgramError if the ELF file is no program of this machine.
    """
    try:
        return load_bytes(content, name)
    except ElfError as error:
        raise ProgramError(error) from error


def parameter_set(name: str) -> ParameterSet:
    """The parameter set of this name.

    Raises ParametersError if no parameter set has that name, and MisuseError if an argument makes no sense.
    """
    require_type("parameters", name, str)
    if name not in PARAMETER_SETS:
        raise ParametersError(f"there is no parameter set {name}", f"choose one of: {', '.join(PARAMETER_SETS)}")
    return PARAMETER_SETS[name]
