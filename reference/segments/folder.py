"""A run's folder: what stands in it, whose it is, and who works in it.

manifest.json        for people and programs; limpid reads of it only whose folder it is
0000.plan            a segment's checkpoint and plan
0000.leaf            what the segment gives to the run's digest
0000.proof           the segment's proof
proof.limpid         the proof of the run
0000-0002.node       the node of two segments from the first on
final.limpid         the final proof
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from reference.segments.files import (
    SCRATCH_SUFFIX,
    FileFault,
    FileKind,
    Label,
    UnusableFileError,
    read_labelled,
    write_labelled,
    write_whole,
)
from spec.nested_json import loads

PROOF_NAME = "proof.limpid"
FINAL_NAME = "final.limpid"
MANIFEST_FORMAT = "limpid run"
MANIFEST_VERSION = 1
"""The version of the manifest's keys: another one is refused."""

MANIFEST_DEPTH = 16
"""Deeper than any manifest is nested, and far less than what would exhaust a stack."""

Report = Callable[[str], None]
"""Receives a sentence about a file that is not used."""


class FolderError(Exception):
    """A folder that this run cannot use: the message says which and why."""


class FolderOfAnotherRunError(FolderError):
    """The folder's manifest names another program, input, parameter set or cut."""


class FolderVersionError(FolderError):
    """The folder's manifest is in another version of its format."""


class FolderInUseError(FolderError):
    """Another process works in the folder."""


class RunFolder:
    """The folder of one run, in use by this process. Every method raises OSError where the disk fails."""

    def __init__(self, path: Path, identity: bytes, report: Report) -> None:
        self.path = path
        self.identity = identity
        """A digest of program, input, parameters and limits."""

        self._report = report

    @staticmethod
    @contextmanager
    def opened(path: Path, identity: bytes, report: Report) -> Iterator[RunFolder]:
        """The folder, made if there is none, and kept from other processes; one made here and left empty goes again.

        Raises FolderInUseError if another process works there, FolderVersionError if its manifest has another version,
        FolderOfAnotherRunError if it belongs to another run, and OSError if the disk refuses.
        """
        with made_and_in_use(path):
            folder = RunFolder(path, identity, report)
            folder._require_own()
            yield folder

    @property
    def proof_path(self) -> Path:
        """The finished proof of the run."""
        return self.path / PROOF_NAME

    @property
    def manifest_path(self) -> Path:
        """The manifest."""
        return self.path / "manifest.json"

    def read(self, kind: FileKind, index: int, binding: bytes) -> bytes | None:
        """The payload of a file; None, with a report, for one that is damaged or foreign."""
        try:
            return read_labelled(self._path(kind, index), Label(kind, index, binding))
        except UnusableFileError as error:
            self.discard(kind, index, error.fault.value)
            return None

    def write(self, kind: FileKind, index: int, binding: bytes, payload: bytes) -> None:
        """Writes a file, whole or not at all."""
        write_labelled(self._path(kind, index), Label(kind, index, binding), payload)

    def discard(self, kind: FileKind, index: int, reason: str) -> None:
        """Removes a file that is not what it should be, and reports it."""
        path = self._path(kind, index)
        self._report(f"{path}: {reason}; it is made anew")
        path.unlink()

    def clear(self, reason: str) -> None:
        """Removes all plans, leaves and proofs of segments, and reports it."""
        self._report(f"{self.path}: {reason}; everything is made anew")
        self._remove_all()

    def abandon(self) -> None:
        """Removes all that a run leaves of which no proof comes, so that another can use the folder."""
        self._remove_all()
        self.manifest_path.unlink(missing_ok=True)

    def write_manifest(self, facts: Mapping[str, object]) -> None:
        """Writes the manifest: the same facts give the same bytes."""
        head = {"format": MANIFEST_FORMAT, "version": MANIFEST_VERSION, "run": self.identity.hex()}
        write_whole(self.manifest_path, (json.dumps({**head, **facts}, indent=2) + "\n").encode())

    def name(self, kind: FileKind, index: int) -> str:
        """A file's name in the folder."""
        return self._path(kind, index).name

    def _path(self, kind: FileKind, index: int) -> Path:
        return self.path / f"{index:04d}.{kind.value}"

    def _holds_proven(self) -> bool:
        """Whether there is anything that took more than the first pass."""
        kinds = (FileKind.LEAF, FileKind.SEGMENT_PROOF)
        proofs = (self.proof_path, self.path / FINAL_NAME)
        return any(path.exists() for path in proofs) or any(any(self.path.glob(f"*.{kind.value}")) for kind in kinds)

    def _remove_all(self) -> None:
        for kind in FileKind:
            for path in self.path.glob(f"*.{kind.value}"):
                path.unlink()

    def _require_own(self) -> None:
        try:
            manifest = loads(self.manifest_path.read_bytes(), MANIFEST_DEPTH)
            written, run = (manifest["format"], manifest["version"]), manifest["run"]
        except FileNotFoundError:
            return
        except (ValueError, TypeError, KeyError):
            self._report(f"{self.manifest_path}: {FileFault.DAMAGED.value}; it is made anew")
            return
        if written != (MANIFEST_FORMAT, MANIFEST_VERSION):
            found = f"{written[0]} {written[1]}"
            raise FolderVersionError(
                f"{self.path}: the folder is in the format {found}, not {MANIFEST_FORMAT} {MANIFEST_VERSION}"
            )
        if run != self.identity.hex():
            if not self._holds_proven():
                self._report(f"{self.path}: it was begun for another run and holds no proof; it is made anew")
                self.abandon()
                return
            raise FolderOfAnotherRunError(
                f"{self.path}: the folder belongs to a run of another program, input, parameter set or segment size"
            )


@contextmanager
def in_use(path: Path) -> Iterator[None]:
    """Keeps other processes out of a folder.

    Raises FolderInUseError if another process works there, and OSError if the disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderInUseError(f"{path}: another process works in this folder") from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def made_and_in_use(path: Path) -> Iterator[None]:
    """As `in_use`, of a folder that is made if there is none; one made here and left empty goes again.

    What writers that were killed left beside their files is removed.
    """
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    try:
        with in_use(path):
            for scratch in path.glob(f"*{SCRATCH_SUFFIX}"):
                scratch.unlink()
            yield
    finally:
        _remove_empty(made)


def _remove_empty(folders: Iterable[Path]) -> None:
    """Removes the folders, innermost first, up to one that holds something."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()
