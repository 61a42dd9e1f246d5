"""The guest's verdicts: a valid block is valid with a minimal witness, and with anything changed it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from limpid.ethereum.chain import BlockInput
from limpid.ethereum.guests import Validated, validate
from limpid.ethereum.schema import FORKS, ValidationResult
from limpid.ethereum.witnesses import check_minimal, input_of_block
from tests.limpid.ethereum.transfer_blocks import CHAIN_ID, private_key, transfer, transfer_test

pytestmark = pytest.mark.usefixtures("guests")

TRANSFERS = 2
FLIP_STEP = 61
CUT_STEP = 397
"""So many bytes lie between two changes: a run takes a fifth of a second."""

UNDECODED = ValidationResult()
"""What is said about bytes that are no input: all zeros."""

Change = Callable[[BlockInput], BlockInput]


@cache
def honest() -> tuple[BlockInput, Validated]:
    """The input of a valid block with a minimal witness, and its verdict."""
    return input_of_block(transfer_test(TRANSFERS), 0)


def verdict(changed: BlockInput) -> tuple[bool, str]:
    """Whether the guest finds a block valid, and what it prints."""
    found = validate(changed.encode())
    return bool(found.result.successful_validation), found.console.strip()


def flipped(content: bytes, position: int = -1) -> bytes:
    """The same bytes but for one bit."""
    changed = bytearray(content)
    changed[position] ^= 1
    return bytes(changed)


def with_payload(made: BlockInput, **fields: object) -> BlockInput:
    """The same input with other fields of the payload."""
    request = made.request.copy()
    for name, value in fields.items():
        setattr(request.execution_payload, name, value)
    return replace(made, request=request)


def test_valid_block_is_valid_and_its_request_is_named() -> None:
    made, _ = honest()
    found = validate(made.encode())
    expected = ValidationResult(
        new_payload_request_root=made.request.hash_tree_root(),
        successful_validation=True,
        chain_id=CHAIN_ID,
        schema_id=FORKS["Cancun"].schema_id,
    )
    assert (found.result, found.console) == (expected, "")


def test_witness_without_any_one_of_its_nodes_proves_nothing() -> None:
    made, _ = honest()
    assert made.nodes
    for index in range(len(made.nodes)):
        is_valid, reason = verdict(replace(made, nodes=made.nodes[:index] + made.nodes[index + 1 :]))
        assert (is_valid, reason[:46]) == (False, "invalid: witness: no trie node has the hash 0x")


def test_witness_with_any_node_changed_proves_nothing() -> None:
    made, _ = honest()
    for index, node in enumerate(made.nodes):
        for position in (0, len(node) // 2, -1):
            nodes = (*made.nodes[:index], flipped(node, position), *made.nodes[index + 1 :])
            assert verdict(replace(made, nodes=nodes))[0] is False


def test_parts_that_are_not_used_are_noticed_by_the_check_for_minimal_witnesses() -> None:
    made, found = honest()
    check_minimal(made, found)
    for more in (
        replace(made, nodes=(*made.nodes, b"\xc0")),
        replace(made, codes=(b"\0",)),
        replace(made, nodes=(*made.nodes, made.nodes[0])),
    ):
        with pytest.raises(Exception, match="not minimal: 1 of its parts"):
            check_minimal(more, found)
    with pytest.raises(Exception, match="not sufficient: invalid: witness: no trie node"):
        check_minimal(replace(made, nodes=made.nodes[1:]), found)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda made: replace(made, headers=()), "header: the witness has no header of the parent"),
        (
            lambda made: replace(made, headers=(flipped(made.headers[-1]),)),
            "header: the witness's last header is not the parent's",
        ),
        (lambda made: replace(made, headers=(b"\xc0",)), "header: a header of the witness is no header"),
        (
            lambda made: replace(made, headers=(made.headers[-1] + b"\0",)),
            "header: a header of the witness has bytes behind it",
        ),
        (
            lambda made: replace(made, headers=(made.headers[-1], made.headers[-1])),
            "header: the witness's headers are no chain",
        ),
        (
            lambda made: replace(made, public_keys=made.public_keys[1:]),
            "header: there are not as many public keys as transactions",
        ),
        (
            lambda made: replace(made, public_keys=(flipped(made.public_keys[0]), *made.public_keys[1:])),
            "transaction 0: it was signed with another key than the one that comes with it",
        ),
        (
            lambda made: replace(made, public_keys=(flipped(made.public_keys[0], 0), *made.public_keys[1:])),
            "transaction 0: it was signed with another key than the one that comes with it",
        ),
        (lambda made: replace(made, chain_id=2), "transaction 0: "),
    ],
)
def test_input_with_something_else_changed_is_not_valid(change: Change, reason: str) -> None:
    is_valid, told = verdict(change(honest()[0]))
    assert (is_valid, told[: len(reason) + 9]) == (False, f"invalid: {reason}")


def test_payload_with_any_field_changed_has_another_block_hash() -> None:
    made, _ = honest()
    payload = made.request.execution_payload
    for name in payload.fields():
        value = getattr(payload, name)
        changed: object
        if name == "transactions":
            changed = list(value)[1:]
        elif name == "withdrawals":
            changed = []
        elif name == "extra_data":
            changed = b"\1"
        elif isinstance(value, int):
            changed = int(value) + 1
        else:
            changed = flipped(bytes(value))
        is_valid, reason = verdict(with_payload(made, **{name: changed}))
        assert (name, is_valid) == (name, False)
        assert reason == "invalid: the payload's header does not have the payload's block hash"


def test_other_transaction_with_its_own_key_is_not_valid() -> None:
    made, _ = honest()
    transactions = list(made.request.execution_payload.transactions)
    other = private_key(100)
    keys = (other.public_key.format(compressed=False), *made.public_keys[1:])
    changed = with_payload(made, transactions=[transfer(other, 1), *transactions[1:]])
    assert verdict(replace(changed, public_keys=keys))[0] is False


def test_blobs_that_no_transaction_has_are_refused() -> None:
    made, _ = honest()
    request = made.request.copy()
    request.versioned_hashes = [b"\1" + bytes(31)]
    reason = "invalid: header: its transactions have other blobs than the request names"
    assert verdict(replace(made, request=request)) == (False, reason)


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        (b"", "the input has no schema id"),
        (b"\x10", "the input has no schema id"),
        (b"\x11\x01", "schema id 0x1101 is not supported: 0x0f01 is Shanghai, 0x1001 is Cancun"),
        (b"\x10\x02" + bytes(99), "schema id 0x1002 is not supported: 0x0f01 is Shanghai, 0x1001 is Cancun"),
        (b"\x10\x01", "the input is not SSZ of its schema: "),
        (b"\x0f\x01" + bytes(99), "the input is not SSZ of its schema: "),
    ],
)
def test_bytes_that_are_no_input_are_told_by_zeros(encoded: bytes, reason: str) -> None:
    found = validate(encoded)
    assert found.result == UNDECODED
    assert found.console.startswith(f"invalid: {reason}")


def test_input_cut_short_or_with_bytes_behind_it_is_never_valid_and_never_traps() -> None:
    encoded = honest()[0].encode()
    for changed in [encoded[:length] for length in range(2, len(encoded), CUT_STEP)] + [encoded + b"\0"]:
        assert not validate(changed).result.successful_validation


def test_input_with_one_bit_flipped_anywhere_is_never_the_same_claim_and_never_traps() -> None:
    made, found = honest()
    encoded = made.encode()
    for position in range(0, len(encoded), FLIP_STEP):
        result = validate(flipped(encoded, position)).result
        assert result != found.result
        assert not result.successful_validation
