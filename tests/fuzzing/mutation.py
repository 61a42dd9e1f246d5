"""Changed files: a few changes each to one that is in order, of the kinds that faults and attackers make."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

MOST_CHANGES = 4
NEAR_THE_START = 256
"""Where the heads of our formats end: half of all changes of bytes fall there."""

LARGEST_REPETITION = 1 << 12

NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**64 - 2**32 + 1, 2**63, 2**64 - 1)
"""Ends of ranges, and the field's prime."""

WIDTHS = (1, 2, 4, 8)

TOKENS = (
    "", "0", "-1", "1e999", "9" * 25, "9" * 5000, "0x" + "f" * 64, "nan", "true", "null", '""',
    '"\\ud800"', "\x00", "{}", "[]", "[" * 3000, '{"a":' * 3000, "(" * 3000, "[[[", "{", "}", "(", ")", ";", "\n",
    "a." * 60 + "a", "٣",
)  # fmt: skip
"""What the readers of texts should stumble over, among it nesting without end."""

_TOKEN = re.compile(rb"\w+|[^\w\s]|\s+")

Change = Callable[[bytes, Random, Sequence[bytes]], bytes]


def changed(seeds: Sequence[bytes], random: Random, *, is_text: bool) -> bytes:
    """One of the files with one change or a few."""
    content = random.choice(seeds)
    kinds = BYTE_CHANGES + TEXT_CHANGES if is_text else BYTE_CHANGES
    for _ in range(random.randint(1, MOST_CHANGES)):
        content = random.choice(kinds)(content, random, seeds)
    return content


def _place(content: bytes, random: Random) -> int:
    end = min(len(content), NEAR_THE_START) if random.random() < 0.5 else len(content)
    return random.randrange(end + 1)


def _flip_bit(content: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at = _place(content, random)
    return content[:at] + bytes(byte ^ 1 << random.randrange(8) for byte in content[at : at + 1]) + content[at + 1 :]


def _write_number(content: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at, width = _place(content, random), random.choice(WIDTHS)
    number = random.choice((random.choice(NUMBERS), random.getrandbits(64))) % (1 << 8 * width)
    return content[:at] + number.to_bytes(width, random.choice(("little", "big"))) + content[at + width :]


def _count_up_or_down(content: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at, width = _place(content, random), random.choice(WIDTHS)
    number = int.from_bytes(content[at : at + width], "little") + random.choice((-1, 1))
    return content[:at] + (number % (1 << 8 * width)).to_bytes(width, "little") + content[at + width :]


def _leave_out(content: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at = _place(content, random)
    return content[:at] + content[at + random.choice((1, 4, 8, random.randint(1, 64))) :]


def _repeat(content: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at = _place(content, random)
    piece = content[at : at + random.randint(1, 64)]
    return content[:at] + piece * random.choice((2, 3, LARGEST_REPETITION // (len(piece) + 1))) + content[at:]


def _insert(content: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at = _place(content, random)
    return content[:at] + random.randbytes(random.choice((1, 4, 8, 32))) + content[at:]


def _cut(content: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    return content[: _place(content, random)]


def _splice(content: bytes, random: Random, seeds: Sequence[bytes]) -> bytes:
    return content[: _place(content, random)] + (other := random.choice(seeds))[_place(other, random) :]


def _replace_token(content: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    tokens = _TOKEN.findall(content)
    if not tokens:
        return content
    other = random.choice((random.choice(TOKENS).encode(errors="surrogatepass"), random.choice(tokens)))
    tokens[random.randrange(len(tokens))] = other
    return b"".join(tokens)


def _move_line(content: bytes, random: Random, seeds: Sequence[bytes]) -> bytes:
    del seeds
    lines = content.splitlines(keepends=True)
    if lines:
        line = lines.pop(random.randrange(len(lines)))
        for _ in range(random.choice((0, 1, 1, 2))):
            lines.insert(random.randrange(len(lines) + 1), line)
    return b"".join(lines)


BYTE_CHANGES: tuple[Change, ...] = (
    _flip_bit,
    _write_number,
    _count_up_or_down,
    _leave_out,
    _repeat,
    _insert,
    _cut,
    _splice,
)
TEXT_CHANGES: tuple[Change, ...] = (_replace_token, _replace_token, _replace_token, _move_line, _move_line)
"""Several times those that leave a text that is nearly in order."""
