"""Every message is absorbed for a reason: where it is not, by prover and verifier alike, a forgery is accepted.

Of some messages no forgery is known, because something else binds what they say: the reasons stand in `NO_FORGERY`.
That one of these is not absorbed any longer is noticed all the same: by the test that compares what is said with a
list.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest

from reference.verifier.statement import check_statement
from spec.rejection import Rejected, Rejection
from tests.both_verifiers import Refusal
from tests.forging.conversations import overheard
from tests.forging.unabsorbed import FORGERIES, NO_FORGERY, OF_AN_ID, Said, unabsorbed
from tests.forging.verdicts import verdict_on_object
from tests.small_runs import ONE_SEGMENT


def _name(said: Said) -> str:
    return "-".join(part.name.lower() for part in said)


ALL = [*FORGERIES, *OF_AN_ID, *NO_FORGERY]


@pytest.mark.parametrize("said", FORGERIES, ids=_name)
def test_forgery_is_accepted_where_its_message_is_not_absorbed(said: Said) -> None:
    with unabsorbed(*said):
        assert not isinstance(verdict_on_object(FORGERIES[said]()), Refusal)


@pytest.mark.parametrize("said", FORGERIES, ids=_name)
def test_the_same_forgery_is_refused_where_its_message_is_absorbed(said: Said) -> None:
    assert isinstance(verdict_on_object(FORGERIES[said]()), Refusal)


@pytest.mark.parametrize("said", OF_AN_ID, ids=_name)
def test_another_key_has_the_same_id_where_the_message_is_not_absorbed(said: Said) -> None:
    def refused() -> Rejection | None:
        asked = replace(ONE_SEGMENT).key.verification.program_id
        proof = OF_AN_ID[said]()
        assert not isinstance(verdict_on_object(proof), Refusal)
        assert proof.key != ONE_SEGMENT.key.verification
        try:
            check_statement(proof.key, proof.output, asked, None, allow_insecure=True)
        except Rejected as rejected:
            return rejected.reason
        return None

    with unabsorbed(*said):
        assert refused() is None
    assert refused() is Rejection.PROGRAM_DIFFERS


def said_without(*left_out: Said) -> set[Said]:
    """What an honest prover absorbs, where some messages are not absorbed."""
    with ExitStack() as stack:
        heard = stack.enter_context(overheard())
        for said in left_out:
            stack.enter_context(unabsorbed(*said))
        replace(ONE_SEGMENT).proof  # noqa: B018 - proven anew, key included, to hear it
    return {(place.domain, place.label) for place, words in heard.said if words}


def test_every_message_has_a_forgery_or_a_reason_why_there_is_none() -> None:
    assert said_without() == set(ALL)
    assert len(set(ALL)) == len(ALL)


@pytest.mark.parametrize("said", ALL, ids=_name)
def test_message_that_is_not_absorbed_any_longer_is_missed(said: Said) -> None:
    assert said_without(said) == set(ALL) - {said}
