"""All obligations of a machine, and running them: in order, on several processes, with export for other solvers."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, partial
from multiprocessing import active_children, get_context
from pathlib import Path

from proofs_of_constraints.certificates.certifying import Certifying
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.coverage_checks import missing_kinds
from proofs_of_constraints.machine.obligations import machine_obligations
from proofs_of_constraints.obligations.chains import chain_obligations
from proofs_of_constraints.obligations.checked_row import whole_row
from proofs_of_constraints.obligations.general import general_obligations
from proofs_of_constraints.obligations.obligation import (
    DEFAULT_TIMEOUT_SECONDS,
    NO_TIME_LEFT,
    DeclaredChip,
    Kind,
    Obligation,
    Outcome,
    Result,
    Session,
    UndecidedError,
    Verdict,
)
from proofs_of_constraints.obligations.query_files import query_path, write_query_file
from proofs_of_constraints.obligations.second_solver import SecondSolver
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from proofs_of_constraints.translation.instruction_view import LayoutError
from proofs_of_constraints.translation.interval import WrapError
from spec.air.chip import Chip


def obligations_of_chip(chip: Chip, audited: AuditedMachine = RV64IM_AUDIT) -> list[Obligation]:
    """Every obligation about one chip, whether the machine has it or not.

    What the machine brings along for chips of this role stands in the place of general obligations of the same kind. A
    kind that the role demands and that nobody brings is refuted.
    """
    meaning = audited.meanings.get(chip.role)
    found = [] if meaning is None else list(meaning(chip))
    brought = {obligation.kind for obligation in found}
    found += [obligation for obligation in general_obligations(audited, chip) if obligation.kind not in brought]
    missing = missing_kinds(audited, chip, {obligation.kind for obligation in found})
    found += [Obligation(kind, chip.name, "", (), partial(_refuse_silence, kind)) for kind in missing]
    return [replace(obligation, declaration=DeclaredChip(audited.machine, chip)) for obligation in found]


def _refuse_silence(kind: Kind, _: Session) -> Outcome:
    """A chip of which nothing of this kind is claimed is refused: it could do anything."""
    return Outcome(Verdict.REFUTED, f"nothing is claimed of this chip by the kind {kind.value}")


def obligations_of(audited: AuditedMachine) -> list[Obligation]:
    """Every obligation of a machine. Identities are unique."""
    found = [obligation for chip in audited.machine.chips for obligation in obligations_of_chip(chip, audited)]
    found += audited.whole(audited.machine.chips)
    if audited.chains:
        found += chain_obligations()
    found += machine_obligations(audited)
    return found


@cache
def machine_obligation_list(audited: AuditedMachine = RV64IM_AUDIT) -> tuple[Obligation, ...]:
    """The same, made once."""
    return tuple(obligations_of(audited))


def selected(
    instruction: str | None = None,
    chip: str | None = None,
    kinds: Collection[Kind] = frozenset(Kind),
    audited: AuditedMachine = RV64IM_AUDIT,
) -> list[Obligation]:
    """The machine's obligations about an instruction and a chip, of some kinds; None stands for all.

    An instruction's obligations include those of the whole chips that execute it. Raises KeyError, naming it, for an
    instruction or a chip that the machine does not have, and for a selection that leaves nothing to prove.
    """
    every = machine_obligation_list(audited)
    if chip is not None and all(o.chip != chip for o in every):
        raise KeyError(f"there is no chip {chip}{_meant(chip, (o.chip for o in every))}")
    if instruction is not None:
        names = (instruction, f"{instruction} from x0")
        executing = {o.chip for o in every if o.instruction in names and o.chip}
        if not executing:
            names_of_all = (o.instruction for o in every if not o.kind.is_about_the_machine)
            raise KeyError(f"there is no instruction {instruction}{_meant(instruction, names_of_all)}")
        every = tuple(o for o in every if o.instruction in names or (not o.instruction and o.chip in executing))
    found = [o for o in every if chip in (None, o.chip) and o.kind in kinds]
    if not found:
        wanted = (instruction, chip, *sorted(kind.value for kind in kinds if len(kinds) < len(Kind)))
        raise KeyError(f"no obligation is about {' and '.join(filter(None, wanted))}")
    return found


def _meant(name: str, known: Iterable[str]) -> str:
    """What may be meant by a name that is not known."""
    similar = get_close_matches(name, sorted(set(filter(None, known))), n=3)
    return f"; is {' or '.join(similar)} meant?" if similar else ""


def instructions_about(result: Result, audited: AuditedMachine = RV64IM_AUDIT) -> tuple[str, ...]:
    """The instructions that a result is about: one, or all that its chip executes, or none."""
    if result.kind.is_about_the_machine:
        return ()
    if result.instruction:
        return (result.instruction,)
    about = (o.instruction for o in machine_obligation_list(audited) if o.chip == result.chip and o.instruction)
    return tuple(dict.fromkeys(about))


def prove(
    obligation: Obligation,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    smt2_folder: Path | None = None,
    second_solver_seconds: float | None = None,
    deadline: float | None = None,
    certificates_folder: Path | None = None,
) -> Result:
    """Proves one obligation. No answer in time, or by the deadline in seconds of `time.time`, is the verdict unknown.

    With a time for it the second solver answers every query again; with a folder for certificates, those queries that
    have no model get one.
    """
    exporter = None if smt2_folder is None else _Exporter(smt2_folder, obligation.identity)
    second = None if second_solver_seconds is None else SecondSolver(second_solver_seconds)
    certifying = None if certificates_folder is None else Certifying(certificates_folder, obligation.identity)
    readers = [reader for reader in (exporter, second, certifying) if reader is not None]

    def export(name: str, text: str, answer: str) -> None:
        for reader in readers:
            reader(name, text, answer)

    session = Session(timeout_seconds, export if readers else None, deadline=deadline)
    started = time.perf_counter()
    if deadline is not None and time.time() >= deadline:
        outcome = Outcome(Verdict.UNKNOWN, f"not begun: {NO_TIME_LEFT}")
    else:
        outcome = outcome_in(obligation, session)
    if outcome.counterexample is not None and obligation.declaration is not None:
        declared = obligation.declaration
        shown = whole_row(declared.machine, declared.chip, outcome.counterexample)
        outcome = replace(outcome, counterexample=shown)
    return Result(
        identity=obligation.identity,
        kind=obligation.kind,
        chip=obligation.chip,
        instruction=obligation.instruction,
        assumptions=obligation.assumptions,
        outcome=outcome,
        seconds=time.perf_counter() - started - (0 if second is None else second.seconds),
        queries=session.queries,
        second=None if second is None else second.opinion(),
        certified=None if certifying is None else certifying.outcome(),
    )


def outcome_in(obligation: Obligation, session: Session) -> Outcome:
    """Proves one obligation in a session; whatever ends the proof early is an outcome, too."""
    try:
        return obligation.prove(session)
    except UndecidedError as undecided:
        return Outcome(Verdict.UNKNOWN, f"no answer: {undecided}")
    except LayoutError as fault:
        return Outcome(Verdict.REFUTED, str(fault))
    except WrapError as broken:
        return Outcome(Verdict.UNKNOWN, f"not provable: {broken}")


def run(
    obligations: Sequence[Obligation],
    jobs: int = 1,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    smt2_folder: Path | None = None,
    second_solver_seconds: float | None = None,
    audited: AuditedMachine = RV64IM_AUDIT,
    total_seconds: float | None = None,
    certificates_folder: Path | None = None,
) -> Iterator[Result]:
    """The results in the order of the obligations. With several jobs the obligations must be the audited machine's.

    What is not proven in `total_seconds` from now is unknown. Whatever ends the audit early ends its processes.
    """
    deadline = None if total_seconds is None else time.time() + total_seconds
    options = (timeout_seconds, smt2_folder, second_solver_seconds, deadline, certificates_folder)
    if jobs == 1:
        for obligation in obligations:
            yield prove(obligation, *options)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _take_machine, (audited,)) as pool:
        try:
            pending = [pool.submit(_prove_by_identity, obligation.identity, *options) for obligation in obligations]
            for future in pending:
                yield future.result()
        except BaseException:
            # A process that proves would be waited for.
            for worker in active_children():
                worker.terminate()
            raise


_of_this_process: dict[str, Obligation] = {}
"""In a worker process, the obligations by identity: they hold functions and do not travel."""


def _take_machine(audited: AuditedMachine) -> None:
    _of_this_process.update((obligation.identity, obligation) for obligation in machine_obligation_list(audited))


def _prove_by_identity(
    identity: str,
    timeout_seconds: float,
    smt2_folder: Path | None,
    second_solver_seconds: float | None,
    deadline: float | None,
    certificates_folder: Path | None,
) -> Result:
    obligation = _of_this_process[identity]
    return prove(obligation, timeout_seconds, smt2_folder, second_solver_seconds, deadline, certificates_folder)


class _Exporter:
    """Writes each query as an SMT-LIB file that says what answer the proof got."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._identity = identity
        self._count = 0

    def __call__(self, name: str, text: str, answer: str) -> None:
        path = query_path(self._folder, self._identity, self._count, ".smt2")
        self._count += 1
        status = f"(set-info :status {answer})"
        write_query_file(path, f"; {name}\n{text.replace('(set-info :status unknown)', status)}")
