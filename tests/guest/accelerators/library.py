"""The functions of the accelerators' headers on bytes, whatever machine they run on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

EOK, EFAIL = 0, -1

_UNTOUCHED = 0xA5
_GUARD_BYTES = 16


@dataclass(frozen=True)
class Buffer:
    """A pointer argument: to the buffer with this number."""

    place: int


Argument = Buffer | int


class Library(ABC):
    """The functions of zkvm_accelerators.h, zkvm_u256.h and zkvm_random.h."""

    stride: int
    """In a long series of calls, the step from one that is made to the next."""

    @abstractmethod
    def invoke(self, name: str, arguments: Sequence[Argument], buffers: Sequence[bytes]) -> tuple[int, list[bytes]]:
        """Calls `zkvm_<name>` with aligned copies of the buffers, multiples of 8 bytes long: what it returns as a
        signed 64-bit number, and what the buffers hold afterwards."""

    def call(
        self, name: str, *arguments: bytes | int, result_bytes: int, initial: bytes | None = None
    ) -> tuple[int, bytes | None]:
        """Calls `zkvm_<name>`, whose last argument is what it writes: the status, and what was written on success.

        Bytes are passed as pointers, integers by value. `initial` is what stands where the result is written before. A
        failed call must have written nothing, and no call may write beyond its result or to its operands.
        """
        buffers = [_guarded(argument) for argument in arguments if isinstance(argument, bytes)]
        places = iter(range(len(buffers)))
        passed: list[Argument] = [Buffer(next(places)) if isinstance(it, bytes) else it for it in arguments]
        before = _guarded(initial if initial is not None else bytes([_UNTOUCHED]) * result_bytes)
        status, after = self.invoke(name, [*passed, Buffer(len(buffers))], [*buffers, before])
        assert after[:-1] == buffers, f"{name} wrote to an operand"
        assert after[-1][result_bytes:] == before[result_bytes:], f"{name} wrote beyond its result"
        if status != EOK:
            assert after[-1] == before, f"{name} failed and wrote its result"
            return status, None
        return status, after[-1][:result_bytes]

    def blake2f(self, rounds: int, state: bytes, message: bytes, offset: bytes, final: int) -> tuple[int, bytes]:
        """The status of `zkvm_blake2f` and the state after it, changed or not."""
        arguments = (rounds, Buffer(0), Buffer(1), Buffer(2), final)
        status, after = self.invoke("blake2f", arguments, [_guarded(it) for it in (state, message, offset)])
        return status, after[0][: len(state)]

    def random(self) -> int:
        """`zkvm_random_u64`."""
        return self.invoke("random_u64", (), ())[0] % 2**64

    def aliased(self, name: str, *arguments: bytes, place: int) -> bytes:
        """What a function on words writes when its result is its operand at `place`."""
        passed = [Buffer(i) for i in range(len(arguments))]
        status, after = self.invoke(name, [*passed, Buffer(place)], [_guarded(it) for it in arguments])
        assert status == EOK
        return after[place][: len(arguments[place])]

    def two_results(self, name: str, *arguments: bytes) -> tuple[bytes, bytes]:
        """What a function on words writes as its two results."""
        buffers = [*map(_guarded, arguments), _guarded(bytes(32)), _guarded(bytes(32))]
        status, after = self.invoke(name, [Buffer(i) for i in range(len(buffers))], buffers)
        assert status == EOK
        return after[-2][:32], after[-1][:32]


def _guarded(content: bytes) -> bytes:
    return content + bytes([_UNTOUCHED]) * (_GUARD_BYTES + -len(content) % 8)
