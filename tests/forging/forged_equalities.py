"""Forgeries that one equality, one hint or one count of an opening stands in the way of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from reference.prover.keys import proving_key
from reference.verifier.buses import token_sum
from spec.air.bus import Scope
from spec.field import ONE, ZERO, Extension
from spec.protocol.gkr import bus_challenges, widest_message
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from tests.both_verifiers import Refusal
from tests.changed_traces import on_machine, with_public, with_tables
from tests.forging import lies
from tests.forging.bent_kernels import UncanonicalRows
from tests.forging.conversations import Place, Words, as_said, overheard
from tests.forging.forgery import HERE, SEGMENT, Forgery, R, its_global_sums, of_cells, of_liar
from tests.forging.liars import Addend, Liar, frozen
from tests.small_machine import CONTINUATION, EXIT, MEMORY, SMALL_MACHINE, output_tokens, program_cells
from tests.small_runs import KERNELS, ONE_SEGMENT, SMALL, Example, encoded


def wrong_output() -> Forgery:
    return of_cells(
        [SEGMENT], ONE_SEGMENT, Refusal(R.GLOBAL_BUSES_UNBALANCED, "run"), output=encoded([(1, 70, 1), (2, 51, 1)])
    )


def altered_root(example: Example) -> Forgery:
    """A commitment that nothing was opened from."""

    def change(place: Place, words: Words, _state: Sequence[int]) -> Words:
        return (words[0] ^ 1, *words[1:]) if place.label is Label.MAIN_ROOT else words

    with overheard(change) as heard:
        proof = example.proven(example.segments)
    return Forgery(as_said(proof, heard), Refusal(R.COMMITMENT_ROOT_MISMATCH, f"{HERE}, iteration 0"))


def insufficient_work() -> Forgery:
    """The first nonce before delta that does not show the work."""
    for nonce in range(64):

        def change(place: Place, words: Words, _state: Sequence[int], nonce: int = nonce) -> Words:
            return (0, nonce) if place.label is Label.COLUMN_BATCHING else words

        with overheard(change) as heard:
            proof = ONE_SEGMENT.proven(ONE_SEGMENT.segments)
        forgery = Forgery(as_said(proof, heard), Refusal(R.GRINDING_INSUFFICIENT, HERE))
        if forgery.outcome() != "accepted":
            return forgery
    raise AssertionError("every nonce shows the work")


def vanishing_fingerprint() -> Forgery:
    """The stolen balance, with challenges for which the message that nobody put back has the fingerprint zero."""
    stolen = lies.stolen()
    beta = Extension((3, 1, 4, 1, 5, 9))
    account, balance, clock = 2, 51, 2
    alpha = ZERO - (beta * account + beta**2 * balance + beta**3 * clock) - MEMORY.identity
    challenges = ((Label.LOCAL_BETA, beta), (Label.LOCAL_ALPHA, alpha))
    with frozen(Label.LOCAL_BETA, challenge=beta), frozen(Label.LOCAL_ALPHA, challenge=alpha):
        proof = stolen.proof()
        tokens = _tokens(proof)
    numerator, denominator, _, _ = proof.segments[0].bus_totals
    assert denominator == ZERO != numerator
    hint = ZERO - tokens * numerator.inverse()
    return Forgery(proof, Refusal(R.BUS_DENOMINATOR_VANISHES, HERE), hint=hint, frozen=challenges)


def _tokens(proof: RunProof) -> Extension:
    """The verifier's part of the local sum: the total of an honest run of the same public values is its opposite."""
    honest = ONE_SEGMENT.proven(ONE_SEGMENT.segments).segments[0]
    assert honest.public_values == proof.segments[0].public_values
    numerator, denominator, _, _ = honest.bus_totals
    return ZERO - numerator * denominator.inverse()


def vanishing_global_fingerprint() -> Forgery:
    """The wrong output, with challenges for which what a segment leaves on an account has the fingerprint zero."""
    beta = Extension((3, 1, 4, 1, 5, 9))
    account, balance, segments = 2, 50, 1
    alpha = ZERO - (beta * account + beta**2 * balance + beta**3 * segments) - CONTINUATION.identity
    challenges = ((Label.GLOBAL_BETA, beta), (Label.GLOBAL_ALPHA, alpha))
    with frozen(Label.GLOBAL_BETA, challenge=beta), frozen(Label.GLOBAL_ALPHA, challenge=alpha):
        proof = wrong_output().proof
        global_challenges = bus_challenges(alpha, beta, widest_message(SMALL_MACHINE.chips, Scope.GLOBAL))
        tokens = token_sum(NumberAlgebra(), output_tokens(proof.output), {}, global_challenges, "output")
    _, _, numerator, denominator = proof.segments[0].bus_totals
    assert denominator == ZERO != numerator
    hint = ZERO - tokens * numerator.inverse()
    refused = Refusal(R.BUS_DENOMINATOR_VANISHES, "run")
    return Forgery(proof, refused, hint=hint, frozen=challenges, verified=its_global_sums)


def vanishing_token() -> Forgery:
    """An exit code that the halt does not have, with challenges for which the verifier's message vanishes."""
    beta = Extension((3, 1, 4, 1, 5, 9))
    alpha = ZERO - beta * 9 - EXIT.identity
    challenges = ((Label.LOCAL_BETA, beta), (Label.LOCAL_ALPHA, alpha))
    with frozen(Label.LOCAL_BETA, challenge=beta), frozen(Label.LOCAL_ALPHA, challenge=alpha):
        proof = ONE_SEGMENT.proven([with_public(SEGMENT, exit=9)])
        # Of the honest code, everything balances: what is missing is that code's token.
        honest = ONE_SEGMENT.proven([SEGMENT])
    assert honest.segments[0].public_values != proof.segments[0].public_values
    hint = (alpha + EXIT.identity).inverse()
    return Forgery(proof, Refusal(R.FINGERPRINT_VANISHES, HERE), (9,), hint, challenges)


WITHOUT_BOUNDARY = replace(SMALL_MACHINE, name="accounts or none", required=())


def total_of_an_empty_scope() -> Forgery:
    segment = Example(()).segments[0]
    tables = [table for table in segment.tables if table.chip.name != "boundary"]
    segment = with_tables(on_machine(segment, WITHOUT_BOUNDARY), tables)
    key = proving_key(KERNELS, WITHOUT_BOUNDARY, SMALL, program_cells(()), [0])
    liar = Liar(Example(()), (segment,), b"", (Addend(Label.BUS_TOTALS, 2, ONE),), key=key)
    return of_liar(liar, R.EMPTY_SCOPE_TOTAL, f"{HERE}, global buses")


def _with_opening(**changes: Callable[[Any], Any]) -> RunProof:
    """The honest proof with the first opening changed."""
    proof = ONE_SEGMENT.proof
    segment = proof.segments[0]
    first = segment.iterations[0]
    opening = first.openings[0]
    opening = replace(opening, **{name: change(getattr(opening, name)) for name, change in changes.items()})
    iteration = replace(first, openings=(opening, *first.openings[1:]))
    return replace(proof, segments=(replace(segment, iterations=(iteration, *segment.iterations[1:])),))


def one_more_row() -> Forgery:
    """A row that no query asks for; two of the queries must be of the same leaf, or the form has no room for it."""
    challenge = (5, 5, 9)
    rows = 2
    with frozen(Label.QUERIES, 0, challenge=challenge):
        proof = ONE_SEGMENT.proven(ONE_SEGMENT.segments)
    segment = proof.segments[0]
    first = segment.iterations[0]
    opening = replace(first.openings[0], rows=(*first.openings[0].rows, first.openings[0].rows[0]))
    iteration = replace(first, openings=(opening, *first.openings[1:]))
    changed = replace(segment, iterations=(iteration, *segment.iterations[1:]))
    refused = Refusal(R.OPENING_ROW_COUNT, f"{HERE}, iteration 0: {rows + 1} rows, expected {rows}")
    return Forgery(replace(proof, segments=(changed,)), refused, positions=challenge)


def one_more_sibling() -> Forgery:
    """A digest that no path needs."""
    count = len(ONE_SEGMENT.proof.segments[0].iterations[0].openings[0].siblings)
    proof = _with_opening(siblings=lambda siblings: (*siblings, siblings[0]))
    detail = f"{HERE}, iteration 0: {count + 1} digests, expected {count}"
    return Forgery(proof, Refusal(R.OPENING_SIBLING_COUNT, detail))


def answer_too_many() -> Forgery:
    """An answer in the last iteration, which has no folded vector to answer for."""
    proof = ONE_SEGMENT.proof
    segment = proof.segments[0]
    *before, last = segment.iterations
    changed = replace(segment, iterations=(*before, replace(last, answer=(ONE,))))
    refused = Refusal(R.STACKED_VALUE_COUNT, f"{HERE}, iteration {lies.LAST}, answer")
    return Forgery(replace(proof, segments=(changed,)), refused)


def element_that_is_not_canonical() -> Forgery:
    """Rows whose elements are written as numbers from p on, and hashed as they are written."""
    refused = Refusal(R.ENCODING_ELEMENT_NOT_CANONICAL, HERE)
    return Forgery(lies.proven_by(UncanonicalRows()), refused)
