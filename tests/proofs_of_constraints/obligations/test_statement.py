"""Other tokens, joins and bounds than those of a run are refuted, each by the obligation that names them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import proofs_of_constraints.obligations.statement as statement
from proofs_of_constraints.audit import prove
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.obligations.obligation import Verdict
from proofs_of_constraints.obligations.statement import statement_obligations
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.machine import Token
from spec.field import P
from spec.rv64im.machine import RV64IM
from spec.rv64im.tokens import output_tokens
from tests.proofs_of_constraints.undeclared import undeclared

TOKENS = RV64IM.tokens


def faults(audited: AuditedMachine = RV64IM_AUDIT) -> dict[str, str]:
    """By obligation, what is wrong."""
    results = [prove(obligation) for obligation in statement_obligations(audited)]
    return {r.instruction: r.outcome.detail for r in results if r.outcome.verdict is not Verdict.PROVEN}


def test_statement_as_declared_is_proven() -> None:
    assert faults() == {}


def changed(position: int, **fields: object) -> tuple[Token, ...]:
    """The tokens with one changed."""
    new = replace(TOKENS[position], **fields)  # type: ignore[arg-type]
    return (*TOKENS[:position], new, *TOKENS[position + 1 :])


@pytest.mark.parametrize(
    ("tokens", "fault"),
    [
        (changed(0, message=("pc_in", 0)), "the verifier does not send state('pc_in', 1) as it should"),
        (changed(0, message=("pc_out", 1)), "the verifier does not send state('pc_in', 1) as it should"),
        (
            changed(1, message=("pc_in", "clock_out")),
            "the verifier does not receive state('pc_out', 'clock_out') as it should",
        ),
        (changed(2, message=("cursor_out",)), "the verifier does not send cursor('cursor_in',) as it should"),
        (changed(2, sign=-1), "the verifier does not send cursor('cursor_in',) as it should"),
        ((*TOKENS[:3], *TOKENS[4:]), "the verifier does not receive cursor('cursor_out',) as it should"),
        *(
            (changed(4, **fields), "the verifier does not receive exit")
            for fields in (
                {"times": None},
                {"times": ("pc_out", 5)},
                {"times": ("pc_in", P - 1)},
                {"message": TOKENS[4].message[::-1]},
            )
        ),
        ((*TOKENS, TOKENS[4]), "the verifier says more than it should"),
    ],
)
def test_other_tokens_of_a_segment_are_refuted(tokens: tuple[Token, ...], fault: str) -> None:
    found = faults(undeclared(RV64IM_AUDIT, tokens=tokens))
    assert found.keys() == {"tokens of a segment"}
    assert found["tokens of a segment"].startswith(fault)


@pytest.mark.parametrize(
    ("change", "length"),
    [
        (lambda tokens: tokens[1:], 0),
        (lambda tokens: tokens[:-1] if len(tokens) > 2 else tokens, 9),
        (lambda tokens: [replace(t, sign=+1) for t in tokens], 0),
        (lambda tokens: [replace(t, message=(t.message[0] + 1, *t.message[1:])) for t in tokens], 0),
        (lambda tokens: [replace(t, message=(t.message[0], *t.message[:0:-1])) for t in tokens], 1),
        (lambda tokens: [replace(t, message=(*t.message[:4], 0)) for t in tokens], 7),
        (lambda tokens: tokens[::-1], 1),
    ],
    ids=["no length", "no end", "sent", "one further", "limbs reversed", "limb lost", "reversed"],
)
def test_other_tokens_of_the_output_are_refuted(change: Any, length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "output_tokens", lambda output: tuple(change(list(output_tokens(output)))))
    fault = f"the tokens of an output of {length} bytes are not its length and its bytes"
    assert faults() == {"tokens of the output": fault}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"maximum_segments": 2**20 + 1}, "1048577 segments, of which the gap between two has 20 bits"),
        ({"maximum_segments": 2**30}, "1073741824 segments, of which the gap between two has 20 bits"),
        ({"required": ()}, "required is (), not ('boundary',)"),
        ({"halted": ("pc_out", 2**29)}, f"halted is ('pc_out', {2**29}), not ('pc_out', {P - 1})"),
        ({"segment_index": "pc_in"}, "segment_index is pc_in, not segment"),
        ({"exit_values": RV64IM.exit_values[:-1]}, f"exit_values is {RV64IM.exit_values[:-1]}, not"),
        ({"joins": RV64IM.joins[:1]}, "segments are joined by (('pc_in', 'pc_out', 1073741824, None),), not"),
        ({"joins": (RV64IM.joins[0], replace(RV64IM.joins[1], moved_by=None))}, "segments are joined by"),
        ({"joins": (RV64IM.joins[0], replace(RV64IM.joins[1], start_limit=2**20))}, "segments are joined by"),
        ({"joins": (replace(RV64IM.joins[0], leaves="clock_out"), RV64IM.joins[1])}, "segments are joined by"),
    ],
    ids=lambda given: "".join(given) if isinstance(given, dict) else "",
)
def test_other_ends_and_bounds_of_a_run_are_refuted(change: dict[str, Any], fault: str) -> None:
    found = faults(undeclared(RV64IM_AUDIT, **change))
    assert found.keys() == {"ends and bounds of a run"}
    assert found["ends and bounds of a run"].startswith(fault)


def test_gap_of_segments_that_may_wrap_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "SEGMENT_GAP_BITS", 30)
    assert faults() == {"ends and bounds of a run": "a difference of segments may wrap around p"}
