"""A forged proof, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from reference.tables import Trace
from reference.verifier.run import require_global_balance, verify_run, verify_segment_alone
from reference.verifier.statement import VerifierTools
from spec.field import ONE, ZERO, Extension
from spec.protocol import shape
from spec.protocol.form import SegmentForm
from spec.protocol.hash import digest_bytes
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.run import SegmentPlace, leaves_root, run_digest, segment_leaf
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejected, Rejection
from tests.both_verifiers import Refusal, agreed
from tests.forging.liars import Liar, frozen
from tests.small_machine import output_tokens
from tests.small_runs import ONE_SEGMENT, Example

R = Rejection


class HintingAlgebra(NumberAlgebra):
    """Plain numbers; where inverses are not checked, the prover gives what it likes for that of zero."""

    def __init__(self, hint: Extension) -> None:
        super().__init__()
        self._hint = hint

    def unchecked_inverses(self, values: Sequence[Extension], _reason: Rejection, _where: str) -> list[Extension]:
        return [self._hint if value == ZERO else value.inverse() for value in values]


Verification = Callable[[RunProof, Sequence[int] | None, VerifierTools], object]
"""What is verified of a proof, given the exit values asked for. Raises Rejected at the first check that fails."""


def the_run(proof: RunProof, exit_values: Sequence[int] | None, tools: VerifierTools) -> object:
    """All of it."""
    return verify_run(tools.algebra(), proof, output_tokens(proof.output), exit_values, tools.steps)


def its_first_segment(proof: RunProof, _exit_values: Sequence[int] | None, tools: VerifierTools) -> object:
    """The first segment, before it is joined to the others."""
    statement = proof.key.statement(proof.output, len(proof.segments))
    return verify_segment_alone(
        tools.algebra(), proof.key, proof.segments[0], 0, statement, digest_of_run(proof), tools.steps
    )


def its_global_sums(proof: RunProof, _exit_values: Sequence[int] | None, tools: VerifierTools) -> object:
    """The sums that its segments state, which are verified one by one."""
    tokens = output_tokens(proof.output)
    require_global_balance(tools.algebra(), proof.key, proof.segments, tokens, digest_of_run(proof))
    return None


def digest_of_run(proof: RunProof) -> bytes:
    """The run's digest G."""
    algebra, key = NumberAlgebra(), proof.key
    statement = key.statement(proof.output, len(proof.segments))
    leaves = []
    for index, segment in enumerate(proof.segments):
        form = SegmentForm(SegmentShape(key.machine, segment.shape.heights_log2), key.parameters)
        place = SegmentPlace(statement, index, form)
        leaf = segment_leaf(algebra, place, index, segment.continuation_root, segment.pinned_answers)
        leaves.append(digest_bytes(leaf))
    return digest_bytes(run_digest(algebra, statement, leaves_root(leaves)))


@dataclass(frozen=True)
class Forgery:
    """A proof, how it is verified, and what refuses it."""

    proof: RunProof
    refused: Refusal
    exit_values: Sequence[int] | None = (0,)
    hint: Extension = ONE
    """What is given for the inverse of zero where nobody checks it."""

    frozen: Sequence[tuple[Label, Extension]] = ()
    """Challenges that are the same whatever was said: what is forged needs luck that a test cannot wait for."""

    positions: Sequence[int] = ()
    """The same for the positions of the first queries."""

    bound: int | None = None
    """A bound on messages in place of p, which no proof that can be made exceeds."""

    verified: Verification = the_run

    def outcome(self) -> Refusal | str:
        """What becomes of it: how it is refused, `accepted`, or the name of what else is raised."""
        try:
            self._verify()
        except Rejected as rejected:
            return Refusal(rejected.reason, rejected.detail)
        except Exception as error:
            return type(error).__name__
        return "accepted"

    def rejected(self) -> Rejected:
        """How it is refused, with all that the refusal says."""
        with pytest.raises(Rejected) as caught:
            self._verify()
        return caught.value

    def _verify(self) -> None:
        tools = VerifierTools(algebra=lambda: HintingAlgebra(self.hint))
        with self._circumstances():
            self.verified(self.proof, self.exit_values, tools)

    def agreed_outcome(self) -> Refusal | str:
        """How both verifiers refuse it, or `accepted`."""
        with self._circumstances():
            found = agreed(lambda tools: self.verified(self.proof, self.exit_values, tools))
        return found if isinstance(found, Refusal) else "accepted"

    @contextmanager
    def _circumstances(self) -> Iterator[None]:
        with ExitStack() as stack:
            for label, challenge in self.frozen:
                stack.enter_context(frozen(label, challenge=challenge))
            if self.positions:
                stack.enter_context(frozen(Label.QUERIES, 0, challenge=self.positions))
            if self.bound is not None:
                stack.enter_context(_bound(self.bound))
            yield


@contextmanager
def _bound(number: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shape, "P", number)
        yield


SEGMENT = ONE_SEGMENT.segments[0]
HERE = "segment 0"


def of_liar(liar: Liar, reason: Rejection, where: str = HERE) -> Forgery:
    return Forgery(liar.proof(), Refusal(reason, where))


def of_cells(segments: Sequence[Trace], example: Example, refused: Refusal, **options: Any) -> Forgery:
    output = options.pop("output", example.run.output)
    return Forgery(example.proven(segments, output), refused, **options)
