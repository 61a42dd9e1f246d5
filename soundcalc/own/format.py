"""The file of a parameter set of our own, which reads back to the same figures.

The published format has no words for our rounds (pinning, two scopes of LogUp in one circuit of sums, one stacking of
three commitments), and a file in it would hide some of them. So this is a format of its own: a table [limpid], and for
every stacking height a table [[heights]] with its schedule and the counts of its largest proof. No key has a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from soundcalc.errors import ConfigurationError, ParameterError
from soundcalc.own.system import OwnSystem
from soundcalc.protocol.shape import ArgumentSize, ProofShape
from soundcalc.published.export import written
from soundcalc.published.keys import Key, ValueKind, by_name, required
from soundcalc.published.section import Problems, Section, cut
from spec.parameters import MAXIMUM_CAP_LOG2, MAXIMUM_FOLD, MAXIMUM_GRINDING_BITS, MAXIMUM_QUERIES, Schedule

HEADER_COMMENT = """\
# Written by limpid soundcalc: a parameter set of Limpid with the counts of its largest proofs. The public calculator,
# ethereum/soundcalc, has no words for the rounds of this protocol and cannot read it; limpid soundcalc reads it.
"""

TITLE = "limpid"
"""The table by which such a file is known."""

HEIGHTS = "heights"

MAXIMUM_HEIGHTS = 16
"""Four times those of any set."""

MAXIMUM_VARIABLES = 40
"""Logarithm of a circuit's vector or a table's height: far above every one, and still quick to compute."""

MAXIMUM_SEGMENTS = 1 << 20
"""Far above what a verifier admits."""

MAXIMUM_ABOUT = 200
"""Characters of a sentence with the digest of a program."""

RATE_AND_CAP = (
    required("rate_log2", ValueKind.INTEGER, "-log2 of the first rate", "1", 1, 8),
    required("cap_log2", ValueKind.INTEGER, "logarithm of the digests in a cap", "0", 0, MAXIMUM_CAP_LOG2),
)

HEADER = by_name(
    (
        Key("name", ValueKind.TEXT, "the parameter set", '"segment"', True, maximum_length=100),
        Key("about", ValueKind.TEXT, "whose counts they are", '"the largest run"', True, maximum_length=MAXIMUM_ABOUT),
        *RATE_AND_CAP,
        required("segments", ValueKind.INTEGER, "segments of the largest run", "4096", 1, MAXIMUM_SEGMENTS),
    )
)  # fmt: skip

_SCHEDULE = (
    required("height_log2", ValueKind.INTEGER, "h: logarithm of a stacked column", "17", 1, MAXIMUM_VARIABLES),
    required("folds", ValueKind.INTEGERS, "coordinates that each iteration binds", "[3, 3, 3]", 1, MAXIMUM_FOLD),
    required("queries", ValueKind.INTEGERS, "fibres that each iteration asks", "[245, 85, 52]", 1, MAXIMUM_QUERIES),
    required(
        "column_batching_grinding_bits", ValueKind.GRINDING, "before columns are combined", "16", 0,
        MAXIMUM_GRINDING_BITS,
    ),
    required(
        "folding_grinding_bits", ValueKind.GRINDINGS, "before each fold, by iteration", "[12, 12, 12]", 0,
        MAXIMUM_GRINDING_BITS,
    ),
    required(
        "query_grinding_bits", ValueKind.GRINDINGS, "before the positions, by iteration", "[20, 17, 15]", 0,
        MAXIMUM_GRINDING_BITS,
    ),
)  # fmt: skip

_COUNTS = {
    "program_columns": "stacked columns of the program's commitment",
    "continuation_columns": "stacked columns of the continuation",
    "main_columns": "stacked columns of the main commitment",
    "circuit_depth": "logarithm of the fractions of both scopes",
    "local_messages": "messages of a segment",
    "global_messages": "messages between segments, of the whole run",
    "busiest_local_bus": "messages on the bus of a segment with most",
    "busiest_global_bus": "messages on the bus of the run with most",
    "widest_local_message": "elements of a segment's widest message",
    "widest_global_message": "elements of the run's widest message",
    "constraints": "constraints of all tables",
    "column_claims": "committed columns of all tables",
    "zerocheck_rounds": "logarithm of the tallest table",
    "segments": "segments for which global messages are counted",
}

_LIMITS = {
    "circuit_depth": MAXIMUM_VARIABLES,
    "zerocheck_rounds": MAXIMUM_VARIABLES,
    "segments": MAXIMUM_SEGMENTS,
}

HEIGHT = by_name(
    _SCHEDULE,
    (required(name, ValueKind.INTEGER, meaning, "1", 0, _LIMITS.get(name, 0)) for name, meaning in _COUNTS.items()),
)
"""The keys of one height: its schedule, then every count of ArgumentSize."""

TABLES: Mapping[str, Mapping[str, Key]] = {f"[{TITLE}]": HEADER, f"[[{HEIGHTS}]]": HEIGHT}
"""All keys, by table."""


def is_own(document: Mapping[str, Any]) -> bool:
    """Whether a TOML document is of this format."""
    return TITLE in document


def own_of(document: Mapping[str, Any], file: str) -> OwnSystem:
    """The system in a document.

    Raises ConfigurationError if the document is malformed, and ConfigurationProblemsError if it is in several places.
    """
    problems = Problems()
    header, tables = tables_of(document, file, problems, (TITLE, HEADER), HEIGHTS, MAXIMUM_HEIGHTS)
    shapes: dict[int, ProofShape] = {}
    for number, table in enumerate(tables, start=1):
        with problems.gathered():
            section = Section(file, f"height number {number}", table, HEIGHT)
            shape = shape_of(section, header.integer("rate_log2"), header.integer("cap_log2"))
            height = shape.schedule.height_log2
            if height in shapes:
                raise section.error("height_log2", f"{height} is that of another table as well")
            require_segments(section, shape, header)
            shapes[height] = shape
    problems.raise_if_any()
    return OwnSystem(header.text("name"), header.text("about"), header.integer("segments"), shapes, document)


def tables_of(
    document: Mapping[str, Any],
    file: str,
    problems: Problems,
    titled: tuple[str, Mapping[str, Key]],
    name: str,
    most: int,
) -> tuple[Section, list[Any]]:
    """The header of a document, by its title and its keys, and its at most so many tables of this name.

    Raises ConfigurationError if the document is malformed, and ConfigurationProblemsError if it is in several places.
    """
    title, keys = titled
    for found in document:
        if found not in (title, name):
            problems.found.append(ConfigurationError(file, "", cut(found), "is unknown"))
    header: Section | None = None
    with problems.gathered():
        header = Section(file, title, document[title], keys)
    tables = document.get(name, [])
    with problems.gathered():
        if not isinstance(tables, list) or not tables:
            raise ConfigurationError(file, "", name, "is not an array of tables")
        if len(tables) > most:
            raise ConfigurationError(file, "", name, f"has {len(tables)} tables, more than {most}")
    problems.raise_if_any()
    assert header is not None
    return header, tables


def require_segments(section: Section, shape: ProofShape, header: Section) -> None:
    """The shape's global messages are counted for a run of so many segments.

    Raises ConfigurationError if the document is malformed.
    """
    if shape.argument.segments < header.integer("segments"):
        raise section.error("segments", f"{shape.argument.segments} are fewer than those of the run")


def shape_of(section: Section, rate_log2: int, cap_log2: int) -> ProofShape:
    """The shape that the keys of HEIGHT describe. Raises ConfigurationError if the document is malformed."""
    try:
        schedule = Schedule(
            height_log2=section.integer("height_log2"),
            folds=section.integers("folds"),
            queries=section.integers("queries"),
            column_batching_grinding_bits=section.integer("column_batching_grinding_bits"),
            folding_grinding_bits=section.integers("folding_grinding_bits"),
            query_grinding_bits=section.integers("query_grinding_bits"),
        )
        argument = ArgumentSize(**{field.name: section.integer(field.name) for field in fields(ArgumentSize)})
        shape = ProofShape(argument, schedule, rate_log2, cap_log2)
    except ParameterError as error:
        raise section.error(error.parameter, error.reason) from error
    except ValueError as error:
        raise section.error("", str(error)) from error
    for iteration in shape.iterations:
        if schedule.tree_depth(iteration, rate_log2) < cap_log2:
            raise section.error("folds", f"the tree of iteration {iteration} is below its cap")
    return shape


def own_system(name: str, about: str, segments: int, shapes: Mapping[int, ProofShape]) -> OwnSystem:
    """The system of these shapes, which have one rate and one cap, with its document."""
    first = next(iter(shapes.values()))
    header = {
        "name": name,
        "about": about,
        "rate_log2": first.rate_log2,
        "cap_log2": first.cap_log2,
        "segments": segments,
    }
    document = {TITLE: header, HEIGHTS: [entries_of(shape) for shape in shapes.values()]}
    return OwnSystem(name, about, segments, shapes, document)


def exported_own(system: OwnSystem) -> str:
    """The system as a file."""
    return written(HEADER_COMMENT, system.document)


def entries_of(shape: ProofShape) -> dict[str, Any]:
    """The keys of HEIGHT with a shape's numbers."""
    schedule = shape.schedule
    counts = {field.name: getattr(shape.argument, field.name) for field in fields(ArgumentSize)}
    return {
        "height_log2": schedule.height_log2,
        "folds": list(schedule.folds),
        "queries": list(schedule.queries),
        "column_batching_grinding_bits": schedule.column_batching_grinding_bits,
        "folding_grinding_bits": list(schedule.folding_grinding_bits),
        "query_grinding_bits": list(schedule.query_grinding_bits),
        **counts,
    }
