"""Two walks through the code: an instruction's path from its meaning to a verdict, and where the output is enforced.

Each step names what does it, by module and name. A name that is not there makes generating fail, so that a walk never
leads astray.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from documentation.markdown import code, table
from documentation.verdicts import RECORD, read_record, verdict_of
from proofs_of_constraints.audit import obligations_of_chip
from spec.air.chip import Chip
from spec.air.expression import describe
from spec.isa.decode import decode, encode
from spec.isa.disassembly import disassemble
from spec.rv64im.machine import CHIP_BY_NAME

ROOT = Path(__file__).resolve().parents[1]

FOLLOWED = "add"
"""The instruction whose path is shown, and its chip."""

_DESTINATION, _SOURCE1, _SOURCE2 = 10, 11, 12


class WalkError(LookupError):
    """A step that names something that is not there."""


@dataclass(frozen=True)
class Step:
    """What happens, and what does it."""

    does: str
    module: str
    name: str

    @property
    def place(self) -> str:
        """A link to the file with the name, from a page in docs/.

        Raises WalkError if the step names what is not there.
        """
        module = import_module(self.module)
        owner: object = module
        for part in self.name.split("."):
            if not hasattr(owner, part):
                raise WalkError(f"{self.module} has no {self.name}")
            owner = getattr(owner, part)
        assert module.__file__ is not None
        path = Path(module.__file__).relative_to(ROOT)
        return f"[{path}](../{path}): {code(self.name)}"


INSTRUCTION_STEPS = (
    Step("says how the word is encoded, and names its meaning", "spec.isa.register_arithmetic", "ADD"),
    Step("is the meaning, over any words: integers, bit-vectors", "spec.isa.register_arithmetic", "add"),
    Step("finds the instruction of a word", "spec.isa.decode", "decode"),
    Step("says what the whole step does to pc, registers, memory", "spec.isa.step", "effect"),
    Step("executes it, plainly", "reference.executor.machine", "Machine"),
    Step("executes it, compiled", "optimized.execution.operations", "operate"),
    Step("writes the word's fields as a row of the program table", "spec.rv64im.program_row", "program_row"),
    Step("holds that row, committed in the key of the program", "spec.rv64im.chips.program_tables", "PROGRAM_TABLE"),
    Step("declares columns, constraints and lookups of its chip", "spec.rv64im.chips.addition", "CHIPS"),
    Step("fetches from the program table, and moves pc and clock on", "spec.rv64im.instruction_row", "InstructionRow"),
    Step("puts the chip in its place in the machine", "spec.rv64im.machine", "INSTRUCTION_CHIPS"),
    Step("fills in a row, plainly", "reference.trace.addition", "FILLERS"),
    Step("fills in whole columns, compiled", "optimized.trace.fill", "FILLERS"),
    Step("commits to the columns and proves what is said of them", "reference.prover.segment", "prove_segment"),
    Step("balances what rows sent and received", "reference.verifier.buses", "follow_circuit"),
    Step("checks the constraints at one point", "reference.verifier.constraints", "follow_zerocheck"),
    Step("is the verdict on one segment, in the steps of chapter 4", "reference.verifier.segment", "verify_segment"),
    Step("is the verdict on a run", "reference.verifier.run", "verify_run"),
    Step(
        "proves that constraints mean the instruction",
        "proofs_of_constraints.obligations.instructions",
        "instruction_obligations",
    ),
)

OUTPUT_STEPS = (
    Step(
        "The bytes are compared with those that the verifier was told (`OUTPUT_DIFFERS`), before anything else.",
        "reference.verifier.program",
        "check_statement",
    ),
    Step(
        "The digest of the run, which all challenges across segments depend on, absorbs the output.",
        "spec.protocol.run",
        "run_digest",
    ),
    Step(
        "The output becomes doublewords at the addresses of the output region: its length, its bytes, zeros to the end "
        "of the last one.",
        "spec.rv64im.tokens",
        "output_doublewords",
    ),
    Step(
        "Each of them is a token that the verifier receives from the bus `output`, by itself, from public data alone.",
        "spec.rv64im.tokens",
        "output_tokens",
    ),
    Step(
        "The memory table sends, for every address of the output region, what memory holds there when the run ends: "
        "nobody else sends to that bus.",
        "spec.rv64im.chips.continuation",
        "MEMORY_TABLE",
    ),
    Step(
        "Which addresses are output is not the prover's choice: the table of regions, in the program's key, says so.",
        "spec.rv64im.chips.program_tables",
        "region_rows",
    ),
    Step("The verifier adds up its tokens under the run's challenges.", "reference.verifier.buses", "token_sum"),
    Step(
        "It adds what every segment states for the global buses, which each segment's proof has to show, and wants "
        "zero (`GLOBAL_BUSES_UNBALANCED`).",
        "reference.verifier.run",
        "verify_run",
    ),
    Step(
        "The exit code goes the way of a segment's state: the row of the chip `halt` sends it, the last segment's "
        "public values receive it, and the caller's is compared with them (`EXIT_CODE_DIFFERS`).",
        "spec.rv64im.tokens",
        "SEGMENT_TOKENS",
    ),
)


def _steps(steps: Sequence[Step]) -> str:
    return table(
        ["", "Step", "Where"], ([str(i), step.does, step.place] for i, step in enumerate(steps, start=1)), [4, 40, 50]
    )


def instruction_path() -> str:
    """The steps of the followed instruction, each with its place."""
    return _steps(INSTRUCTION_STEPS)


def instruction_word() -> str:
    """The followed instruction as a word, and what decoding makes of it."""
    word = encode(FOLLOWED, _DESTINATION, _SOURCE1, _SOURCE2)
    decoded = decode(word)
    assert decoded is not None
    rows = [
        ["word", code(f"0x{word:08x}")],
        ["assembly", code(disassemble(0, word))],
        ["section of the manual", decoded.instruction.section],
    ]
    return table(["", ""], rows)


def instruction_chip() -> str:
    """The definitions, constraints and interactions of the followed instruction's chip."""
    chip = CHIP_BY_NAME[FOLLOWED]
    constraints = ([code(c.name), code(f"{describe(c.expression)} = 0")] for c in chip.constraints)
    definitions = ([code(name), code(describe(expression))] for name, expression in chip.definitions().items())
    tables = (table(["Name", "Stands for"], definitions), table(["Constraint", "Polynomial"], constraints))
    return "\n\n".join((*tables, _interactions(chip)))


def _interactions(chip: Chip) -> str:
    rows = (
        [
            code(i.name),
            f"{'sends to' if i.sign > 0 else 'receives from'} {code(i.bus.name)}",
            code(f"({', '.join(describe(part) for part in i.message)})"),
            code(describe(i.multiplicity)),
        ]
        for i in chip.interactions
    )
    return table(["Interaction", "Does", "Message", "Times"], rows)


def instruction_verdicts() -> str:
    """What the last audit on record says of the followed instruction's chip."""
    record = read_record(RECORD) if RECORD.exists() else None
    rows = (
        [code(o.identity), o.kind.value, verdict_of(o.identity, record)]
        for o in obligations_of_chip(CHIP_BY_NAME[FOLLOWED])
    )
    return table(["Obligation", "Kind", "Verdict"], rows)


def output_path() -> str:
    """The places that enforce the output, in the order of the verifier."""
    return _steps(OUTPUT_STEPS)
