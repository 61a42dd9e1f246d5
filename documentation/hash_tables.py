"""What is hashed, word by word: read off the transcript while it hashes messages whose words are all different."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from documentation.markdown import code, number, table
from spec.protocol.hash import Domain, Prefix, digest_bytes
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.transcript import NONCE_WORDS, Transcript

_PAYLOAD = (1 << 20, (1 << 20) + 1)
_INDICES = (1 << 21, 1 << 22)
_LABEL = Label.GKR_ROUND_POLYNOMIAL


class _ListeningAlgebra(NumberAlgebra):
    """Keeps the words of the last message."""

    def __init__(self) -> None:
        super().__init__()
        self.message: Sequence[int] = ()

    def chain(self, state: Sequence[int], words: Sequence[int]) -> Sequence[int]:
        self.message = words
        return super().chain(state, words)


def domains() -> str:
    """The uses of the compression function, and the initial value of each."""
    rows = [(code(domain.value), code(digest_bytes(domain.initial_value).hex())) for domain in Domain]
    return table(("name", "initial value: SHA-256 of the name, as ASCII"), rows, (30, 70))


def prefixes() -> str:
    """The uses of SHA-256 itself, and the bytes in front of each payload."""
    rows = [
        (prefix.name.lower().replace("_", " "), code(prefix.value.decode("ascii").replace("\0", "\\0")))
        for prefix in Prefix
    ]
    return table(("use", "first bytes"), rows)


def message_layout() -> str:
    """The words of a message that is absorbed: an example with a payload of two words."""
    algebra = _ListeningAlgebra()
    Transcript(algebra, Domain.SEGMENT).absorb(_LABEL, _PAYLOAD, *_INDICES)
    meanings = {
        int(_LABEL): "the label's number",
        len(_PAYLOAD) * 4: "the payload's length in bytes",
        _INDICES[0]: "the first index, or zero",
        _INDICES[1]: "the second index, or zero",
        **dict.fromkeys(_PAYLOAD, "the payload"),
        0: "zeros up to a whole block",
    }
    return _layout([meanings[word] for word in algebra.message])


def grinding_layout() -> str:
    """The words of the block that shows a proof of work.

    Raises ValueError if the transcript grinds on another block.
    """
    algebra = _ListeningAlgebra()
    transcript = Transcript(algebra, Domain.SEGMENT)
    block = transcript.grinding_block(_LABEL, *_INDICES)
    state = len(transcript.state)
    if list(block[:state]) != list(transcript.state) or any(block[state : state + NONCE_WORDS]):
        raise ValueError("a grinding block does not start with the state and an empty nonce")
    meanings = {
        int(_LABEL): "the label's number",
        _INDICES[0]: "the first index, or zero",
        _INDICES[1]: "the second index, or zero",
        0: "zeros",
    }
    front = ["the transcript's state"] * state + ["the nonce, its high word first"] * NONCE_WORDS
    return _layout(front + [meanings[word] for word in block[state + NONCE_WORDS :]])


def _layout(meanings: Sequence[str]) -> str:
    rows, start = [], 0
    for meaning, words in groupby(meanings):
        end = start + len(list(words))
        rows.append((f"{start}" if end == start + 1 else f"{start} to {end - 1}", meaning))
        start = end
    return table(("words", "hold"), rows, (14, 86))


def labels() -> str:
    """The numbers of the labels, which stand in headers."""
    cells = [f"{code(label.name.lower())} {number(int(label))}" for label in Label]
    width = 4
    cells += [""] * (-len(cells) % width)
    rows = [cells[i : i + width] for i in range(0, len(cells), width)]
    return table(["label and its number"] * width, rows)
