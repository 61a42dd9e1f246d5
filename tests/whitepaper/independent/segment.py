"""The steps of Section 4.5 on one segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.whitepaper.independent.field import (
    ONE,
    ZERO,
    Element,
    base,
    corner,
    equality,
    power_extension,
    powers,
    weighted,
)
from tests.whitepaper.independent.hashing import Transcript, Words, require
from tests.whitepaper.independent.layout import Layout
from tests.whitepaper.independent.machine import Interaction, Machine, closed_form, evaluate
from tests.whitepaper.independent.proof import Segment
from tests.whitepaper.independent.sumcheck import follow_rounds
from tests.whitepaper.independent.whir import verify_whir


@dataclass(frozen=True)
class Pinned:
    root: Words
    point: Element
    answers: Sequence[Element]


Challenges = dict[bool, tuple[Element, Element]]
"""By whether the scope is the global one: alpha and beta."""


def verify_segment(
    machine: Machine,
    segment: Segment,
    transcript: Transcript,
    pinned: dict[str, Pinned],
    global_alpha: Element,
    global_beta: Element,
) -> Element:
    """Returns the segment's global total. Raises RefusedError at the first check that fails."""
    layout = segment.layout
    public = dict(zip(machine.public_values, segment.public, strict=True))
    transcript.absorb("main_root", segment.main_root)
    alpha, beta = transcript.sample("local_alpha"), transcript.sample("local_beta")
    transcript.absorb_elements("bus_totals", segment.totals)
    global_total = _check_totals(machine, segment, public, alpha, beta)

    rho, numerator, denominator = _follow_circuit(segment, transcript)
    challenges = {False: (alpha, beta), True: (global_alpha, global_beta)}
    point = _follow_zerocheck(segment, transcript, public, challenges, rho, numerator, denominator)
    said = [value for values in segment.values.values() for value in values]
    transcript.absorb_elements("column_values", said)

    gamma = transcript.sample("stacking_batching")
    answers = [answer for of in pinned.values() for answer in of.answers]
    scales = powers(gamma, len(said) + len(answers))
    claim = weighted(scales, [*said, *answers])
    claim, stacked_point = follow_rounds(transcript, segment.stacking, claim, "stacking_round")
    weights = _stacked_weights(layout, scales, point, pinned, stacked_point)
    require(claim == weighted(weights, segment.stacked), "stacking")
    transcript.absorb_elements("stacked_values", segment.stacked)

    roots = {name: of.root for name, of in pinned.items()} | {"main": segment.main_root}
    verify_whir(segment, transcript, [roots[name] for name, count in layout.counts.items() if count], stacked_point)
    return global_total


def _fingerprint(interaction_bus: int, message: Sequence[Element], alpha: Element, beta: Element) -> Element:
    total, power = alpha + base(interaction_bus), ONE
    for part in message:
        power = power * beta
        total = total + power * part
    return total


def _check_totals(machine: Machine, segment: Segment, public: dict[str, int], alpha: Element, beta: Element) -> Element:
    local_p, local_q, global_p, global_q = segment.totals
    require(local_q != ZERO and global_q != ZERO, "denominators of the totals")
    sizes = segment.layout.circuit[2]
    require(sizes[False] > 0 or (local_p, local_q) == (ZERO, ONE), "total of an empty scope")
    require(sizes[True] > 0 or (global_p, global_q) == (ZERO, ONE), "total of an empty scope")
    total = local_p * local_q.inverse()
    for bus, sign, message, times in machine.tokens:
        parts = [base(public[part] if isinstance(part, str) else int(str(part))) for part in message]
        fingerprint = _fingerprint(machine.buses[bus].identity, parts, alpha, beta)
        require(fingerprint != ZERO, "fingerprint of a token")
        if times is None or public[times[0]] == times[1]:
            total = total + fingerprint.inverse().scaled(sign)
    require(total == ZERO, "balance of the local buses")
    return global_p * global_q.inverse()


def _follow_circuit(segment: Segment, transcript: Transcript) -> tuple[list[Element], Element, Element]:
    local_p, local_q, global_p, global_q = segment.totals
    mu = transcript.sample("gkr_scope")
    point = [mu]
    p, q = local_p + mu * (global_p - local_p), local_q + mu * (global_q - local_q)
    for number, (rounds, ends) in enumerate(segment.layers, start=1):
        batching = transcript.sample("gkr_batching", number)
        claim, bound = follow_rounds(transcript, rounds, p + batching * q, "gkr_round", (number,), point)
        p0, p1, q0, q1 = ends
        require(claim == p0 * q1 + p1 * q0 + batching * q0 * q1, f"layer {number} of the circuit")
        transcript.absorb_elements("gkr_layer_ends", ends, number)
        mu = transcript.sample("gkr_merge", number)
        point = [*bound, mu]
        p, q = p0 + mu * (p1 - p0), q0 + mu * (q1 - q0)
    return point, p, q


def _follow_zerocheck(
    segment: Segment,
    transcript: Transcript,
    public: dict[str, int],
    challenges: Challenges,
    rho: Sequence[Element],
    numerator: Element,
    denominator: Element,
) -> list[Element]:
    layout = segment.layout
    variables, blocks, _ = layout.circuit
    chi = transcript.sample("zerocheck_batching")
    corners = [corner(block.prefix, rho[: variables - block.height]) for block in blocks]
    padding = ONE
    for weight in corners:
        padding = padding - weight
    claim = numerator + chi * (denominator - padding)
    beside = rho[len(rho) - layout.tallest :]
    claim, point = follow_rounds(transcript, segment.zerocheck, claim, "zerocheck_round", (), beside)

    cells: list[dict[str, Element]] = [{} for _ in layout.tables]
    for name, placed in layout.columns.items():
        for column, value in zip(placed, segment.values[name], strict=True):
            cells[column.table][column.column] = value
    public_elements = {name: base(value) for name, value in public.items()}
    total, power = ZERO, chi * chi
    for number, (chip, height) in enumerate(layout.tables):
        if chip.role == "machine table":
            cells[number] |= zip(chip.fixed, closed_form(chip.name, point[len(point) - height :]), strict=True)
        value_of = chip.row(cells[number], public_elements)
        for constraint in chip.constraints:
            total = total + power * evaluate(constraint, value_of)
            power = power * chi
        for block, weight in zip(blocks, corners, strict=True):
            if block.table == number:
                p, q = _fraction(block.pair, value_of, challenges)
                total = total + weight * (p + chi * q)
    require(claim == total, "zerocheck")
    return point


def _fraction(
    pair: Sequence[Interaction], value_of: Callable[[str], Element], challenges: Challenges
) -> tuple[Element, Element]:
    """The sum of the fractions of a pair on a row."""
    p, q = ZERO, ONE
    for said in pair:
        message = [evaluate(part, value_of) for part in said.message]
        fingerprint = _fingerprint(said.bus.identity, message, *challenges[said.bus.is_global])
        times = evaluate(said.times, value_of).scaled(said.sign)
        p, q = p * fingerprint + times * q, q * fingerprint
    return p, q


def _stacked_weights(
    layout: Layout,
    scales: Sequence[Element],
    point: Sequence[Element],
    pinned: dict[str, Pinned],
    u: Sequence[Element],
) -> list[Element]:
    """The weight of every stacked column at u."""
    first, total = {}, 0
    for name, count in layout.counts.items():
        first[name] = total
        total += count
    weights = [ZERO] * total
    below = {
        height: equality(point[len(point) - height :], u[len(u) - height :]) for height in {h for _, h in layout.tables}
    }
    rest = iter(scales)
    for name, placed in layout.columns.items():
        for column in placed:
            at = first[name] + column.stacked
            prefix = corner(column.prefix, u[: len(u) - column.height])
            weights[at] = weights[at] + next(rest) * prefix * below[column.height]
    for name, of in pinned.items():
        value = power_extension(of.point, u)
        for number in range(layout.counts[name]):
            weights[first[name] + number] = weights[first[name] + number] + next(rest) * value
    return weights
