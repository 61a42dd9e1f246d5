"""The rounds of a proof as a sequence: what the transcripts absorb, and what they then sample."""

from __future__ import annotations

from documentation.pictures.svg import ACCENT, CHARACTER_PIXELS, MUTED, Picture
from documentation.protocol_tables import without_repetition
from documentation.transcript_record import conversation

_PROVER, _VERIFIER, _STEP = 60, 800, 26


def _messages() -> list[tuple[str, str, str]]:
    """(conversation, verb, labels) with neighbouring messages of the prover joined."""
    found: list[tuple[str, str, str]] = []
    for event in without_repetition(conversation()):
        if found and _joins(event, found[-1]):
            found[-1] = (event[0], event[1], f"{found[-1][2]}, {event[2]}")
        else:
            found.append(event)
    return found


def _joins(event: tuple[str, str, str], before: tuple[str, str, str]) -> bool:
    domain, verb, label = event
    room = (_VERIFIER - _PROVER) / CHARACTER_PIXELS - 4
    return verb == "absorbs" and before[:2] == (domain, verb) and len(before[2]) + len(label) + 2 < room


def draw() -> str:
    """The picture."""
    messages = _messages()
    domains = list(dict.fromkeys(domain for domain, _, _ in messages))
    height = 70 + _STEP * (len(messages) + len(domains)) + 20
    picture = Picture(_VERIFIER + 60, height, "Protocol rounds")
    picture.text(_PROVER, 30, "prover", "middle", bold=True)
    picture.text(_VERIFIER, 30, "transcript", "middle", bold=True)
    picture.line(_PROVER, 40, _PROVER, height - 14, MUTED)
    picture.line(_VERIFIER, 40, _VERIFIER, height - 14, MUTED)
    y, current, middle = 64.0, "", (_PROVER + _VERIFIER) / 2
    for domain, verb, labels in messages:
        if domain != current:
            picture.text(middle, y, f"-- {domain} --", "middle", fill=MUTED, bold=True)
            current, y = domain, y + _STEP
        is_challenge = verb == "samples"
        text = {"samples": f"challenge {labels}", "grinds": f"proof of work before {labels}"}.get(verb, labels)
        ends = (_VERIFIER, _PROVER) if is_challenge else (_PROVER, _VERIFIER)
        picture.arrow(ends[0], y, ends[1], y, ACCENT if is_challenge else "#1f2933")
        picture.text(middle, y - 5, text, "middle", fill=ACCENT if is_challenge else "#1f2933")
        y += _STEP
    return picture.source()
