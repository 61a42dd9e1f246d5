"""Rules whose natural wrong implementation is exploitable, and the tests that break them: a prover bent at exactly that
place, everything after it computed consistently. `test_rules_name_tests_that_exist` holds the names against the tests.

The argument:

- Every sumcheck binds the last coordinate first, and shorter tables wait at the end:
  test_sumcheck_that_binds_the_first_coordinate_first_is_refused, test_tables_that_wait_at_the_start_are_refused
- Round polynomials travel as c_1, ..., c_d: test_form_of_another_length_is_refused,
  test_next_claim_is_the_value_of_the_polynomial_with_the_claimed_sum
- Nothing divides by a challenge: test_recorded_verifier_inverts_only_fingerprints_and_denominators
- W, prefixes, leaf lengths and round counts are the verifier's: test_columns_in_another_order_are_refused,
  test_one_more_stacked_column_is_refused, test_form_of_another_length_is_refused
- The stacking height is the verifier's: test_larger_stacking_height_is_refused,
  test_stacking_height_is_the_least_listed_one_that_holds_main_in_twelve_columns
- h, rate, first arity and heights are bound: test_statement_altered_before_it_is_absorbed_is_refused,
  test_key_of_another_stacking_height_is_refused
- Each closed form is multilinear and its table's: test_closed_form_of_the_small_machine_is_its_table,
  test_closed_forms_of_a_machine_are_its_tables, test_closed_form_other_than_the_table_is_noticed_off_the_cube_alone,
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
- The powers of chi are distinct over all tables and instances:
  test_prover_that_weighs_constraints_otherwise_is_refused,
  test_violations_that_cancel_between_instances_are_refused
- Queries are used as drawn, with repetitions: test_positions_sorted_are_refused,
  test_positions_without_repetitions_are_refused
- Only the encoding opens each leaf once, by ascending index:
  test_opening_of_several_leaves_gives_each_its_path_in_the_order_asked_for
- Absorb, then grind, then sample: test_prover_that_does_not_absorb_is_refused,
  test_conversation_of_the_verifier_is_that_of_the_protocol, test_nonce_ground_too_early_is_refused
- Targets are for sums, over a run and a tree: test_rounds_of_the_largest_proof_sum_to_the_target,
  test_run_of_the_most_segments_stays_below_128_bits,
  test_recursion_over_the_most_segments_with_all_nodes_and_the_final_proof_stays_below_128_bits
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
  test_global_fractions_in_the_local_half_are_refused, test_global_fractions_under_the_local_challenges_are_refused,
  test_interactions_of_different_scopes_are_no_pair
- No flags for first and last: test_segments_dropped_exchanged_or_repeated_are_refused,
  test_segment_that_halts_before_the_last_is_refused, test_exit_code_of_a_segment_that_does_not_halt_is_refused,
  test_second_halt_is_refused, test_exit_code_claimed_to_be_zero_is_refused
- Leaves, nodes and proofs of work have initial values of their own: test_tree_with_exchanged_initial_values_is_refused,
  test_leaf_is_never_a_node, test_nonce_ground_from_another_initial_value_is_refused
- The nonce is the smallest that works, which only the prover sees: test_larger_nonce_that_works_is_accepted
- Recorded values refuse every question: test_recorded_value_refuses_every_question

RV64IM: traces with one lie, proven; both verifiers refuse them in the step that the rule stands in.

- Addresses are canonical: test_address_beyond_memory_is_caught_by_the_carries,
  test_memory_address_beyond_its_bits_is_caught_by_its_region, test_jump_with_bit_zero_kept_is_caught_by_the_range,
  test_jump_to_a_misaligned_address_is_caught_by_the_range
- Sub-clocks: test_access_that_takes_its_own_token_is_caught_by_the_clock_alone,
  test_read_of_what_the_same_row_writes_is_caught_by_the_clock_alone
- Multiplicities are boolean, carries canonical, domains disjoint:
  test_multiplicity_two_of_a_row_is_caught_by_its_flag, test_two_selectors_at_once_are_caught,
  test_limb_above_sixteen_bits_is_caught_by_its_range, test_wrong_sum_is_caught_by_its_carry,
  test_aligned_access_in_the_misaligned_chip_is_caught_by_its_domain
- The verifier is a participant, and an absent table has the sum zero: test_another_public_value_is_caught,
  test_absent_table_is_caught_by_what_it_no_longer_says, test_claim_of_another_output_is_caught
- An address has one boundary row per segment, and its rows form one chain:
  test_token_from_the_own_segment_is_caught_by_the_gap_alone, test_memory_cannot_be_forked_within_a_segment,
  test_value_of_an_older_segment_cannot_be_revived, test_iterations_of_a_loop_cannot_be_repeated
- The memory table is in order and its addresses lie in regions:
  test_second_row_for_an_address_in_the_run_is_caught_by_the_cursor_alone,
  test_rows_of_the_memory_table_out_of_order_are_caught_by_the_cursor_alone, test_address_cannot_be_initialised_twice,
  test_cursors_that_do_not_meet_are_rejected, test_memory_table_cannot_be_missing,
  test_space_that_is_neither_memory_nor_registers_is_caught_by_its_region,
  test_memory_passed_off_as_input_is_caught_by_its_region, test_larger_region_than_the_programs_is_caught
- The private input is free, in limbs of 16 bits: test_input_limb_above_sixteen_bits_is_caught_by_its_range_alone
- Fixed tables are padded by a real row: test_padding_repeats_the_last_row_up_to_a_power_of_two,
  test_program_tables_hold_the_program_and_repeat_their_last_row
- No next program counter is HALTED but the halt's: test_halted_and_unreachable_lie_above_every_program_counter,
  test_target_outside_memory_or_misaligned_is_unreachable, test_halted_run_that_claims_to_go_on_is_caught,
  test_segment_that_starts_halted_is_rejected

Rules that concern no prover's message: bits of an element, and the circuit's own machine (recursion).
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
