"""A forged proof, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from reference.tables import Trace
from reference.verifier.run import verify_run
from spec.field import ONE, ZERO, Extension
from spec.protocol import shape
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.rejection import Rejected, Rejection
from tests.forging.liars import Liar, frozen
from tests.forging.small_runs import ONE_SEGMENT, Example
from tests.forging.verdicts import Refusal
from tests.small_machine import output_tokens

R = Rejection


class HintingAlgebra(NumberAlgebra):
    """Plain numbers; where inverses are not checked, the prover gives what it likes for that of zero."""

    def __init__(self, hint: Extension) -> None:
        super().__init__()
        self._hint = hint

    def unchecked_inverses(self, values: Sequence[Extension], _reason: Rejection, _where: str) -> list[Extension]:
        return [self._hint if value == ZERO else value.inverse() for value in values]


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

    def outcome(self) -> Refusal | str:
        """What becomes of it: how it is refused, `accepted`, or the name of what else is raised."""
        with ExitStack() as stack:
            for label, challenge in self.frozen:
                stack.enter_context(frozen(label, challenge=challenge))
            if self.positions:
                stack.enter_context(frozen(Label.QUERIES, 0, challenge=self.positions))
            if self.bound is not None:
                stack.enter_context(_bound(self.bound))
            try:
                verify_run(HintingAlgebra(self.hint), self.proof, output_tokens(self.proof.output), self.exit_values)
            except Rejected as rejected:
                return Refusal(rejected.reason, rejected.detail)
            except Exception as error:
                return type(error).__name__
        return "accepted"


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
