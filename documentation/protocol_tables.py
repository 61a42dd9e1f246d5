"""The proof as tables: roles of tables, commitments, rounds and conversations, rejections."""

from __future__ import annotations

from collections.abc import Iterable

from documentation import formulas
from documentation.error_terms import families, weakest_reports
from documentation.markdown import code, codes, number, table
from documentation.transcript_record import Event, conversation, recorded_form
from reference.loader.rejection import LoadRejection
from spec.air.chip import Role
from spec.protocol.columns import PINNED
from spec.protocol.shape import SEVERAL_INSTANCES
from spec.protocol.stacking import Commitment
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM


def roles() -> str:
    """The roles of tables: how many chips have each and how often they may occur."""
    rows = []
    for role in Role:
        chips = RV64IM.chips_of(role)
        most = RV64IM.maximum_instances if role in SEVERAL_INSTANCES else 1
        rows.append((role.value, number(len(chips)), number(most), codes((c.name for c in chips), " ")))
    return table(("role", "chips", "tables each, at most", "names"), rows, (14, 8, 12, 66))


_HOLDS = {
    Commitment.PROGRAM: "fixed columns of the program's tables",
    Commitment.CONTINUATION: "columns of the continuation tables",
    Commitment.MAIN: "columns of all other tables, counts of fixed tables included",
}
_MADE = {
    Commitment.PROGRAM: "once per program, parameter set and stacking height; in the key",
    Commitment.CONTINUATION: "before the run's digest",
    Commitment.MAIN: "after the run's digest, before the local bus challenges",
}


def commitments() -> str:
    """The commitments of a segment in the order of the protocol, counted in the worked example."""
    form = recorded_form()
    rows = []
    for commitment, layout in form.layouts.items():
        cells = sum(1 << placed.height_log2 for placed in layout.columns)
        rows.append(
            (
                code(commitment.value),
                _HOLDS[commitment],
                _MADE[commitment],
                "yes" if commitment in PINNED else "no",
                number(len({placed.table for placed in layout.columns})),
                number(len(layout.columns)),
                number(cells),
                number(layout.count),
            )
        )
    header = ("commitment", "holds", "made", "pinned", "tables", "columns", "cells", "stacked columns")
    counted = f"Counted in the worked example, whose stacking height is $2^{{{form.height_log2}}}$."
    return table(header, rows, (14, 26, 26, 8, 8, 8, 10, 10)) + f"\n\n{counted}"


def without_repetition(events: Iterable[Event]) -> list[tuple[str, str, str]]:
    """(conversation, verb, label) without indices; what is said again in the same conversation is left out."""
    return list(dict.fromkeys((event.conversation, event.verb, event.name) for event in events))


def rounds() -> str:
    """What is absorbed before each challenge, and the challenge's error."""
    terms = {name: family for report in weakest_reports().values() for name, family in families(report).items()}
    rows = []
    absorbed: list[str] = []
    current = shown = ""
    for domain, verb, label in without_repetition(conversation()):
        if domain != current:
            current, absorbed = domain, []
        if verb == "samples":
            bound = terms[label].bound
            said = codes(absorbed) if absorbed else "the same"
            name = "" if domain == shown else domain
            rows.append((name, said, code(label), formulas.ERRORS[bound.formula], code(bound.key)))
            absorbed, shown = [], domain
        else:
            absorbed.append(f"grinds {label}" if verb == "grinds" else label)
    header = ("conversation", "absorbed since the challenge before", "challenge", "error", "bound")
    return table(header, rows, (12, 21, 20, 24, 28))


def rejections() -> str:
    """Every reason for which the verifier or a decoder refuses."""
    return table(("rejection", "meaning"), [(code(r.name), r.value) for r in Rejection], (34, 66))


def load_rejections() -> str:
    """Every reason for which the loader refuses a file."""
    return table(("rejection", "meaning"), [(code(r.name), r.value) for r in LoadRejection], (40, 60))
