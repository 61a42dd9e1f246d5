"""One debugger session: answers to the commands of the GDB remote serial protocol [GDB manual, appendix E].

Registers and memory can be read, not written: what runs is what would be proven. Breakpoints are the stub's own and
change no memory.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from limpid.debugger.packets import LARGEST_PACKET_BYTES, DisconnectedError, PacketStream
from limpid.debugger.target import PC_REGISTER, Exited, Stopped, Target, target_description
from limpid.debugger.watchpoints import Access, Watchpoint
from reference.machine_memory import UnmappedError

UNSUPPORTED = ""
"""The protocol's answer to any command that a stub does not know."""

ERROR = "E01"
OK = "OK"

_WORD_BYTES = 8
"""A register of RV64."""

_BREAKPOINT_KINDS = ("0", "1")
_ACCESSES = {"2": Access.WRITE, "3": Access.READ, "4": Access.ANY}
"""Kinds of the packets Z and z: software and hardware breakpoints, watchpoints."""


def _stop_reply(end: Stopped) -> str:
    if end.watchpoint is not None:
        return f"T{end.signal:02x}{end.watchpoint.access.value}:{end.watchpoint.start:x};"
    return f"T{end.signal:02x}replaylog:begin;" if end.at_begin else f"S{end.signal:02x}"


class _EndedError(Exception):
    """The debugger ends the session."""


class Session:
    """Serves one debugger until it detaches, kills the guest, or disconnects."""

    def __init__(self, packets: PacketStream, target: Target) -> None:
        self._packets = packets
        self._target = target
        self._last_stop = "S05"

    def serve(self) -> None:
        """Answers until the end."""
        with contextlib.suppress(_EndedError, DisconnectedError):
            while True:
                self._packets.send(self._answer(self._packets.receive()))

    def _answer(self, command: str) -> str:
        name, rest = command[:1], command[1:]
        handlers: dict[str, Callable[[str], str]] = {
            "?": lambda _: self._last_stop,
            "g": lambda _: "".join(self._register(number) for number in range(PC_REGISTER + 1)),
            "p": self._one_register,
            "m": self._memory,
            "c": lambda _: self._resumed(),
            "s": lambda _: self._stepped(),
            "b": self._backward,
            "Z": self._add_breakpoint,
            "z": self._remove_breakpoint,
            "H": lambda _: OK,
            "T": lambda _: OK,
            "q": self._query,
            "Q": self._setting,
            "v": self._long_command,
            "D": self._detach,
            "k": self._kill,
            "P": lambda _: ERROR,
            "G": lambda _: ERROR,
            "M": lambda _: ERROR,
        }
        handler = handlers.get(name)
        try:
            return UNSUPPORTED if handler is None else handler(rest)
        except (ValueError, IndexError, UnmappedError):
            # A malformed number, an unknown register, unmapped memory.
            return ERROR

    def _register(self, number: int) -> str:
        return self._target.register(number).to_bytes(_WORD_BYTES, "little").hex()

    def _one_register(self, rest: str) -> str:
        return self._register(int(rest, 16))

    def _memory(self, rest: str) -> str:
        address, _, size = rest.partition(",")
        # Two digits a byte must fit in a packet.
        return self._target.memory(int(address, 16), min(int(size, 16), LARGEST_PACKET_BYTES // 2)).hex()

    def _stepped(self) -> str:
        return self._told(self._target.step())

    def _resumed(self) -> str:
        return self._told(self._target.resume(self._packets.interrupted))

    def _backward(self, rest: str) -> str:
        moves = {"s": self._target.step_back, "c": self._target.resume_back}
        move = moves.get(rest)
        return UNSUPPORTED if move is None else self._told(move())

    def _told(self, end: Stopped | Exited) -> str:
        if isinstance(end, Exited):
            # The protocol has room for 8 bits of the exit code.
            self._last_stop = f"W{end.exit_code & 0xFF:02x}"
        else:
            if end.trap is not None:
                self.show(f"{end.trap.message}\n".encode())
            self._last_stop = _stop_reply(end)
        return self._last_stop

    def show(self, text: bytes) -> None:
        """Text for the debugger's user, while the guest runs."""
        if text:
            self._packets.send(f"O{text.hex()}")

    def _add_breakpoint(self, rest: str) -> str:
        return self._change(rest, self._target.breakpoints.add, self._target.watchpoints.add)

    def _remove_breakpoint(self, rest: str) -> str:
        return self._change(rest, self._target.breakpoints.discard, self._target.watchpoints.discard)

    def _change(
        self, rest: str, breakpoint_at: Callable[[int], None], watchpoint_on: Callable[[Watchpoint], None]
    ) -> str:
        kind, address, size, *_ = rest.split(",")
        if kind in _BREAKPOINT_KINDS:
            breakpoint_at(int(address, 16))
        elif kind in _ACCESSES:
            start = int(address, 16)
            watchpoint_on(Watchpoint(_ACCESSES[kind], start, start + int(size, 16)))
        else:
            return UNSUPPORTED
        return OK

    def _query(self, rest: str) -> str:
        if rest.startswith("Supported"):
            return (
                f"PacketSize={LARGEST_PACKET_BYTES:x};qXfer:features:read+;QStartNoAckMode+;vContSupported+;"
                "ReverseStep+;ReverseContinue+"
            )
        if rest.startswith("Xfer:features:read:target.xml:"):
            offset, size = (int(number, 16) for number in rest.rpartition(":")[2].split(","))
            part = target_description()[offset : offset + size]
            return ("m" if len(part) == size else "l") + part
        answers = {"Attached": "1", "C": "QC1", "fThreadInfo": "m1", "sThreadInfo": "l"}
        return answers.get(rest, UNSUPPORTED)

    def _setting(self, rest: str) -> str:
        if rest != "StartNoAckMode":
            return UNSUPPORTED
        self._packets.acknowledges = False
        return OK

    def _long_command(self, rest: str) -> str:
        if rest == "Cont?":
            return "vCont;c;C;s;S"
        if rest.startswith("Cont;"):
            # There is one thread, so the first action is its.
            return self._stepped() if rest[len("Cont;")] in "sS" else self._resumed()
        if rest.startswith("Kill"):
            self._packets.send(OK)
            raise _EndedError
        return UNSUPPORTED

    def _detach(self, _: str) -> str:
        self._packets.send(OK)
        raise _EndedError

    def _kill(self, _: str) -> str:
        raise _EndedError
