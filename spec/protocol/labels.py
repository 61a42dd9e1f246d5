"""The transcript's labels: what is said, and in whose place of the conversation.

Every absorbed message and every challenge has a label and up to two indices, which the transcript hashes as numbers. A
sampled label is the key of an error term in `soundcalc`; its text is the name in lower case with its indices.
"""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Label(IntEnum):
    """Numbers that stand in the headers of hashed messages. They are part of the protocol: never reuse one."""

    # What a run's transcripts absorb.
    MACHINE = 1
    PARAMETERS = 2
    PROGRAM = 3
    SEGMENT_INDEX = 4
    STACKING = 5
    HEIGHTS = 6
    CONTINUATION_ROOT = 7
    PINNED_ANSWERS = 8
    OUTPUT = 9
    SEGMENT_COUNT = 10
    LEAVES_ROOT = 11
    RUN = 12
    LEAF = 13
    PUBLIC_VALUES = 14
    PROGRAM_ROOT = 15
    MAIN_ROOT = 16
    PROGRAM_COMMITMENT = 17
    START = 18

    # What a segment's prover says.
    BUS_TOTALS = 32
    GKR_ROUND_POLYNOMIAL = 33
    GKR_LAYER_ENDS = 34
    ZEROCHECK_ROUND_POLYNOMIAL = 35
    COLUMN_VALUES = 36
    STACKING_ROUND_POLYNOMIAL = 37
    STACKED_VALUES = 38
    FOLDING_ROUND_POLYNOMIAL = 39
    FOLDED_ROOT = 40
    OUT_OF_DOMAIN_ANSWER = 41
    FINAL_VECTOR = 42

    # What is sampled: the keys of soundcalc's terms.
    PROGRAM_PINNING = 64
    CONTINUATION_PINNING = 65
    GLOBAL_ALPHA = 66
    GLOBAL_BETA = 67
    LOCAL_ALPHA = 68
    LOCAL_BETA = 69
    GKR_SCOPE = 70
    GKR_BATCHING = 71
    GKR_ROUND = 72
    GKR_MERGE = 73
    ZEROCHECK_BATCHING = 74
    ZEROCHECK_ROUND = 75
    STACKING_BATCHING = 76
    STACKING_ROUND = 77
    COLUMN_BATCHING = 78
    FOLDING = 79
    OUT_OF_DOMAIN = 80
    QUERIES = 81
    QUERY_BATCHING = 82


def label_text(label: Label, *indices: int) -> str:
    """The label with its indices: gkr_round_3_1."""
    return "_".join([label.name.lower(), *map(str, indices)])
