"""The attacks by what they forge: which tests make them, and how many each test makes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

HERE = "tests/forging"
JOINED = "tests/reference/verifier/test_segments_joined.py"

KINDS: Mapping[str, tuple[str, ...]] = {
    "wrong program": (
        f"{HERE}/test_statement_checks.py::test_proof_of_another_statement_is_refused_by_its_check",
        f"{HERE}/test_bad_witnesses.py::test_program_table_other_than_the_keys_is_refused",
        f"{HERE}/test_altered_proofs.py::test_key_altered_in_place_is_another_program_and_is_refused",
        f"{HERE}/test_bent_provers.py::test_key_with_the_answers_of_another_program_is_refused",
        f"{HERE}/test_bent_provers.py::test_key_with_the_root_of_another_program_is_refused",
        f"{JOINED}::test_segment_of_another_program_is_rejected",
    ),
    "output longer, shorter, or of untouched rows": (
        f"{HERE}/test_bad_segments.py::test_output_that_the_run_did_not_have_is_refused",
        f"{JOINED}::test_other_output_of_the_same_segments_is_rejected",
        f"{JOINED}::test_segment_of_a_run_that_claims_another_output_is_rejected",
    ),
    "exit code": (
        f"{HERE}/test_bad_witnesses.py::test_exit_code_claimed_to_be_zero_is_refused",
        f"{HERE}/test_bad_witnesses.py::test_exit_code_that_the_halt_does_not_have_is_refused",
        f"{HERE}/test_bad_segments.py::test_exit_code_of_a_segment_that_does_not_halt_is_refused",
    ),
    "instruction skipped, repeated, or never fetched": (
        f"{HERE}/test_bad_witnesses.py::test_instruction_that_the_program_does_not_have_is_refused",
        f"{HERE}/test_bad_witnesses.py::test_second_halt_is_refused",
        f"{HERE}/test_bad_witnesses.py::test_end_that_the_rows_do_not_reach_is_refused",
        f"{HERE}/test_bad_witnesses.py::test_row_that_its_program_allows_and_its_constraints_do_not_is_refused",
        f"{JOINED}::test_iterations_of_a_loop_cannot_be_left_out",
        f"{JOINED}::test_iterations_of_a_loop_cannot_be_repeated",
    ),
    "rows between padding and real": (
        f"{HERE}/test_bad_witnesses.py::test_constraint_on_a_padding_row_is_refused",
        f"{HERE}/test_bent_circuits.py::test_fraction_in_the_padding_is_refused",
        f"{HERE}/test_bent_circuits.py::test_denominator_in_the_padding_is_refused",
        f"{HERE}/test_bent_circuits.py::test_padding_of_zeros_is_refused",
    ),
    "multiplicities and messages": (
        f"{HERE}/test_bad_witnesses.py::test_multiplicity_of_a_lookup_is_refused",
        f"{HERE}/test_bad_witnesses.py::test_message_of_a_row_is_refused",
    ),
    "stale reads and memory initialised twice": (
        f"{HERE}/test_bad_witnesses.py::test_access_that_takes_what_it_puts_back_itself_is_refused",
        f"{HERE}/test_bad_witnesses.py::test_accesses_of_an_account_in_the_wrong_order_are_refused",
        f"{HERE}/test_bad_witnesses.py::test_account_twice_in_a_segment_is_refused",
        f"{HERE}/test_bad_witnesses.py::test_account_from_a_later_segment_is_refused",
        f"{HERE}/test_bad_segments.py::test_account_that_skips_a_segment_is_refused",
        f"{HERE}/test_bad_segments.py::test_balance_out_of_nothing_is_refused",
        f"{HERE}/test_bad_segments.py::test_chain_of_an_account_broken_between_segments_is_refused",
        f"{HERE}/test_bad_segments.py::test_origin_that_no_segment_has_is_refused",
        f"{JOINED}::test_address_cannot_be_initialised_twice",
        f"{JOINED}::test_value_of_an_older_segment_cannot_be_revived",
        f"{JOINED}::test_memory_cannot_be_forked_within_a_segment",
        f"{JOINED}::test_row_cannot_take_the_token_of_its_own_segment",
    ),
    "tables missing, equal, or one too many": (
        f"{HERE}/test_bent_shapes.py::test_tables_of_equal_height_or_one_too_many_are_refused",
        f"{HERE}/test_bad_witnesses.py::test_absent_table_has_no_messages_and_is_refused_where_one_is_needed",
        f"{HERE}/test_altered_proofs.py::test_height_altered_in_place_is_refused",
        f"{JOINED}::test_memory_table_cannot_be_missing",
    ),
    "segments missing, repeated, exchanged, or of another run": (
        f"{HERE}/test_bent_shapes.py::test_run_without_segments_is_refused",
        f"{HERE}/test_bad_segments.py::test_segments_dropped_exchanged_or_repeated_are_refused",
        f"{HERE}/test_bad_segments.py::test_segments_exchanged_with_their_old_indices_are_refused",
        f"{HERE}/test_bad_segments.py::test_segment_that_halts_before_the_last_is_refused",
        f"{HERE}/test_bad_segments.py::test_segment_proven_at_another_index_than_it_states_is_refused",
        f"{HERE}/test_altered_proofs.py::test_segment_of_another_run_in_place_of_its_own_is_refused",
        f"{HERE}/test_altered_proofs.py::test_segments_of_a_finished_proof_exchanged_dropped_or_repeated_are_refused",
    ),
    "challenges known before what they follow": (
        f"{HERE}/test_frozen_challenges.py::test_the_same_attack_with_the_real_transcript_is_refused",
        f"{HERE}/test_unabsorbed_messages.py::test_the_same_forgery_is_refused_where_its_message_is_absorbed",
        f"{HERE}/test_bent_transcripts.py::test_prover_that_does_not_absorb_is_refused",
        f"{HERE}/test_bent_transcripts.py::test_prover_that_takes_another_challenge_is_refused",
        f"{HERE}/test_bent_transcripts.py::test_challenge_used_twice_is_refused",
        f"{HERE}/test_bent_provers.py::test_continuation_tables_changed_after_the_leaf_are_refused",
    ),
    "queries fewer or in another order, nonces used again": (
        f"{HERE}/test_bent_transcripts.py::test_fewer_queries_are_refused",
        f"{HERE}/test_bent_transcripts.py::test_positions_sorted_are_refused",
        f"{HERE}/test_bent_transcripts.py::test_positions_without_repetitions_are_refused",
        f"{HERE}/test_bent_transcripts.py::test_nonce_used_again_is_refused",
        f"{HERE}/test_bent_transcripts.py::test_nonce_ground_too_early_is_refused",
        f"{HERE}/test_bent_transcripts.py::test_nonce_ground_from_another_initial_value_is_refused",
    ),
    "one check each: elements, lengths, keys, totals": (
        f"{HERE}/test_checks_are_needed.py::test_forgery_is_refused_by_its_check",
    ),
    "nodes of the recursion": (
        "tests/reference/recursion/test_relations.py::test_recorded_lie_breaks_the_requirement_of_its_condition",
        "tests/optimized/test_tree.py::test_forged_combination_is_refused_for_a_reason_of_its_own",
        "tests/optimized/test_tree.py::test_forged_combination_that_is_proven_all_the_same_is_refused",
        "tests/optimized/test_tree.py::test_statement_of_a_tree_with_a_dropped_child_is_refused",
        "tests/optimized/test_tree.py::test_final_proof_held_against_another_question_is_refused",
    ),
}
"""By what is forged, the tests whose every case is one attack: refused for the one expected reason."""


def collected(files: Iterable[str]) -> Counter[str]:
    """By test in these files, how many cases it has. Raises CalledProcessError where they cannot be collected."""
    options = ["--collect-only", "-q", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]
    command = [sys.executable, "-m", "pytest", *options, *files]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return Counter(line.split("[")[0] for line in listed.splitlines() if "::test_" in line)


def attacks() -> dict[str, int]:
    """By kind, how many attacks there are; none of a test that does not exist."""
    found = collected(sorted({test.split("::")[0] for tests in KINDS.values() for test in tests}))
    return {kind: sum(found[test] for test in tests) for kind, tests in KINDS.items()}


def missing_tests() -> list[str]:
    """Tests of the catalogue that do not exist."""
    named = {test for tests in KINDS.values() for test in tests}
    return sorted(named - set(collected(sorted({test.split("::")[0] for test in named}))))
