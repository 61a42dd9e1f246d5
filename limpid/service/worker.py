"""A child of the server, which computes: tasks come in and answers go out, a line of JSON each.

Byte strings go through files. The child ends as soon as the server is gone.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from limpid.errors import FileError, InternalError, LimpidError, OutOfMemoryError
from limpid.service.durable import write_durably
from limpid.terminal.files import cause_of
from spec.rejection import Rejected

Facts = dict[str, Any]
Tell = Callable[[Facts], None]
"""Sends a line on what goes on."""

LEAST_TELLING_SECONDS = 0.2
"""Between two lines on what goes on: nobody reads faster."""


def main() -> None:
    """Answers tasks from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever else writes to standard output, such as a library, would garble the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    tasks: queue.SimpleQueue[Facts] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin, tasks), daemon=True).start()

    def tell(facts: Facts) -> None:
        answers.write(json.dumps(facts) + "\n")
        answers.flush()

    while True:
        tell(answer(tasks.get(), tell))


def _read(lines: TextIO, tasks: queue.SimpleQueue[Facts]) -> None:
    """Ends the process with its input: whatever it is at is for nobody."""
    for line in lines:
        tasks.put(json.loads(line))
    os._exit(0)


def answer(task: Facts, tell: Tell) -> Facts:
    """What comes of a task: its facts, a rejection, or an error."""
    try:
        return {"facts": TASKS[task["task"]](task, tell)}
    except Rejected as rejected:
        return {"rejected": {"reason": rejected.reason.name, "message": str(rejected)}}
    except LimpidError as error:
        return error.facts()
    except OSError as error:
        # Such as the files of a call whose client has left.
        return FileError(str(error.filename), cause_of(error)).facts()
    except MemoryError:
        return OutOfMemoryError("there is not enough memory", "give a smaller input").facts()
    except Exception as error:
        traceback.print_exc()
        message = f"internal error: {type(error).__name__}"
        return InternalError(message, "look at what the server prints, and report it").facts()


def _key(task: Facts, _: Tell) -> Facts:
    """The verification key of an ELF file, for one kind of proof, and what that takes of memory."""
    from limpid.api.proving import keygen
    from limpid.reading.programs import program_of
    from limpid.runs.tree_memory import node_process_bytes
    from limpid.service.guests import Kind
    from spec.parameters import RECURSION
    from spec.protocol.key_encoding import encode_key

    is_final = Kind(task["kind"]) is Kind.FINAL
    parameters = RECURSION.name if is_final else task["parameters"]
    key = keygen(program_of(Path(task["elf"]).read_bytes(), task["name"]), parameters=parameters)
    return {
        "key": encode_key(key).hex(),
        "program_id": key.program_id.hex(),
        "parameters": parameters,
        "least_memory_bytes": node_process_bytes() if is_final else 0,
    }


def _root(task: Facts, _: Tell) -> Facts:
    """The root of the payload in a stateless input, if it is one."""
    from limpid.service.roots import payload_root

    root = payload_root(Path(task["input"]).read_bytes())
    return {"root": None if root is None else root.hex()}


def _execute(task: Facts, _: Tell) -> Facts:
    """A run without a proof; its public output goes to a file."""
    from limpid.advice.trap_advice import trap_error
    from limpid.api.executing import run
    from limpid.reading.programs import load_program
    from limpid.runs.backends import Part

    _compile(Part.EXECUTOR)
    program, start = load_program(task["elf"]), time.monotonic()
    execution = run(program, Path(task["input"]).read_bytes(), maximum_instructions=task["limit"])
    if execution.trap is not None:
        raise trap_error(program, execution)
    Path(task["output"]).write_bytes(execution.output)
    return {
        "instructions": execution.instructions,
        "exit_code": execution.exit_code,
        "seconds": time.monotonic() - start,
    }


def _verify(task: Facts, _: Tell) -> Facts:
    """The verdict on a proof of a program; the public output that it states goes to a file."""
    from limpid.api.verifying import verify
    from limpid.reading.programs import parameter_set
    from limpid.runs.backends import Part
    from limpid.terminal.security_lines import security_facts

    _compile(Part.VERIFIER)
    accepted = verify(
        Path(task["proof"]).read_bytes(),
        program=bytes.fromhex(task["program_id"]),
        output=None,
        parameters=task["parameters"],
        allow_insecure=not parameter_set(task["parameters"]).secure,
    )
    Path(task["output"]).write_bytes(accepted.output)
    return security_facts(accepted.security)


def _profile(task: Facts, _: Tell) -> Facts:
    """Where the cycles of a run go, in a folder."""
    from limpid.api.executing import profile
    from limpid.profiling.files import write_profile
    from limpid.runs.backends import Part

    _compile(Part.EXECUTOR)
    elf = Path(task["elf"]).read_bytes()
    counted = profile(elf, Path(task["input"]).read_bytes())
    write_profile(counted, task["folder"], task["title"], elf)
    return {}


def _prove(task: Facts, tell: Tell) -> Facts:
    """A proof, in a folder that is gone on with; its public output goes to a file."""
    from limpid.api.final_proving import prove_final
    from limpid.runs.backends import Part
    from limpid.runs.long_runs import Place, prove_in_folder
    from limpid.service.guests import Kind
    from limpid.terminal.security_lines import security_facts

    _compile(Part.PROVER)
    last = 0.0

    def observer(stage: Any, fraction: float) -> None:
        nonlocal last
        if time.monotonic() - last >= LEAST_TELLING_SECONDS:
            last = time.monotonic()
            tell({"stage": stage.value, "fraction": min(1.0, fraction)})

    is_final = Kind(task["kind"]) is Kind.FINAL
    prove = prove_final if is_final else partial(prove_in_folder, parameters=task["parameters"])
    proof = prove(
        place=Place(Path(task["folder"])),
        elf=task["elf"],
        private_input=Path(task["input"]).read_bytes(),
        maximum_instructions=task["limit"],
        observer=observer,
        report=lambda text: tell({"note": text}),
    )
    write_durably(Path(task["output"]), proof.output)
    return {
        "proof_bytes": len(proof.encoded),
        "output_bytes": len(proof.output),
        "instructions": proof.instructions,
        "segments": proof.segments,
        "exit_code": proof.exit_code,
        "seconds": round(proof.seconds, 3),
        **security_facts(proof.security),
    }


def _compile(part: Any) -> None:
    """What is compiled at the first use on a machine is compiled before it is measured."""
    from limpid.runs.backends import DEFAULT_BACKEND, backend_named

    def silent() -> AbstractContextManager[Callable[[str, float], None]]:
        return nullcontext(lambda step, fraction: None)

    backend_named(DEFAULT_BACKEND).compile(part, silent)


TASKS: dict[str, Callable[[Facts, Tell], Facts]] = {
    "key": _key,
    "root": _root,
    "execute": _execute,
    "verify": _verify,
    "profile": _profile,
    "prove": _prove,
}
"""By name."""


if __name__ == "__main__":
    main()
