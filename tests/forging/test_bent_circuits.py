"""Provers bent in the circuit of the buses: totals, fingerprints that vanish, padding, scopes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.prover.keys import proving_key
from spec.air.bus import Scope
from spec.field import ONE, ZERO, Extension
from spec.protocol.gkr import Circuit
from spec.protocol.labels import Label
from spec.protocol.proof import RunProof
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.changed_traces import with_tables
from tests.forging import lies
from tests.forging.bent_kernels import LocalChallengesEverywhere
from tests.forging.bent_rounds import (
    FractionInPadding,
    bent_form,
)
from tests.forging.liars import Addend, Check, Liar, difference, frozen
from tests.forging.lies import BALANCE, HONEST, proven_by
from tests.forging.verdicts import refusal
from tests.small_machine import CONTINUATION, SMALL_MACHINE, STATE, program_cells
from tests.small_runs import KERNELS, SMALL, Example, encoded

R = Rejection
LOCAL = Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 0")
ZEROCHECK = Refusal(R.ZEROCHECK_MISMATCH, "segment 0")


# The bus circuit.


def test_denominator_said_to_be_zero_is_refused() -> None:
    """0/0 would balance with anything."""
    totals = HONEST.proof().segments[0].bus_totals
    refused = Refusal(R.BUS_DENOMINATOR_VANISHES, "segment 0")
    for numerator in (0, 2):
        zeroed = (Addend(Label.BUS_TOTALS, i, ZERO - totals[i]) for i in (numerator, numerator + 1))
        assert refusal(HONEST.adding(*zeroed).proof()) == refused


def test_fingerprint_of_a_row_that_vanishes_is_refused() -> None:
    """With alpha = -2 the state messages of padding rows, (0, 0), have the fingerprint zero; totals are 0/0."""
    with frozen(Label.LOCAL_ALPHA, challenge=Extension.of(-STATE.identity)):
        proof = HONEST.proof()
        assert proof.segments[0].bus_totals[:2] == (ZERO, ZERO)
        assert refusal(proof) == Refusal(R.BUS_DENOMINATOR_VANISHES, "segment 0")


def test_fingerprint_of_a_token_that_vanishes_is_refused() -> None:
    """The verifier sends (0, 1) to the state bus; a claimed output sends (0, 0, 0) to the continuation bus."""
    local = Extension.of(-STATE.identity - 2**2)
    with frozen(Label.LOCAL_BETA, challenge=Extension.of(2)), frozen(Label.LOCAL_ALPHA, challenge=local):
        assert refusal(HONEST.proof()) == Refusal(R.FINGERPRINT_VANISHES, "segment 0")
    output = encoded([(0, 0, 0), (1, 70, 1), (2, 50, 1)])
    assert refusal(replace(HONEST, output=output).proof()) is None
    with frozen(Label.GLOBAL_ALPHA, challenge=Extension.of(-CONTINUATION.identity)):
        assert refusal(replace(HONEST, output=output).proof()) == Refusal(R.FINGERPRINT_VANISHES, "output")


WITHOUT_BOUNDARY = replace(SMALL_MACHINE, name="accounts or none", required=())


def proven_without_boundary(*addends: Addend) -> RunProof:
    """A run that touches no account, of a machine that allows a segment without the table."""
    example = Example(())
    segment = example.segments[0]
    tables = [table for table in segment.tables if table.chip.name != "boundary"]
    segment = with_tables(replace(segment, machine=WITHOUT_BOUNDARY), tables)
    key = proving_key(KERNELS, WITHOUT_BOUNDARY, SMALL, program_cells(()), [0])
    return Liar(replace(example), (segment,), b"", addends, key=key).proof()


def test_total_of_an_empty_scope_is_refused() -> None:
    """Without continuation tables there is nothing to sum over segments: 0/1, and nothing else."""
    honest = proven_without_boundary()
    assert refusal(honest) is None
    assert honest.segments[0].bus_totals[2:] == (ZERO, ONE)
    assert (honest.segments[0].continuation_root, honest.segments[0].pinned_answers) == ((), ())
    for position in (2, 3):
        proof = proven_without_boundary(Addend(Label.BUS_TOTALS, position, ONE))
        assert refusal(proof) == Refusal(R.EMPTY_SCOPE_TOTAL, "segment 0, global buses")


def test_fraction_in_the_padding_is_refused() -> None:
    """What is missing on the local buses, or on the global ones, stands in the padding: all totals balance."""
    stolen = lies.stolen()
    missing = ZERO - difference(stolen.proof(), BALANCE)
    assert refusal(replace(stolen, kernels=FractionInPadding(Scope.LOCAL, missing, ONE)).proof()) == ZEROCHECK
    unpaid = replace(HONEST, output=encoded([(1, 70, 1), (2, 51, 1)]))
    missing = ZERO - difference(unpaid.proof(), Check(R.GLOBAL_BUSES_UNBALANCED, "run"))
    assert refusal(replace(unpaid, kernels=FractionInPadding(Scope.GLOBAL, missing, ONE)).proof()) == ZEROCHECK


@pytest.mark.parametrize("scope", Scope)
def test_denominator_in_the_padding_is_refused(scope: Scope) -> None:
    """0/5 changes no sum, but the padding is 0/1."""
    assert refusal(proven_by(FractionInPadding(scope, ZERO, Extension.of(5)))) == ZEROCHECK


def test_padding_of_zeros_is_refused() -> None:
    """As if the padding were counted for the local scope alone: 0/0 in the global half."""
    refused = Refusal(R.BUS_DENOMINATOR_VANISHES, "segment 0")
    assert refusal(proven_by(FractionInPadding(Scope.GLOBAL, ZERO, ZERO))) == refused


def test_totals_of_the_scopes_exchanged_are_refused() -> None:
    totals = HONEST.proof().segments[0].bus_totals
    exchanged = (Addend(Label.BUS_TOTALS, i, totals[i ^ 2] - totals[i]) for i in range(4))
    assert refusal(HONEST.adding(*exchanged).proof()) == LOCAL


def test_global_fractions_under_the_local_challenges_are_refused() -> None:
    """The prover's own sums and rounds are consistent: only the verifier tells the scopes' challenges apart."""
    assert refusal(proven_by(LocalChallengesEverywhere())) == ZEROCHECK


def _global_blocks_in_the_local_half(circuit: Circuit) -> Circuit:
    """The blocks of the global scope behind those of the local one, where its padding lies."""
    half = 1 << (circuit.variables - 1)
    offset, moved = circuit.fractions(Scope.LOCAL), []
    for block in circuit.blocks:
        if block.scope is Scope.GLOBAL:
            height = 1 << block.height_log2
            assert offset % height == 0
            assert offset + height <= half
            moved.append(replace(block, prefix=offset >> block.height_log2))
            offset += height
        else:
            moved.append(block)
    return replace(circuit, blocks=tuple(moved))


def test_global_fractions_in_the_local_half_are_refused() -> None:
    with bent_form("circuit", _global_blocks_in_the_local_half):
        proof = HONEST.proof()
    assert proof.segments[0].bus_totals[2:] == (ZERO, ONE)
    assert refusal(proof) == LOCAL
