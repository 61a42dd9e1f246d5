"""Final proofs: a run's segments folded into one small proof, node by node."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from limpid.errors import LimpidError
from limpid.reading.final_security import final_security
from limpid.runs.checked_workers import checked_tree
from limpid.runs.long_runs import FolderUseError, Place, file_error, workers_of
from limpid.runs.tree_memory import require_node_memory
from limpid.runs.tree_workshop import StaleCircuitError
from limpid.runs.workbench import TreeRecipe
from optimized.verifier.run import TOOLS, verify
from reference.prover.progress import Observer, silent
from reference.recursion.aggregate import ProvenSegments, final_proof
from reference.recursion.node_files import NodeFolder
from reference.recursion.schedule import TooManySegmentsError, UnlistedShapeError, require_tree_for
from reference.recursion.tree_progress import Told, untold
from reference.segments.files import write_whole
from reference.segments.folder import FINAL_NAME, FolderError, made_and_in_use
from soundcalc.protocol.runs import RunSecurity
from spec.air.machine import exit_code_of
from spec.parameters import RECURSION
from spec.protocol.final_encoding import FinalProof, encode_final
from spec.protocol.hash import digest_words
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import decode_proof
from spec.rv64im.machine import RV64IM
from spec.rv64im.tree import tree_design


class CircuitError(LimpidError):
    """A circuit whose key is not the listed one."""

    kind = "circuit"


class UnfoldableRunError(LimpidError):
    """A proven run that no circuits are made for."""

    kind = "unfoldable"


@dataclass(frozen=True)
class Final:
    """A finished final proof with what it says."""

    encoded: bytes
    """The canonical bytes: what `verify` takes."""

    key: VerificationKey
    """The program's key."""

    output: bytes
    exit_code: int
    segments: int
    seconds: float
    """From the run's proof to the finished bytes; from the loaded program, where the run was proven too."""

    instructions: int | None = None
    """The run's, where it was executed."""

    @property
    def security(self) -> RunSecurity:
        """The bits of this proof and of all that stand behind it."""
        return final_security(self.segments, self.output)


def aggregate(
    run: bytes,
    place: Place | None = None,
    *,
    observer: Observer = silent,
    told: Told = untold,
    report: Callable[[str], None] = lambda _: None,
) -> Final:
    """The final proof of a run that was proven under the parameter set `recursion`, from the bytes of its proof.

    In the folder of a place, nodes are kept, and an earlier call's are used; `report` hears of files that are damaged
    or foreign and are made anew, `told` of every node that is there. The circuits are made when they are first needed,
    and kept in the user's cache.
    Raises Rejected for bytes that are no proof, or a proof that is not accepted, of which workers' refusals are no
    evidence: with a cluster or processes that is ClusterError; UnfoldableRunError, FileError, FolderUseError,
    ClusterError, CircuitError, OutOfMemoryError.
    """
    start = time.monotonic()
    proof = decode_proof(run, RV64IM)
    if proof.key.parameters is not RECURSION:
        raise UnfoldableRunError(
            f"the segments are proven under {proof.key.parameters.name}, and circuits verify {RECURSION.name} only",
            f"prove the run with --parameters {RECURSION.name}",
        )
    with fold_errors():
        require_tree_for(len(proof.segments), tree_design())
    require_memory(place)
    exit_code = exit_code_of([proof.segments[-1].public(name) for name in RV64IM.exit_values])

    def made() -> bytes:
        return accepted(_made(proof, place, observer, told, report), exit_code)

    with fold_errors():
        try:
            if place is None:
                encoded = made()
            else:
                with made_and_in_use(place.folder):
                    encoded = made()
                    write_whole(place.folder / FINAL_NAME, encoded)
        except FolderError as error:
            raise FolderUseError(str(error), "wait for it, or copy the folder") from error
        except OSError as error:
            raise file_error(Path() if place is None else place.folder, error) from error
    return Final(encoded, proof.key, proof.output, exit_code, len(proof.segments), time.monotonic() - start)


def _made(
    proof: RunProof, place: Place | None, observer: Observer, told: Told, report: Callable[[str], None]
) -> FinalProof:
    recipe, proofs = TreeRecipe(encode_key(proof.key)), ProvenSegments(proof)
    bench = recipe.bench()
    folder = (
        None
        if place is None
        else NodeFolder(place.folder, digest_words(proofs.run), bench.prover(silent), report, TOOLS)
    )
    with workers_of(
        place, recipe, observer, lambda cluster: checked_tree(cluster, proof.key, bench, TOOLS, report)
    ) as workers:
        return final_proof(bench, proofs, workers, folder, told)


def accepted(final: FinalProof, exit_code: int) -> bytes:
    """The canonical bytes of a final proof. Raises Rejected if it is not accepted: whoever is handed it finds what is
    found here, and a prover's fault must not leave the house."""
    encoded = encode_final(final)
    verify(encoded, final.program, final.output, exit_code=exit_code)
    return encoded


@contextmanager
def fold_errors() -> Iterator[None]:
    """Translates errors of making nodes into LimpidErrors.

    Raises CircuitError where a circuit is not the listed one, and UnfoldableRunError for a run that no tree takes.
    """
    try:
        yield
    except StaleCircuitError as error:
        raise CircuitError(str(error), "install Limpid anew: the list of keys belongs to another version") from error
    except TooManySegmentsError as error:
        next_step = "verify takes the proof of the segments, too: prove makes it without --final"
        raise UnfoldableRunError(str(error), next_step) from error
    except UnlistedShapeError as error:
        raise UnfoldableRunError(str(error), f"prove the run with --parameters {RECURSION.name}") from error


def require_memory(place: Place | None) -> None:
    """Raises OutOfMemoryError where this machine has no room for the nodes that it makes at a time."""
    if place is None or place.scheduler is None:
        require_node_memory(None if place is None else place.workers)
