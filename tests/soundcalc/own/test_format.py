"""Files of our own parameter sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from soundcalc.errors import ConfigurationError, ConfigurationProblemsError
from soundcalc.own.format import HEADER, HEIGHT, exported_own, is_own, own_of, own_system
from soundcalc.own.system import OwnSystem
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.security import security
from soundcalc.protocol.sets import SET_TARGETS
from soundcalc.protocol.shape import shape_under
from soundcalc.published.keys import ValueKind
from soundcalc.published.toml_text import parsed
from spec.parameters import PARAMETER_SETS


def _system(name: str = "final") -> OwnSystem:
    parameters, target = PARAMETER_SETS[name], SET_TARGETS[name]
    shapes = {height: shape_under(target.bounds_at(height), parameters, height) for height in parameters.heights_log2}
    return own_system(name, "what it was searched for", target.segments, shapes)


def _read(text: str) -> OwnSystem:
    document = parsed(text, "x")
    assert is_own(document)
    return own_of(document, "x")


@pytest.mark.parametrize("name", list(SET_TARGETS))
def test_set_that_is_written_reads_back_to_the_same_shapes_and_figures(name: str) -> None:
    system = _system(name)
    again = _read(exported_own(system))
    assert again == system
    reports = {height: security(shape) for height, shape in system.shapes.items()}
    assert again.reports() == reports
    assert {height: report.error for height, report in again.reports(CurveBound.PRINTED).items()} != {
        height: report.error for height, report in reports.items()
    }


def test_every_count_of_a_file_changes_the_shape_that_is_read() -> None:
    system = _system()
    for key in HEIGHT.values():
        document: dict[str, Any] = {**system.document, "heights": [dict(system.document["heights"][0])]}
        table = document["heights"][0]
        if key.kind in (ValueKind.INTEGERS, ValueKind.GRINDINGS):
            table[key.name] = [table[key.name][0] + 1, *table[key.name][1:]]
        elif key.name == "height_log2":
            # A vector that is larger by one fold, as the last one cannot grow.
            table |= {"height_log2": 19, "folds": [2, 3, 3, 3]}
        else:
            table[key.name] += 1
        (shape,) = own_of(document, "x").shapes.values()
        assert shape != system.shapes[18], key.name


@pytest.mark.parametrize(
    ("old", "new", "circuit", "key", "reason"),
    [
        ("rate_log2 = 4", "rate_log2 = 9", "limpid", "rate_log2", "9 exceeds 8"),
        ("rate_log2 = 4", "rate_log2 = 7", "height number 1", "schedule", "no domain of 2^25 points"),
        ("segments = 1\n", "", "limpid", "segments", "is missing"),
        ("segments = 1\n", "segments = 1\ncolour = 2\n", "limpid", "colour", "is unknown"),
        ("segments = 1\n", "segments = 4097\n", "height number 1", "segments", "4096 are fewer than those of the run"),
        ("cap_log2 = 0", "cap_log2 = 8", "height number 1", "folds", "the tree of iteration 0 is below its cap"),
        ("height_log2 = 19", "height_log2 = 18", "height number 2", "height_log2",
         "18 is that of another table as well"),
        ("folds = [1, 3, 3, 3]", "folds = [1, 3, 3, 7]", "height number 1", "folds", "7 exceeds 6"),
        ("folds = [1, 3, 3, 3]", "folds = []", "height number 1", "", "schedule for height 2^18: no iteration"),
        ("main_columns = 448", "main_columns = 0", "height number 1", "main_columns", "0 is below 1"),
        ("main_columns = 448", "main_columns = 1099511627777", "height number 1", "main_columns",
         "1099511627777 exceeds 1099511627776"),
        ("circuit_depth = 30", "circuit_depth = 1000000", "height number 1", "circuit_depth", "1000000 exceeds 40"),
        ("constraints = 32768", "constraints = true", "height number 1", "constraints", "True is not an integer"),
        ("continuation_columns = 64", "continuation_columns = 0", "height number 1", "global_messages",
         "only columns of the continuation commitment may speak globally"),
        ("[[heights]]", "[extra]\n[[heights]]", "", "extra", "is unknown"),
    ],
)  # fmt: skip
def test_file_with_a_wrong_value_is_refused_with_its_place(
    old: str, new: str, circuit: str, key: str, reason: str
) -> None:
    text = exported_own(_system())
    if "cap" in new:
        # A small vector, folded far at once.
        text = text.replace("folds = [1, 3, 3, 3]", "folds = [6, 2, 1, 1]").replace("rate_log2 = 4", "rate_log2 = 1")
        text = text.replace("height_log2 = 18", "height_log2 = 10")
    assert old in text
    with pytest.raises(ValueError, match="x") as refusal:
        _read(text.replace(old, new, 1))
    problems = getattr(refusal.value, "problems", [refusal.value])
    assert (circuit, key, reason) in [(problem.circuit, problem.key, problem.reason) for problem in problems]


@pytest.mark.parametrize("tables", ["", "heights = []", "heights = 3", "heights = [3]"])
def test_file_without_heights_is_refused(tables: str) -> None:
    header = exported_own(_system()).partition("[[heights]]")[0].partition("[limpid]")[2]
    with pytest.raises(ConfigurationError):
        _read(f"{tables}\n[limpid]{header}")


def test_file_with_more_heights_than_any_set_has_is_refused() -> None:
    document: dict[str, Any] = dict(_system().document)
    document["heights"] = [dict(document["heights"][0], height_log2=height) for height in range(1, 18)]
    with pytest.raises(ConfigurationError) as refusal:
        own_of(document, "x")
    assert (refusal.value.key, refusal.value.reason) == ("heights", "has 17 tables, more than 16")


def test_file_with_as_many_heights_as_may_be_is_not_refused_for_their_number() -> None:
    document: dict[str, Any] = dict(_system().document)
    document["heights"] = [dict(document["heights"][0], height_log2=height) for height in range(1, 17)]
    with pytest.raises(ConfigurationProblemsError) as refusal:
        own_of(document, "x")
    assert {problem.circuit.rstrip("0123456789") for problem in refusal.value.problems} == {"height number "}


@pytest.mark.parametrize(("cap_log2", "is_read"), [(5, True), (6, False)])
def test_cap_is_at_most_as_high_as_the_lowest_tree(cap_log2: int, is_read: bool) -> None:
    """A vector of 2^10 at rate 1/2 whose first fold takes 2^6 of it: trees over 2^5 fibres, then over more."""
    text = exported_own(_system()).partition("[[heights]]")
    table = (
        text[2].partition("[[heights]]")[0].replace("[1, 3, 3, 3]", "[6, 2, 1, 1]").replace("_log2 = 18", "_log2 = 10")
    )
    header = text[0].replace("rate_log2 = 4", "rate_log2 = 1").replace("cap_log2 = 0", f"cap_log2 = {cap_log2}")
    if is_read:
        assert list(_read(f"{header}[[heights]]{table}").shapes) == [10]
    else:
        with pytest.raises(ConfigurationError, match="the tree of iteration 0 is below its cap"):
            _read(f"{header}[[heights]]{table}")


def test_no_key_has_a_default() -> None:
    assert all(key.required for keys in (HEADER, HEIGHT) for key in keys.values())


def test_run_of_fewer_segments_has_fewer_errors() -> None:
    system = replace(_system("segment"))
    (few, many) = (max(report.run_error(count) for report in system.reports().values()) for count in (1, 4096))
    assert few < many
