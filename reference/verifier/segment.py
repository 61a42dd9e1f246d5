"""Verifying one segment: buses, constraints at the out-of-domain point, openings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from reference.verifier.algebra import Numbers
from reference.verifier.claims import CommitmentClaim, MatrixClaim
from reference.verifier.kernels import PLAIN_KERNELS, VerifierKernels
from reference.verifier.opening import verify_openings
from spec.air.bus import Scope
from spec.air.chip import Role
from spec.field import EXTENSION_DEGREE, ZERO, Extension, X, inverse
from spec.protocol.constraints import LogupColumns, scopes, table_constraints
from spec.protocol.key import VerificationKey
from spec.protocol.logup import BusChallenges, group_count
from spec.protocol.opening import OpenedValues
from spec.protocol.proof import SegmentProof
from spec.protocol.run import CONSTRAINT_BATCHING, OUT_OF_DOMAIN, sample_bus_challenges, start_segment_transcript
from spec.protocol.shape import COMMITMENTS, TableShape
from spec.rejection import Rejection
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES
from spec.rv64im.tokens import Token, segment_tokens

X_POWERS = tuple(X**k for k in range(EXTENSION_DEGREE))
"""The basis in which an extension column is committed as six base columns."""


@dataclass(frozen=True)
class SegmentContext:
    """What a segment is verified against."""

    index: int
    key: VerificationKey
    run: bytes
    leaf: bytes
    pinning_point: Extension
    global_challenges: BusChallenges


@dataclass(frozen=True)
class OpenedRow:
    """A table's row at the out-of-domain point, as an interpretation of its expressions."""

    main_values: Sequence[Extension]
    fixed_values: Sequence[Extension]
    public_values: Mapping[str, int]

    def constant(self, element: int) -> Extension:
        return Extension.of(element)

    def main(self, index: int) -> Extension:
        return self.main_values[index]

    def fixed(self, index: int) -> Extension:
        return self.fixed_values[index]

    def public(self, name: str) -> Extension:
        return Extension.of(self.public_values[name])

    def add(self, left: Extension, right: Extension) -> Extension:
        return left + right

    def subtract(self, left: Extension, right: Extension) -> Extension:
        return left - right

    def multiply(self, left: Extension, right: Extension) -> Extension:
        return left * right


def verify_segment(
    algebra: Numbers, proof: SegmentProof, context: SegmentContext, kernels: VerifierKernels = PLAIN_KERNELS
) -> list[str]:
    """Checks a segment whose shape, public values and leaf have been checked. Returns the labels it sampled.

    Raises Rejected. Errors: local_alpha and local_beta (LogUp), constraint_batching, out_of_domain (DEEP-ALI), and
    those of the openings.
    """
    public_values = dict(zip(SEGMENT_PUBLIC_VALUES, proof.public_values, strict=True))
    shape = proof.shape
    transcript = start_segment_transcript(context.run, context.index, context.leaf, proof.public_values, shape)
    local = sample_bus_challenges(transcript, proof.main_root)
    transcript.observe("logup_root", proof.logup_root)
    transcript.observe_extensions("totals", [total for totals in proof.totals for total in totals])
    _require_balance(algebra, proof, local, public_values, context.index)

    batching = transcript.sample_extension(CONSTRAINT_BATCHING)
    transcript.observe("quotient_root", proof.quotient_root)
    point = transcript.sample_extension(OUT_OF_DOMAIN)
    challenges = {Scope.LOCAL: local, Scope.GLOBAL: context.global_challenges}
    _require_constraints(algebra, proof, public_values, challenges, batching, point, context.index)
    claims = _claims(proof, context, point)
    verify_openings(algebra, claims, proof.opening, transcript, context.key.parameters, kernels)
    return transcript.sampled_labels


def token_sum(
    algebra: Numbers, tokens: Sequence[Token], challenges: BusChallenges, reason: Rejection, where: str
) -> Extension:
    """What the verifier's own tokens contribute to the sum of a scope."""
    fingerprints = [challenges.fingerprint(token.bus, token.message) for token in tokens]
    total = ZERO
    for token, fraction in zip(tokens, algebra.inverses(fingerprints, reason, where), strict=True):
        total = total + fraction * token.sign
    return total


def _require_balance(
    algebra: Numbers, proof: SegmentProof, local: BusChallenges, public_values: Mapping[str, int], index: int
) -> None:
    """All tables that the declarations make participants, and the verifier, sum to zero on the local buses."""
    where = f"segment {index}"
    total = token_sum(algebra, segment_tokens(public_values), local, Rejection.FINGERPRINT_VANISHES, where)
    for table_total in proof.scope_totals(Scope.LOCAL):
        total = total + table_total
    algebra.require_equal(total, ZERO, Rejection.LOCAL_BUSES_UNBALANCED, where)


def _require_constraints(
    algebra: Numbers,
    proof: SegmentProof,
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges],
    batching: Extension,
    point: Extension,
    index: int,
) -> None:
    """At each height the combined constraints equal (z^n - 1) (q0(z) + z^n q1(z))."""
    vanishing: dict[int, list[Extension]] = {height: [] for height in proof.shape.distinct_heights}
    for table, row, logup in _opened_tables(proof, public_values):
        vanishing[table.height_log2] += table_constraints(table.chip, row, challenges, logup)
    quotient_values = _commitment_values(proof.opened_values, "quotient")
    for height, (values,) in zip(proof.shape.distinct_heights, quotient_values, strict=True):
        # Horner's rule: the k-th constraint of the height has the k-th power of alpha.
        combined = reduce(lambda total, value: total * batching + value, reversed(vanishing[height]), ZERO)
        trace_power = point ** (1 << height)
        first, second = _extension_values(values)
        quotient = first + trace_power * second
        algebra.require_equal(
            combined,
            (trace_power - 1) * quotient,
            Rejection.CONSTRAINTS_NOT_SATISFIED,
            f"segment {index}, tables of height 2^{height}",
        )


def _opened_tables(
    proof: SegmentProof, public_values: Mapping[str, int]
) -> Iterator[tuple[TableShape, OpenedRow, dict[Scope, LogupColumns[Extension]]]]:
    """Every table with its opened row, in machine order."""
    fixed = {
        Role.MACHINE_TABLE: iter(_commitment_values(proof.opened_values, "machine")),
        Role.PROGRAM_TABLE: iter(_commitment_values(proof.opened_values, "program")),
    }
    continuation = iter(_commitment_values(proof.opened_values, "continuation"))
    main = iter(_commitment_values(proof.opened_values, "main"))
    logup = iter(_commitment_values(proof.opened_values, "logup"))
    for table, totals in zip(proof.shape.tables, proof.totals, strict=True):
        role = table.chip.role
        main_values = next(continuation if role is Role.CONTINUATION else main)[0]
        fixed_values = next(fixed[role])[0] if role in fixed else ()
        helpers = _extension_values(next(logup)[0]) if table.logup_widths()[0] else []
        at_point, at_next = (_extension_values(values) for values in next(logup))
        columns: dict[Scope, LogupColumns[Extension]] = {}
        used = 0
        for i, (scope, interactions) in enumerate(scopes(table.chip)):
            count = group_count(len(interactions)) - 1
            share = totals[i] * inverse(table.height)
            columns[scope] = LogupColumns(helpers[used : used + count], at_point[i], at_next[i], share)
            used += count
        yield table, OpenedRow(main_values, fixed_values, public_values), columns


def _commitment_values(opened: OpenedValues, name: str) -> tuple[tuple[tuple[Extension, ...], ...], ...]:
    return opened[COMMITMENTS.index(name)]


def _extension_values(base_values: Sequence[Extension]) -> list[Extension]:
    """The values of extension columns from those of their six base columns each."""
    groups = range(0, len(base_values), EXTENSION_DEGREE)
    return [
        sum((X_POWERS[k] * base_values[start + k] for k in range(1, EXTENSION_DEGREE)), base_values[start])
        for start in groups
    ]


def _claims(proof: SegmentProof, context: SegmentContext, point: Extension) -> list[CommitmentClaim[Extension, bytes]]:
    roots = (
        context.key.machine_root,
        context.key.program_root,
        proof.continuation_root,
        proof.main_root,
        proof.logup_root,
        proof.quotient_root,
    )
    parts = zip(
        COMMITMENTS,
        roots,
        proof.shape.matrices(),
        proof.shape.points(point, context.pinning_point),
        proof.opened_values,
        strict=True,
    )
    return [
        CommitmentClaim(name, root, [MatrixClaim(*matrix) for matrix in zip(shapes, points, values, strict=True)])
        for name, root, shapes, points, values in parts
    ]
