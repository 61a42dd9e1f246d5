"""Compiling the verifier's functions before they are needed, or loading them from disk."""

from __future__ import annotations

import numpy as np

from optimized.steps import Report, run_steps
from optimized.verifier import folding, programs, scalars, trees
from optimized.verifier.algebra import CompiledAlgebra
from optimized.verifier.elements import Rounds, Scalars
from optimized.verifier.stacking import add_column_weights
from optimized.verifier.sumcheck import follow_rounds
from spec.air.chip import Chip
from spec.field import EXTENSION_DEGREE, ONE
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, Domain, compress
from spec.protocol.labels import Label
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.transcript import Transcript
from spec.rv64im.machine import CHIP_BY_NAME, SEGMENT_PUBLIC_VALUES


def _elements(*shape: int) -> Scalars:
    return np.ones((*shape, EXTENSION_DEGREE), dtype=np.uint64)


def _open() -> None:
    """The opening of a tree of one leaf, whose row cannot be written to, as rows that were read."""
    rows, positions = np.ones((1, BLOCK_WORDS), dtype=np.uint32), np.zeros(1, dtype=np.int64)
    rows.setflags(write=False)
    root = compress(Domain.MERKLE_LEAF.initial_value, [1] * BLOCK_WORDS)
    trees.check_opening(MerkleOpening((), (), ()), rows, positions, TreeShape(0, BLOCK_WORDS, 0), root)


def _fold() -> None:
    rows, words = np.ones((1, 2), dtype=np.uint32), np.ones(2, dtype=np.uint64)
    folding.combine_fibres(rows, _elements(1), 2, _elements(1, 2))
    folding.fold_fibres(_elements(1, 2), words[:1], _elements(1), words, words[0])
    folding.values_at(_elements(2), words, _elements(2))
    folding.power_products(_elements(2), _elements(1), _elements(1), _elements())
    folding.bind_powers(_elements(1), _elements(1), _elements(1))
    folding.add_multiples(_elements(1), _elements(), _elements(1))
    folding.bind_vector(_elements(2), _elements(1))
    folding.domain_points(np.zeros(1, dtype=np.int64), words[0], words[0], words)
    folding.raised(words, 2, words)
    tables = np.array([[1, 1, 0, 0]])
    add_column_weights(tables, 1, _elements(1), _elements(1), _elements(1), _elements(1))


def _combine() -> None:
    scalars.powers(_elements(), _elements(2))
    scalars.weighted_sum(_elements(1), _elements(1), _elements())
    CompiledAlgebra().reciprocals([ONE])


def _follow() -> None:
    transcript = Transcript(CompiledAlgebra(), Domain.SEGMENT)
    labels = Label.STACKING_ROUND_POLYNOMIAL, Label.STACKING_ROUND
    follow_rounds(transcript, Rounds(_elements(1, 2)), ONE, *labels, (), None)


def _run(chip: Chip) -> None:
    program = programs.chip_program(chip, SEGMENT_PUBLIC_VALUES)
    registers = _elements(program.inputs + len(program.code))
    programs.run_program(program.code, program.inputs, registers)
    programs.add_constraints(registers, program.constraints, _elements(len(program.constraints)), _elements())
    weights = _elements(len(program.messages))
    programs.add_pairs(registers, program.messages, weights, _elements(), _elements(), _elements(16), _elements())


def warm_up(report: Report) -> None:
    """Makes every compiled function of the verifier ready."""
    algebra = CompiledAlgebra()
    run_steps(
        report,
        [
            ("hashing", lambda: algebra.chain((0,) * STATE_WORDS, (0,) * BLOCK_WORDS)),
            ("sums of products", _combine),
            ("rounds", _follow),
            ("Merkle paths", _open),
            ("folding", _fold),
            ("constraints", lambda: _run(CHIP_BY_NAME["addi"])),
        ],
    )
