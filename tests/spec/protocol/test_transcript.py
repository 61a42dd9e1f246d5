"""The transcript, block by block: what is hashed, how challenges are read, positions, and proof of work."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from spec.field import Extension, P
from spec.protocol.hash import Domain, compress
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.transcript import Transcript
from spec.rejection import Rejected, Rejection

Numbers = Transcript[int, Extension, int, int]


def transcript() -> Numbers:
    return Transcript(NumberAlgebra(), Domain.SEGMENT)


START = Domain.SEGMENT.initial_value
EMPTY = [0] * 12


def read(state: Sequence[int]) -> Extension:
    """The challenge that a state stands for, from its 32 bytes."""
    raw = b"".join(word.to_bytes(4, "big") for word in state)
    coefficients = []
    for i in range(6):
        low, high = raw[4 * i : 4 * i + 4], raw[24 + i]
        coefficients.append((int.from_bytes(low, "big") + high * 2**32) % P)
    return Extension.from_coefficients(coefficients)


def test_new_transcript_is_its_domains_initial_value() -> None:
    assert tuple(transcript().state) == START


def test_absorbed_message_is_header_payload_and_zeros() -> None:
    """Label, bytes of payload, two indices; one block holds twelve words of payload."""
    said = transcript()
    said.absorb(Label.GKR_ROUND_POLYNOMIAL, [1, 2, 3], 7, 5)
    assert said.state == compress(START, [33, 12, 7, 5, 1, 2, 3] + [0] * 9)


def test_absorbed_message_without_indices_has_zeros_in_their_places() -> None:
    said = transcript()
    said.absorb(Label.MAIN_ROOT, list(range(8)))
    assert said.state == compress(START, [16, 32, 0, 0, *range(8), 0, 0, 0, 0])
    one_index = transcript()
    one_index.absorb(Label.FOLDED_ROOT, [9], 3)
    assert one_index.state == compress(START, [40, 4, 3, 0, 9] + [0] * 11)


def test_absorbed_message_of_exactly_one_block_has_no_second() -> None:
    said = transcript()
    said.absorb(Label.FINAL_VECTOR, list(range(12)))
    assert said.state == compress(START, [42, 48, 0, 0, *range(12)])


def test_absorbed_message_of_one_word_more_goes_on_in_a_second_block() -> None:
    said = transcript()
    said.absorb(Label.FINAL_VECTOR, list(range(13)))
    first = compress(START, [42, 52, 0, 0, *range(12)])
    assert said.state == compress(first, [12] + [0] * 15)


def test_absorbed_values_and_elements_are_one_word_an_element() -> None:
    said = transcript()
    said.absorb_values(Label.BUS_TOTALS, [Extension((1, 2, 3, 4, 5, P - 1))])
    expected = compress(START, [32, 24, 0, 0, 1, 2, 3, 4, 5, P - 1] + [0] * 6)
    assert said.state == expected
    said.absorb_elements(Label.PUBLIC_VALUES, [P - 2, 8])
    expected = compress(expected, [14, 8, 0, 0, P - 2, 8] + [0] * 10)
    assert said.state == expected
    said.absorb_numbers(Label.HEIGHTS, [2**32 - 1])
    assert said.state == compress(expected, [6, 4, 0, 0, 2**32 - 1] + [0] * 11)


@pytest.mark.parametrize(
    "other",
    [
        [(Label.HEIGHTS, [1, 2], ())],
        [(Label.STACKING, [2, 1], ())],
        [(Label.STACKING, [1, 2, 0], ())],
        [(Label.STACKING, [1], ())],
        [(Label.STACKING, [1, 2], (1,))],
        [(Label.STACKING, [1, 2], (0, 1))],
        [(Label.STACKING, [1], ()), (Label.STACKING, [2], ())],
        [(Label.STACKING, [1, 2], ()), (Label.STACKING, [], ())],
        [],
    ],
)
def test_other_conversation_has_another_state(other: list[tuple[Label, list[int], tuple[int, ...]]]) -> None:
    said, otherwise = transcript(), transcript()
    said.absorb(Label.STACKING, [1, 2])
    for label, words, indices in other:
        otherwise.absorb(label, words, *indices)
    assert tuple(said.state) != tuple(otherwise.state)


def test_first_challenge_is_read_off_the_state_without_hashing() -> None:
    said = transcript()
    said.absorb(Label.MAIN_ROOT, list(range(8)))
    state = tuple(said.state)
    assert said.sample(Label.LOCAL_ALPHA) == read(state)
    assert tuple(said.state) == state


def test_second_challenge_absorbs_an_empty_message_under_its_label() -> None:
    said = transcript()
    said.absorb(Label.MAIN_ROOT, list(range(8)))
    state = tuple(said.state)
    said.sample(Label.LOCAL_ALPHA)
    second = compress(state, [69, 0, 0, 0, *EMPTY])
    assert said.sample(Label.LOCAL_BETA) == read(second)
    third = compress(second, [72, 0, 4, 1, *EMPTY])
    assert said.sample(Label.GKR_ROUND, 4, 1) == read(third)


def test_challenge_after_a_message_is_read_off_the_state_again() -> None:
    said = transcript()
    said.sample(Label.LOCAL_ALPHA)
    said.absorb(Label.BUS_TOTALS, [1])
    assert said.sample(Label.GKR_SCOPE) == read(compress(START, [32, 4, 0, 0, 1] + [0] * 11))


def test_challenge_takes_its_high_bytes_from_the_last_two_words() -> None:
    state = (1, 2, 3, 4, 5, 6, 0x01020304, 0x0506FFFF)
    assert NumberAlgebra().challenge(state) == Extension.from_coefficients(i + (i << 32) for i in range(1, 7))
    largest = NumberAlgebra().challenge([2**32 - 1] * 8)
    assert largest == Extension.from_coefficients([(2**40 - 1) % P] * 6)


def test_sampled_labels_are_recorded_in_order_with_their_indices() -> None:
    said = transcript()
    said.sample(Label.LOCAL_ALPHA)
    said.sample(Label.GKR_ROUND, 2, 1)
    said.sample_positions(Label.QUERIES, 20, 5, 1)
    assert said.sampled_labels == ["local_alpha", "gkr_round_2_1", "queries_1"]


def number(bits: Sequence[int]) -> int:
    return sum(bit << i for i, bit in enumerate(bits))


def test_positions_are_low_bits_of_eight_words_a_state_as_drawn() -> None:
    said = transcript()
    said.absorb(Label.FINAL_VECTOR, [1])
    first = tuple(said.state)
    second = compress(first, [81, 0, 3, 0, *EMPTY])
    third = compress(second, [81, 0, 3, 0, *EMPTY])
    drawn = said.sample_positions(Label.QUERIES, 18, 4, 3)
    assert [number(bits) for bits in drawn] == [word % 16 for word in (*first, *second, *third[:2])]
    assert {len(bits) for bits in drawn} == {4}
    assert tuple(said.state) == third


def test_positions_are_drawn_with_repetitions() -> None:
    drawn = [number(bits) for bits in transcript().sample_positions(Label.QUERIES, 16, 2)]
    assert len(drawn) == 16
    assert set(drawn) <= set(range(4))


def test_positions_below_one_have_no_bits() -> None:
    assert transcript().sample_positions(Label.QUERIES, 3, 0) == [[], [], []]


def test_challenge_after_positions_absorbs_an_empty_message() -> None:
    said = transcript()
    said.sample_positions(Label.QUERIES, 8, 4, 0)
    assert said.sample(Label.QUERY_BATCHING, 0) == read(compress(START, [82, 0, 0, 0, *EMPTY]))


@pytest.mark.parametrize("bits", [-1, 25])
def test_positions_of_an_impossible_width_raise(bits: int) -> None:
    with pytest.raises(ValueError, match=f"a position of {bits} bits: at most 24 are drawn"):
        transcript().sample_positions(Label.QUERIES, 1, bits)


# Proof of work.


def work(state: Sequence[int], nonce: int, label: int, first: int = 0, second: int = 0) -> int:
    """The first word of the hash that shows the work."""
    block = [*state, nonce >> 32, nonce & 0xFFFFFFFF, label, first, second, 0, 0, 0]
    return compress(Domain.GRINDING.initial_value, block)[0]


def nonces(state: Sequence[int], bits: int, *place: int) -> tuple[int, int]:
    """The smallest nonce that shows the work, and the smallest that does not."""
    good = next(n for n in range(1 << 20) if work(state, n, *place) % (1 << bits) == 0)
    bad = next(n for n in range(1 << 20) if work(state, n, *place) % (1 << bits))
    return good, bad


def test_grinding_block_is_state_nonce_and_place() -> None:
    said = transcript()
    said.absorb(Label.STACKED_VALUES, [4])
    assert said.grinding_block(Label.FOLDING, 1, 2) == [*said.state, 0, 0, 79, 1, 2, 0, 0, 0]


def test_work_that_is_shown_is_absorbed_with_its_place() -> None:
    said = transcript()
    state = tuple(said.state)
    good, _ = nonces(state, 5, 79, 1, 2)
    said.grind(Label.FOLDING, 5, [good >> 32, good & 0xFFFFFFFF], "here", 1, 2)
    assert said.state == compress(state, [79, 8, 1, 2, 0, good] + [0] * 10)
    assert said.sample(Label.FOLDING, 1, 2) == read(said.state)


def test_work_that_is_not_shown_is_rejected() -> None:
    said = transcript()
    _, bad = nonces(said.state, 5, 78)
    with pytest.raises(Rejected) as rejected:
        said.grind(Label.COLUMN_BATCHING, 5, [0, bad], "here")
    assert (rejected.value.reason, rejected.value.detail) == (Rejection.GRINDING_INSUFFICIENT, "here")


def test_work_for_another_place_is_not_shown() -> None:
    said = transcript()
    good = next(
        n for n in range(1 << 20) if work(said.state, n, 81, 0) % 32 == 0 and work(said.state, n, 81, 1) % 32 != 0
    )
    said.grind(Label.QUERIES, 5, [0, good], "here", 0)
    with pytest.raises(Rejected):
        transcript().grind(Label.QUERIES, 5, [0, good], "here", 1)


def test_no_work_absorbs_nothing() -> None:
    said = transcript()
    said.grind(Label.QUERIES, 0, [], "here", 0)
    assert tuple(said.state) == START
