"""Proofs of false statements, or of none, each of which exactly one check of the verifier stands in the way of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.forging import lies
from tests.forging.forged_equalities import (
    altered_root,
    answer_too_many,
    insufficient_work,
    one_more_row,
    one_more_sibling,
    total_of_an_empty_scope,
    vanishing_fingerprint,
    vanishing_global_fingerprint,
    vanishing_token,
    wrong_output,
)
from tests.forging.forged_statements import (
    another_index,
    another_start,
    exit_code_without_a_halt,
    four_instances,
    instances_in_ascending_order,
    key_of_a_table_of_one_row,
    key_with_a_start_that_no_run_has,
    key_without_a_height,
    key_without_answers,
    machine_table_of_another_height,
    no_halt,
    other_exit_code,
    public_value_that_is_not_canonical,
    public_values_by_other_names,
    segment_after_the_halt,
    segment_of_a_weaker_machine,
    segments_that_do_not_meet,
    table_of_one_row,
    too_many_clocks,
    too_many_messages_of_a_run,
    too_many_messages_of_a_segment,
    too_many_segments,
    value_moved_without_its_table,
)
from tests.forging.forgery import HERE, Forgery, R, its_global_sums, of_liar
from tests.small_runs import CAPPED, ONE_SEGMENT

Build = Callable[[], Forgery]

FORGERIES: dict[str, Build] = {
    "buses.check_totals: LOCAL_BUSES_UNBALANCED": lambda: of_liar(lies.stolen(), R.LOCAL_BUSES_UNBALANCED),
    "buses.check_totals: BUS_DENOMINATOR_VANISHES": vanishing_fingerprint,
    "buses.check_totals: EMPTY_SCOPE_TOTAL": total_of_an_empty_scope,
    "buses.token_sum: FINGERPRINT_VANISHES": vanishing_token,
    "buses.follow_circuit: GKR_LAYER_MISMATCH": lambda: of_liar(
        lies.false_total(), R.GKR_LAYER_MISMATCH, f"{HERE}, layer 1"
    ),
    "constraints.follow_zerocheck: ZEROCHECK_MISMATCH": lambda: of_liar(lies.minted(), R.ZEROCHECK_MISMATCH),
    "segment._follow_stacking: STACKING_MISMATCH": lambda: of_liar(lies.false_column_value(), R.STACKING_MISMATCH),
    "whir.verify_whir: check_final_vector": lambda: of_liar(
        lies.false_stacked_value(), R.FINAL_VECTOR_CLAIM_MISMATCH, f"{HERE}, iteration {lies.LAST}"
    ),
    "queries.check_final_vector: FINAL_VECTOR_CLAIM_MISMATCH": lambda: of_liar(
        lies.false_stacked_value(), R.FINAL_VECTOR_CLAIM_MISMATCH, f"{HERE}, iteration {lies.LAST}"
    ),
    "queries.check_final_vector: FINAL_VECTOR_QUERY_MISMATCH": lambda: of_liar(
        lies.false_final_vector(), R.FINAL_VECTOR_QUERY_MISMATCH, f"{HERE}, iteration {lies.LAST}"
    ),
    "openings.opened_leaves: require_equal": lambda: altered_root(replace(ONE_SEGMENT, parameters=CAPPED)),
    "openings.opened_leaves: require_equal 2": lambda: altered_root(ONE_SEGMENT),
    "transcript.Transcript.grind: GRINDING_INSUFFICIENT": insufficient_work,
    "numbers.NumberAlgebra.require_equal: raise": lambda: of_liar(lies.stolen(), R.LOCAL_BUSES_UNBALANCED),
    "numbers.NumberAlgebra.inverses: raise": vanishing_fingerprint,
    "numbers.expand_opening: OPENING_ROW_COUNT": one_more_row,
    "numbers.expand_opening: OPENING_SIBLING_COUNT": one_more_sibling,
    "run.verify_run: GLOBAL_BUSES_UNBALANCED": wrong_output,
    "run.verify_run: check_key": key_without_a_height,
    "run.verify_run: ENCODING_COUNT_OUT_OF_BOUNDS": too_many_segments,
    "run.checked_form: MACHINE_DIFFERS": public_values_by_other_names,
    "run.checked_form: MACHINE_DIFFERS, of a weaker one": segment_of_a_weaker_machine,
    "run.checked_form: check_shape": too_many_clocks,
    "run.checked_form: check_form": answer_too_many,
    "run.verify_run: check_run_messages": too_many_messages_of_a_run,
    "run.verify_run: check_chain": no_halt,
    "run.require_exit: EXIT_CODE_DIFFERS": other_exit_code,
    "run.verify_run: require_exit": other_exit_code,
    "run.require_global_balance: GLOBAL_BUSES_UNBALANCED": lambda: replace(wrong_output(), verified=its_global_sums),
    "run.require_global_balance: BUS_DENOMINATOR_VANISHES": vanishing_global_fingerprint,
    "run.check_key: FIXED_TABLE_HEIGHT": key_of_a_table_of_one_row,
    "run.check_key: KEY_START": key_with_a_start_that_no_run_has,
    "run.check_key: KEY_COMMITMENTS": key_without_a_height,
    "run.check_key: KEY_COMMITMENTS 2": key_without_answers,
    "run.check_chain: ENCODING_ELEMENT_NOT_CANONICAL": public_value_that_is_not_canonical,
    "run.check_chain: SEGMENT_INDEX": another_index,
    "run.check_chain: SEGMENT_AFTER_HALT": segment_after_the_halt,
    "run.check_chain: raise": another_start,
    "run.check_chain: raise, between segments": segments_that_do_not_meet,
    "run.check_chain: MOVED_WITHOUT_TABLE": value_moved_without_its_table,
    "run.check_chain: EXIT_CODE_WITHOUT_HALT": exit_code_without_a_halt,
    "run.check_chain: NOT_HALTED": no_halt,
    "shape.check_shape: FIXED_TABLE_HEIGHT": machine_table_of_another_height,
    "shape.check_shape: TABLE_COUNT": four_instances,
    "shape.check_shape: TABLE_HEIGHT": table_of_one_row,
    "shape.check_shape: TABLE_ORDER": instances_in_ascending_order,
    "shape.check_shape: CLOCK_BOUND": too_many_clocks,
    "shape.check_shape: _check_message_counts": too_many_messages_of_a_segment,
    "shape.check_run_messages: _check_message_counts": too_many_messages_of_a_run,
    "shape._check_message_counts: INTERACTION_BOUND": too_many_messages_of_a_segment,
}
"""A forgery for each check, by the check's name and, after a comma, what is special about it."""
