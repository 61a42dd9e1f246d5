"""The proof system as tables: rounds, commitments, parameter sets, hash uses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import groupby

from documentation.markdown import code, codes, number, table
from documentation.transcript_record import Event, conversation, recorded_shape
from reference.loader.rejection import LoadRejection
from soundcalc.composition.rounds import Term
from soundcalc.composition.security import SecurityReport, security
from soundcalc.machine.largest_run import largest_proof
from soundcalc.parameters import family_of
from spec.air.chip import Role
from spec.field import Extension
from spec.parameters import PARAMETER_SETS, ParameterSet
from spec.protocol.hash import Prefix
from spec.protocol.shape import COMMITMENTS, MAXIMUM_INSTANCES
from spec.rejection import Rejection
from spec.rv64im.machine import chips_of
from spec.rv64im.machine_commitments import MACHINE_COMMITMENTS


@cache
def reports() -> dict[str, SecurityReport]:
    """The figures of the largest proof that a verifier admits, for every parameter set."""
    return {name: security(largest_proof(parameters)) for name, parameters in PARAMETER_SETS.items()}


def families(events: Iterable[Event]) -> list[Event]:
    """The conversation with FRI's layers as one: repeated events are dropped."""
    return list(dict.fromkeys(Event(e.conversation, e.verb, family_of(e.label)) for e in events))


def rounds() -> str:
    """What is absorbed before each challenge, and the challenge's error term."""
    rows = []
    absorbed: list[str] = []
    for event in families(conversation()):
        if event.verb == "samples":
            term = _worst_terms(event.label)[0]
            rows.append(
                (
                    event.conversation,
                    codes(absorbed) if absorbed else "the same",
                    code(event.label),
                    term.bound.formula,
                    code(term.bound.key),
                )
            )
            absorbed = []
        else:
            absorbed.append(f"grinds {event.label}" if event.verb == "grinds" else event.label)
    header = ("conversation", "absorbed since the challenge before", "challenge", "error", "bound")
    return table(header, rows, (14, 34, 18, 38, 14))


def _worst_terms(family: str) -> list[Term]:
    """By parameter set, the term of the family's challenge with the largest error."""
    found = []
    for report in reports().values():
        terms = [term for label, term in report.terms.items() if family_of(label) == family]
        found.append(max(terms, key=lambda term: term.error))
    return found


def transcripts() -> str:
    """Every conversation in full order."""
    parts = []
    for domain, events in groupby(families(conversation()), key=lambda event: event.conversation):
        said = "; ".join(f"{event.verb} {code(event.label)}" for event in events)
        parts.append(f"- `{domain}`: {said}.")
    return "\n".join(parts)


def parameter_sets() -> str:
    """The parameters of every set."""
    rounds_with_work = sorted({name for s in PARAMETER_SETS.values() for name in s.grinding})
    rows: list[tuple[str, ...]] = [
        ("rate", *(f"$2^{{-{s.rate_log2}}}$" for s in PARAMETER_SETS.values())),
        ("queries", *(number(s.queries) for s in PARAMETER_SETS.values())),
        ("folding arity, at most", *(number(1 << s.folding_arity_log2) for s in PARAMETER_SETS.values())),
        (
            "coefficients of the final polynomial, at most",
            *(number(1 << s.final_degree_log2) for s in PARAMETER_SETS.values()),
        ),
        *(
            (
                f"bits of proof of work before `{name}`",
                *(number(s.grinding_bits(name)) for s in PARAMETER_SETS.values()),
            )
            for name in rounds_with_work
        ),
        ("admitted by default", *("yes" if s.secure else "no, for tests" for s in PARAMETER_SETS.values())),
        ("fixed tables of the machine committed", *(_machine_root(s) for s in PARAMETER_SETS.values())),
    ]
    return table(("parameter", *map(code, PARAMETER_SETS)), rows)


def _machine_root(parameters: ParameterSet) -> str:
    root = MACHINE_COMMITMENTS[parameters.rate_log2].root.hex()
    return code(f"{root[:8]}...")


def security_figures() -> str:
    """Bits of security of the largest proof under each set, round by round, and the lines beside them."""
    every = reports()
    labels = list(dict.fromkeys(family_of(label) for report in every.values() for label in report.terms))
    rows: list[tuple[str, ...]] = [
        (code(label), *(f"{term.bits_float:.1f}" for term in _worst_terms(label))) for label in labels
    ]
    rows += [
        ("**round by round: the minimum**", *(f"**{report.security_bits}**" for report in every.values())),
        ("weakest round", *(code(family_of(report.weakest_round)) for report in every.values())),
        ("regime", *(report.regime.name for report in every.values())),
        ("non-interactive", *(f"{report.figures.non_interactive:.1f}" for report in every.values())),
        ("quantum, order of magnitude", *(f"{report.figures.quantum:.1f}" for report in every.values())),
        ("cap by collisions of the hash", *(f"{report.figures.collision_cap:.1f}" for report in every.values())),
    ]
    return table(("term", *map(code, every)), rows)


def bounds() -> str:
    """The bounds behind the terms of the parameter sets: formula, source, status, conditions."""
    used = {
        bound.key: bound
        for report in reports().values()
        for bound in (*(term.bound for term in report.terms.values()), *report.proximity_bounds)
    }
    rows = [
        (code(bound.key), bound.formula, bound.source, bound.status.value, "; ".join(bound.conditions.values()) or "-")
        for bound in used.values()
    ]
    return table(("bound", "formula", "source", "status", "conditions"), rows, (14, 36, 34, 8, 22))


_COMMITTED = {
    "machine": ("fixed columns of the machine tables", Role.MACHINE_TABLE),
    "program": ("fixed columns of the program tables", Role.PROGRAM_TABLE),
    "continuation": ("main columns of the boundary and memory tables", Role.CONTINUATION),
    "main": ("main columns of all other tables", None),
    "logup": ("LogUp helpers and accumulators of every table", None),
    "quotient": ("the quotient of each distinct height, in chunks", None),
}
_WHEN = {
    "machine": "once per rate; in the key",
    "program": "once per program and rate; in the key",
    "continuation": "before the global challenge",
    "main": "after the run's digest, before the local bus challenges",
    "logup": "after the bus challenges",
    "quotient": "after the constraint challenge",
}


def commitments() -> str:
    """The commitments of a segment in the order in which they are opened, and where."""
    shape = recorded_shape()
    out_of_domain, pinning = Extension.of(2), Extension.of(1)
    names = {out_of_domain: "$z$", pinning: "$z_k$"}
    rows = []
    for name, matrices, points in zip(COMMITMENTS, shape.matrices(), shape.points(out_of_domain, pinning), strict=True):
        kinds = dict.fromkeys(tuple(names.get(point, "$z \\omega$") for point in matrix) for matrix in points)
        opened = " or ".join(" and ".join(kind) for kind in kinds)
        rows.append(
            (
                code(name),
                _COMMITTED[name][0],
                _WHEN[name],
                opened,
                number(len(matrices)),
                number(sum(m.width for m in matrices)),
            )
        )
    header = ("commitment", "holds", "made", "opened at", "matrices", "base columns")
    return table(header, rows, (16, 30, 28, 16, 9, 10))


def roles() -> str:
    """The roles of tables: how many chips have each and how often they may occur."""
    rows = []
    for role in Role:
        chips = chips_of(role)
        most = MAXIMUM_INSTANCES if role is Role.INSTRUCTION else 1
        rows.append((role.value, number(len(chips)), number(most), codes((c.name for c in chips), " ")))
    return table(("role", "chips", "tables each, at most", "names"), rows, (14, 8, 12, 66))


def hash_uses() -> str:
    """The prefix bytes that keep uses of the hash apart."""
    return table(("prefix byte", "use"), [(code(p.value), p.name.lower().replace("_", " ")) for p in Prefix])


def rejections() -> str:
    """Every reason for which the verifier or a decoder refuses."""
    return table(("rejection", "meaning"), [(code(r.name), r.value) for r in Rejection], (34, 66))


def load_rejections() -> str:
    """Every reason for which the loader refuses a file."""
    return table(("rejection", "meaning"), [(code(r.name), r.value) for r in LoadRejection], (40, 60))
