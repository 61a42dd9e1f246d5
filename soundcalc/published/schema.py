"""The keys of every table of a configuration file, family by family.

They are those of the public calculator (ethereum/soundcalc), whose format teams publish their parameters in: a key
that is not among them is an error, as a misspelt one would otherwise silently fall back to a default. Keys marked as
descriptive change no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from soundcalc.published.keys import Key, ValueKind, by_name, choice, descriptive, optional, required, tables, text

MAXIMUM_QUERIES = 1 << 12
"""An order of magnitude above any published number; the error of so many is still quick to compute."""

MAXIMUM_DIGEST_BITS = 1 << 12
"""Above every hash in use."""

MAXIMUM_VARIABLES = 40
"""Logarithm of the longest vector: no published field has a domain of more than 2^33 points."""

MAXIMUM_CIRCUITS = 128
"""The largest published system has 44."""

MAXIMUM_WORK = 1536
"""Folds and codes of all circuits together: three times those of the largest published system."""

MAXIMUM_LOOKUPS = 64
"""The most lookups of one circuit; the largest published number is below ten."""

MAXIMUM_MULTIPLICITY = 1 << 16
"""Beyond this the agreement exceeds sqrt(rho) by less than a relative 2^-17: nothing is left to gain."""


class Family(Enum):
    """How a circuit is proven. The values are the public calculator's names."""

    FRI_STARK = "FRI_STARK"
    WHIR = "WHIR"
    JAGGED = "JAGGED"
    SWIRL = "SWIRL"


MIXED = "MIXED"
"""In place of a family: every circuit names its own."""

HEADER = by_name(
    (
        text("name", "the system", '"Example"'),
        text("version", "its version", '"1.0"', is_required=False),
        choice(
            "protocol_family",
            f"the family of all circuits; {MIXED}, or absent, where every circuit has its own",
            (*(family.value for family in Family), MIXED),
        ),
        text("field", "base field ^ degree of the extension that challenges come from", '"KoalaBear^4"'),
        required("hash_size_bits", ValueKind.INTEGER, "output of the hash", "256", 1, MAXIMUM_DIGEST_BITS),
    )
)

TOP = by_name(
    (
        Key("zkevm", ValueKind.TABLES, "the system"),
        Key("swirl", ValueKind.TABLES, "LogUp of all SWIRL circuits"),
        tables("circuits", "its circuits", MAXIMUM_CIRCUITS),
    )
)
"""Looked at before kinds are known, so that only the names count."""

_CIRCUIT = (
    text("name", "the circuit; no two have the same", '"main"'),
    choice("protocol_family", "its family, where it is not the system's", tuple(family.value for family in Family)),
    text("field", "its field, where it is not the system's", '"KoalaBear^4"', is_required=False),
    optional("hash_size_bits", ValueKind.INTEGER, "its hash", "256", minimum=1, maximum=MAXIMUM_DIGEST_BITS),
    descriptive("group"),
    descriptive("proof_size"),
)

_LOOKUPS = (tables("lookups", "its LogUp instances", MAXIMUM_LOOKUPS),)

_REGIME = (
    choice("explicit_regime", "the one regime that the public calculator shall analyse", ("unique", "list")),
    optional(
        "gap_to_radius", ValueKind.NUMBER, "eta: list decoding at theta = 1 - sqrt(rho) - eta", "0.005", maximum=1
    ),
)

_DEEP_ALI = (
    required("air_max_degree", ValueKind.INTEGER, "largest degree of a constraint", "3", 1),
    required("num_constraints", ValueKind.INTEGER, "constraints, over all tables", "100", 1),
    required("opening_points", ValueKind.INTEGER, "points at which a column is opened in one quotient", "2", 1),
)

_FRI_OPENING = (
    required("rho", ValueKind.NUMBER, "rate of the code, a power of two", "0.5", maximum=1),
    required("num_queries", ValueKind.INTEGER, "queries", "100", 1, MAXIMUM_QUERIES),
    required("fri_folding_factors", ValueKind.POWERS_OF_TWO, "arity of every fold", "[4, 4, 4, 4, 4, 4]", 2),
    required("fri_early_stop_degree", ValueKind.POWER_OF_TWO, "points of the domain that is left", "512", 1),
    required("power_batching", ValueKind.BOOLEAN, "batching by powers of one challenge", "true"),
    optional("multilinear_batching", ValueKind.BOOLEAN, "batching by an equality polynomial", "false", False),
    optional("grinding_batching_phase", ValueKind.GRINDING, "before the batching challenge", "0", 0),
    optional("grinding_commit_phase", ValueKind.GRINDING, "before every fold", "0", 0),
    optional("grinding_query_phase", ValueKind.GRINDING, "before the queries", "0", 0),
    optional("blowup_factor", ValueKind.POWER_OF_TWO, "1/rho once more, for readers", "2", minimum=2),
)

_COLUMNS = (
    descriptive("num_columns"),
    descriptive("num_columns_fixed"),
    descriptive("num_columns_witness"),
)

_WHIR_OPENING = (
    required("log_inv_rate", ValueKind.INTEGER, "-log2 of the first rate", "1", 1, MAXIMUM_VARIABLES),
    required("num_iterations", ValueKind.INTEGER, "M: iterations", "3", 1, MAXIMUM_VARIABLES),
    required(
        "folding_factors", ValueKind.INTEGERS, "variables that each iteration folds", "[4, 4, 4]", 1, MAXIMUM_VARIABLES
    ),
    required("log_degree", ValueKind.INTEGER, "variables of the polynomial", "16", 1, MAXIMUM_VARIABLES),
    required("power_batching", ValueKind.BOOLEAN, "batching by powers; otherwise by independent coefficients", "true"),
    required("constraint_degree", ValueKind.INTEGER, "d: degree of a sumcheck round, at least 3", "3", 3, 1 << 10),
    required("num_queries", ValueKind.INTEGERS, "queries of each iteration", "[80, 40, 27]", 1, MAXIMUM_QUERIES),
    required("num_ood_samples", ValueKind.INTEGERS, "out-of-domain samples between iterations", "[1, 1]", maximum=64),
    required(
        "grinding_bits_folding",
        ValueKind.GRINDING_LISTS,
        "before each fold of each iteration",
        "[[10, 10, 10, 10], [10, 10, 10, 10], [10, 10, 10, 10]]",
    ),
    required("grinding_bits_queries", ValueKind.GRINDINGS, "before the queries of each iteration", "[20, 20, 20]"),
    required("grinding_bits_ood", ValueKind.GRINDINGS, "before the out-of-domain samples", "[0, 0]"),
    optional(
        "whir_log_inv_rates",
        ValueKind.INTEGERS,
        "-log2 of every rate, where the domain does not just halve",
        "[1, 4, 7]",
        minimum=1,
        maximum=MAXIMUM_VARIABLES,
    ),
)

_JAGGED = (
    required("trace_length", ValueKind.INTEGER, "height of the tallest table", "65536", 2),
    required("trace_columns", ValueKind.INTEGER, "columns of all tables", "100", 1),
    required("dense_batch", ValueKind.INTEGER, "columns of the dense trace", "16", 1),
    required("num_constraints", ValueKind.INTEGER, "constraints, over all tables", "100", 1),
    required("air_max_degree", ValueKind.INTEGER, "largest degree of a constraint", "3", 1),
    choice("dense_pcs", "what opens the dense trace", ("fri", "whir"), "fri"),
    choice("explicit_regime", "the reduction is analysed in unique decoding", ("unique",)),
    descriptive("opening_points"),
    descriptive("udr_only"),
    descriptive("multilinear_zerocheck"),
)

_FRI_ONLY = (
    required("trace_length", ValueKind.POWER_OF_TWO, "height of the trace", "1048576", 2),
    required("batch_size", ValueKind.INTEGER, "functions that are batched", "100", 1),
    optional("grinding_deep", ValueKind.GRINDING, "before the out-of-domain point", "0", 0),
    optional("max_combo", ValueKind.INTEGER, "opening_points once more, for readers", "2", minimum=1),
    *_COLUMNS,
)

_WHIR_ONLY = (
    required("batch_size", ValueKind.INTEGER, "functions that are batched", "100", 1),
    required("grinding_batching_phase", ValueKind.GRINDING, "before the batching challenge", "10"),
    *_COLUMNS,
)

_SWIRL_SIZES = (
    ("max_constraints_per_air", "constraints of the table that has most", "1000"),
    ("num_airs", "tables", "50"),
    ("max_log_trace_height", "logarithm of the tallest table", "20"),
    ("num_trace_columns", "columns of all tables", "2000"),
    ("max_interactions_per_air", "messages on a row of the table that says most", "100"),
)

_SWIRL = (
    required("l_skip", ValueKind.INTEGER, "variables of the univariate round", "2", 1, MAXIMUM_VARIABLES),
    required("n_stack", ValueKind.INTEGER, "further variables of a stacked column", "17", 1, MAXIMUM_VARIABLES),
    required("w_stack", ValueKind.INTEGER, "stacked columns", "512", 1),
    required("log_blowup", ValueKind.INTEGER, "-log2 of the first rate", "3", 1, MAXIMUM_VARIABLES),
    required("whir_num_queries", ValueKind.INTEGERS, "queries of each iteration", "[68, 30, 20]", 1, MAXIMUM_QUERIES),
    required("whir_folding_pow_bits", ValueKind.GRINDING, "before every fold", "18"),
    required("whir_mu_pow_bits", ValueKind.GRINDING, "before the stacked columns are batched", "20"),
    required("constraint_degree", ValueKind.INTEGER, "d: degree of a sumcheck round of WHIR", "3", 3, 1 << 10),
    Key(
        "explicit_regime",
        ValueKind.TEXT,
        "the regime",
        '"unique"',
        True,
        maximum_length=100,
        choices=("unique", "list"),
    ),
    optional("explicit_m", ValueKind.INTEGER, "m of the regime list", "2", minimum=1, maximum=MAXIMUM_MULTIPLICITY),
    optional("logup_pow_bits", ValueKind.GRINDING, "its own, in place of the system's", "18"),
    *(required(name, ValueKind.INTEGER, meaning, example, 1) for name, meaning, example in _SWIRL_SIZES),
    *(
        optional(
            f"soundness_{name}", ValueKind.INTEGER, f"a bound on {name} by which the errors go", example, minimum=1
        )
        for name, _, example in _SWIRL_SIZES
    ),
    *(
        optional(
            f"proof_size_{name}", ValueKind.INTEGER, f"a bound on {name} by which the size goes", example, minimum=1
        )
        for name, _, example in _SWIRL_SIZES[1:]
    ),
    optional("proof_size_num_public_values", ValueKind.INTEGER, "public values in a proof", "0", 0),
)

SWIRL_LOGUP = by_name(
    (
        required("logup_max_interaction_count", ValueKind.INTEGER, "messages of all tables", "2013265921", 1),
        required("logup_log_max_message_length", ValueKind.INTEGER, "logarithm of the widest message", "7", 0, 40),
        required("logup_pow_bits", ValueKind.GRINDING, "before its challenges", "18"),
    )
)
"""The table [swirl]."""

LOOKUP = by_name(
    (
        text("name", "the lookup; no two of a circuit have the same, and none that of a round", '"range"'),
        required("rows_L", ValueKind.INTEGER, "rows that look up", "1048576"),
        required("rows_T", ValueKind.INTEGER, "rows that are looked up", "65536"),
        choice("logup_type", "sums by constraints, or by a GKR circuit", ("univariate", "multivariate"), "univariate"),
        optional("num_columns_S", ValueKind.INTEGER, "columns of a row", "1", 1, minimum=1),
        optional("num_lookups_M", ValueKind.INTEGER, "lookups on each row", "1", 1, minimum=1),
        optional("grinding_bits_lookup", ValueKind.GRINDING, "before its challenges", "0", 0),
        optional(
            "multilinear_fingerprint",
            ValueKind.BOOLEAN,
            "a row is combined by an equality polynomial; as logup_type says where absent",
            "false",
        ),
        optional("reduction_error", ValueKind.NUMBER, "a further error of the sums", "0.0", 0, maximum=1),
    )
)

CIRCUITS: Mapping[tuple[Family, str], Mapping[str, Key]] = {
    (Family.FRI_STARK, "fri"): by_name(_CIRCUIT, _FRI_OPENING, _FRI_ONLY, _DEEP_ALI, _REGIME, _LOOKUPS),
    (Family.WHIR, "whir"): by_name(_CIRCUIT, _WHIR_OPENING, _WHIR_ONLY, _DEEP_ALI, _REGIME, _LOOKUPS),
    (Family.JAGGED, "fri"): by_name(
        _CIRCUIT,
        _JAGGED,
        (required("dense_length", ValueKind.POWER_OF_TWO, "height of the dense trace", "1048576", 2),),
        _FRI_OPENING,
        _REGIME[1:],
        _LOOKUPS,
    ),
    (Family.JAGGED, "whir"): by_name(
        _CIRCUIT,
        _JAGGED,
        (
            optional("dense_length", ValueKind.POWER_OF_TWO, "height of the dense trace", "65536", minimum=2),
            optional("grinding_batching_phase", ValueKind.GRINDING, "before the batching challenge", "0", 0),
            optional("multilinear_batching", ValueKind.BOOLEAN, "must be false", "false", False),
        ),
        _WHIR_OPENING,
        _LOOKUPS,
    ),
    (Family.SWIRL, "whir"): by_name(_CIRCUIT, _SWIRL),
}
"""The keys of a circuit, by its family and by what opens its columns."""

RENAMED: Mapping[str, str] = {
    "grinding_bits_batching": "grinding_batching_phase",
    "AIR_max_degree": "air_max_degree",
    "FRI_folding_factors": "fri_folding_factors",
    "FRI_early_stop_degree": "fri_early_stop_degree",
    "alphabet_size_H": "rows_L and rows_T",
    "whir_m": "explicit_m",
    "whir_proximity": "explicit_regime",
    "max_interaction_count": "logup_max_interaction_count in [swirl]",
    "log_max_message_length": "logup_log_max_message_length in [swirl]",
    "swirl_folding_pow_bits": "whir_folding_pow_bits",
    "log_inv_rate": "log_blowup",
    "num_queries": "whir_num_queries",
    "trace_columns": "num_trace_columns",
    "grinding_batching_phase": "whir_mu_pow_bits",
    "batch_size": "dense_batch",
}
"""Names that the format has had before, or that its reports use, and what they are called in files."""
