"""What verifies a final proof from the document alone: the text of the circuits' machine, the keys, the constants."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from documentation.encodings.example import GUEST, ExampleError
from documentation.encodings.final_example import (
    FINAL_PROOF,
    MAKER,
    PRIVATE_INPUT,
    final_example,
    final_machine,
)
from documentation.markdown import code, number, table
from spec.air.machine import Machine, describe_machine
from spec.protocol.hash import digest_bytes
from spec.protocol.key_list import KEY_LIST_LOG2
from spec.protocol.recursion import depth_limit, most_segments
from spec.rv64im.machine import RV64IM
from spec.rv64im.tree import tree_design, tree_keys

_HEIGHTS = ("shape", "program")
"""First words of the lines that state a listed shape."""


def circuits_file() -> str:
    """The canonical text of the machine of the circuit that ends a tree."""
    return describe_machine(tree_design().final_machine)


def circuit_keys_file() -> str:
    """The keys of all nodes' circuits by their names, in the order of the list."""
    return "".join(f"{kind.name} {digest_bytes(key).hex()}\n" for kind, key in tree_keys().nodes.items())


def circuits_text() -> str:
    """How long the text is, and its digest."""
    text = circuits_file()
    encoded, lines = text.encode(), len(text.splitlines())
    size = f"{number(len(encoded))} bytes in {number(lines)} lines"
    return (
        f"`spec/whitepaper/bytes/circuits.txt` has {size}. Its SHA-256, without a prefix, is the machine's digest:\n\n"
        f"`{hashlib.sha256(encoded).hexdigest()}`"
    )


def final_constants() -> str:
    """What a verifier of final proofs knows, for the trees that are accepted and for the example."""
    final, verified = final_example()
    design, keys, own = tree_design(), tree_keys(), final.proof.key
    rows = [
        ("machine's digest", code(design.final_machine.digest.hex()), code(final_machine().digest.hex())),
        ("parameter set of the key", code(design.final.parameters.name), code(own.parameters.name)),
        ("last circuit's key", _digest(keys.final), code(own.program_id.hex())),
        ("root of the list", _digest(keys.root), _digest(verified.statement.key_list_root)),
        *((name, plain, plain) for name, plain in _bounds()),
    ]
    return table(("constant", "of the trees that are accepted", "of the example"), rows, (20, 40, 40))


def _digest(words: Sequence[int]) -> str:
    return code(digest_bytes(words).hex())


def _bounds() -> Iterator[tuple[str, str]]:
    yield "most segments", number(most_segments(RV64IM))
    yield "greatest depth", number(depth_limit(RV64IM))
    yield "levels of the list", number(KEY_LIST_LOG2)


def _lines(machine: Machine) -> list[str]:
    return describe_machine(machine).splitlines()


def final_example_lines() -> str:
    """The lines in which the text of the example's last circuit differs. Raises ExampleError where others do."""
    pairs = list(zip(_lines(tree_design().final_machine), _lines(final_machine()), strict=True))
    differing = [(accepted, own) for accepted, own in pairs if accepted != own]
    first = tuple(own.partition(" ")[0] for _, own in differing)
    if first != _HEIGHTS:
        raise ExampleError(f"the example's machine differs in the lines {', '.join(first)}")
    return table(("first word", "line"), [(code(own.partition(" ")[0]), code(own)) for _, own in differing], (12, 88))


def final_facts() -> str:
    """What the final example is, and how a reader makes it."""
    final, verified = final_example()
    size, stated = len(FINAL_PROOF.read_bytes()), verified.statement
    return (
        f"The guest is `{GUEST}` again, its private input the bytes `{PRIVATE_INPUT.hex()}`; the output is "
        f"`{final.output.hex()}`. The run has {number(stated.segment_count)} segments under the parameter set "
        f"{code(final.program.parameters.name)}, the tree has depth {number(stated.depth)}: two **convert** nodes of "
        f"two segments, **combine** over both, and **final**. Its proof has {number(size)} bytes and stands in "
        f"`spec/whitepaper/bytes/final.proof`; `{MAKER}` gives the same bytes."
    )
