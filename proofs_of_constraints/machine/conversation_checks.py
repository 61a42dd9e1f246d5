"""The verifier's conversation: everything that the prover says changes every challenge that is drawn after it.

The reference verifier follows an arbitrary proof of the right form, over an algebra that accepts every claim and keeps
what is drawn; then the same proof with one message changed. So no proof has to be made, let alone be true.

Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.example_proof import example_proof
from proofs_of_constraints.machine.example_statement import (
    example_digest,
    example_place,
    example_shape,
)
from proofs_of_constraints.machine.listening import Drawn, ListeningAlgebra, Said
from reference.verifier.segment import Pinned, SegmentContext, SegmentVerdict, verify_segment
from spec.air.chip import Role
from spec.air.machine import Machine
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.columns import PINNED
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges
from spec.protocol.hash import Digest
from spec.protocol.labels import Label, label_text
from spec.protocol.proof import IterationProof, LayerProof, RoundPolynomial, SegmentProof
from spec.protocol.run import SegmentPlace
from spec.protocol.stacking import Commitment

WIDEST = 64
"""More powers of beta than any message has parts."""


@dataclass(frozen=True)
class Conversation:
    """A segment's statement and what its prover says."""

    place: SegmentPlace
    run: Digest
    leaf: Digest
    proof: SegmentProof

    @property
    def form(self) -> SegmentForm:
        """The form of the proof."""
        return self.place.form


@dataclass(frozen=True)
class Changed:
    """A conversation with one thing changed, and the first challenge that it has to change."""

    what: str
    first_label: str
    conversation: Conversation


def example_conversation(machine: Machine) -> Conversation:
    """About a segment with one instruction table, if the machine has one, the program's and all continuation tables.

    The machine's fixed tables are left out: they would make the conversation longer, and not another one.
    """
    instruction = {chip.name: (2,) for chip in machine.chips_of(Role.INSTRUCTION)[:1]}
    without: dict[str, tuple[int, ...]] = dict.fromkeys(machine.tables, ())
    place = example_place(machine, example_shape(machine, **without, **instruction))
    return Conversation(place, example_digest("G"), example_digest("leaf"), example_proof(place.form))


def drawn_in(conversation: Conversation) -> Drawn:
    """What the reference verifier draws, by label, in its order."""
    algebra = ListeningAlgebra()
    layouts = conversation.form.layouts
    pinned: dict[Commitment, Pinned[Said, int]] = {
        commitment: Pinned((), Said(), [Said()] * layouts[commitment].count) for commitment in PINNED
    }
    context: SegmentContext[Said, int] = SegmentContext(
        place=conversation.place,
        run=conversation.run,
        leaf=conversation.leaf,
        pinned=pinned,
        global_challenges=BusChallenges(Said(), [Said()] * WIDEST),
    )
    verdict: SegmentVerdict[int, Said] = verify_segment(algebra, conversation.proof, context)
    return algebra.drawn(verdict.sampled_labels, [iteration.queries for iteration in conversation.form.iterations])


def challenges_are_drawn_in_order(audited: AuditedMachine) -> str | None:
    """The verifier draws what the protocol says, in its order, each from a state of its own."""
    conversation = example_conversation(audited.machine)
    drawn = drawn_in(conversation)
    expected = list(expected_labels(conversation.form))
    for found, wanted in zip(drawn, expected, strict=False):
        if found != wanted:
            return f"{found} is drawn where {wanted} has its place"
    if len(drawn) != len(expected):
        return f"{len(drawn)} challenges are drawn, not {len(expected)}"
    if len(set(drawn.values())) != len(drawn):
        return "two challenges are drawn from one state"
    return None


def expected_labels(form: SegmentForm) -> Iterator[str]:
    """Every label of a segment in the order of the protocol."""
    yield from map(label_text, (Label.LOCAL_ALPHA, Label.LOCAL_BETA, Label.GKR_SCOPE))
    for layer in range(1, form.circuit.variables):
        yield label_text(Label.GKR_BATCHING, layer)
        yield from (label_text(Label.GKR_ROUND, layer, number) for number in range(layer))
        yield label_text(Label.GKR_MERGE, layer)
    yield label_text(Label.ZEROCHECK_BATCHING)
    yield from (label_text(Label.ZEROCHECK_ROUND, number) for number in range(form.zerocheck_rounds))
    yield label_text(Label.STACKING_BATCHING)
    yield from (label_text(Label.STACKING_ROUND, number) for number in range(form.height_log2))
    yield label_text(Label.COLUMN_BATCHING)
    for iteration in form.iterations:
        yield from (label_text(Label.FOLDING, iteration.number, number) for number in range(iteration.folding_log2))
        if not iteration.is_last:
            yield label_text(Label.OUT_OF_DOMAIN, iteration.number)
        yield label_text(Label.QUERIES, iteration.number)
        if not iteration.is_last:
            yield label_text(Label.QUERY_BATCHING, iteration.number)


def messages_are_bound(audited: AuditedMachine) -> str | None:
    """Every element, digest and nonce that the prover says changes every challenge from its place on."""
    conversation = example_conversation(audited.machine)
    drawn = drawn_in(conversation)
    for changed in _changes(conversation):
        found = drawn_in(changed.conversation)
        labels = list(drawn)
        for label in labels[labels.index(changed.first_label) :]:
            if found[label] == drawn[label]:
                return f"{changed.what} does not change {label}"
    return None


def _changes(conversation: Conversation) -> Iterator[Changed]:
    first = label_text(Label.LOCAL_ALPHA)
    for i, run in _each_word_increased(conversation.run):
        yield Changed(f"word {i} of G", first, replace(conversation, run=run))
    for i, leaf in _each_word_increased(conversation.leaf):
        yield Changed(f"word {i} of the leaf", first, replace(conversation, leaf=leaf))
    for what, label, proof in _proof_changes(conversation.proof, conversation.form):
        yield Changed(what, label, replace(conversation, proof=proof))


ProofChange = tuple[str, str, SegmentProof]
"""What is changed, the first challenge that it has to change, and the proof with it."""


def _proof_changes(proof: SegmentProof, form: SegmentForm) -> Iterator[ProofChange]:
    """Every message of a segment's proof in the order in which it is said."""
    first = label_text(Label.LOCAL_ALPHA)
    for i, name in enumerate(form.shape.machine.public_values):
        values = (*proof.public_values[:i], proof.public_values[i] + 1, *proof.public_values[i + 1 :])
        yield f"the public value {name}", first, replace(proof, public_values=values)
    for i, root in _each_word_increased(proof.main_root):
        yield f"word {i} of the main root", first, replace(proof, main_root=root)
    for i, totals in _each_increased(proof.bus_totals):
        changed = replace(proof, bus_totals=totals)  # type: ignore[arg-type]
        yield f"total {i} of the buses", label_text(Label.GKR_SCOPE), changed
    for position, layer in enumerate(proof.layers):
        before, after = proof.layers[:position], proof.layers[position + 1 :]
        for what, label, other_layer in _layer_changes(layer, position + 1):
            yield what, label, replace(proof, layers=(*before, other_layer, *after))
    for what, number, rounds in _round_changes(proof.zerocheck_rounds, "the zerocheck"):
        yield what, label_text(Label.ZEROCHECK_ROUND, number), replace(proof, zerocheck_rounds=rounds)
    for commitment, values_of in proof.column_values.items():
        for i, column_values in _each_increased(values_of):
            changed = replace(proof, column_values={**proof.column_values, commitment: column_values})
            yield f"column value {i} of {commitment.value}", label_text(Label.STACKING_BATCHING), changed
    for what, number, rounds in _round_changes(proof.stacking_rounds, "the stacking sumcheck"):
        yield what, label_text(Label.STACKING_ROUND, number), replace(proof, stacking_rounds=rounds)
    for i, stacked in _each_increased(proof.stacked_values):
        yield f"stacked value {i}", label_text(Label.COLUMN_BATCHING), replace(proof, stacked_values=stacked)
    for nonce in proof.column_batching_nonce:
        changed = replace(proof, column_batching_nonce=(nonce + 1,))
        yield "the nonce before the columns' batching", label_text(Label.COLUMN_BATCHING), changed
    for number, iteration in enumerate(proof.iterations):
        earlier, later = proof.iterations[:number], proof.iterations[number + 1 :]
        for what, label, other_iteration in _iteration_changes(iteration, number):
            yield what, label, replace(proof, iterations=(*earlier, other_iteration, *later))
    last = label_text(Label.QUERIES, len(proof.iterations) - 1)
    for i, vector in _each_increased(proof.final_vector):
        yield f"entry {i} of the final vector", last, replace(proof, final_vector=vector)


def _layer_changes(layer: LayerProof, number: int) -> Iterator[tuple[str, str, LayerProof]]:
    for what, round_number, rounds in _round_changes(layer.rounds, f"layer {number}"):
        yield what, label_text(Label.GKR_ROUND, number, round_number), replace(layer, rounds=rounds)
    for i, ends in _each_increased(layer.ends):
        changed = replace(layer, ends=ends)  # type: ignore[arg-type]
        yield f"end {i} of layer {number}", label_text(Label.GKR_MERGE, number), changed


def _iteration_changes(iteration: IterationProof, number: int) -> Iterator[tuple[str, str, IterationProof]]:
    where = f"iteration {number}"
    for what, round_number, rounds in _round_changes(iteration.rounds, where):
        yield what, label_text(Label.FOLDING, number, round_number), replace(iteration, rounds=rounds)
    nonces = iteration.folding_nonces
    for i, nonce in enumerate(nonces):
        changed = replace(iteration, folding_nonces=(*nonces[:i], nonce + 1, *nonces[i + 1 :]))
        yield f"folding nonce {i} of {where}", label_text(Label.FOLDING, number, i), changed
    for i, root in _each_word_increased(iteration.root):
        yield f"word {i} of the root of {where}", label_text(Label.OUT_OF_DOMAIN, number), replace(iteration, root=root)
    for _, answer in _each_increased(iteration.answer):
        yield f"the answer of {where}", label_text(Label.QUERIES, number), replace(iteration, answer=answer)
    for nonce in iteration.query_nonce:
        changed = replace(iteration, query_nonce=(nonce + 1,))
        yield f"the nonce before the queries of {where}", label_text(Label.QUERIES, number), changed


def _round_changes(
    rounds: tuple[RoundPolynomial, ...], where: str
) -> Iterator[tuple[str, int, tuple[RoundPolynomial, ...]]]:
    for number, sent in enumerate(rounds):
        for i, changed in _each_increased(sent):
            what = f"coefficient {i + 1} of round {number} of {where}"
            yield what, number, (*rounds[:number], changed, *rounds[number + 1 :])


def _each_increased(values: tuple[Extension, ...]) -> Iterator[tuple[int, tuple[Extension, ...]]]:
    """The values, each in turn with one coefficient increased; not of all the same coefficient."""
    for i, value in enumerate(values):
        coefficients = [c + (k == i % EXTENSION_DEGREE) for k, c in enumerate(value.coefficients)]
        yield i, (*values[:i], Extension.from_coefficients(coefficients), *values[i + 1 :])


def _each_word_increased(digest: Digest) -> Iterator[tuple[int, Digest]]:
    """The digest, each word in turn increased."""
    for i, word in enumerate(digest):
        yield i, (*digest[:i], word + 1, *digest[i + 1 :])
