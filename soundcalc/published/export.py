"""Our own proofs in the format that zkVM teams publish, for the public calculator to read.

That format knows one height, so tables of all heights are taken at the tallest: batching, constraints and rows
are counted at least as high as they are, except that a fold's injected codeword cannot be expressed.
"""

from __future__ import annotations

from soundcalc.errors import ParameterError
from soundcalc.parameters import FOLDING_FAMILY, BusInteractions, ProofShape
from soundcalc.published.format import BASE_FIELDS


def export_configuration(shape: ProofShape, system: str, circuit: str) -> str:
    """TOML text of one circuit. Raises ParameterError for a base field that the format has no name for."""
    lines = [
        "# Tables of several heights, taken at the tallest; injected codewords are not expressed.",
        "[zkevm]",
        f"name = {_quoted(system)}",
        'protocol_family = "FRI_STARK"',
        f"field = {_quoted(_field_name(shape))}",
        f"hash_size_bits = {shape.digest_bits}",
        "",
        "[[circuits]]",
        f"name = {_quoted(circuit)}",
        f"rho = {float(shape.rate)!r}",
        f"trace_length = {1 << shape.tallest_log2}",
        f"air_max_degree = {shape.maximum_degree}",
        f"num_columns = {sum(sum(table.columns.values()) for table in shape.tables)}",
        f"num_constraints = {sum(shape.constraints(height_log2) for height_log2 in shape.heights_log2)}",
        f"batch_size = {sum(shape.batched_functions(height_log2) for height_log2 in shape.heights_log2)}",
        f"opening_points = {shape.opening_points}",
        "power_batching = true",
        f"num_queries = {shape.queries}",
        f"fri_folding_factors = {[1 << layer.arity_log2 for layer in shape.folding]}",
        f"fri_early_stop_degree = {1 << shape.final_height_log2 + shape.blowup_log2}",
        f"grinding_deep = {shape.grinding('out_of_domain')}",
        f"grinding_batching_phase = {shape.grinding('deep_batching')}",
        f"grinding_commit_phase = {_folding_grinding(shape)}",
        f"grinding_query_phase = {shape.grinding('queries')}",
    ]
    interactions = shape.local_interactions
    if shape.global_argument is not None:
        interactions += shape.global_argument.interactions
    for bus in dict.fromkeys(interaction.bus for interaction in interactions):
        lines += _lookup(bus, [interaction for interaction in interactions if interaction.bus == bus])
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    if not text.isprintable() or '"' in text or "\\" in text:
        raise ParameterError("name", f"{text!r} has characters that need escaping")
    return f'"{text}"'


def _field_name(shape: ProofShape) -> str:
    for name, (size, _) in BASE_FIELDS.items():
        if size == shape.base_field_size:
            return f"{name}^{shape.extension_degree}"
    raise ParameterError("base_field_size", f"no published name for the field of {shape.base_field_size} elements")


def _folding_grinding(shape: ProofShape) -> int:
    """The format has one number for all layers: the least of them."""
    return min((shape.grinding(label) for label in shape.folding_labels), default=shape.grinding(FOLDING_FAMILY))


def _lookup(bus: str, interactions: list[BusInteractions]) -> list[str]:
    return [
        "",
        "[[circuits.lookups]]",
        f"name = {_quoted(bus)}",
        'logup_type = "univariate"',
        f"rows_L = {sum(interaction.count for interaction in interactions if not interaction.counted)}",
        f"rows_T = {sum(interaction.count for interaction in interactions if interaction.counted)}",
        f"num_columns_S = {max(1, *(interaction.width for interaction in interactions))}",
    ]
