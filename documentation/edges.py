"""Every proof invocation with its statement, witness and relation; every edge between them, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from documentation.markdown import codes, sentence, table
from documentation.recursion_tables import shared_ending
from spec.protocol.recursion import COMBINE, CONVERT, FINAL, UNCHANGED, NodeCondition
from spec.rv64im.tree import tree_design


@dataclass(frozen=True)
class Invocation:
    """A kind of proof."""

    name: str
    multiplicity: str
    statement: str
    witness: str
    relation: str
    circuits: tuple[str, ...]
    """Its names in `limpid soundcalc tree --export`; one name stands for all that begin with it."""


def invocations() -> str:
    """The kinds of proof behind a final one. A run without a tree has the first alone."""
    rows = [
        (f"**{of.name}**", of.multiplicity, of.statement, of.witness, of.relation, codes(of.circuits))
        for of in all_invocations()
    ]
    header = ("invocation", "how many", "statement $x$", "witness $w$", "relation $\\mathcal R$", "in soundcalc")
    return table(header, rows, (12, 10, 26, 22, 18, 12))


def all_invocations() -> Iterator[Invocation]:
    """In the order from the segments to the end."""
    yield Invocation(
        "segment",
        "$m$",
        "key, $G$, index, leaf, public values, heights, $T^{glob}$",
        "the columns of all tables",
        "$\\mathcal R_{seg}$, Section 4.1",
        ("segment ",),
    )
    design = tree_design()
    for count in design.segment_counts:
        yield Invocation(
            f"convert of {count}",
            "one for its segments",
            "a node statement, Section 5.2",
            "proofs of neighbouring segments of one shape, the program's key",
            "the verifier of Section 4.5 accepts each under $G$; conditions **convert**",
            (f"convert of {count}",),
        )
    for count in design.child_counts:
        yield Invocation(
            f"combine of {count}",
            "one for its nodes",
            "a node statement, Section 5.2",
            "proofs of neighbouring nodes, their keys, the keys' paths in the list",
            "the verifier of Section 4.8 accepts each as a run of one segment; conditions **combine**",
            (f"combine of {count}",),
        )
    yield Invocation(
        "final",
        "1",
        "a node statement of the whole run",
        "the proof of the last node, its key, the key's path",
        "the same of one child; conditions **final**",
        (design.final_machine.name,),
    )


@dataclass(frozen=True)
class Edge:
    """What one invocation, or the verifier, takes from another, and the conditions that bind it."""

    source: str
    target: str
    fields: tuple[str, ...]
    binding: str
    conditions: tuple[str, ...] = ()
    """Names of conditions of the recursion's relations."""


EDGES = (
    Edge(
        "segment",
        "run's digest",
        ("index", "stacking numbers", "presence and heights of continuation tables", "root", "pinned answers"),
        "the leaf, under the root of all leaves; checked by whoever verifies the segment's proof",
    ),
    Edge(
        "program key, output",
        "run's digest",
        ("machine", "parameters", "program id", "digest of the output", "number of segments"),
        "hashed into $G$; the native verifier computes them from what it was asked",
    ),
    Edge("run's digest", "segment", ("$G$",), "its transcript starts with it; the global challenges derive from it"),
    Edge(
        "segment $k$",
        "segment $k + 1$",
        ("`pc_out` to `pc_in`", "`cursor_out` to `cursor_in`", "index"),
        "compared by the native verifier, or inside a node",
        ("spans_meet", "indices_meet", "only_the_last_has_halted"),
    ),
    Edge(
        "segment $k$",
        "later segments",
        ("space, address, value, segment of tokens of `continuation`",),
        "the sum of the global buses under challenges from $G$, Lemma 10",
    ),
    Edge(
        "segment",
        "convert",
        ("index", "leaf", "public values"),
        "the proof is accepted by the recorded verifier; its statement is read off it",
        (
            "indices_are_the_leafs",
            "does_not_start_halted",
            "no_exit_code_without_halt",
            "nothing_moves_without_its_table",
            "depth_is_zero",
        ),
    ),
    Edge(
        "segment or node",
        "node above",
        ("`run`", "`program_id`", "`key_list_root`"),
        "the same everywhere",
        ("run_is_the_same_everywhere", "program_id_is_the_same_everywhere", "key_list_root_is_the_same_everywhere"),
    ),
    Edge(
        "first and last of the span",
        "node above",
        ("`first_index`, starts", "ends, exit values"),
        "taken over",
        (
            "first_index_from_the_first_span",
            "starts_from_the_first_span",
            "ends_from_the_last_span",
            "exit_values_from_the_last_span",
        ),
    ),
    Edge(
        "all of the span",
        "node above",
        ("`segment_count`", "`global_total`", "`leaves_root`"),
        "added up, or hashed to the root over all",
        ("counts_add_up", "totals_add_up", "root_is_the_tree_over_all"),
    ),
    Edge(
        "node",
        "node above",
        ("`depth`",),
        "one more than the deepest child's; no child is at the limit",
        ("depth_is_one_more", "depth_is_bounded"),
    ),
    Edge(
        "node",
        "node above, final",
        ("key", "path in the list"),
        "the key is hashed to its digest, which stands in the list under `key_list_root`; it accepts the proof",
    ),
    Edge(
        "last node",
        "final",
        ("the whole statement",),
        "unchanged",
        tuple(condition.name for condition in UNCHANGED),
    ),
    Edge(
        "final",
        "native verifier",
        ("`program_id`, starts", "`first_index`, ends", "exit values"),
        "compared with what the caller asks, and what a run of the machine must state",
        (
            "program_is_the_callers",
            "starts_with_the_first_segment",
            "starts_as_the_key_says",
            "has_halted",
            "exit_code_is_the_callers",
        ),
    ),
    Edge(
        "final",
        "native verifier",
        ("`key_list_root`", "`segment_count`", "`depth`"),
        "compared with its constant, and bounded",
        ("key_list_is_the_verifiers", "count_is_bounded", "depth_is_within_the_limit"),
    ),
    Edge(
        "final",
        "native verifier",
        ("`run`, `leaves_root`", "`global_total`"),
        "$G$ is computed anew; the total and the tokens of the output add up to zero",
        ("run_digest_is_recomputed", "global_buses_balance"),
    ),
)
"""Every condition of the recursion's relations is in exactly one of them."""


def conditions() -> Iterator[str]:
    """The names of all conditions, those that convert and combine share once."""
    relations: Iterable[Iterable[NodeCondition[Any]]] = (CONVERT, COMBINE, UNCHANGED, FINAL)
    yield from dict.fromkeys(condition.name for relation in relations for condition in relation)


def edges() -> str:
    """The edges with their fields."""
    rows = [
        (
            edge.source,
            edge.target,
            "; ".join(edge.fields),
            ": ".join(filter(None, (edge.binding, ", ".join(_named(edge.conditions))))),
        )
        for edge in EDGES
    ]
    return table(("from", "to", "fields", "what binds them"), rows, (16, 16, 30, 38))


def _named(names: Iterable[str]) -> Iterator[str]:
    """The conditions that have a name in Section 5.2: of those that it states for several fields, the edge has the
    fields."""
    return (sentence(name) for name in names if shared_ending(name) is None)
