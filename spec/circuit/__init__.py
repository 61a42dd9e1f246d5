"""The recursion's machine: a straight-line circuit over a memory whose every address is written once."""
