"""What each message of a conversation holds, in the order in which the verifier absorbs them."""

from __future__ import annotations

from collections.abc import Iterable

from documentation.encodings.conversation import SHOWN_WORDS, Absorbed, Drawn, Heard, Started, conversation
from documentation.markdown import code, number, table
from spec.protocol.hash import WORD_BYTES
from spec.protocol.labels import Label

PAYLOADS: dict[Label, str] = {
    Label.MACHINE: "the machine's digest",
    Label.PARAMETERS: "the digest of the parameter set",
    Label.PROGRAM: "the program id: the state in which the conversation `limpid program` ends",
    Label.SEGMENT_INDEX: "the segment's index, a word",
    Label.STACKING: "three words: $H$, the rate's logarithm $v$, the first folding of the schedule at $H$",
    Label.HEIGHTS: "for each chip the number of its tables and their heights, a word each",
    Label.CONTINUATION_ROOT: "the root, no word where there is none",
    Label.PINNED_ANSWERS: "the answers, no word where there are none",
    Label.OUTPUT: "SHA-256 of the prefix *output* and the output's bytes",
    Label.SEGMENT_COUNT: "the number of segments, a word",
    Label.LEAVES_ROOT: "the root over the leaves of all segments",
    Label.RUN: "$G$: the state in which the conversation `limpid run` ends",
    Label.LEAF: "the segment's leaf: the state in which the conversation `limpid segment leaf` ends",
    Label.PUBLIC_VALUES: "the public values, a word each",
    Label.PROGRAM_ROOT: "the root of the program's commitment",
    Label.MAIN_ROOT: "the root of the main commitment",
    Label.PROGRAM_COMMITMENT: "the state in which `limpid program commitment` ends for the stacking height that is the "
    "first index",
    Label.START: "the start of the key, a word each",
    Label.BUS_TOTALS: "$p_L, q_L, p_G, q_G$",
    Label.GKR_ROUND_POLYNOMIAL: "a round's coefficients; indices: layer, round",
    Label.GKR_LAYER_ENDS: "$p_0, p_1, q_0, q_1$; index: layer",
    Label.ZEROCHECK_ROUND_POLYNOMIAL: "a round's coefficients; index: round",
    Label.COLUMN_VALUES: "the values of all columns: *program*, *continuation*, *main*",
    Label.STACKING_ROUND_POLYNOMIAL: "a round's coefficients; index: round",
    Label.STACKED_VALUES: "the values of all stacked columns: *program*, *continuation*, *main*",
    Label.FOLDING_ROUND_POLYNOMIAL: "a round's coefficients; indices: iteration, round",
    Label.FOLDED_ROOT: "the root of the fold; index: iteration",
    Label.OUT_OF_DOMAIN_ANSWER: "the answer; index: iteration",
    Label.FINAL_VECTOR: "the entries of the last vector",
}
"""By label of what is stated. A label without an entry is an error: nobody has said what is absorbed under it."""

_NONCE = "the nonce's two words, the high one first, once the proof of work is checked"
_EMPTY = "nothing: a challenge was read off the state before"


def _payload(absorbed: Absorbed) -> str:
    if absorbed.label >= Label.PROGRAM_PINNING:
        return _NONCE if absorbed.words else _EMPTY
    return PAYLOADS[absorbed.label]


def _indices(found: Iterable[tuple[int, ...]]) -> str:
    """The least and the greatest indices with which something is said."""
    every = list(found)
    if not every[0]:
        return "-"
    first, last = ", ".join(map(str, every[0])), ", ".join(map(str, every[-1]))
    return first if first == last else f"{first} to {last}"


def _entry(heard: Absorbed | Drawn) -> tuple[str, str, str]:
    """What makes two events of a conversation one line."""
    if isinstance(heard, Drawn):
        return ("positions" if heard.label is Label.QUERIES else "challenge", heard.label.name.lower(), "")
    return ("absorbs", heard.label.name.lower(), _payload(heard))


def byte_absorbed() -> str:
    """Every conversation in order; what is said again stands where it is said first."""
    parts = []
    for name, said in _conversations(conversation()):
        lines: dict[tuple[str, str, str], list[Absorbed | Drawn]] = {}
        for heard in said:
            lines.setdefault(_entry(heard), []).append(heard)
        rows = [
            (
                verb,
                f"{code(label)} {int(events[0].label)}",
                _indices(e.indices for e in events),
                _bytes(events),
                payload,
            )
            for (verb, label, payload), events in lines.items()
        ]
        header = ("verb", "label", "indices", "bytes", "payload")
        parts.append(f"**{code(name)}**\n\n{table(header, rows, (10, 26, 14, 12, 38))}")
    return "\n\n".join(parts)


def _bytes(events: list[Absorbed | Drawn]) -> str:
    sizes = sorted({WORD_BYTES * len(event.words) for event in events if isinstance(event, Absorbed)})
    return ", ".join(map(number, sizes)) or "-"


def _conversations(every: Iterable[Heard]) -> list[tuple[str, list[Absorbed | Drawn]]]:
    """Conversations by name, those of one name together."""
    found: dict[str, list[Absorbed | Drawn]] = {}
    for heard in every:
        if isinstance(heard, Started):
            found.setdefault(heard.conversation, [])
        else:
            found[heard.conversation].append(heard)
    return list(found.items())


def byte_challenges() -> str:
    """A test vector for each challenge but those of rounds, of which the first stands here."""
    rows: dict[Label, Drawn] = {}
    count = 0
    for heard in conversation():
        if isinstance(heard, Drawn):
            count += 1
            rows.setdefault(heard.label, heard)
    shown = [
        (code(label.name.lower()), _indices([heard.indices]), code(" ".join(map(str, heard.numbers))))
        for label, heard in rows.items()
    ]
    rest = (
        f"All {number(count)}, with every message that is absorbed before them and the state after it, stand in "
        f"`spec/whitepaper/bytes/transcript.txt`; of a payload of more than {SHOWN_WORDS} words the first ones."
    )
    return table(("challenge", "indices", "coefficients, or positions"), shown, (24, 10, 66)) + f"\n\n{rest}"
