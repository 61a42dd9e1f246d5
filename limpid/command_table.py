"""The commands of `limpid` by what they are for, with the first line of each one's help.

Each is `NAME_command` of its own module, imported when it is used: none waits for Z3 or for compiled code that only
another one needs.
"""

from __future__ import annotations

GROUPS = {
    "Prove": {
        "new": "Make the directory NAME with a small guest, an input, a Makefile and a README.",
        "build": (
            "Compile SOURCEs in C, C++, Rust or assembler, or the package of a Cargo.toml, and link them into a guest."
        ),
        "run": "Execute GUEST.elf and show what it did.",
        "keygen": "Make the verification key of GUEST.elf and print the program's id.",
        "prove": "Prove the run of GUEST.elf on a private input.",
        "aggregate": (
            "Fold the segments of a run, proven under the parameter set recursion, into one small final proof."
        ),
        "verify": "Verify PROOF against a program, a public output and an exit code.",
    },
    "Understand": {
        "inspect": "Show what is in a proof or a verification key.",
        "debug": "Wait for GDB, and let it run GUEST.elf.",
        "check-trace": "Check every constraint and bus on the honest trace of GUEST.elf.",
    },
    "Audit": {
        "audit": "Prove with Z3 that every chip's constraints mean its instructions, at full width.",
    },
    "Calculate": {
        "soundcalc": (
            "Bits of security of a parameter set by its name, of a proof, of a key, or of published configurations."
        ),
    },
    "Serve": {
        "serve": "Prove and verify runs of guests for others, over HTTP, until told to end.",
    },
    "Ethereum": {
        "ethereum": "Make inputs of Ethereum blocks for the guest that validates them, and check it on block tests.",
    },
    "Set up": {
        "doctor": "Check Python, packages, compilers for guests, emulator and memory.",
        "demo": "Prove the SHA-256 of a file in the zkVM, and verify the proof.",
        "sdk": "Write the guest SDK to DIRECTORY.",
        "completion": "Print what makes SHELL complete commands and options.",
    },
}

LIGHT = frozenset({"new", "build", "doctor", "sdk", "completion"})
"""Commands that import neither numpy nor compiled code."""

COMMANDS = tuple(name for group in GROUPS.values() for name in group)
