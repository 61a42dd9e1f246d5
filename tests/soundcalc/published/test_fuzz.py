"""The door for TOML under texts that nobody would write: an answer or a typed refusal, soon and in little memory."""

from __future__ import annotations

import re
import sys
import time
import tracemalloc
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundcalc.errors import CalculatorError, ConfigurationError
from soundcalc.own.format import HEADER as OWN_HEADER
from soundcalc.own.format import HEIGHT as OWN_HEIGHT
from soundcalc.own.format import exported_own, own_of, own_system
from soundcalc.protocol.sets import SET_TARGETS
from soundcalc.protocol.shape import shape_under
from soundcalc.published.figures import figures, public_levels
from soundcalc.published.format import parse_configuration
from soundcalc.published.keys import ValueKind
from soundcalc.published.schema import CIRCUITS, LOOKUP
from soundcalc.published.template import FAMILIES, template
from soundcalc.published.toml_text import MAXIMUM_CHARACTERS, parsed
from spec.parameters import FINAL

SECONDS = 30.0
"""Far more than any answer takes, as a guard against one that does not end; a machine may be slow."""
MEMORY_BYTES = 200 << 20


def _answered(text: str) -> bool:
    """Whether there are figures; False for a typed refusal. Anything else is an error, or takes too long."""
    began = time.process_time()
    tracemalloc.start()
    try:
        configuration = parse_configuration(text, "fuzz.toml")
        figures(configuration)
        public_levels(configuration)
        return True
    except CalculatorError:
        return False
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < MEMORY_BYTES
        assert time.process_time() - began < SECONDS


HOSTILE = st.one_of(
    st.sampled_from(
        [
            "0", "-1", "1", "2", "true", '""', '"x"', "[]", "[[]]", "[1, [2]]", "{}", "{a = 1}", "1979-05-27",
            "1e999999999", "1e-99999999", "1e-300", "1e-99", "0.0", "-0.0", "nan", "inf", "0.5", "0.25",
            "1000000000", "99999999999999999999999", f"0x{'f' * 4000}", f"1{'0' * 5000}", f"[{'2, ' * 60}2]",
            '"KoalaBear^1000000"', '"KoalaBear^64"', '"BN254^64"', '"KoalaBear^٣"', '"query phase"', '"list"',
            "1099511627776", "4096", "64", "40", '"KoalaBear"', '"M31"', '"Goldilocks"', f'"{"n" * 5000}"',
        ]
    ),
    st.integers(-(2**70), 2**70).map(str),
    st.lists(st.integers(0, 70), max_size=6).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)  # fmt: skip


@st.composite
def _changed_templates(draw: Any) -> str:
    """A template with some of its values replaced."""
    kind = draw(st.sampled_from(sorted(FAMILIES)))
    lines = template(kind).splitlines()
    places = [number for number, line in enumerate(lines) if " = " in line]
    for number in draw(st.lists(st.sampled_from(places), min_size=1, max_size=4)):
        key = lines[number].lstrip("# ").partition(" = ")[0]
        lines[number] = f"{key} = {draw(HOSTILE)}"
    return "\n".join(lines)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_changed_templates())
def test_template_with_hostile_values_is_answered_or_refused(text: str) -> None:
    _answered(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_refused_with_a_typed_error(text: str) -> None:
    assert not _answered(text)


@pytest.mark.parametrize("kind", sorted(FAMILIES))
def test_largest_values_that_a_template_admits_are_answered_soon(kind: str) -> None:
    keys = {**CIRCUITS[FAMILIES[kind]], **LOOKUP}
    lines = []
    for line in template(kind).splitlines():
        name = line.lstrip("# ").partition(" = ")[0]
        key = keys.get(name)
        is_free = key is not None and key.kind in (ValueKind.INTEGER, ValueKind.GRINDING)
        fixed = ("trace_length", "log_degree", "log_inv_rate", "num_iterations", "l_skip", "n_stack", "log_blowup")
        if key is not None and is_free and name not in (*fixed, "opening_points", "max_combo", "dense_length"):
            lines.append(f"{name} = {key.maximum}")
        else:
            lines.append('field = "BN254^64"' if line.startswith("field") else line)
    assert _answered("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 5000 + "]" * 5000,
        "x = " + "{a = " * 5000 + "1" + "}" * 5000,
        "rho." + "a." * 50_000 + "a = 1",
        "[zkevm]\nname." + "a." * 50_000 + "a = 1\n[[circuits]]",
        "[" + "a." * 50_000 + "a]",
        "[[circuits]]\n" * 19_000,
        "[zkevm]\n" + "".join(f"k{number} = 1\n" for number in range(19_000)),
        f"x = {'9' * 100_000}",
        f"x = 0x{'f' * 200_000}",
        f"x = '{'a' * 200_000}'",
        "[zkevm]\n" + ("a." * 60 + "a = 1\n") * 1,
        "".join(f"{'a.' * 60}k{number} = 1\n" for number in range(2000)),
    ],
    ids=[
        "arrays",
        "tables",
        "dots",
        "dotted_value",
        "dotted_table",
        "circuits",
        "keys",
        "digits",
        "hex",
        "string",
        "parts",
        "many_parts",
    ],
)
def test_text_made_to_be_slow_is_refused_soon(text: str) -> None:
    assert not _answered(text)


@pytest.mark.parametrize("limit", [1000, 100_000], ids=["usual limit", "raised limit"])
def test_text_nested_too_deeply_is_refused_as_such(limit: int, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(partial(sys.setrecursionlimit, sys.getrecursionlimit()))
    sys.setrecursionlimit(limit)
    with pytest.raises(ConfigurationError, match="is nested too deeply"):
        parse_configuration("x = " + "[" * 5000 + "]" * 5000, "fuzz.toml")


def test_text_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(ConfigurationError, match=f"characters, more than {MAXIMUM_CHARACTERS}"):
        parse_configuration("#" * (MAXIMUM_CHARACTERS + 1), "fuzz.toml")


def _many(kind: str, circuits: int, *changes: tuple[str, str]) -> str:
    """A file with so many circuits, no two alike, each changed so."""
    lines = [line for line in template(kind).splitlines() if not line.startswith("# ")]
    text = "\n".join(lines)
    start = text.index("[[circuits]]")
    body = text[start : text.index("[[circuits.lookups]]")]
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return text[:start] + "\n".join(
        body.replace('"main"', f'"c{n}"').replace("num_constraints = 100", f"num_constraints = {n + 1}")
        for n in range(circuits)
    )


@pytest.mark.parametrize(
    "text",
    [
        _many("whir", 100),
        _many("fri", 128),
        _many(
            "whir", 47,
            ("num_iterations = 3", "num_iterations = 16"),
            ("[4, 4, 4]", f"{[1] * 16}"),
            ("[80, 40, 27]", f"{[80] * 16}"),
            ("num_ood_samples = [1, 1]", f"num_ood_samples = {[64] * 15}"),
            ("[[10, 10, 10, 10], [10, 10, 10, 10], [10, 10, 10, 10]]", f"{[[1]] * 16}"),
            ("[20, 20, 20]", f"{[20] * 16}"),
            ("grinding_bits_ood = [0, 0]", f"grinding_bits_ood = {[0] * 15}"),
            ("log_inv_rate = 1", "log_inv_rate = 4"),
        ),
    ],
    ids=["whir", "fri", "iterations"],
)  # fmt: skip
def test_as_much_as_is_admitted_is_answered_soon(text: str) -> None:
    began = time.process_time()
    figures(parse_configuration(text, "fuzz.toml"))
    assert time.process_time() - began < SECONDS


def test_more_work_than_is_admitted_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="have 1920 folds, iterations and lookups together, more than 1536"):
        parse_configuration(_many("whir", 128), "fuzz.toml")


@pytest.fixture(scope="module")
def own_text() -> str:
    target = SET_TARGETS["final"]
    shapes = {height: shape_under(target.bounds_at(height), FINAL, height) for height in FINAL.heights_log2}
    return exported_own(own_system("final", "what it was searched for", 1, shapes))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*OWN_HEADER, *OWN_HEIGHT]), value=HOSTILE)
def test_file_of_a_set_with_a_hostile_value_is_answered_or_refused(own_text: str, name: str, value: str) -> None:
    text = re.sub(rf"(?m)^{name} = .*$", lambda _: f"{name} = {value}", own_text, count=1)
    began = time.process_time()
    with suppress(CalculatorError):
        own_of(parsed(text, "fuzz.toml"), "fuzz.toml").reports()
    assert time.process_time() - began < SECONDS
