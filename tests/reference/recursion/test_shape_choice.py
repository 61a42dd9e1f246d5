"""A run under listed shapes has that in which its segments, and the nodes over them, have the fewest cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from limpid.reading.programs import load_program
from limpid.runs.optimized_runs import plan_compiled_run
from reference.recursion.shape_choice import cheapest_shape, limits_under
from reference.trace.limits import limits_of_shape
from spec.circuit.nodes import shape_of
from spec.parameters import RECURSION
from spec.protocol.shape import listed_shape, rows_of
from spec.rv64im.machine import INSTRUCTION_CHIPS, RV64IM, WORK_CHIPS
from spec.rv64im.recursion_shapes import FREQUENT_HEIGHTS_LOG2, WITH_CALLS
from spec.rv64im.tree import tree_design

PROGRAM = RV64IM.listed_programs[0]
EXAMPLES = Path(__file__).resolve().parents[3] / "guest" / "examples" / "elf"


def _cheapest(rows: dict[str, int]) -> str:
    return cheapest_shape(tree_design(), rows, PROGRAM)


def test_cheapest_shape_is_that_of_the_mix() -> None:
    assert _cheapest({"addi": 2**22, "add": 2**21, "branch_equal": 2**20}) == "counting"
    assert _cheapest({"addw": 2**20, "xor": 2**20, "slliw": 2**20, "srliw": 2**20}) == "hashing"
    assert _cheapest({"ld": 2**17, "keccak_f": 2**12, "keccak_round": 24 * 2**12}) == "digests"
    assert _cheapest({"addi": 2**20, "multiply_add_modulo_384": 2**18}) == "pairings"


def test_work_that_is_ordered_fills_segments_as_calls_do() -> None:
    """The calls of 500 permutations fit into one segment of either shape, their rounds into one of only `digests`."""
    assert _cheapest({"keccak_f": 512, "keccak_round": 24 * 512}) == "ethereum"
    assert _cheapest({"keccak_f": 513, "keccak_round": 24 * 513}) == "digests"


@pytest.mark.parametrize("rows", [{"load_misaligned": 2**16}, {"add": 3_000_000, "sha256_compress": 900}])
def test_cheapest_shape_counts_whole_segments_and_their_nodes(rows: dict[str, int]) -> None:
    """A node is as large as a segment, so a shape of half the cells is dearer where it takes twice the segments; nodes
    take two segments of some shapes and one of the others."""
    design = tree_design()
    price = {}
    for name, heights in RV64IM.listed_shapes.items():
        if heights.keys() >= rows.keys():
            segments = max(-(-count // rows_of(heights[chip])) for chip, count in rows.items())
            nodes = 2 * -(-segments // (1 if "keccak_f" in heights else 2)) - 1
            cells = segments * listed_shape(RV64IM, name, PROGRAM).main_cells
            price[name] = cells + nodes * shape_of(design.node_machine).main_cells
    assert design.nodes.parameters == design.segment_parameters
    assert price[_cheapest(rows)] == min(price.values())


@pytest.mark.parametrize("shape", FREQUENT_HEIGHTS_LOG2)
def test_one_call_makes_a_run_of_any_mix_little_dearer(shape: str) -> None:
    names = {chip.name for chip in INSTRUCTION_CHIPS}
    rows = {chip: 3 * rows_of(heights) for chip, heights in RV64IM.listed_shapes[shape].items() if chip in names}
    assert _cheapest(rows) == shape
    with_call = _cheapest({**rows, "advice": 1})
    heights = RV64IM.listed_shapes[with_call]
    assert with_call == shape + WITH_CALLS
    assert max(-(-count // rows_of(heights[chip])) for chip, count in rows.items()) <= 5


@pytest.mark.parametrize("name", [chip.name for chip in (*INSTRUCTION_CHIPS, *WORK_CHIPS)])
def test_run_may_need_any_chip(name: str) -> None:
    assert _cheapest({"add": 10, name: 1}) in RV64IM.listed_shapes


def test_run_that_needs_what_no_shape_has_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^no listed shape has a table of cosine$"):
        _cheapest({"add": 10, "cosine": 1})


def test_guest_that_calls_an_accelerator_has_a_shape_with_its_table() -> None:
    program = load_program((EXAMPLES / "keccak256.elf").read_bytes())
    assert limits_under(RECURSION, plan_compiled_run, program, b"") == limits_of_shape("ethereum")
    assert limits_under(RECURSION, plan_compiled_run, program, bytes(100_000)) == limits_of_shape("digests")
