"""AIRs as JSON: what they say, what of it is determined, and where they say nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.obligation import Verdict
from proofs_of_constraints.picus.determinism import picus_obligations
from proofs_of_constraints.picus.program import Comparison, Name, Number, Operation
from proofs_of_constraints.picus.symbolic_air import AirError, read_air

PRIME = 2130706433


def cell(index: int, offset: int = 0, trace: str = "Main") -> dict[str, Any]:
    return {"Variable": {"entry": {trace: {"offset": offset}}, "index": index}}


def public(index: int) -> dict[str, Any]:
    return {"Variable": {"entry": "Public", "index": index}}


def operation(kind: str, x: Any, y: Any) -> dict[str, Any]:
    return {kind: {"x": x, "y": y, "degree_multiple": 7}}


def constant(number: int) -> dict[str, Any]:
    return {"Constant": number}


def fibonacci() -> dict[str, Any]:
    """Two columns that move on together, from the public values."""
    return {
        "name": "Fibonacci",
        "prime": PRIME,
        "columns": ["a", "b"],
        "public_values": ["start_a", "start_b"],
        "inputs": ["a", "b"],
        "outputs": ["next.a", "next.b"],
        "constraints": [
            operation("Mul", "IsFirstRow", operation("Sub", cell(0), public(0))),
            operation("Mul", "IsFirstRow", operation("Sub", cell(1), public(1))),
            operation("Mul", "IsTransition", operation("Sub", cell(0, 1), cell(1))),
            operation("Mul", "IsTransition", operation("Sub", cell(1, 1), operation("Add", cell(0), cell(1)))),
        ],
    }


def split(bound: int | None) -> dict[str, Any]:
    """A word in two limbs, whose ranges a bus ensures."""
    return {
        "name": "Split",
        "prime": PRIME,
        "columns": ["word", "low", "high"],
        "inputs": ["word"],
        "outputs": ["low"],
        "constraints": [
            operation("Sub", cell(0), operation("Add", cell(1), operation("Mul", constant(65536), cell(2))))
        ],
        "buses": {"range": [bound], "small": [16384], "result": [None]},
        "interactions": [
            {"bus": "range", "direction": "send", "multiplicity": constant(1), "values": [cell(1)]},
            {"bus": "small", "direction": "send", "multiplicity": constant(1), "values": [cell(2)]},
        ],
    }


def verdict(document: dict[str, Any]) -> Verdict:
    air = read_air(json.dumps(document))
    (found,) = (o for o in picus_obligations(air.program, air.ensured) if o.identity.startswith("determinism"))
    return prove(found, timeout_seconds=20).outcome.verdict


def test_constraint_is_read_with_names_of_both_rows() -> None:
    module = read_air(json.dumps(fibonacci())).program.modules["Fibonacci"]
    difference = Operation("-", (Name("next.a"), Name("b")))
    assert module.asserted[2] == Comparison("=", Operation("*", (Name("is_transition"), difference)), Number(0))
    assert module.inputs == ["a", "b", "start_a", "start_b", "is_first_row", "is_last_row", "is_transition"]
    assert module.outputs == ["next.a", "next.b"]


def test_next_row_is_determined_on_transitions_alone() -> None:
    document = fibonacci()
    assert verdict(document) is Verdict.REFUTED
    document["constraints"].append("IsLastRow")
    assert verdict(document) is Verdict.PROVEN
    del document["constraints"][2]
    assert verdict(document) is Verdict.REFUTED


def test_bounds_of_buses_are_named_assumptions() -> None:
    assert verdict(split(65536)) is Verdict.PROVEN
    assert verdict(split(None)) is Verdict.REFUTED
    names = list(read_air(json.dumps(split(65536))).ensured)
    assert names[0] == "range: field 0 of interactions[0] is below 65536"


def test_bound_holds_only_where_something_is_sent() -> None:
    document = split(65536)
    document["columns"].append("real")
    document["interactions"][0]["multiplicity"] = cell(3)
    document["inputs"].append("real")
    assert verdict(document) is Verdict.REFUTED
    document["constraints"].append(operation("Sub", cell(3), constant(1)))
    assert verdict(document) is Verdict.PROVEN


def test_what_is_received_is_determined_and_what_is_sent_has_to_be() -> None:
    document = {
        "name": "Relay",
        "prime": PRIME,
        "columns": ["taken", "passed"],
        "inputs": [],
        "outputs": [],
        "constraints": [operation("Sub", cell(1), operation("Add", cell(0), constant(1)))],
        "buses": {"queue": [None]},
        "interactions": [
            {"bus": "queue", "direction": "receive", "multiplicity": constant(1), "values": [cell(0)]},
            {"bus": "queue", "direction": "send", "multiplicity": constant(1), "values": [cell(1)]},
        ],
    }
    assert verdict(document) is Verdict.PROVEN
    del document["interactions"][0]  # type: ignore[attr-defined]
    assert verdict(document) is Verdict.REFUTED


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prime": 10**1000}, "prime: has more than 1000 digits"),
        ({"prime": 15}, "prime: 15 is no prime number"),
        ({"name": ""}, "name: a text is expected"),
        ({"columns": ["a", "a"]}, "columns: a name stands twice"),
        ({"columns": ["a", "start_a"]}, "start_a is the name of two values"),
        ({"columns": ["a", "b c"]}, "columns: 'b c' is no name"),
        ({"columns": "ab"}, "columns: a list is expected"),
        ({"inputs": ["c"]}, "inputs: there is no c"),
        ({"outputs": ["a"]}, "outputs: a is an input, too"),
        ({"rows": 4}, f"rows: is not understood; known are {', '.join(read_air.__globals__['KEYS'])}"),
        ({"constraints": [5]}, "constraints[0]: no expression"),
        ({"constraints": [{"Div": {}}]}, "constraints[0]: Div is no kind of expression"),
        ({"constraints": [{"Add": {"x": "IsFirstRow"}}]}, "constraints[0]: Add has not the parts x and y"),
        ({"constraints": [constant(PRIME)]}, f"constraints[0]: {PRIME} is no number from 0 to the prime less 1"),
        ({"constraints": [cell(2)]}, "constraints[0]: there are 2 such variables, and none has index 2"),
        (
            {"constraints": [cell(0, 2)]},
            "constraints[0]: no variable of the main or preprocessed trace, in this row or the next, or public",
        ),
        (
            {"interactions": [{"bus": "x"}]},
            "interactions[0]: has not the keys bus, direction, multiplicity and values",
        ),
        (
            {"interactions": [{"bus": "x", "direction": "send", "multiplicity": constant(1), "values": []}]},
            "interactions[0].bus: x is not among the buses",
        ),
        (
            {"interactions": [{"bus": [], "direction": "send", "multiplicity": constant(1), "values": []}]},
            "interactions[0].bus: [] is not among the buses",
        ),
        (
            {"interactions": [{"bus": "x", "direction": "up", "multiplicity": constant(1), "values": []}]},
            "interactions[0].direction: is neither send nor receive",
        ),
    ],
)
def test_malformed_air_is_rejected_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AirError) as caught:
        read_air(json.dumps(fibonacci() | change))
    assert str(caught.value) == message


def test_air_without_a_key_or_without_end_is_rejected() -> None:
    document = fibonacci()
    del document["outputs"]
    with pytest.raises(AirError, match="outputs is missing"):
        read_air(json.dumps(document))
    with pytest.raises(AirError, match="line 1, column 2"):
        read_air("{")


def test_number_of_thousands_of_digits_is_rejected() -> None:
    text = json.dumps(fibonacci()).replace(f'"prime": {PRIME}', f'"prime": {"9" * 5000}')
    with pytest.raises(AirError, match="line 1, column 1: a number is too long"):
        read_air(text)


@pytest.mark.parametrize("depth", [302, 100_000])
def test_expression_that_is_nested_too_deep_is_rejected(depth: int) -> None:
    nested = '{"Neg": {"x": ' * depth + '"IsFirstRow"' + "}}" * depth
    text = json.dumps(fibonacci() | {"constraints": []}).replace('"constraints": []', f'"constraints": [{nested}]')
    with pytest.raises(AirError, match="expressions are nested deeper than 300"):
        read_air(text)
