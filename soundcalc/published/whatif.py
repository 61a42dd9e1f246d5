"""What if: a configuration with other values, and with a row of them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from soundcalc.errors import ParameterError
from soundcalc.exact import is_power_of_two
from soundcalc.published.schema import CIRCUITS, HEADER, SWIRL_LOGUP
from soundcalc.published.section import WrittenNumber, cut, shown
from soundcalc.published.system import PublishedConfiguration

MAXIMUM_POINTS = 200
"""The most points of a sweep: each is an analysis of a whole system."""

MAXIMUM_INDEX_DIGITS = 4
"""No list of a file has so many entries."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "queries": ("num_queries", "whir_num_queries"),
    "rate": ("rho", "log_inv_rate", "log_blowup"),
    "batch": ("batch_size", "dense_batch", "w_stack"),
    "constraints": ("num_constraints", "max_constraints_per_air"),
    "grinding": ("grinding_query_phase",),
}
"""Short names: the first key of these that a circuit has or may have."""

RATES_LOG2 = ("log_inv_rate", "log_blowup")
"""Keys that hold -log2 of a rate."""

DEGREE = "degree"
"""In place of a key: the degree of the extension, of the field that the file names."""

HEIGHT = "height"
"""In place of a key: the logarithm of the height of a column."""

PROOFS = ("proofs", "segments")
"""In place of a key, in a sweep: how many proofs a run has of each circuit."""


@dataclass(frozen=True)
class Change:
    """KEY=VALUE, CIRCUIT.KEY=VALUE or KEY[INDEX]=VALUE; `circuit` is "" for every circuit that has the key."""

    circuit: str
    key: str
    index: int | None
    value: Any

    def __str__(self) -> str:
        return cut(f"{_place_text(self.circuit, self.key, self.index)}={shown(self.value)}")


def _place_text(circuit: str, key: str, index: int | None) -> str:
    where = f"{circuit}." if circuit else ""
    return f"{where}{key}{'' if index is None else f'[{index}]'}"


def change(text: str) -> Change:
    """The change in this text. Raises ParameterError where it makes none."""
    target, equals, written = text.partition("=")
    if not equals or not target.strip() or not written.strip():
        raise ParameterError(cut(text), "is not KEY=VALUE, CIRCUIT.KEY=VALUE or KEY[INDEX]=VALUE")
    return Change(*_place(text, target), value_of(written.strip()))


def _place(text: str, target: str) -> tuple[str, str, int | None]:
    """Circuit, key and index of what stands before the sign of equality.

    Raises ParameterError for a number that no proof system can have.
    """
    circuit, _, key = target.strip().rpartition(".")
    if not key.endswith("]"):
        return circuit, key, None
    key, _, number = key[:-1].partition("[")
    if not (number.isascii() and number.isdigit()) or len(number) > MAXIMUM_INDEX_DIGITS:
        raise ParameterError(cut(text), f"{shown(number)} is not an index")
    return circuit, key, int(number)


def value_of(written: str) -> Any:
    """A TOML value; a text that is none stands for itself."""
    try:
        return tomllib.loads(f"value = {written}", parse_float=WrittenNumber)["value"]
    except (ValueError, RecursionError):
        return written


@dataclass(frozen=True)
class Axis:
    """The values that a sweep gives to one key."""

    circuit: str
    key: str
    values: tuple[Any, ...]
    index: int | None = None

    def change_to(self, value: Any) -> Change:
        return Change(self.circuit, self.key, self.index, value)

    @property
    def name(self) -> str:
        """The place of the values as a command line names it."""
        return _place_text(self.circuit, self.key, self.index)


def axis(text: str) -> Axis:
    """KEY=LOW:HIGH or KEY=LOW:HIGH:STEP for integers, KEY=A,B,C for any values; KEY[INDEX] is one entry of a list.

    Raises ParameterError for a number that no proof system can have.
    """
    target, equals, written = text.partition("=")
    circuit, key, index = _place(text, target)
    if not equals or not key or not written.strip():
        raise ParameterError(cut(text), "is not KEY=LOW:HIGH:STEP or KEY=A,B,C")
    if ":" not in written:
        values = _values(written)
    else:
        numbers = written.split(":")
        if not 2 <= len(numbers) <= 3 or not all(part.strip().isascii() and part.strip().isdigit() for part in numbers):
            raise ParameterError(cut(text), "a range is LOW:HIGH or LOW:HIGH:STEP")
        if any(len(part) > 15 for part in numbers):
            raise ParameterError(cut(text), "a number has more than 15 digits")
        low, high, step = (*map(int, numbers), 1)[:3]
        if step < 1 or high < low:
            raise ParameterError(cut(text), "a range grows, in steps of 1 or more")
        if (high - low) // step >= MAXIMUM_POINTS:
            raise ParameterError(cut(text), f"has more than {MAXIMUM_POINTS} points")
        values = tuple(range(low, high + 1, step))
    if not 1 <= len(values) <= MAXIMUM_POINTS:
        raise ParameterError(cut(text), f"has {len(values)} points, not 1 to {MAXIMUM_POINTS}")
    return Axis(circuit, key, values, index)


def _values(written: str) -> tuple[Any, ...]:
    """What stands between commas; lists are values, where all of them are values of TOML."""
    whole = value_of(f"[{written}]")
    if isinstance(whole, list):
        return tuple(whole)
    return tuple(value_of(part.strip()) for part in written.split(",") if part.strip())


def changed(configuration: PublishedConfiguration, changes: Sequence[Change]) -> tuple[dict[str, Any], list[str]]:
    """The configuration's document with the changes, and what else was changed so that it fits.

    Raises ParameterError for a change that fits nothing; whether the values make sense, reading it anew tells.
    """
    document: dict[str, Any] = dict(configuration.document)
    document["zkevm"] = dict(document["zkevm"])
    if "swirl" in document:
        document["swirl"] = dict(document["swirl"])
    document["circuits"] = [dict(table) for table in document["circuits"]]
    notes: list[str] = []
    for entry in changes:
        _apply(configuration, document, entry, notes)
    return document, notes


def _apply(configuration: PublishedConfiguration, document: dict[str, Any], entry: Change, notes: list[str]) -> None:
    tables = _tables(configuration, document, entry)
    hits = 0
    for table, known in tables:
        hits += _apply_to(configuration, document, table, known, entry, notes)
    if not hits:
        raise ParameterError(str(entry), f"no circuit has the key {entry.key}")


def _tables(
    configuration: PublishedConfiguration, document: dict[str, Any], entry: Change
) -> list[tuple[dict[str, Any], frozenset[str]]]:
    """The tables that a change may touch, with the keys that each may have."""
    if entry.circuit == "zkevm" or (not entry.circuit and entry.key in HEADER and entry.key not in ("name",)):
        return [(document["zkevm"], frozenset(HEADER))]
    if entry.circuit == "swirl" or (not entry.circuit and "swirl" in document and entry.key in SWIRL_LOGUP):
        return [(document["swirl"], frozenset(SWIRL_LOGUP))] if "swirl" in document else []
    named = [
        (table, frozenset(CIRCUITS[circuit.family, circuit.opening.label.lower()]))
        for table, circuit in zip(document["circuits"], configuration.circuits, strict=True)
        if entry.circuit in ("", circuit.name)
    ]
    if not named:
        names = ", ".join(circuit.name for circuit in configuration.circuits)
        raise ParameterError(str(entry), f"no circuit is called {entry.circuit}; there are {names}")
    return named


def _apply_to(
    configuration: PublishedConfiguration,
    document: dict[str, Any],
    table: dict[str, Any],
    known: frozenset[str],
    entry: Change,
    notes: list[str],
) -> bool:
    if entry.key == DEGREE:
        holder = table if "field" in table else document["zkevm"]
        holder["field"] = f"{str(holder['field']).partition('^')[0]}^{entry.value}"
        return True
    if entry.key == HEIGHT:
        return _set_height(table, entry, notes)
    names = (entry.key, *ALIASES.get(entry.key, ()))
    name = next((name for name in names if name in table), next((name for name in names if name in known), None))
    if name is None:
        return False
    if entry.index is None:
        if isinstance(table.get(name), list) and not isinstance(entry.value, list):
            raise ParameterError(str(entry), f"{name} is a list: set all of it, or one entry as {name}[0]=...")
        table[name] = _rate_log2(entry.value) if name in RATES_LOG2 and entry.key != name else _fraction(entry.value)
    else:
        entries = table.get(name)
        if not isinstance(entries, list) or entry.index >= len(entries):
            raise ParameterError(str(entry), f"{name} has no entry {entry.index}")
        table[name] = [*entries[: entry.index], entry.value, *entries[entry.index + 1 :]]
    if name in RATES_LOG2:
        # The rates of the iterations follow the first.
        table.pop("whir_log_inv_rates", None)
    if name in ("rho", "trace_length", "dense_length", "fri_folding_factors"):
        _fit_last_layer(table, entry, notes)
    return True


def _fraction(value: Any) -> Any:
    """A rate written as 1/8 is a number of the format."""
    if isinstance(value, str) and value.startswith("1/") and value[2:].isascii() and value[2:].isdigit():
        divisor = int(value[2:20])
        if divisor > 0 and divisor & (divisor - 1) == 0:
            return WrittenNumber(f"{1 / divisor:.60f}".rstrip("0")) if divisor > 1 else value
    return value


def _rate_log2(value: Any) -> Any:
    """-log2 of a rate that is a power of two; anything else as it is, so that reading it tells what is wrong."""
    value = _fraction(value)
    if isinstance(value, WrittenNumber) and -20 < value.adjusted() < 0:
        inverse = 1 / Fraction(value)
        if inverse.denominator == 1 and is_power_of_two(inverse.numerator):
            return inverse.numerator.bit_length() - 1
    return value


def _set_height(table: dict[str, Any], entry: Change, notes: list[str]) -> bool:
    if not isinstance(entry.value, int) or isinstance(entry.value, bool) or not 1 <= entry.value <= 40:
        raise ParameterError(str(entry), "a height is the logarithm of one, from 1 to 40")
    if "dense_length" in table:
        table["dense_length"] = 1 << entry.value
    elif "log_degree" in table:
        table["log_degree"] = entry.value
    elif "n_stack" in table:
        table["n_stack"] = entry.value - int(table["l_skip"])
    else:
        table["trace_length"] = 1 << entry.value
    _fit_last_layer(table, entry, notes)
    return True


def _fit_last_layer(table: dict[str, Any], entry: Change, notes: list[str]) -> None:
    """Makes folds and last layer of FRI fit the changed domain; what else is wrong, reading tells.

    A domain that grew leaves a larger last layer; of one that shrank the last folds go, until one as large is left.
    """
    factors, rate = table.get("fri_folding_factors"), table.get("rho")
    height, stop = table.get("dense_length", table.get("trace_length")), table.get("fri_early_stop_degree")
    if not isinstance(factors, list) or not isinstance(height, int) or not isinstance(stop, int):
        return
    if not isinstance(rate, WrittenNumber) or not 0 < rate < 1 or rate.adjusted() < -20:
        return
    if Fraction(rate).numerator != 1 or not is_power_of_two(Fraction(rate).denominator):
        return
    if not all(type(factor) is int and factor > 1 for factor in factors):
        return
    folds, domain = list(factors), int(height / rate)
    while folds and domain // math.prod(folds) < max(1, stop):
        folds.pop()
    left = domain // math.prod(folds)
    if folds != factors or left != stop:
        table["fri_folding_factors"], table["fri_early_stop_degree"] = folds, left
        notes.append(f"{table.get('name')}: {len(folds)} folds, fri_early_stop_degree = {left}, as the domain allows")
    if "blowup_factor" in table and table["blowup_factor"] * rate != 1:
        table["blowup_factor"] = int(1 / rate)
