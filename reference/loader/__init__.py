"""From the bytes of an ELF file to a `Program`, or a typed rejection."""

from reference.loader.elf import load, load_bytes
from reference.loader.rejection import ElfError, LoadRejection, LoadWarning

__all__ = ["ElfError", "LoadRejection", "LoadWarning", "load", "load_bytes"]
