"""The order in which the document lists rejections is the verifier's: a proof with two faults is refused for the one
that stands first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from documentation.encodings.example import example_bytes
from documentation.rejection_order import final_order, named_elsewhere, order_of, run_order
from optimized.verifier.run import TOOLS
from reference.verifier.program import verify
from spec.rejection import Rejected, Rejection
from tests.whitepaper.listing import places

AT = places("example.txt")
PUBLIC_VALUE_BYTES = 4


@dataclass(frozen=True)
class Fault:
    """A rejection, what provokes it in the example's bytes, and in the question about them."""

    reason: Rejection
    place: str | None = None
    byte: int = 0
    value: Callable[[int], int] = lambda byte: byte ^ 1
    question: Mapping[str, object] = field(default_factory=dict)
    appended: bytes = b""


FAULTS = (
    Fault(Rejection.PROOF_MAGIC, "magic"),
    Fault(Rejection.PROOF_VERSION, "version"),
    Fault(Rejection.KEY_MAGIC, "key, magic"),
    Fault(Rejection.KEY_VERSION, "key, version"),
    Fault(Rejection.PARAMETERS_UNKNOWN, "key, parameter set, name"),
    Fault(Rejection.PARAMETERS_CHANGED, "key, parameter set, digest"),
    Fault(Rejection.MACHINE_DIFFERS, "key, machine, digest"),
    Fault(Rejection.FIXED_TABLE_HEIGHT, "key, heights", value=lambda _: 0xFF),
    Fault(Rejection.KEY_START, "key, start", 3, lambda _: 0x40),
    Fault(Rejection.TABLE_COUNT, "heights", value=lambda _: 0xFF),
    Fault(Rejection.ENCODING_TRAILING_BYTES, appended=b"\0"),
    Fault(Rejection.PARAMETERS_INSECURE, question={"allow_insecure": False}),
    Fault(Rejection.PROGRAM_DIFFERS, question={"program": bytes(32)}),
    Fault(Rejection.OUTPUT_DIFFERS, question={"output": b"another"}),
    Fault(Rejection.SEGMENT_INDEX, "public values"),
    Fault(Rejection.START_DIFFERS, "public values", PUBLIC_VALUE_BYTES),
    Fault(Rejection.NOT_HALTED, "public values", 4 * PUBLIC_VALUE_BYTES - 1),
    Fault(Rejection.EXIT_CODE_DIFFERS, question={"exit_code": 1}),
    Fault(Rejection.LOCAL_BUSES_UNBALANCED, "totals, 0"),
    Fault(Rejection.GKR_LAYER_MISMATCH, "layer 1, round 0, 0"),
    Fault(Rejection.ZEROCHECK_MISMATCH, "zerocheck, round 0, 0"),
    Fault(Rejection.STACKING_MISMATCH, "stacking, round 0, 0"),
    Fault(Rejection.GRINDING_INSUFFICIENT, "column batching, nonce 0"),
    Fault(Rejection.COMMITMENT_ROOT_MISMATCH, "opening 0, row 0"),
)
"""In the order in which the document has them."""


def named(*faults: Fault) -> Rejection:
    """Why the example with these faults is refused."""
    encoded = bytearray(example_bytes())
    asked: dict[str, object] = {"program": None, "output": None, "allow_insecure": True}
    for fault in faults:
        if fault.place is not None:
            at = AT[fault.place] + fault.byte
            encoded[at] = fault.value(encoded[at])
        encoded += fault.appended
        asked |= fault.question
    with pytest.raises(Rejected) as rejected:
        verify(bytes(encoded), **asked, tools=TOOLS)  # type: ignore[arg-type]
    return rejected.value.reason


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.reason.name)
def test_fault_alone_is_named(fault: Fault) -> None:
    assert named(fault) is fault.reason


def test_faults_stand_in_the_document_in_their_order() -> None:
    listed = [reason for _, reasons in run_order() for reason in reasons]
    left = iter(listed)
    assert [fault.reason for fault in FAULTS if fault.reason not in left] == []


@pytest.mark.parametrize("first", range(len(FAULTS)), ids=[fault.reason.name for fault in FAULTS])
def test_proof_with_two_faults_is_refused_for_the_one_that_stands_first(first: int) -> None:
    found = {other.reason: named(other, FAULTS[first]) for other in FAULTS[first + 1 :]}
    assert found == dict.fromkeys(found, FAULTS[first].reason)


def test_every_rejection_stands_in_an_order_or_is_no_verifiers() -> None:
    assert {reason.name for reason in named_elsewhere()} == {
        "DEVELOPMENT_MAGIC",
        "DEVELOPMENT_VERSION",
        "KEY_NOT_LISTED",
        "NODES_DIFFER",
        "NODE_START",
        "NODE_STATEMENT",
    }


def test_steps_are_those_of_the_whitepaper() -> None:
    assert list(dict.fromkeys(place[0] for place, _ in run_order())) == [
        "1. The question",
        "2. The key",
        "3. The forms",
        "4. The chain",
        "6. The segments",
        "7. The balance of the run",
    ]
    assert [place for place, _ in final_order()] == [("1. The question",), ("2. The circuit",), ("4. The statement",)]


def test_checks_in_another_order_are_told_apart() -> None:
    def before() -> None:
        # 1. The question.
        raise Rejected(Rejection.KEY_MAGIC)

    def after() -> None:
        # 2. The key.
        reason = Rejection.KEY_START if AT else Rejection.KEY_VERSION
        before()
        raise Rejected(reason)

    assert order_of(before) == [(("1. The question",), [Rejection.KEY_MAGIC])]
    assert order_of(after) == [(("2. The key",), [Rejection.KEY_START, Rejection.KEY_VERSION])]
