"""Rules whose natural wrong implementation is exploitable, and the tests that break them: a prover bent at exactly that
place, everything after it computed consistently. `test_rules_name_tests_that_exist` holds the names against the tests.

The argument:

- Every sumcheck binds the last coordinate first, and shorter tables wait at the end:
  test_sumcheck_that_binds_the_first_coordinate_first_is_refused, test_tables_that_wait_at_the_start_are_refused
- Nothing divides by a challenge: test_recorded_verifier_inverts_only_fingerprints_and_denominators
- W, prefixes, leaf lengths and round counts are the verifier's: test_columns_in_another_order_are_refused,
  test_one_more_stacked_column_is_refused, test_form_of_another_length_is_refused
- The stacking height is the verifier's: test_larger_stacking_height_is_refused
- h, rate, first arity and heights are bound: test_statement_altered_before_it_is_absorbed_is_refused,
  test_key_of_another_stacking_height_is_refused
- Each closed form is multilinear and its table's: test_closed_form_of_the_small_machine_is_its_table,
  test_rows_of_the_machines_table_other_than_its_closed_form_are_refused
- Pinning: test_leaf_without_answers_is_refused, test_continuation_tables_changed_after_the_leaf_are_refused,
  test_key_with_the_answers_of_another_program_is_refused, test_key_with_the_root_of_another_program_is_refused,
  test_answers_at_a_pinning_point_known_in_advance_may_be_those_of_another_vector
- Global interactions stand in continuation tables and know only the index; every table has an interaction:
  test_machine_with_a_wrong_declaration_raises
- No fingerprint vanishes, of rows or of the verifier: test_denominator_said_to_be_zero_is_refused,
  test_fingerprint_of_a_row_that_vanishes_is_refused, test_fingerprint_of_a_token_that_vanishes_is_refused
- A scope without blocks has the total 0/1: test_total_of_an_empty_scope_is_refused
- Padding is the verifier's formula, over both scopes: test_fraction_in_the_padding_is_refused,
  test_padding_is_what_no_block_of_either_scope_covers
- chi is drawn after rho and used for nothing else: test_prover_that_takes_another_challenge_is_refused,
  test_challenge_used_twice_is_refused
- Queries are used as drawn, with repetitions: test_positions_sorted_are_refused,
  test_positions_without_repetitions_are_refused
- Absorb, then grind, then sample: test_prover_that_does_not_absorb_is_refused,
  test_conversation_of_the_verifier_is_that_of_the_protocol, test_nonce_ground_too_early_is_refused
- Proof of work before delta and before the folds: test_message_altered_before_it_is_absorbed_is_refused_by_its_step,
  test_message_altered_before_it_is_absorbed_is_refused_at_its_place

Machines, segments and hashing:

- Clocks are ordered and bounded: test_accesses_of_an_account_in_the_wrong_order_are_refused,
  test_access_that_takes_what_it_puts_back_itself_is_refused, test_tables_with_room_for_too_many_clocks_are_refused
- Fingerprints, bounds on messages, the verifier as a participant, absent tables:
  test_shape_with_too_many_messages_is_rejected, test_run_with_too_many_global_messages_is_rejected,
  test_absent_table_has_no_messages_and_is_refused_where_one_is_needed,
  test_exit_code_that_the_halt_does_not_have_is_refused, test_value_moved_without_its_table_is_rejected
- An account has one row per segment, and its rows form one chain: test_account_twice_in_a_segment_is_refused,
  test_account_from_a_later_segment_is_refused, test_chain_of_an_account_broken_between_segments_is_refused,
  test_account_that_skips_a_segment_is_refused
- A fraction never mixes challenge sets: test_totals_of_the_scopes_exchanged_are_refused,
  test_global_fractions_in_the_local_half_are_refused
- No flags for first and last: test_segments_dropped_exchanged_or_repeated_are_refused,
  test_segment_that_halts_before_the_last_is_refused, test_exit_code_of_a_segment_that_does_not_halt_is_refused
- Leaves, nodes and proofs of work have initial values of their own: test_tree_with_exchanged_initial_values_is_refused,
  test_leaf_is_never_a_node, test_nonce_ground_from_another_initial_value_is_refused
- The nonce is the smallest that works, which only the prover sees: test_larger_nonce_that_works_is_accepted
- Recorded values refuse every question: test_recorded_value_refuses_every_question

Rules of this kind that other layers keep, with tests of their own: canonical addresses, sub-clocks of chips, canonical
carries, order and regions of the memory table, ranges of the private input, padding of fixed tables by real rows, jump
targets out of range (the chips of RV64IM, the loader, and their Z3 proofs); the sums of all errors (soundcalc); bits of
an element, and the circuit's own machine (recursion).
"""

from __future__ import annotations

import re
from pathlib import Path


def test_rules_name_tests_that_exist() -> None:
    assert __doc__ is not None
    named = set(re.findall(r"\btest_\w+", __doc__))
    root = Path(__file__).parents[1]
    texts = [path.read_text() for path in root.rglob("test_*.py")]
    defined = {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}
    assert named - defined == set()
