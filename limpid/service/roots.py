"""What a request goes by: 32 bytes that name it, and what they have to do with the proof.

zkboost names a request by the root of its payload, which the guest that validates blocks writes into its public output.
Other guests know of no payload: their requests go by the SHA-256 of the private input, which no proof states.
"""

from __future__ import annotations

import hashlib
import re

from limpid.service.refusals import Code, RefusalError

ROOT_BYTES = 32
"""A hash tree root, or a digest of SHA-256."""

_SCHEMA_BYTES = 2
"""What stands before the SSZ of a stateless input; docs/ethereum.md."""

_RESULT_BYTES = 43
_VALID_AT = 32
"""Where the result of a validation says whether the block is valid, and how long it is; docs/ethereum.md."""

_ROOT = re.compile(r"0x[0-9a-fA-F]{64}")


def root_text(root: bytes) -> str:
    """As clients write it."""
    return "0x" + root.hex()


def read_root(text: str) -> str:
    """A root as a client wrote it, in small letters. Raises RefusalError if it is none."""
    if _ROOT.fullmatch(text) is None:
        raise RefusalError(Code.INVALID_ARGUMENT, "the root is not 0x and 64 hexadecimal digits", "send it so")
    return text.lower()


def input_root(private_input: bytes) -> bytes:
    """The name of a request of any guest."""
    return hashlib.sha256(private_input).digest()


def payload_root(private_input: bytes) -> bytes | None:
    """The hash tree root of the payload request in a stateless input; None if it is no such input."""
    # The packages are an extra of their own.
    from limpid.ethereum.schema import FORKS

    schema_id = int.from_bytes(private_input[:_SCHEMA_BYTES], "big")
    for fork in FORKS.values():
        if fork.schema_id == schema_id:
            try:
                decoded = fork.stateless_input.decode_bytes(private_input[_SCHEMA_BYTES:])
            except Exception:
                # The package raises whatever comes up; bytes are a stateless input, or they are not.
                return None
            return bytes(decoded.new_payload_request.hash_tree_root())
    return None


def is_valid_block(output: bytes, root: str) -> bool:
    """Whether a validator's public output says that the payload of this root is valid."""
    return len(output) == _RESULT_BYTES and root_text(output[:ROOT_BYTES]) == root and output[_VALID_AT] == 1
