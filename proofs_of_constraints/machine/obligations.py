"""The properties of a whole machine as obligations: of its declaration, and of what the protocol makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.circuit_checks import (
    circuit_sums_fractions,
    constraints_are_evaluated,
    constraints_have_their_own_powers,
    degrees,
    fractions_are_the_messages,
    interactions_are_in_the_circuit,
)
from proofs_of_constraints.machine.closed_forms import closed_forms_are_their_tables
from proofs_of_constraints.machine.conversation_checks import challenges_are_drawn_in_order, messages_are_bound
from proofs_of_constraints.machine.coverage_checks import (
    fields_are_bounded,
    senders_are_declared,
    zero_rows_say_nothing,
)
from proofs_of_constraints.machine.declaration_checks import (
    both_ends,
    bus_identities,
    bus_senders,
    bus_widths,
    chain_ends,
    clocks,
    halted_value,
    public_values,
    unique_tables,
    wiring,
)
from proofs_of_constraints.machine.digest_checks import (
    digest_covers_chips,
    digest_covers_the_machine,
    key_covers_fields,
)
from proofs_of_constraints.machine.opening_checks import (
    claims_have_their_own_weights,
    columns_are_placed_once,
    folds_bind_the_last_coordinates,
    stacked_columns_are_numbered,
)
from proofs_of_constraints.machine.run_checks import segments_are_counted, segments_are_joined
from proofs_of_constraints.machine.scope_checks import scopes_of_buses, wrong_scopes_are_refused
from proofs_of_constraints.machine.shape_checks import (
    heights_are_bounded,
    listed_shapes_are_accepted,
    messages_stay_below_p,
    tables_are_single,
    tables_stand_with_those_who_ask,
)
from proofs_of_constraints.machine.transcript_checks import transcripts_bind
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Verdict

Check = Callable[[AuditedMachine], str | None]
"""What is wrong, or None."""

DECLARATION_CHECKS: Mapping[str, Check] = {
    "bus identities": bus_identities,
    "bus widths": bus_widths,
    "both ends of every bus": both_ends,
    "ends of chains": chain_ends,
    "senders of buses": bus_senders,
    "expected senders": senders_are_declared,
    "bounds of fields": fields_are_bounded,
    "rows of zeros": zero_rows_say_nothing,
    "wiring of columns and opcodes": wiring,
    "tables": unique_tables,
    "degrees": degrees,
    "clock bounds": clocks,
    "public values": public_values,
    "the value that ends a run": halted_value,
    "scopes of buses": scopes_of_buses,
    "fractions of messages": fractions_are_the_messages,
    "evaluated constraints": constraints_are_evaluated,
}
"""What a changed chip may break."""

PROTOCOL_CHECKS: Mapping[str, Check] = {
    "machines with wrong scopes": wrong_scopes_are_refused,
    "interactions in the circuit": interactions_are_in_the_circuit,
    "nodes of the circuit": circuit_sums_fractions,
    "powers of constraints": constraints_have_their_own_powers,
    "places of columns": columns_are_placed_once,
    "weights of claims": claims_have_their_own_weights,
    "numbers of stacked columns": stacked_columns_are_numbered,
    "folds of vectors": folds_bind_the_last_coordinates,
    "closed forms": closed_forms_are_their_tables,
    "machine digest": digest_covers_the_machine,
    "machine digest of chips": digest_covers_chips,
    "key digest": key_covers_fields,
    "transcripts": transcripts_bind,
    "order of challenges": challenges_are_drawn_in_order,
    "messages in the transcript": messages_are_bound,
    "joins of segments": segments_are_joined,
    "number of segments": segments_are_counted,
    "bounds on heights": heights_are_bounded,
    "messages below p": messages_stay_below_p,
    "single tables": tables_are_single,
    "tables for some chips": tables_stand_with_those_who_ask,
    "listed shapes": listed_shapes_are_accepted,
}
"""What the protocol's functions make of the machine."""


def machine_obligations(audited: AuditedMachine) -> Iterator[Obligation]:
    """One obligation for each property."""
    yield from declaration_obligations(audited)
    yield from _obligations(audited, PROTOCOL_CHECKS)


def declaration_obligations(audited: AuditedMachine) -> Iterator[Obligation]:
    """Those that a machine with another chip may not fulfil."""
    yield from _obligations(audited, DECLARATION_CHECKS)


def _obligations(audited: AuditedMachine, checks: Mapping[str, Check]) -> Iterator[Obligation]:
    for name, check in checks.items():

        def holds(_: object, check: Check = check) -> Outcome:
            fault = check(audited)
            return Outcome(Verdict.PROVEN) if fault is None else Outcome(Verdict.REFUTED, fault)

        yield Obligation(Kind.MACHINE, "", name, (), holds)
