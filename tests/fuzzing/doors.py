"""The doors through which files of others come in, each as a function of bytes that names what became of them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from limpid.api.verifying import check_dev_receipt
from limpid.errors import LimpidError
from limpid.ethereum.block_tests import TestBlock, read_block_tests
from limpid.ethereum.chain import Chain
from limpid.guest_build.build import EXAMPLES
from limpid.reading.picus_files import obligations_of_file
from reference.loader import ElfError, load_bytes
from reference.segments.codec import PlanEncodingError, decode_planned_segment, encode_planned_segment
from reference.segments.files import FileKind, Label, UnusableFileError, read_labelled, write_labelled
from reference.segments.folder import FolderError, RunFolder
from reference.trace.plan import SegmentPlan
from reference.trace.segmentation import plan_run
from reference.verifier import program as reference
from reference.verifier.final import KnownTree, TreeConstants, verify_encoded_final
from reference.verifier.run import check_key
from reference.verifier.statement import VerifierTools
from soundcalc.errors import CalculatorError
from soundcalc.own.format import exported_own, is_own, own_of, own_system
from soundcalc.own.tree_format import exported_tree, is_tree, tree_of
from soundcalc.protocol.runs import largest_reports
from soundcalc.published.format import configuration_of
from soundcalc.published.toml_text import parsed
from spec.parameters import FINAL
from spec.protocol import key_encoding
from spec.protocol.hash import DIGEST_BYTES, digest_words
from spec.protocol.key_encoding import decode_key
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM
from tests import small_tree
from tests.both_verifiers import Refusal, agreed
from tests.frozen.vectors import KNOWN_SETS, SETS, loaded
from tests.limpid.commands.invocation import EXIT
from tests.limpid.ethereum.transfer_blocks import (
    legacy_transfer,
    stated,
    transfer_test,
    unsigned_blob_transaction,
    with_transactions,
)
from tests.proofs_of_constraints.picus.test_program import TWO_MODULES
from tests.proofs_of_constraints.picus.test_symbolic_air import fibonacci, split
from tests.reference.elf_file import ElfFile, code_segment
from tests.reference.segmented_run import INPUT, LIMITS, counting_program
from tests.small_machine import SMALL_MACHINE, output_tokens
from tests.soundcalc.own.test_tree_format import WRITTEN

PUBLISHED = Path(__file__).parents[1] / "soundcalc" / "published"

ANSWERED = "taken"

Seeds = Callable[[], list[bytes]]
Answer = Callable[[bytes, Path], str]
"""What became of the bytes, in a word: taken, or the refusal. Whatever it raises is a fault. It may write in the
directory."""


@dataclass(frozen=True)
class Door:
    """One kind of file."""

    seeds: Seeds
    """Files that are in order, or nearly."""

    answer: Answer
    share: int
    """How many of a thousand cases are its: fewer where an answer takes long."""

    patience: float = 1
    """How many times the allowed time an answer may take: more where the readable verifier is asked as well."""

    is_text: bool = False


def frozen_set() -> Path:
    """The frozen files of today's machine, else of any."""
    own = SETS / RV64IM.digest.hex()[:16]
    return own if own.exists() else next(path for path in sorted(SETS.iterdir()) if path.is_dir())


def _said(verdict: object) -> str:
    return verdict.reason.name if isinstance(verdict, Refusal) else ANSWERED


def proof(content: bytes, _: Path) -> str:
    """Both verifiers, without a question: they have to agree in reason and place."""
    verdict = agreed(lambda tools: reference.verify(content, None, None, allow_insecure=True, tools=tools))
    return _said(verdict)


@cache
def _small_trees() -> KnownTree:
    tree = loaded(frozen_set())["tree"]
    final_key, root = (digest_words(bytes.fromhex(tree[name])) for name in ("final_key_id", "key_list_root"))
    return KnownTree(SMALL_MACHINE, small_tree.DESIGN.final_machine, TreeConstants(final_key, root), output_tokens)


def final(content: bytes, _: Path) -> str:
    """Both verifiers of a final proof of the small machine."""

    def verified(tools: VerifierTools) -> bytes:
        found, _ = verify_encoded_final(content, _small_trees(), None, None, (7,), allow_insecure=True, tools=tools)
        return found.output

    return _said(agreed(verified))


def _refusable(read: Callable[[], object]) -> str:
    try:
        read()
    except Rejected as rejected:
        return rejected.reason.name
    return ANSWERED


def key(content: bytes, _: Path) -> str:
    """A verification key."""
    return _refusable(lambda: check_key(decode_key(content, RV64IM)))


def receipt(content: bytes, _: Path) -> str:
    """A receipt of `prove --dev`."""
    return _refusable(lambda: check_dev_receipt(content, program=None, output=None, allow_insecure=True))


def elf(content: bytes, _: Path) -> str:
    """A guest."""
    try:
        load_bytes(content)
    except ElfError as error:
        return error.reason.name
    return ANSWERED


def toml(content: bytes, _: Path) -> str:
    """A configuration of the calculator: of our own, of a tree, or a published one."""
    try:
        document = parsed(content.decode(), "fuzz.toml")
        if is_own(document):
            own_of(document, "fuzz.toml")
        elif is_tree(document):
            tree_of(document, "fuzz.toml")
        else:
            configuration_of(document, "fuzz.toml")
    except UnicodeDecodeError:
        return "no text"
    except CalculatorError as error:
        return type(error).__name__
    return ANSWERED


def picus(content: bytes, directory: Path) -> str:
    """Constraints of other systems: Picus, or a symbolic AIR."""
    path = directory / "constraints"
    path.write_bytes(content)
    try:
        obligations_of_file(str(path), {})
    except LimpidError as error:
        return error.kind
    return ANSWERED


IDENTITY = bytes(range(32))


def manifest(content: bytes, directory: Path) -> str:
    """The manifest of a run's folder."""
    folder = directory / "run"
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_bytes(content)
    said: list[str] = []
    try:
        with RunFolder.opened(folder, IDENTITY, said.append):
            pass
    except FolderError as error:
        return type(error).__name__
    return "made anew" if said else ANSWERED


LABEL = Label(FileKind.SEGMENT_PLAN, 1, IDENTITY)


def folder_file(content: bytes, directory: Path) -> str:
    """A file of a run's folder; half of them get the digest that they should have."""
    path = directory / "0001.plan"
    body = content[:-DIGEST_BYTES]
    path.write_bytes(body + hashlib.sha256(body).digest() if sum(content) % 2 else content)
    try:
        read_labelled(path, LABEL)
    except UnusableFileError as error:
        return error.fault.name
    return ANSWERED


def plan(content: bytes, _: Path) -> str:
    """The plan of a segment, as it lies in a folder and travels to workers."""
    try:
        decode_planned_segment(content)
    except PlanEncodingError:
        return "PlanEncodingError"
    return ANSWERED


def block_tests(content: bytes, directory: Path) -> str:
    """A file of Ethereum block tests, up to the inputs of all its blocks: what comes after is the guest's."""
    path = directory / "tests.json"
    path.write_bytes(content)
    try:
        for test in read_block_tests(str(path)):
            chain = Chain(test)
            for each in test.blocks:
                chain.block_input(each).encode()
    except LimpidError as error:
        return error.kind
    return ANSWERED


@cache
def _chain() -> Chain:
    return Chain(transfer_test(2))


def block(content: bytes, _: Path) -> str:
    """An Ethereum block in RLP, up to the input that describes it."""
    try:
        _chain().block_input(TestBlock(content, None)).encode()
    except LimpidError as error:
        return error.kind
    return ANSWERED


def _files(*names: str) -> Seeds:
    return lambda: [(frozen_set() / name).read_bytes() for name in names]


def _manifests() -> list[bytes]:
    facts = {"format": "limpid run", "version": 1, "run": IDENTITY.hex(), "segments": [{"index": 0}]}
    return [json.dumps(facts, indent=2).encode(), json.dumps({**facts, "run": "00" * 32}).encode()]


def _folder_files() -> list[bytes]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "file"
        write_labelled(path, LABEL, b"plan")
        return [path.read_bytes()]


def _plans() -> list[bytes]:
    kept: list[SegmentPlan] = []
    plan = plan_run(counting_program(), INPUT, LIMITS, kept.append)
    return [encode_planned_segment(plan.segment(segment)) for segment in kept]


def _elfs() -> list[bytes]:
    return [ElfFile([code_segment(EXIT)]).to_bytes(), (EXAMPLES / "elf" / "fibonacci.elf").read_bytes()]


def _tomls() -> list[bytes]:
    published = [path.read_bytes() for path in sorted(PUBLISHED.glob("*.toml"))]
    own = {height: report.shape for height, report in largest_reports(RV64IM, FINAL, 1).items()}
    return [
        *published,
        exported_own(own_system("other", "for a test", 7, own)).encode(),
        exported_tree(WRITTEN).encode(),
    ]


def _constraints() -> list[bytes]:
    return [TWO_MODULES.encode(), *(json.dumps(air).encode() for air in (fibonacci(), split(256)))]


def _block_tests() -> list[bytes]:
    return [json.dumps({test.name: stated(test) for test in (transfer_test(1), transfer_test(2))}, indent=1).encode()]


def _blocks() -> list[bytes]:
    return [transfer_test(2).blocks[0].encoded, with_transactions([legacy_transfer(), unsigned_blob_transaction()])]


DOORS = {
    "key": Door(_files("fibonacci.key"), key, 200),
    "receipt": Door(_files("fibonacci.receipt"), receipt, 180),
    "ELF": Door(_elfs, elf, 45),
    "TOML": Door(_tomls, toml, 15, is_text=True),
    "Picus and AIR": Door(_constraints, picus, 15, is_text=True),
    "manifest": Door(_manifests, manifest, 70, is_text=True),
    "file of a folder": Door(_folder_files, folder_file, 140),
    "plan": Door(_plans, plan, 288),
    "block tests": Door(_block_tests, block_tests, 10, is_text=True),
    "block": Door(_blocks, block, 25),
    "proof": Door(_files("one-segment.proof", "three-segments.proof"), proof, 10, patience=20),
    "final proof": Door(_files("final.proof"), final, 2, patience=20),
}
"""By name. The shares sum to a thousand."""


@contextmanager
def known_sets() -> Iterator[None]:
    """Within it, keys may name the parameter sets of tests, as the frozen files do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_encoding, "PARAMETER_SETS", KNOWN_SETS)
        yield
