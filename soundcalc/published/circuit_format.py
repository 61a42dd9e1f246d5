"""One circuit of a configuration file: what each family holds between its keys."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from soundcalc.errors import ConfigurationError, ParameterError
from soundcalc.published.arguments import Argument, DeepAli, Jagged
from soundcalc.published.fields import Field, field_named
from soundcalc.published.fri import FriOpening
from soundcalc.published.keys import Key
from soundcalc.published.lookups import PublishedLookup
from soundcalc.published.opening import Opening
from soundcalc.published.regimes import LIST, UNIQUE
from soundcalc.published.rounds import comparable, is_reserved
from soundcalc.published.schema import CIRCUITS, LOOKUP, MIXED, RENAMED, SWIRL_LOGUP, Family
from soundcalc.published.section import Problems, Section, cut, shown
from soundcalc.published.swirl import CONSTRAINT_DEGREE, FOLD, QUERY_GRINDING_BITS, Swirl
from soundcalc.published.system import PublishedCircuit
from soundcalc.published.whir import WhirOpening
from soundcalc.regimes.proximity import Batching, check_rate

MINIMUM_GAP = Fraction(1, 1 << 20)
"""Nearer to the radius nothing is gained, and the public calculator's floating point cannot tell the gap from none."""

ALL_REGIMES = {None: (UNIQUE, LIST), "unique": (UNIQUE,), "list": (LIST,)}
"""By explicit_regime."""


@dataclass
class Source:
    """A file that is being read: its name for errors, and the unknown keys to ignore, if they are."""

    file: str
    ignored: list[str] | None

    def error(self, circuit: str, key: str, reason: str) -> ConfigurationError:
        """A refusal outside of any table."""
        return ConfigurationError(self.file, cut(circuit), cut(key), reason)

    def section(self, circuit: str, entries: Any, keys: Mapping[str, Key]) -> Section:
        """A table with these keys. Raises as Section does."""
        return Section(self.file, circuit, entries, keys, self.ignored, RENAMED)


class CircuitReader:
    """Reads one table of `circuits`."""

    def __init__(self, source: Source, document: Mapping[str, Any], header: Section, table: Any, number: int) -> None:
        self.source = source
        self.document = document
        self.header = header
        if not isinstance(table, dict):
            raise source.error(f"number {number}", "", "is not a table")
        name = table.get("name", "")
        self.name = name if isinstance(name, str) and name else f"number {number}"
        self.family = self._family(table)
        opened_by = {Family.FRI_STARK: "fri", Family.JAGGED: str(table.get("dense_pcs", "fri"))}.get(
            self.family, "whir"
        )
        keys = CIRCUITS.get((self.family, opened_by))
        if keys is None:
            raise source.error(self.name, "dense_pcs", f"{shown(table['dense_pcs'])} is not one of fri, whir")
        self.section = source.section(self.name, table, keys)
        self.field = self._field()

    def _family(self, table: Mapping[str, Any]) -> Family:
        where = self.name if "protocol_family" in table else "zkevm"
        family = table.get("protocol_family", self.header.entries.get("protocol_family"))
        if family in (None, MIXED):
            raise self.source.error(self.name, "protocol_family", "is missing, here and in [zkevm]")
        if not isinstance(family, str) or family not in Family.__members__:
            raise self.source.error(where, "protocol_family", f"{shown(family)} is unknown")
        return Family[family]

    def _field(self) -> Field:
        section = self.section if "field" in self.section else self.header
        try:
            return field_named(section.text("field"))
        except ValueError as error:
            raise section.error("field", f"{shown(section.text('field'))} {error}") from error

    def circuit(self) -> PublishedCircuit:
        """Raises ConfigurationError if the document is malformed, and ConfigurationProblemsError if it is in several
        places.
        """
        readers: dict[Family, Callable[[], tuple[Opening, Argument]]] = {
            Family.FRI_STARK: lambda: (self._fri("trace_length", "batch_size"), self._deep_ali()),
            Family.WHIR: lambda: (self._whir("batch_size"), self._deep_ali()),
            Family.JAGGED: self._jagged,
            Family.SWIRL: self._swirl,
        }
        opening, argument = readers[self.family]()
        section = self.section
        regime = "unique" if self.family is Family.JAGGED else section.entries.get("explicit_regime")
        multiplicity = section.optional_integer("explicit_m") if regime == "list" else None
        if self.family is Family.SWIRL and regime == "list" and multiplicity is None:
            raise section.error("explicit_m", "is missing, as explicit_regime is 'list'")
        hashed = section if "hash_size_bits" in section else self.header
        return PublishedCircuit(
            name=section.text("name"),
            family=self.family,
            field=self.field,
            digest_bits=hashed.integer("hash_size_bits"),
            opening=opening,
            argument=argument,
            lookups=self._lookups(),
            regimes=ALL_REGIMES[regime],
            gap_to_radius=self._gap(opening.rates),
            multiplicity=multiplicity,
        )

    def _deep_ali(self) -> DeepAli:
        section = self.section
        opening_points = section.integer("opening_points")
        if section.entries.get("max_combo", opening_points) != opening_points:
            raise section.error("max_combo", "differs from opening_points, by which the figures go")
        return DeepAli(
            constraints=section.integer("num_constraints"),
            maximum_degree=section.integer("air_max_degree"),
            opening_points=opening_points,
            grinding_deep=section.integer("grinding_deep") if "grinding_deep" in section else 0,
        )

    def _fri(self, height_key: str, functions_key: str) -> FriOpening:
        section = self.section
        rate, height = self._rate(), section.integer(height_key)
        domain_size = int(height / rate)
        self._check_domain(height_key, domain_size)
        factors, stop = section.integers("fri_folding_factors"), section.integer("fri_early_stop_degree")
        if math.prod(factors) * stop != domain_size:
            reason = f"folding {domain_size} points by {shown(list(factors))} does not leave {stop}"
            raise section.error("fri_early_stop_degree", reason)
        return FriOpening(
            rate=rate,
            coefficients=height,
            functions=section.integer(functions_key),
            batching=self._batching(),
            queries=section.integer("num_queries"),
            folding_factors=factors,
            final_domain_size=stop,
            grinding_batching=section.integer("grinding_batching_phase"),
            grinding_commit=section.integer("grinding_commit_phase"),
            grinding_query=section.integer("grinding_query_phase"),
        )

    def _rate(self) -> Fraction:
        section, rate = self.section, self.section.number("rho")
        try:
            check_rate(rate)
        except ParameterError as error:
            reason = f"{shown(section.entries['rho'])} is not a power of two strictly between 0 and 1"
            raise section.error("rho", reason) from error
        if "blowup_factor" in section and section.integer("blowup_factor") * rate != 1:
            raise section.error("blowup_factor", "is not 1/rho")
        return rate

    def _check_domain(self, key: str, points: int) -> None:
        if points > 1 << self.field.domain_log2:
            raise self.section.error(key, f"a domain of {shown(points)} points exceeds 2^{self.field.domain_log2}")

    def _batching(self) -> Batching:
        if self.section.boolean("multilinear_batching"):
            if self.section.boolean("power_batching"):
                raise self.section.error("multilinear_batching", "excludes power_batching")
            return Batching.MULTILINEAR
        return Batching.POWERS if self.section.boolean("power_batching") else Batching.AFFINE

    def _whir(self, functions_key: str) -> WhirOpening:
        section, iterations = self.section, self.section.integer("num_iterations")
        lists = {
            "folding_factors": iterations,
            "num_queries": iterations,
            "grinding_bits_queries": iterations,
            "grinding_bits_folding": iterations,
            "num_ood_samples": iterations - 1,
            "grinding_bits_ood": iterations - 1,
        }
        for key, length in lists.items():
            if len(section.entries[key]) != length:
                raise section.error(key, f"has {len(section.entries[key])} entries, not {length}")
        folds = section.integers("folding_factors")
        grinding = section.integer_lists("grinding_bits_folding")
        for iteration, (fold, bits) in enumerate(zip(folds, grinding, strict=True)):
            if len(bits) != fold:
                reason = f"has {len(bits)} entries for iteration {iteration}, not {fold}"
                raise section.error("grinding_bits_folding", reason)
        if "multilinear_batching" in section and section.boolean("multilinear_batching"):
            raise section.error("multilinear_batching", "WHIR batches by powers or by independent coefficients")
        return self._whir_opening(
            variables=section.integer("log_degree"),
            rates_log2=self._whir_rates(folds),
            folds=folds,
            functions=section.integer(functions_key),
            batching=Batching.POWERS if section.boolean("power_batching") else Batching.AFFINE,
            degree=section.integer("constraint_degree"),
            queries=section.integers("num_queries"),
            samples=section.integers("num_ood_samples"),
            grinding_batching=section.integer("grinding_batching_phase"),
            grinding_folding=grinding,
            grinding_queries=section.integers("grinding_bits_queries"),
            grinding_samples=section.integers("grinding_bits_ood"),
        )

    def _whir_rates(self, folds: Sequence[int]) -> tuple[int, ...]:
        section, first = self.section, self.section.integer("log_inv_rate")
        if "whir_log_inv_rates" not in section:
            return rates_of_halved_domains(first, folds)
        rates = section.integers("whir_log_inv_rates")
        if len(rates) not in (len(folds), len(folds) + 1):
            raise section.error("whir_log_inv_rates", f"has {len(rates)} entries, not {len(folds)}")
        if rates[0] != first:
            raise section.error("whir_log_inv_rates", f"begins with {rates[0]}, not with log_inv_rate")
        return rates[: len(folds)]

    def _whir_opening(self, **parameters: Any) -> WhirOpening:
        opening = WhirOpening(**parameters)
        key = "l_skip" if self.family is Family.SWIRL else "log_degree"
        if sum(opening.folds) > opening.variables:
            reason = f"{opening.variables} variables are fewer than the {sum(opening.folds)} that are folded"
            raise self.section.error(key, reason)
        codes = zip(opening.heights_log2[:-1], opening.rates_log2, opening.folds, strict=True)
        for height, rate, fold in codes:
            # Blocks of 2^fold values are interleaved, so that the transform is as long as the domain after the fold.
            if height + rate - fold > self.field.domain_log2:
                reason = f"a domain of 2^{height + rate - fold} blocks exceeds 2^{self.field.domain_log2}"
                raise self.section.error(key, reason)
        return opening

    def _jagged(self) -> tuple[Opening, Argument]:
        section = self.section
        opening: Opening
        if section.text("dense_pcs") == "whir":
            opening = self._whir("dense_batch")
            if section.entries.get("dense_length", opening.height) != opening.height:
                raise section.error("dense_length", f"is not 2^log_degree = {opening.height}")
        else:
            opening = self._fri("dense_length", "dense_batch")
        return opening, Jagged(
            trace_height=section.integer("trace_length"),
            trace_columns=section.integer("trace_columns"),
            constraints=section.integer("num_constraints"),
            maximum_degree=section.integer("air_max_degree"),
        )

    def _swirl(self) -> tuple[Opening, Argument]:
        section = self.section
        if "swirl" not in self.document:
            raise self.source.error("", "swirl", f"is missing, as circuit {self.name!r} is of the family SWIRL")
        logup = self.source.section("swirl", self.document["swirl"], SWIRL_LOGUP)
        queries = section.integers("whir_num_queries")
        if not queries:
            raise section.error("whir_num_queries", "is empty")
        iterations, first = len(queries), section.integer("log_blowup")
        opening = self._whir_opening(
            variables=section.integer("l_skip") + section.integer("n_stack"),
            rates_log2=rates_of_halved_domains(first, [FOLD] * iterations),
            folds=(FOLD,) * iterations,
            functions=section.integer("w_stack"),
            batching=Batching.POWERS,
            degree=section.integer("constraint_degree"),
            queries=queries,
            samples=(1,) * (iterations - 1),
            grinding_batching=section.integer("whir_mu_pow_bits"),
            grinding_folding=((section.integer("whir_folding_pow_bits"),) * FOLD,) * iterations,
            grinding_queries=(QUERY_GRINDING_BITS,) * iterations,
            grinding_samples=(0,) * (iterations - 1),
        )

        def bounded(key: str) -> int:
            """The bound by which the errors go, not below the size itself."""
            size = section.integer(key)
            bound = section.entries.get(f"soundness_{key}", size)
            if bound < size:
                raise section.error(f"soundness_{key}", f"{bound} is below {key} = {size}")
            return int(bound)

        grinding = section if "logup_pow_bits" in section else logup
        return opening, Swirl(
            skipped_variables=section.integer("l_skip"),
            messages=logup.integer("logup_max_interaction_count"),
            message_length_log2=logup.integer("logup_log_max_message_length"),
            grinding_lookup=grinding.integer("logup_pow_bits"),
            constraints_of_a_table=bounded("max_constraints_per_air"),
            tables=bounded("num_airs"),
            trace_height_log2=bounded("max_log_trace_height"),
            trace_columns=bounded("num_trace_columns"),
            messages_of_a_row=bounded("max_interactions_per_air"),
            degree=section.integer("constraint_degree") if "protocol_family" in section else CONSTRAINT_DEGREE,
        )

    def _gap(self, rates: Sequence[Fraction]) -> Fraction | None:
        section = self.section
        if "gap_to_radius" not in section:
            return None
        gap, written = section.number("gap_to_radius"), shown(section.entries["gap_to_radius"])
        if not (0 < gap < 1 and all((1 - gap) ** 2 > rate for rate in rates)):
            raise section.error("gap_to_radius", f"{written} does not lie between 0 and 1 - sqrt(rho)")
        if gap < MINIMUM_GAP:
            raise section.error("gap_to_radius", f"{written} is below 2^-{MINIMUM_GAP.denominator.bit_length() - 1}")
        return gap

    def _lookups(self) -> tuple[PublishedLookup, ...]:
        problems = Problems()
        lookups: list[PublishedLookup] = []
        names: set[str] = set()
        for number, table in enumerate(self.section.tables("lookups"), start=1):
            with problems.gathered():
                lookup = self._lookup(table, number)
                where = f"{self.name}, lookup {lookup.name}"
                if is_reserved(lookup.name):
                    raise self.source.error(where, "name", "is that of a round")
                if comparable(lookup.name) in names:
                    raise self.source.error(where, "name", "is that of another lookup as well")
                names.add(comparable(lookup.name))
                lookups.append(lookup)
        problems.raise_if_any()
        return tuple(lookups)

    def _lookup(self, table: Any, number: int) -> PublishedLookup:
        name = table.get("name", "") if isinstance(table, dict) else ""
        shown_name = name if isinstance(name, str) and name else f"number {number}"
        section = self.source.section(f"{self.name}, lookup {shown_name}", table, LOOKUP)
        is_multivariate = section.text("logup_type") == "multivariate"
        if section.integer("rows_L") + section.integer("rows_T") == 0:
            raise section.error("rows_L", "and rows_T are both 0")
        fingerprint = section.boolean("multilinear_fingerprint")
        return PublishedLookup(
            name=section.text("name"),
            is_multivariate=is_multivariate,
            rows_looked_up=section.integer("rows_L"),
            rows_table=section.integer("rows_T"),
            tuple_columns=section.integer("num_columns_S"),
            lookups=section.integer("num_lookups_M"),
            grinding_bits=section.integer("grinding_bits_lookup"),
            multilinear_fingerprint=fingerprint if "multilinear_fingerprint" in section else is_multivariate,
            reduction_error=section.number("reduction_error"),
        )


def rates_of_halved_domains(first: int, folds: Sequence[int]) -> tuple[int, ...]:
    """-log2 of every iteration's rate when each iteration halves the domain and folds so many variables."""
    rates = [first]
    for fold in folds[:-1]:
        rates.append(rates[-1] + fold - 1)
    return tuple(rates)
