"""A configuration as TOML text, which reads back to the same figures, here and in the public calculator."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from soundcalc.published.figures import Bounds, own_regimes
from soundcalc.published.fri import FriOpening
from soundcalc.published.regimes import LIST
from soundcalc.published.schema import Family
from soundcalc.published.section import WrittenNumber
from soundcalc.published.system import PublishedCircuit, PublishedConfiguration
from soundcalc.published.whir import WhirOpening
from soundcalc.regimes.proximity import Johnson

HEADER_COMMENT = """\
# Written by limpid soundcalc. The keys are those of the public calculator, ethereum/soundcalc, which reads the file as
# soundcalc/zkvms/NAME/NAME.toml. Its releases before July 2026 want one protocol_family, in [zkevm]; later ones want it
# in every circuit, and then take the degree of SWIRL's constraints from constraint_degree.
"""


def exported(configuration: PublishedConfiguration) -> str:
    """The document of a configuration: every key with its name and its value, and none besides."""
    return written(HEADER_COMMENT, configuration.document)


def written(comment: str, document: Mapping[str, Any]) -> str:
    """A document as TOML, after a comment: tables, and arrays of tables that may have lookups."""
    parts = [comment]
    for title, tables in document.items():
        if isinstance(tables, list):
            parts += [part for table in tables for part in _tables(f"[[{title}]]", table)]
        elif isinstance(tables, dict):
            parts.append(_section(f"[{title}]", tables))
    return "\n".join(parts)


def _tables(title: str, table: Mapping[str, Any]) -> list[str]:
    """A circuit, and its lookups after it."""
    entries = {key: value for key, value in table.items() if key != "lookups"}
    lookups = table.get("lookups", [])
    return [_section(title, entries), *(_section(f"{title[:-2]}.lookups]]", lookup) for lookup in lookups)]


def _section(title: str, entries: Mapping[str, Any]) -> str:
    return "\n".join([title, *(f"{_key(key)} = {toml_value(value)}" for key, value in entries.items()), ""])


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else json.dumps(key)


def toml_value(value: object) -> str:
    """A value as TOML: numbers as the file has them."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # JSON leaves one control character alone that TOML wants escaped.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            return "{" + ", ".join(f"{_key(key)} = {toml_value(inner)}" for key, inner in value.items()) + "}"
        case _:
            return str(value)


def with_openings(configuration: PublishedConfiguration, circuits: Sequence[PublishedCircuit]) -> dict[str, Any]:
    """The document with the openings of these circuits, one for each of the configuration's."""
    document: dict[str, Any] = dict(configuration.document)
    pairs = zip(document["circuits"], circuits, strict=True)
    document["circuits"] = [{**table, **_opening_entries(table, circuit)} for table, circuit in pairs]
    for table in document["circuits"]:
        # What they say again of the old opening.
        for key in ("blowup_factor", "whir_log_inv_rates"):
            table.pop(key, None)
    return document


def _opening_entries(table: Mapping[str, Any], circuit: PublishedCircuit) -> dict[str, Any]:
    """The keys of an opening; a radius besides, so that the public calculator goes as near to Johnson's bound."""
    match circuit.opening:
        case FriOpening() as fri:
            entries: dict[str, Any] = {
                "rho": WrittenNumber(str(float(fri.rate))),
                "num_queries": fri.queries,
                "fri_folding_factors": list(fri.folding_factors),
                "fri_early_stop_degree": fri.final_domain_size,
                "grinding_batching_phase": fri.grinding_batching,
                "grinding_commit_phase": fri.grinding_commit,
                "grinding_query_phase": fri.grinding_query,
            }
            if LIST in circuit.regimes:
                entries["gap_to_radius"] = _gap(circuit)
            return entries
        case WhirOpening() as whir if circuit.family is Family.SWIRL:
            return {
                "log_blowup": whir.rates_log2[0],
                "whir_num_queries": list(whir.queries),
                "whir_folding_pow_bits": whir.grinding_folding[0][0],
                "whir_mu_pow_bits": whir.grinding_batching,
            }
        case WhirOpening() as whir:
            return {
                "log_inv_rate": whir.rates_log2[0],
                "num_iterations": len(whir.folds),
                "folding_factors": list(whir.folds),
                "num_queries": list(whir.queries),
                "num_ood_samples": list(whir.samples),
                "grinding_batching_phase": whir.grinding_batching,
                "grinding_bits_folding": [list(bits) for bits in whir.grinding_folding],
                "grinding_bits_queries": list(whir.grinding_queries),
                "grinding_bits_ood": list(whir.grinding_samples),
            }
        case _:
            return {}


def _gap(circuit: PublishedCircuit) -> WrittenNumber:
    """eta = sqrt(rho) / (2 m) for the m that is best, with so many digits that the same m comes back."""
    (regime,) = own_regimes(circuit, LIST, Bounds.PROVEN)
    assert isinstance(regime, Johnson)
    gap = math.sqrt(circuit.opening.rates[0]) / (2 * regime.multiplicity)
    # A little more than eta, so that m is not rounded up.
    return WrittenNumber(f"{gap * (1 + 1e-9):.15f}")
