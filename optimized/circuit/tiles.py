"""What is done with a tile: a run of neighbouring groups of one chunk, which a core's first cache holds.

It comes from memory, or from the cells of a table; there it is merged, bound and summed up, and what is to be kept is
written.
"""

from __future__ import annotations

from optimized.circuit.leaves import REGISTER_GROUPS, REGISTER_PITCH, compute_fractions, load_tile
from optimized.circuit.nodes import (
    AT_INFINITY,
    AT_SECOND,
    CHILD_WORDS,
    ELEMENT_BYTES,
    ELEMENT_WORDS,
    NODE_BYTES,
    NODE_WORDS,
    POINTS,
    SUM_WORDS,
    Address,
    add_multiple,
    add_value,
    batch,
    bind,
    bind_values,
    fetch_ahead,
    merge,
    reduce_sums,
    subtract_first,
    take,
    take_second,
)
from optimized.circuit.programs import (
    BLOCK_FIELDS,
    NUMBER_BYTES,
    TABLE_FIELDS,
    WORD_BYTES,
    BlockField,
    TableField,
)
from optimized.circuit.tasks import LEVEL_FIELDS, RUN_FIELDS, Cells, Chunks, LevelField, Place, Task, TaskKind
from optimized.compilation import compiled, written_out
from optimized.field.products import FACTOR_PITCH, extension_product, load_element, store_lanes
from optimized.lanes.vectors import LANES, broadcast, number_at, put_word, store, word_at

TILE_GROUPS = REGISTER_GROUPS
"""A tile of children has twelve kibibytes with eight lanes."""

MOST_LEVELS = 4
"""A tile of children can be merged so many times: two groups are left."""

TILE_BYTES = TILE_GROUPS * CHILD_WORDS * WORD_BYTES
FACTOR_BYTES = FACTOR_PITCH * WORD_BYTES
SUM_BYTES = SUM_WORDS * WORD_BYTES

FIRST_BLOCK = int(TableField.FIRST_BLOCK)
BLOCKS = int(TableField.BLOCKS)
PLACE = int(BlockField.PLACE)
NODES, NODES_PITCH = int(LevelField.NODES), int(LevelField.NODES_PITCH)
CROSSES, CROSSES_PITCH = int(LevelField.CROSSES), int(LevelField.CROSSES_PITCH)

MERGE = int(TaskKind.MERGE)
MESSAGE = int(TaskKind.MESSAGE)
BIND_CHILDREN = int(TaskKind.BIND_CHILDREN)
BIND = int(TaskKind.BIND)
SUM = int(TaskKind.SUM)
SUM_CROSSES = int(TaskKind.SUM_CROSSES)
WRITE = int(TaskKind.WRITE)
OF_CHILDREN = (MERGE, MESSAGE, BIND_CHILDREN, SUM_CROSSES)


@written_out
def _address(base: Address, pitch: int, chunk: int, words: int) -> Address:
    """Where so many words from the start of a chunk on lie."""
    return base + (pitch * chunk + words) * WORD_BYTES


@written_out
def _begin(place: Place) -> None:
    """Clears the sums over a tile."""
    zero = broadcast(0)
    for word in range(0, POINTS * SUM_WORDS, LANES):
        store(place.inner, word, zero)


@written_out
def _end(task: Task, place: Place) -> None:
    """Adds the sums over a tile, times their chunk's weight, to the sums over all chunks."""
    weight = task.chunk_weights + place.chunk * FACTOR_BYTES
    for point in range(POINTS):
        if task.points >> point & 1:
            reduce_sums(place.inner + point * SUM_BYTES, place.taken)
            add_multiple(place.totals + point * SUM_BYTES, place.taken, weight)


@written_out
def _merge_levels(task: Task, place: Place, source: Address, groups: int) -> None:
    """Merges a tile, and writes the levels and the crosses that are wanted."""
    for level in range(task.merges):
        fields = level * LEVEL_FIELDS
        crosses = number_at(task.levels, fields + CROSSES)
        if crosses:
            pairs = groups // 4
            for number in range(pairs):
                take(AT_INFINITY, source + 2 * number * NODE_BYTES, place.taken + number * NODE_BYTES)
            words = (place.group >> (level + 2)) * CHILD_WORDS
            pitch = number_at(task.levels, fields + CROSSES_PITCH)
            merge(place.taken, _address(crosses, pitch, place.chunk, words), pairs)
        groups //= 2
        target = number_at(task.levels, fields + NODES)
        if target:
            words = (place.group >> (level + 1)) * CHILD_WORDS
            target = _address(target, number_at(task.levels, fields + NODES_PITCH), place.chunk, words)
        else:
            target = place.scratch
        merge(source, target, groups)
        source = target


@written_out
def _add_pair(task: Task, place: Place, pair: Address, weight: Address) -> None:
    """Adds what stands at the wanted points between two neighbouring nodes, the second given by its difference."""
    for point in range(POINTS):
        if task.points >> point & 1:
            node = pair
            if point == AT_SECOND:
                node = place.taken
                take_second(pair, node)
            elif point == AT_INFINITY:
                node = pair + NODE_BYTES
            add_value(place.inner + point * SUM_BYTES, node, weight, place.taken + NODE_BYTES)


@written_out
def _sum_first(task: Task, place: Place, nodes: Address, pairs: int, weights: Address, batching: Address) -> None:
    """The same for pairs of nodes as they are, before t is there."""
    for number in range(pairs):
        fetch_ahead(nodes + 2 * number * NODE_BYTES, 2 * NODE_WORDS)
        for point in range(POINTS):
            if task.points >> point & 1:
                take(point, nodes + 2 * number * NODE_BYTES, place.taken)
                batch(place.taken, batching)
                sums, weight = place.inner + point * SUM_BYTES, weights + number * FACTOR_BYTES
                add_value(sums, place.taken, weight, place.taken + NODE_BYTES)


@written_out
def _sum_crosses(task: Task, place: Place, crosses: Address, groups: int, weights: Address) -> None:
    """Adds numerators at the first point and denominators at the second one."""
    for group in range(groups):
        fetch_ahead(crosses + 2 * group * ELEMENT_BYTES, CHILD_WORDS)
        for point in range(2):
            element = crosses + (2 * group + point) * ELEMENT_BYTES
            add_multiple(place.inner + point * SUM_BYTES, element, weights + group * FACTOR_BYTES)


@written_out
def _bind_run(
    task: Task, place: Place, source: Address, target: Address, nodes: int, is_bound: bool, weights: Address
) -> None:
    """Binds nodes; what is bound is a run of nodes, or one, and is summed up if it is a run.

    Nodes that are made of children have been bound before: only the last challenge is left.
    """
    challenge = task.factors + (task.binds - 1) * FACTOR_BYTES
    for number in range(nodes):
        here, goal = source + 2 * number * NODE_BYTES, target + number * NODE_BYTES
        fetch_ahead(here, 2 * NODE_WORDS)
        if is_bound:
            bind(here, goal, challenge)
        else:
            bind_values(here, goal, challenge)
            batch(goal, challenge + FACTOR_BYTES)
        if number % 2:
            pair = goal - NODE_BYTES
            subtract_first(pair)
            _add_pair(task, place, pair, weights + number // 2 * FACTOR_BYTES)


@written_out
def _write(task: Task, place: Place, children: Address, rows: int) -> None:
    """Writes the children of so many rows, lane by lane."""
    for row in range(rows):
        entry = place.chunk + row
        group, lane = entry & ((1 << task.group_bits) - 1), entry >> task.group_bits & ((1 << task.lane_bits) - 1)
        chunk = entry >> (task.group_bits + task.lane_bits)
        to = ((chunk << task.group_bits) + group) * CHILD_WORDS + lane
        at = row // LANES * CHILD_WORDS + row % LANES
        for word in range(0, CHILD_WORDS, LANES):
            put_word(task.target, to + word, word_at(children, at + word))


@written_out
def _bind_tile(task: Task, place: Place, source: Address, groups: int) -> None:
    """Merges and binds a tile as often as wanted, writes it if wanted, and sums it up."""
    # How many groups of the source go into one node that is summed up.
    shift = task.binds
    is_bound = task.kind == BIND
    if not is_bound:
        shift += task.merges + 1
        for _ in range(task.merges):
            groups //= 2
            merge(source, place.scratch, groups)
            source = place.scratch
        groups //= 2
    weights = task.pair_weights + (place.group >> (shift + 1)) * FACTOR_BYTES
    if task.kind == MESSAGE:
        _sum_first(task, place, source, groups // 2, weights, task.factors + task.binds * FACTOR_BYTES)
    else:
        for number in range(task.binds - 1):
            groups //= 2
            for node in range(groups):
                here, goal = source + 2 * node * NODE_BYTES, place.scratch + node * NODE_BYTES
                bind_values(here, goal, task.factors + number * FACTOR_BYTES)
            source = place.scratch
        target = place.scratch
        if task.target:
            target = _address(task.target, task.target_pitch, place.chunk, (place.group >> shift) * NODE_WORDS)
        _bind_run(task, place, source, target, groups // 2, is_bound, weights)


@written_out
def _process(task: Task, place: Place, source: Address, groups: int, rows: int) -> None:
    """A tile of so many groups of one chunk, children or nodes; rows are those of a table that are no repetitions."""
    if task.kind == WRITE:
        _write(task, place, source, rows)
    elif task.kind == MERGE:
        _merge_levels(task, place, source, groups)
    else:
        _begin(place)
        if task.kind == SUM_CROSSES:
            _sum_crosses(task, place, source, groups, task.pair_weights + place.group * FACTOR_BYTES)
        elif task.kind == SUM:
            weights = task.pair_weights + place.group // 2 * FACTOR_BYTES
            for number in range(groups // 2):
                fetch_ahead(source + 2 * number * NODE_BYTES, 2 * NODE_WORDS)
                _add_pair(task, place, source + 2 * number * NODE_BYTES, weights + number * FACTOR_BYTES)
        else:
            _bind_tile(task, place, source, groups)
        _end(task, place)


@compiled
def run_tiles(
    task: Task, cells: Cells, chunks: Chunks, start: int, stop: int, work: Address, totals: Address, results: Address
) -> None:
    """The items start to stop, first those of cells; the results are the sums at the points, an element of lanes each.

    The work memory has the registers, three tiles, and sums over a tile.
    """
    programs = cells.programs
    leaves = work + programs.registers * REGISTER_PITCH * WORD_BYTES
    scratch = leaves + TILE_BYTES
    taken = scratch + TILE_BYTES
    inner = taken + TILE_BYTES
    element = CHILD_WORDS if task.kind in OF_CHILDREN else NODE_WORDS
    for item in range(start, stop):
        # Of a chunk in memory there is one block; of rows there are those of the table.
        is_of_cells = item < cells.items
        groups, first_block, last_block, table, height, first_row = chunks.groups, 0, 1, 0, 0, 0
        if is_of_cells:
            run = cells.runs + RUN_FIELDS * item * NUMBER_BYTES
            table, height, first_row, groups = (
                number_at(run, 0),
                number_at(run, 1),
                number_at(run, 2),
                number_at(run, 3),
            )
            first_block = number_at(programs.tables, table * TABLE_FIELDS + FIRST_BLOCK)
            last_block = first_block + number_at(programs.tables, table * TABLE_FIELDS + BLOCKS)
        tile = min(TILE_GROUPS, groups)
        for group in range(0, groups, tile):
            if is_of_cells:
                row = first_row + group * cells.group_rows
                load_tile(programs, table, row, cells.lane_rows, cells.group_rows, tile, work)
            for block in range(first_block, last_block):
                if is_of_cells:
                    compute_fractions(programs, block, work, tile, leaves)
                    source, chunk = leaves, number_at(programs.blocks, block * BLOCK_FIELDS + PLACE)
                    chunk += group * LANES if task.kind == WRITE else first_row // (groups * LANES)
                else:
                    source = _address(chunks.words, chunks.pitch, item - cells.items, group * element)
                    chunk = number_at(chunks.numbers, item - cells.items)
                place = Place(chunk, group, scratch, taken, inner, totals)
                _process(task, place, source, tile, min(tile * LANES, height - group * LANES))
    for point in range(POINTS):
        if task.points >> point & 1:
            reduce_sums(totals + point * SUM_BYTES, taken)
            product = extension_product(load_element(taken, 0), load_element(task.lane_weights, 0))
            store_lanes(results, point * ELEMENT_WORDS, product)
