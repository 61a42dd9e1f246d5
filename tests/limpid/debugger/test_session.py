"""The debugger's server, spoken to in its own protocol over loopback, and by GDB where it is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from limpid.debugger.packets import LARGEST_PACKET_BYTES
from limpid.debugger.server import serve_debugger
from limpid.debugger.target import target_description
from limpid.guest_build.build import EXAMPLES, build
from reference.executor import execute
from reference.loader import load
from spec.isa import encode
from spec.memory_map import INPUT_REGION
from spec.program import Program
from tests.reference.assembly import CODE_START, SCRATCH, Assembly

GDB = "gdb-multiarch"
A0, A1 = 10, 11


class Debugger:
    """The other end of the protocol, written from GDB's manual."""

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._received = b""
        self.console = b""

    def send_raw(self, content: bytes) -> None:
        self._connection.sendall(content)

    def ask(self, command: str) -> str:
        """Sends a command and returns the answer, keeping console texts apart."""
        self.send_raw(b"$%s#%02x" % (command.encode(), sum(command.encode()) % 256))
        return self.answer()

    def answer(self) -> str:
        while True:
            text = self._packet()
            if not text.startswith("O") or text == "OK":
                return text
            self.console += bytes.fromhex(text[1:])

    def _packet(self) -> str:
        while b"#" not in self._received or len(self._received) < self._received.index(b"#") + 3:
            received = self._connection.recv(4096)
            assert received, "the server has gone"
            self._received += received
        start, end = self._received.index(b"$"), self._received.index(b"#")
        content, checksum = self._received[start + 1 : end], self._received[end + 1 : end + 3]
        assert checksum == b"%02x" % (sum(content) % 256)
        self._received = self._received[end + 3 :]
        self.send_raw(b"+")
        return content.decode()

    def take(self, size_bytes: int) -> bytes:
        """Bytes outside of packets."""
        while len(self._received) < size_bytes:
            self._received += self._connection.recv(4096)
        taken, self._received = self._received[:size_bytes], self._received[size_bytes:]
        return taken

    def close(self) -> None:
        self._connection.close()


def _serve(program: Program, private_input: bytes) -> tuple[int, threading.Thread]:
    """A server in a thread of its own, and its port."""
    ports: Queue[int] = Queue()
    arguments = (program, private_input, 0, ports.put)
    thread = threading.Thread(target=serve_debugger, args=arguments, daemon=True)
    thread.start()
    return ports.get(timeout=20), thread


@pytest.fixture
def debug() -> Iterator[Callable[..., Debugger]]:
    """Starts a server for a program and connects to it; at the end every server must have ended."""
    opened: list[tuple[Debugger, threading.Thread]] = []

    def start(program: Program, private_input: bytes = b"") -> Debugger:
        port, thread = _serve(program, private_input)
        opened.append((Debugger(port), thread))
        return opened[-1][0]

    yield start
    for debugger, thread in opened:
        debugger.close()
        thread.join(timeout=20)
        assert not thread.is_alive()


def _little_endian(value: int) -> str:
    return value.to_bytes(8, "little").hex()


def _counting_program(count: int) -> Program:
    """Counts a1 down, then exits with code 7. The loop's first instruction is the second of the program."""
    assembly = Assembly()
    assembly.add("addi", A1, immediate=count)
    assembly.add("addi", A1, A1, immediate=-1)
    assembly.add("bne", rs1=A1, immediate=-4)
    assembly.exit(7)
    return assembly.program()


def test_session_starts_at_the_entry_with_all_registers_zero(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_counting_program(3))
    assert debugger.ask("?") == "S05"
    assert debugger.ask("g") == "00" * 8 * 32 + _little_endian(CODE_START)
    assert debugger.ask("p20") == _little_endian(CODE_START)
    assert debugger.ask("p21") == "E01"


def test_step_executes_one_instruction(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_counting_program(3))
    assert debugger.ask("s") == "S05"
    assert (debugger.ask("pb"), debugger.ask("p20")) == (_little_endian(3), _little_endian(CODE_START + 4))
    assert debugger.ask("vCont;s:1") == "S05"
    assert (debugger.ask("pb"), debugger.ask("p20")) == (_little_endian(2), _little_endian(CODE_START + 8))


def test_breakpoint_stops_every_time_until_it_is_removed(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_counting_program(3))
    loop = f"{CODE_START + 4:x}"
    assert debugger.ask(f"Z0,{loop},4") == "OK"
    found = []
    for _ in range(3):
        assert debugger.ask("vCont;c") == "S05"
        found.append(debugger.ask("pb"))
    assert found == [_little_endian(count) for count in (3, 2, 1)]
    assert debugger.ask(f"z0,{loop},4") == "OK"
    assert debugger.ask("c") == "W07"
    assert debugger.ask("?") == "W07"
    assert debugger.ask("s") == "W07"


def test_breakpoint_changes_no_memory(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_counting_program(3))
    before = debugger.ask(f"m{CODE_START:x},10")
    debugger.ask(f"Z0,{CODE_START + 4:x},4")
    assert debugger.ask(f"m{CODE_START:x},10") == before
    assert before.startswith(encode("addi", A1, immediate=3).to_bytes(4, "little").hex())


def test_memory_is_read_anywhere_but_unmapped_and_looking_leaves_no_trace(debug: Callable[..., Debugger]) -> None:
    program = load(EXAMPLES / "elf" / "sort.elf")
    debugger = debug(program, b"\x02\0\0\0\x01\0\0\0")
    assert debugger.ask(f"m{INPUT_REGION.start + 8:x},5") == "0200000001"
    assert debugger.ask("m0,1") == "E01"
    assert debugger.ask("mffffffffffffffff,8") == "E01"
    assert debugger.ask("mzz,8") == "E01"
    largest = debugger.ask(f"m{INPUT_REGION.start:x},ffffff")
    assert len(largest) == LARGEST_PACKET_BYTES
    assert debugger.ask("c") == "W00"


@pytest.mark.parametrize("command", ["Z5,10000,4", "bx", "X10000,0:", "!", "R00", "qUnknown", "vUnknown", "QUnknown"])
def test_unknown_command_gets_the_empty_answer(command: str, debug: Callable[..., Debugger]) -> None:
    debugger = debug(_counting_program(3))
    assert debugger.ask(command) == ""
    assert debugger.ask("?") == "S05"


@pytest.mark.parametrize("command", ["P0a=0000000000000000", "G00", "M10000,1:00"])
def test_writing_is_refused(command: str, debug: Callable[..., Debugger]) -> None:
    assert debug(_counting_program(3)).ask(command) == "E01"


@pytest.mark.parametrize(
    ("words", "stop", "told"),
    [
        ([("ebreak",)], "S05", b"the program executed ebreak, at 0x10000, ebreak\n"),
        ([("ld", 1)], "S0b", b"a load touched unmapped memory, at 0x10000, ld ra,0(zero)"),
        ([("jalr", 0, 0, 0, 2)], "S0a", b"the target of a jump or branch is not a multiple of 4"),
        ([("ecall",)], "S04", b"the program made an unknown environment call"),
    ],
)
def test_trap_stops_with_its_signal_and_its_message(
    words: list[tuple[str, int]], stop: str, told: bytes, debug: Callable[..., Debugger]
) -> None:
    assembly = Assembly()
    for word in words:
        assembly.add(*word)
    debugger = debug(assembly.program())
    assert debugger.ask("c") == stop
    assert debugger.console.startswith(told)
    assert debugger.ask("p20") == _little_endian(CODE_START)
    assert debugger.ask("c") == stop


def test_running_program_is_interrupted(debug: Callable[..., Debugger]) -> None:
    assembly = Assembly()
    assembly.add("jal")
    debugger = debug(assembly.program())
    debugger.send_raw(b"$c#63")
    debugger.send_raw(b"\x03")
    assert debugger.answer() == "S02"
    assert debugger.ask("p20") == _little_endian(CODE_START)


def test_console_text_reaches_the_debugger(debug: Callable[..., Debugger]) -> None:
    debugger = debug(load(EXAMPLES / "elf" / "hello.elf"), b"Ada")
    assert debugger.ask("c") == "W00"
    assert debugger.console == b"Hello, Ada!\n"


def test_packet_with_a_wrong_checksum_is_asked_for_again(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_counting_program(3))
    debugger.send_raw(b"$?#00")
    assert debugger.take(1) == b"-"
    assert debugger.ask("?") == "S05"


def test_acknowledgements_end_when_the_debugger_asks(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_counting_program(3))
    assert debugger.ask("QStartNoAckMode") == "OK"
    debugger.send_raw(b"$?#00")
    assert debugger.answer() == "S05"


def test_target_description_is_read_in_parts(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_counting_program(3))
    whole = target_description()
    assert debugger.ask("qXfer:features:read:target.xml:0,64") == "m" + whole[:100]
    assert debugger.ask("qXfer:features:read:target.xml:64,4000") == "l" + whole[100:]


def _writing_program() -> Program:
    """Stores 1, 2 and 3 to the first doubleword of the scratch area, with a load of it before the last."""
    assembly = Assembly()
    assembly.constant(A0, SCRATCH.start)
    for value in (1, 2, 3):
        assembly.add("addi", A1, immediate=value)
        if value == 3:
            assembly.add("ld", 12, A0)
        assembly.add("sd", rs1=A0, rs2=A1)
    assembly.exit(7)
    return assembly.program()


@pytest.mark.parametrize(
    ("kind", "word", "values"),
    [("2", "watch", [1, 2, 3]), ("3", "rwatch", [2]), ("4", "awatch", [1, 2, 2, 3])],
)
def test_watchpoint_stops_behind_each_access_of_its_kind(
    kind: str, word: str, values: list[int], debug: Callable[..., Debugger]
) -> None:
    debugger = debug(_writing_program())
    place = f"{SCRATCH.start:x}"
    assert debugger.ask(f"Z{kind},{place},8") == "OK"
    found = []
    while (stop := debugger.ask("c")) == f"T05{word}:{place};":
        found.append(debugger.ask(f"m{place},1"))
    assert found == [f"{value:02x}" for value in values]
    assert stop == "W07"


def test_watchpoint_beside_an_access_or_removed_does_not_stop(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_writing_program())
    assert debugger.ask(f"Z2,{SCRATCH.start + 8:x},8") == "OK"
    assert debugger.ask(f"Z2,{SCRATCH.start + 7:x},1") == "OK"
    assert debugger.ask(f"z2,{SCRATCH.start + 7:x},1") == "OK"
    assert debugger.ask("c") == "W07"


def test_stepping_back_restores_registers_memory_and_place(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_writing_program())
    memory = f"m{SCRATCH.start:x},8"
    states = [(debugger.ask("g"), debugger.ask(memory))]
    for _ in range(8):
        assert debugger.ask("s") == "S05"
        states.append((debugger.ask("g"), debugger.ask(memory)))
    for state in reversed(states[:-1]):
        assert debugger.ask("bs") == "S05"
        assert (debugger.ask("g"), debugger.ask(memory)) == state
    assert debugger.ask("bs") == "T05replaylog:begin;"
    assert debugger.ask("c") == "W07"


def test_going_back_stops_at_the_last_breakpoint_then_at_the_start(
    debug: Callable[..., Debugger], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Many checkpoints, so that some are thinned out.
    monkeypatch.setattr("limpid.debugger.history.FIRST_DISTANCE", 2)
    debugger = debug(_counting_program(50))
    loop, end = f"{CODE_START + 4:x}", f"{CODE_START + 12:x}"
    assert debugger.ask(f"Z0,{end},4") == "OK"
    assert debugger.ask("c") == "S05"
    assert debugger.ask(f"Z0,{loop},4") == "OK"
    found = []
    while (stop := debugger.ask("bc")) == "S05":
        found.append(int.from_bytes(bytes.fromhex(debugger.ask("pb")), "little"))
    assert found == list(range(1, 51))
    assert stop == "T05replaylog:begin;"
    assert debugger.ask("p20") == _little_endian(CODE_START)


def test_going_back_stops_in_front_of_the_last_watched_access(debug: Callable[..., Debugger]) -> None:
    debugger = debug(_writing_program())
    place = f"{SCRATCH.start:x}"
    debugger.ask(f"Z2,{place},8")
    for _ in range(3):
        debugger.ask("c")
    found = []
    while (stop := debugger.ask("bc")) == f"T05watch:{place};":
        found.append(debugger.ask(f"m{place},1"))
    assert (found, stop) == (["02", "01", "00"], "T05replaylog:begin;")


def test_what_was_shown_is_not_shown_again_on_the_way_back(debug: Callable[..., Debugger]) -> None:
    program = load(EXAMPLES / "elf" / "hello.elf")
    debugger = debug(program, b"Ada")
    last = max(address for address, word in program.code if word == encode("ecall"))
    debugger.ask(f"Z0,{last:x},4")
    assert debugger.ask("c") == "S05"
    assert debugger.ask("bs") == "S05"
    assert debugger.ask("s") == "S05"
    assert debugger.console == b"Hello, Ada!\n"


def test_detaching_ends_the_session(debug: Callable[..., Debugger]) -> None:
    assert debug(_counting_program(3)).ask("D") == "OK"


def test_stepping_ends_in_the_state_of_a_plain_run(debug: Callable[..., Debugger]) -> None:
    program = _counting_program(5)
    debugger = debug(program)
    while (stop := debugger.ask("s")) == "S05":
        pass
    registers = execute(program).registers
    assert stop == "W07"
    assert debugger.ask("g")[: 16 * 32] == "".join(map(_little_endian, registers[:32]))


def test_gdb_watches_and_goes_back(tmp_path: Path) -> None:
    if shutil.which(GDB) is None:
        pytest.skip(f"{GDB} is not installed (Debian package {GDB})")
    source, elf = tmp_path / "guest.c", tmp_path / "guest.elf"
    source.write_text("volatile int total;\nint main(void) { total = 5; total = 6; return 0; }\n")
    build([source], elf, extra_flags=["-g"])
    port, thread = _serve(load(elf), b"")
    commands = [f"target remote :{port}", "watch total", "continue", "continue", "print total", "reverse-stepi"]
    commands += ["reverse-continue", "print total", "delete", "continue"]
    arguments = [argument for command in commands for argument in ("-ex", command)]
    completed = subprocess.run(
        [GDB, "-q", "-nx", "-batch", str(elf), *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert "New value = 5" in completed.stdout
    assert "$1 = 6\n" in completed.stdout
    assert "guest.c:2" in completed.stdout
    assert "exited normally" in completed.stdout


def test_gdb_breaks_steps_and_runs_to_the_end() -> None:
    if shutil.which(GDB) is None:
        pytest.skip(f"{GDB} is not installed (Debian package {GDB})")
    elf = EXAMPLES / "elf" / "hello.elf"
    port, thread = _serve(load(elf), b"Ada")
    commands = [f"target remote :{port}", "break *main", "continue", "stepi"]
    commands += ["print (long)$pc - (long)&main", "delete", "continue"]
    arguments = [argument for command in commands for argument in ("-ex", command)]
    completed = subprocess.run(
        [GDB, "-q", "-nx", "-batch", str(elf), *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert "Breakpoint 1, " in completed.stdout
    assert "$1 = 4\n" in completed.stdout
    assert "Hello, Ada!" in completed.stdout + completed.stderr
    assert "exited normally" in completed.stdout
