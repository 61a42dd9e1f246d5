"""Compiling every kernel before it is needed, or loading it from disk, with progress for whoever waits."""

from __future__ import annotations

import numpy as np
from reference.prover.reduction import OpenedColumns
from spec.protocol.logup import BusChallenges

from optimized.execution.executor import execute
from optimized.kernels import OptimizedKernels
from optimized.steps import Report, run_steps
from optimized.trace.lookups import count_rows, lookup_index
from optimized.trace.requests import chip_requests
from optimized.words import Words
from reference.arrays.extension_arrays import powers
from spec.air.bus import Scope
from spec.field import EXTENSION_DEGREE, X
from spec.isa import encode
from spec.isa.system import CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import DEFAULT_IMAGE_START, SINK, Interval, RegionKind, Space
from spec.program import Program, Region
from spec.rv64im.machine import CHIP_BY_NAME

ROWS = 64


def _halting_program() -> Program:
    words = (encode("addi", CALL_NUMBER_REGISTER, immediate=HALT_CALL), encode("ecall"))
    start, doubleword = DEFAULT_IMAGE_START, DEFAULT_IMAGE_START // 8
    return Program(
        entry=start,
        code=tuple((start + 4 * i, word) for i, word in enumerate(words)),
        image=((doubleword, words[0] | words[1] << 32),),
        regions=(
            Region(Space.MEMORY, RegionKind.IMAGE, doubleword, doubleword + 1),
            Region(Space.REGISTERS, RegionKind.REGISTERS, 0, SINK + 1),
        ),
        executable=(Interval(start, start + 4 * len(words)),),
    )


def _transform(kernels: OptimizedKernels, columns: Words) -> None:
    kernels.evaluate_on_coset(kernels.quotient_coefficients(kernels.codewords(columns, 1)), 1)


def _fill_logup(kernels: OptimizedKernels) -> None:
    chip = CHIP_BY_NAME["range_table"]
    cells = np.ones((ROWS, len(chip.columns) + len(chip.fixed_columns)), dtype=np.uint32)
    main, fixed = cells[:, : len(chip.columns)], cells[:, len(chip.columns) :]
    kernels.logup_matrices(chip, main, fixed, {}, {Scope.LOCAL: BusChallenges(X, X)})


def _open(kernels: OptimizedKernels) -> None:
    codewords = np.ones((2 * ROWS, EXTENSION_DEGREE), dtype=np.uint32)
    differences = kernels.inverse_differences(X, (2 * ROWS).bit_length() - 1)
    kernels.evaluate_columns(codewords, 1, X, differences)
    reduced = kernels.reduced_codeword([OpenedColumns([codewords], [powers(X, EXTENSION_DEGREE)], X, differences)])
    kernels.add_scaled(reduced, X, kernels.fold(kernels.add_scaled(reduced, X, reduced), 1, X).repeat(2, axis=0))


def _look_up() -> None:
    chip, rows = CHIP_BY_NAME["add"], np.array([[0, 16], [1, 16]], dtype=np.uint64)
    main = np.zeros((ROWS, len(chip.columns)), dtype=np.uint32)
    requests = chip_requests(chip, ["range"]).requests
    count_rows(main, requests, 0, lookup_index(rows), np.zeros(len(rows), dtype=np.uint32))


def warm_up(report: Report) -> None:
    """Makes every compiled function of the prover ready, in under a minute the first time and in seconds later."""
    kernels = OptimizedKernels()
    columns = np.ones((ROWS, EXTENSION_DEGREE), dtype=np.uint32)
    digests = np.zeros((ROWS, 8), dtype=np.uint32)
    program = _halting_program()
    run_steps(
        report,
        [
            ("transforms", lambda: _transform(kernels, columns)),
            ("Merkle trees", lambda: kernels.compress(kernels.leaf_digests([columns]), digests)),
            ("buses and constraints", lambda: _fill_logup(kernels)),
            ("openings", lambda: _open(kernels)),
            ("proof of work", lambda: kernels.grind(b"", 1)),
            ("executor", lambda: execute(program)),
            ("lookups", _look_up),
        ],
    )
