"""The TOML format in which zkVM teams publish their parameters: reading it strictly.

The keys are those of the public calculator (ethereum/soundcalc). A key that is not among them is an error, as a
misspelt one would otherwise silently fall back to a default.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from soundcalc.errors import ConfigurationError, ParameterError, UnsupportedFamilyError
from soundcalc.exact import is_power_of_two
from soundcalc.published.section import Section, WrittenNumber, shown
from soundcalc.regimes.proximity import Batching, check_rate

SUPPORTED_FAMILY = "FRI_STARK"
UNSUPPORTED_FAMILIES = ("JAGGED", "WHIR", "SWIRL")

BASE_FIELDS: Mapping[str, tuple[int, int]] = {
    "Goldilocks": (2**64 - 2**32 + 1, 32),
    "BabyBear": (2**31 - 2**27 + 1, 27),
    "KoalaBear": (2**31 - 2**24 + 1, 24),
    "M31": (2**31 - 1, 31),
    "BN254": (21888242871839275222246405745257275088548364400416034343698204186575808495617, 28),
}
"""Order and the logarithm of the largest evaluation domain; for M31 that of the circle group, p + 1."""

MAXIMUM_QUERIES = 1 << 12
"""An order of magnitude above any published number; the error of so many is still quick to compute."""

MAXIMUM_DIGEST_BITS = 1 << 12
"""Above every hash in use."""

MAXIMUM_EXTENSION_DEGREE = 64
"""Of the smallest base field, near 2^2000: above every field in use."""

MINIMUM_GAP = Fraction(1, 1 << 20)
"""Nearer to the radius nothing is gained, and the public calculator's floating point cannot tell the gap from none."""

HEADER_KEYS = frozenset({"name", "protocol_family", "field", "hash_size_bits", "version"})
REQUIRED_HEADER_KEYS = ("name", "field", "hash_size_bits")
REQUIRED_CIRCUIT_KEYS = (
    "name",
    "rho",
    "trace_length",
    "air_max_degree",
    "num_constraints",
    "opening_points",
    "batch_size",
    "power_batching",
    "num_queries",
    "fri_folding_factors",
    "fri_early_stop_degree",
)
GRINDING_KEYS = (
    "grinding_deep",
    "grinding_batching_phase",
    "grinding_commit_phase",
    "grinding_query_phase",
)
DESCRIPTIVE_KEYS = frozenset({"group", "num_columns", "num_columns_fixed", "num_columns_witness", "proof_size"})
"""Keys on which no figure depends."""
CIRCUIT_KEYS = frozenset(
    {
        *REQUIRED_CIRCUIT_KEYS,
        *GRINDING_KEYS,
        *DESCRIPTIVE_KEYS,
        "multilinear_batching",
        "gap_to_radius",
        "max_combo",
        "explicit_regime",
        "lookups",
    }
)
REQUIRED_LOOKUP_KEYS = ("name", "rows_L", "rows_T")
LOOKUP_KEYS = frozenset(
    {
        *REQUIRED_LOOKUP_KEYS,
        "logup_type",
        "num_columns_S",
        "num_lookups_M",
        "grinding_bits_lookup",
        "multilinear_fingerprint",
        "reduction_error",
    }
)


@dataclass(frozen=True)
class PublishedLookup:
    """One LogUp instance: `lookups` lookups on each of `rows_looked_up` + `rows_table` rows."""

    name: str
    is_multivariate: bool
    rows_looked_up: int
    rows_table: int
    tuple_columns: int
    lookups: int
    grinding_bits: int
    multilinear_fingerprint: bool
    reduction_error: Fraction


@dataclass(frozen=True)
class PublishedCircuit:
    """One circuit; its grinding is in bits for each phase."""

    name: str
    rate: Fraction
    trace_length: int
    maximum_degree: int
    constraints: int
    opening_points: int
    batch_size: int
    batching: Batching
    queries: int
    folding_factors: tuple[int, ...]
    final_domain_size: int
    grinding_deep: int
    grinding_batching: int
    grinding_commit: int
    grinding_query: int
    gap_to_radius: Fraction | None
    only_regime: str | None
    lookups: tuple[PublishedLookup, ...]

    @property
    def domain_size(self) -> int:
        return int(self.trace_length / self.rate)


@dataclass(frozen=True)
class PublishedConfiguration:
    """A file. `ignored_keys` lists unknown keys as "circuit.key" where the reader was told to be lenient."""

    name: str
    version: str | None
    field_name: str
    base_field_size: int
    extension_degree: int
    digest_bits: int
    circuits: tuple[PublishedCircuit, ...]
    ignored_keys: tuple[str, ...]

    @property
    def field_size(self) -> int:
        return int(self.base_field_size**self.extension_degree)


def read_configuration(path: Path, lenient: bool = False) -> PublishedConfiguration:
    """Reads a published file. Raises ConfigurationError, or UnsupportedFamilyError for another protocol."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(path.name, "", "", f"is not UTF-8: {error}") from error
    return parse_configuration(text, path.name, lenient)


def parse_configuration(text: str, file: str, lenient: bool = False) -> PublishedConfiguration:
    """The configuration in this TOML text; `file` names it in errors."""
    try:
        document = tomllib.loads(text, parse_float=WrittenNumber)
    except ValueError as error:
        raise ConfigurationError(file, "", "", f"is not TOML with finite numbers: {error}") from error
    return _Reader(file, lenient).configuration(document)


class _Reader:
    def __init__(self, file: str, lenient: bool) -> None:
        self.file = file
        self.lenient = lenient
        self.ignored: list[str] = []

    def configuration(self, document: dict[str, Any]) -> PublishedConfiguration:
        top = Section(self.file, "", document)
        top.require(["zkevm"])
        header = Section(self.file, "zkevm", document["zkevm"])
        header.require(["protocol_family"])
        family = header.text("protocol_family")
        if family in UNSUPPORTED_FAMILIES:
            raise UnsupportedFamilyError(self.file, family)
        if family != SUPPORTED_FAMILY:
            raise header.error("protocol_family", f"{shown(family)} is unknown")
        self._check_keys(top, frozenset({"zkevm", "circuits"}))
        self._check_keys(header, HEADER_KEYS)
        header.require(REQUIRED_HEADER_KEYS)
        base_size, degree, domain_log2 = self._field(header)
        sections = top.sections("circuits")
        if not sections:
            raise top.error("circuits", "is missing")
        return PublishedConfiguration(
            name=header.text("name"),
            version=header.text("version") if "version" in header.entries else None,
            field_name=header.text("field"),
            base_field_size=base_size,
            extension_degree=degree,
            digest_bits=header.integer("hash_size_bits", 1, maximum=MAXIMUM_DIGEST_BITS),
            circuits=tuple(self._circuit(section, domain_log2) for section in sections),
            ignored_keys=tuple(self.ignored),
        )

    def _check_keys(self, section: Section, known: frozenset[str]) -> None:
        for key in section.entries:
            if key not in known:
                if not self.lenient:
                    raise section.error(key, "is unknown")
                self.ignored.append(f"{section.circuit}.{key}" if section.circuit else key)

    def _field(self, header: Section) -> tuple[int, int, int]:
        """Order of the base field, degree, logarithm of the largest domain."""
        name, _, degree = header.text("field").partition("^")
        if name not in BASE_FIELDS or not (degree.isdecimal() or degree == "") or degree == "0":
            raise header.error("field", f"{header.text('field')!r} is not one of {', '.join(BASE_FIELDS)} with ^degree")
        size, domain_log2 = BASE_FIELDS[name]
        if len(degree) > 2 or int(degree or 1) > MAXIMUM_EXTENSION_DEGREE:
            raise header.error("field", f"{shown(header.text('field'))} has a degree above {MAXIMUM_EXTENSION_DEGREE}")
        return size, int(degree or 1), domain_log2

    def _circuit(self, entries: Any, domain_log2: int) -> PublishedCircuit:
        name = entries.get("name", "") if isinstance(entries, dict) else ""
        section = Section(self.file, str(name), entries)
        self._check_keys(section, CIRCUIT_KEYS)
        section.require(REQUIRED_CIRCUIT_KEYS)
        rate = section.number("rho")
        try:
            check_rate(rate)
        except ParameterError as error:
            reason = "is not a power of two strictly between 0 and 1"
            raise section.error("rho", f"{shown(section.entries['rho'])} {reason}") from error
        trace_length = section.integer("trace_length", 2)
        if not is_power_of_two(trace_length):
            raise section.error("trace_length", f"{trace_length} is not a power of two")
        domain_size = int(trace_length / rate)
        if domain_size > 1 << domain_log2:
            raise section.error("trace_length", f"a domain of {shown(domain_size)} points exceeds 2^{domain_log2}")
        opening_points = section.integer("opening_points", 1)
        if section.integer("max_combo", 1, opening_points) != opening_points:
            raise section.error("max_combo", "differs from opening_points, by which the figures go")
        return PublishedCircuit(
            name=section.text("name"),
            rate=rate,
            trace_length=trace_length,
            maximum_degree=section.integer("air_max_degree", 1),
            constraints=section.integer("num_constraints", 1),
            opening_points=opening_points,
            batch_size=section.integer("batch_size", 1),
            batching=self._batching(section),
            queries=section.integer("num_queries", 1, maximum=MAXIMUM_QUERIES),
            folding_factors=self._folding(section, domain_size),
            final_domain_size=section.integer("fri_early_stop_degree", 1),
            grinding_deep=section.grinding("grinding_deep"),
            grinding_batching=section.grinding("grinding_batching_phase"),
            grinding_commit=section.grinding("grinding_commit_phase"),
            grinding_query=section.grinding("grinding_query_phase"),
            gap_to_radius=self._gap(section, rate),
            only_regime=self._regime(section),
            lookups=tuple(self._lookup(section, lookup) for lookup in section.sections("lookups")),
        )

    def _batching(self, section: Section) -> Batching:
        if section.boolean("multilinear_batching", False):
            if section.boolean("power_batching", False):
                raise section.error("multilinear_batching", "excludes power_batching")
            return Batching.MULTILINEAR
        return Batching.POWERS if section.boolean("power_batching", False) else Batching.AFFINE

    def _folding(self, section: Section, domain_size: int) -> tuple[int, ...]:
        factors = section.entries["fri_folding_factors"]
        if not isinstance(factors, list) or not all(type(f) is int and is_power_of_two(f) and f > 1 for f in factors):
            raise section.error("fri_folding_factors", f"{shown(factors)} is not a list of powers of two above 1")
        stop = section.integer("fri_early_stop_degree", 1)
        if math.prod(factors) * stop != domain_size:
            raise section.error(
                "fri_early_stop_degree", f"folding {domain_size} points by {shown(factors)} does not leave {stop}"
            )
        return tuple(factors)

    def _gap(self, section: Section, rate: Fraction) -> Fraction | None:
        if "gap_to_radius" not in section.entries:
            return None
        gap = section.number("gap_to_radius")
        written = shown(section.entries["gap_to_radius"])
        if not (gap > 0 and gap < 1 and (1 - gap) ** 2 > rate):
            raise section.error("gap_to_radius", f"{written} does not lie between 0 and 1 - sqrt(rho)")
        if gap < MINIMUM_GAP:
            raise section.error("gap_to_radius", f"{written} is below 2^-{MINIMUM_GAP.denominator.bit_length() - 1}")
        return gap

    def _regime(self, section: Section) -> str | None:
        if "explicit_regime" not in section.entries:
            return None
        regime = section.text("explicit_regime")
        if regime not in ("unique", "list"):
            raise section.error("explicit_regime", f"{regime!r} is neither 'unique' nor 'list'")
        return regime

    def _lookup(self, circuit: Section, entries: Any) -> PublishedLookup:
        name = entries.get("name", "") if isinstance(entries, dict) else ""
        section = Section(self.file, f"{circuit.circuit}, lookup {name}", entries)
        self._check_keys(section, LOOKUP_KEYS)
        section.require(REQUIRED_LOOKUP_KEYS)
        kind = section.text("logup_type") if "logup_type" in section.entries else "univariate"
        if kind not in ("univariate", "multivariate"):
            raise section.error("logup_type", f"{kind!r} is neither 'univariate' nor 'multivariate'")
        rows_looked_up, rows_table = section.integer("rows_L", 0), section.integer("rows_T", 0)
        if rows_looked_up + rows_table == 0:
            raise section.error("rows_L", "and rows_T are both 0")
        reduction_error = section.number("reduction_error") if "reduction_error" in section.entries else Fraction(0)
        if reduction_error < 0:
            raise section.error("reduction_error", "is negative")
        return PublishedLookup(
            name=section.text("name"),
            is_multivariate=kind == "multivariate",
            rows_looked_up=rows_looked_up,
            rows_table=rows_table,
            tuple_columns=section.integer("num_columns_S", 1, 1),
            lookups=section.integer("num_lookups_M", 1, 1),
            grinding_bits=section.grinding("grinding_bits_lookup"),
            multilinear_fingerprint=section.boolean("multilinear_fingerprint", kind == "multivariate"),
            reduction_error=reduction_error,
        )
