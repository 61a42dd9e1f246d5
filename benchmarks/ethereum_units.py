"""What is measured of the Ethereum virtual machine: code that repeats an opcode or a precompile, and the same without.

A unit pushes operands, executes its opcode, and drops what that leaves; without it, the operands are dropped. Opcodes
by their numbers in the Ethereum yellow paper, appendix H.2, and in the EIPs that added them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coincurve import PrivateKey
from eth_hash.auto import keccak

PUSH0, POP, JUMPDEST, STATICCALL, GAS = 0x5F, 0x50, 0x5B, 0xFA, 0x5A
CODECOPY, BALANCE = 0x39, 0x31

REPEATS = 100
"""So often a cheap opcode is repeated: its cost is then far above what differs by chance, as how code is padded."""

SLOTS = 20
ACCOUNTS = 20
"""Slots of the contract that hold 1, and accounts that hold a wei: so often what costs by first access is repeated."""

FIRST_ACCOUNT = 0x1000
EMPTY = 0x0B
"""The address of the first of those accounts, and one that holds nothing: no precompile of Cancun [EIP-4844]."""

Operands = Callable[[int], Sequence[int]]
"""What is pushed before the repetition with this number, the last on top."""


@dataclass(frozen=True)
class Unit:
    """An opcode or a precompile, with what it is repeated with."""

    name: str
    code: bytes
    operands: Operands = lambda _: ()
    inputs: int = 0
    outputs: int = 1
    repeats: int = REPEATS
    setup: bytes = b""
    without: Operands | None = None
    """For a precompile: operands of the same code that reach no precompile. Otherwise the code is left out."""

    data: bytes = b""
    """Bytes that `setup` copies to memory from behind the code."""

    def codes(self) -> tuple[bytes, bytes]:
        """The code with the unit and without it: of one length, as length costs."""
        setup = (copied(self.data) if self.data else b"") + self.setup
        there, missing = (
            b"".join(self._repetition(number, is_there) for number in range(self.repeats)) for is_there in (True, False)
        )
        if not missing:
            # Behind the end, since pushes are read faster than other bytes when the code is searched for jumps.
            return setup + there + b"\0", setup + b"\0" + there
        longest = max(len(there), len(missing)) + 1
        return setup + there.ljust(longest, b"\0"), setup + missing.ljust(longest, b"\0")

    def _repetition(self, number: int, is_there: bool) -> bytes:
        operands = self.operands if is_there or self.without is None else self.without
        pushed = b"".join(map(push, operands(number)))
        if is_there or self.without is not None:
            return pushed + self.code + bytes([POP]) * self.outputs
        return pushed + bytes([POP]) * self.inputs


def push(value: int) -> bytes:
    """The shortest code that pushes a value."""
    size = (value.bit_length() + 7) // 8
    return bytes([PUSH0 + size]) + value.to_bytes(size, "big")


def copied(data: bytes) -> bytes:
    """Code that writes data to memory, 32 bytes at a time."""
    words = [data[start : start + 32].ljust(32, b"\0") for start in range(0, len(data), 32)]
    return b"".join(bytes([PUSH0 + 32]) + word + push(32 * position) + b"\x52" for position, word in enumerate(words))


def opcode(name: str, number: int, *operands: int, outputs: int = 1) -> Unit:
    """An opcode that is given the same operands each time."""
    return Unit(name, bytes([number]), lambda _: operands, len(operands), outputs)


def growing(name: str, number: int, depth: int, setup: bytes = b"") -> Unit:
    """An opcode that leaves the stack as it is or higher: nothing is dropped. `depth` words stand there before."""
    return Unit(name, bytes([number]), outputs=0, setup=push(1) * depth + setup)


def by_number(name: str, code: bytes, operands: Operands, inputs: int, outputs: int, setup: bytes = b"") -> Unit:
    """What is given other operands each time, as many as there are slots and accounts."""
    return Unit(name, code, operands, inputs, outputs, SLOTS, setup)


def precompile(name: str, address: int, data: bytes, repeats: int) -> Unit:
    """A precompile, over the call of an account that holds nothing."""

    def call(target: int) -> Operands:
        return lambda _: (0, 0, len(data), 0, target)

    code = bytes([GAS, STATICCALL])
    warm = push(EMPTY) + bytes([BALANCE, POP])
    return Unit(name, code, call(address), repeats=repeats, setup=warm, without=call(EMPTY), data=data)


LARGE = (1 << 255) + 12_345
"""An operand of 256 bits."""

WORD = 32

ARITHMETIC = (
    *(opcode(name, 1 + place, LARGE, LARGE // 3) for place, name in enumerate(("ADD", "MUL", "SUB"))),
    *(opcode(name, 4 + place, 1 << 100, LARGE) for place, name in enumerate(("DIV", "SDIV", "MOD", "SMOD"))),
    *(opcode(name, 8 + place, 1 << 200, LARGE - 1, LARGE) for place, name in enumerate(("ADDMOD", "MULMOD"))),
    opcode("EXP, exponent of 32 bytes", 0x0A, LARGE, 3),
    opcode("SIGNEXTEND", 0x0B, 0x80, 0),
    *(opcode(name, 0x10 + place, LARGE, 5) for place, name in enumerate(("LT", "GT", "SLT", "SGT", "EQ"))),
    opcode("ISZERO", 0x15, 5),
    *(opcode(name, 0x16 + place, LARGE, 5) for place, name in enumerate(("AND", "OR", "XOR"))),
    opcode("NOT", 0x19, 5),
    *(opcode(name, 0x1A + place, LARGE, 9) for place, name in enumerate(("BYTE", "SHL", "SHR", "SAR"))),
)

ENVIRONMENT = (
    *(opcode(name, number) for name, number in (("ADDRESS", 0x30), ("ORIGIN", 0x32), ("CALLER", 0x33))),
    *(opcode(name, number) for name, number in (("CALLVALUE", 0x34), ("CALLDATASIZE", 0x36), ("CODESIZE", 0x38))),
    *(opcode(name, number) for name, number in (("GASPRICE", 0x3A), ("RETURNDATASIZE", 0x3D))),
    opcode("CALLDATALOAD", 0x35, 0),
    opcode("BLOCKHASH of the parent", 0x40, 0),
    *(opcode(name, 0x41 + place) for place, name in enumerate(("COINBASE", "TIMESTAMP", "NUMBER", "PREVRANDAO"))),
    *(opcode(name, 0x45 + place) for place, name in enumerate(("GASLIMIT", "CHAINID", "SELFBALANCE", "BASEFEE"))),
    opcode("BLOBHASH", 0x49, 0),
    opcode("BLOBBASEFEE", 0x4A),
)

MEMORY = (
    opcode("KECCAK256 of 32 bytes", 0x20, WORD, 0),
    opcode("KECCAK256 of 1,024 bytes", 0x20, 1_024, 0),
    opcode("CALLDATACOPY of 32 bytes", 0x37, WORD, 0, 0, outputs=0),
    opcode("CODECOPY of 32 bytes", CODECOPY, WORD, 0, 0, outputs=0),
    opcode("MCOPY of 32 bytes", 0x5E, WORD, 0, WORD, outputs=0),
    opcode("MLOAD", 0x51, 0),
    opcode("MSTORE", 0x52, LARGE, 0, outputs=0),
    opcode("MSTORE8", 0x53, 5, 0, outputs=0),
    opcode("MSIZE", 0x59),
    *(opcode(f"LOG{topics} of 32 bytes", 0xA0 + topics, *range(topics), WORD, 0, outputs=0) for topics in range(5)),
)

STACK = (
    growing("PUSH0", PUSH0, 0),
    Unit("PUSH1", push(7), outputs=0),
    Unit("PUSH32", push(LARGE), outputs=0),
    growing("DUP1", 0x80, 1),
    growing("SWAP1", 0x90, 2),
    opcode("GAS", GAS),
    opcode("PC", 0x58),
    growing("JUMPDEST", JUMPDEST, 0),
)

FIRST_ACCESS = (
    by_number("SLOAD, first access", b"\x54", lambda number: (number,), 1, 1),
    by_number("SLOAD, again", b"\x54", lambda _: (0,), 1, 1, setup=push(0) + b"\x54\x50"),
    by_number("SSTORE, 0 to 1", b"\x55", lambda number: (1, SLOTS + number), 2, 0),
    by_number("SSTORE, 1 to 2", b"\x55", lambda number: (2, number), 2, 0),
    by_number("SSTORE, 1 to 0", b"\x55", lambda number: (0, number), 2, 0),
    by_number("TLOAD", b"\x5c", lambda number: (number,), 1, 1),
    by_number("TSTORE", b"\x5d", lambda number: (1, number), 2, 0),
    by_number("BALANCE, first access", b"\x31", lambda number: (FIRST_ACCOUNT + number,), 1, 1),
    by_number("EXTCODESIZE, first access", b"\x3b", lambda number: (FIRST_ACCOUNT + number,), 1, 1),
    by_number("EXTCODEHASH, first access", b"\x3f", lambda number: (FIRST_ACCOUNT + number,), 1, 1),
    by_number("CALL, first access", b"\xf1", lambda number: (0, 0, 0, 0, 0, FIRST_ACCOUNT + number, 0), 7, 1),
    by_number("CALL of a wei", b"\xf1", lambda number: (0, 0, 0, 0, 1, FIRST_ACCOUNT + number, 0), 7, 1),
    by_number("STATICCALL, first access", b"\xfa", lambda number: (0, 0, 0, 0, FIRST_ACCOUNT + number, 0), 6, 1),
    by_number("DELEGATECALL, first access", b"\xf4", lambda number: (0, 0, 0, 0, FIRST_ACCOUNT + number, 0), 6, 1),
    by_number("CREATE of nothing", b"\xf0", lambda _: (0, 0, 0), 3, 1),
    by_number("CREATE2 of nothing", b"\xf5", lambda number: (number, 0, 0, 0), 4, 1),
)

# The commitment, point, value and proof of an opening that the consensus tests publish.
_COMMITMENT = bytes.fromhex(
    "8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7"
)
_OPENING = bytes.fromhex(
    "564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d3630624d25032e67a7e6a4910df5834b8fe70"
    "e6bcfeeac0352434196bdf4b2485d5a1"
)
_PROOF = bytes.fromhex(
    "873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a"
)

BN254_PRIME = 21888242871839275222246405745257275088696311157297823662689037894645226208583
"""The modulus of the field that alt_bn128 is over [EIP-196]."""

# The generators of the two groups [EIP-197]; the second has its imaginary parts first.
_G1 = (1, 2)
_G2 = (
    0x198E9393920D483A7260BFB731FB5D25F1AA493335A9E71297E485B7AEF312C2,
    0x1800DEEF121F1E76426A00665E5C4479674322D4F75EDADD46DEBD5CD992F6ED,
    0x090689D0585FF075EC9E99AD690C3395BC4B313370B38EF355ACDADCD122975B,
    0x12C85EA5DB8C6DEB4AAB71808DCB408FE3D1E7690C43D37B4CE6CC0166FA7DAA,
)
_MODULUS_BYTES = 32


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def _recovery() -> bytes:
    """A hash and who signed it, as the precompile reads them."""
    message = keccak(b"message")
    signature = PrivateKey((1).to_bytes(32, "big")).sign_recoverable(message, hasher=None)
    return message + _words(27 + signature[64]) + signature[:64]


def _pairing() -> bytes:
    """Two pairs whose product is one: e(P, Q) and e(-P, Q)."""
    return _words(*_G1, *_G2, _G1[0], BN254_PRIME - _G1[1], *_G2)


def _blake2f(rounds: int) -> bytes:
    return rounds.to_bytes(4, "big") + bytes(range(208)) + b"\1"


def _point_evaluation() -> bytes:
    return b"\1" + hashlib.sha256(_COMMITMENT).digest()[1:] + _OPENING + _COMMITMENT + _PROOF


PRECOMPILES = (
    precompile("ECRECOVER", 1, _recovery(), 5),
    precompile("SHA2-256 of 128 bytes", 2, bytes(128), 20),
    precompile("RIPEMD-160 of 128 bytes", 3, bytes(128), 20),
    precompile("IDENTITY of 128 bytes", 4, bytes(128), 20),
    precompile("MODEXP of 32 bytes", 5, _words(*[_MODULUS_BYTES] * 3, LARGE, LARGE, LARGE - 2), 5),
    precompile("BN254 ADD", 6, _words(*_G1, *_G1), 5),
    precompile("BN254 MUL", 7, _words(*_G1, LARGE), 3),
    precompile("BN254 PAIRING of 2 pairs", 8, _pairing(), 1),
    precompile("BLAKE2F of 12 rounds", 9, _blake2f(12), 10),
    precompile("KZG POINT EVALUATION", 10, _point_evaluation(), 1),
)

DROP = Unit("POP", bytes([PUSH0, POP]), outputs=0)
"""With a PUSH0, whose cost is taken off: what every other unit is made with."""

GROUPS: dict[str, tuple[Unit, ...]] = {
    "Arithmetic": ARITHMETIC,
    "Environment and block": ENVIRONMENT,
    "Memory, hashes and logs": MEMORY,
    "Stack and control": STACK,
    "State and calls": FIRST_ACCESS,
    "Precompiles": PRECOMPILES,
}
"""The units by kind, in the order of the page."""
