"""Conformance: what the guest says about every block of public block tests, against what the tests expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from limpid.ethereum.block_tests import BlockTest, TestBlock, read_block_tests
from limpid.ethereum.chain import Chain
from limpid.ethereum.errors import BlockFormError, BlockTestError, UnsupportedForkError, WitnessError
from limpid.ethereum.guests import measure, validate
from limpid.ethereum.witnesses import minimal


class Verdict(Enum):
    """What became of a block."""

    VALID = "valid"
    INVALID = "invalid"
    UNFIT = "no payload holds it"
    """It is not valid, for no payload request describes it: no guest ever sees such a block."""


@dataclass(frozen=True)
class BlockOutcome:
    """One block of a test, and what was found."""

    test: str
    index: int
    fork: str
    expected_exception: str | None
    verdict: Verdict
    reason: str
    """What the guest printed, or why there is no input for it; nothing for a valid block."""

    input_bytes: int = 0
    instructions: int = 0
    instructions_by_part: Counter[str] | None = None
    """How many instructions each part of the guest took, where it was counted."""

    @property
    def is_right(self) -> bool:
        """Whether the verdict is the expected one."""
        return (self.verdict is Verdict.VALID) == (self.expected_exception is None)

    def facts(self) -> dict[str, object]:
        """For programs."""
        return {
            "test": self.test,
            "block": self.index,
            "fork": self.fork,
            "expected_exception": self.expected_exception,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "right": self.is_right,
            "input_bytes": self.input_bytes,
            "instructions": self.instructions,
        }


@dataclass(frozen=True)
class Summary:
    """Outcomes of many blocks, counted."""

    outcomes: Sequence[BlockOutcome]
    unsupported: Sequence[tuple[str, str]] = ()
    """Tests of forks that the guest does not validate, and why they were left out."""
    faulty: Sequence[BlockTestError] = ()
    """What kept a test from being run, or all tests of a file."""

    @property
    def is_as_expected(self) -> bool:
        """Whether every test was run that is of a supported fork, and every verdict was right."""
        return not self.misses and not self.faulty

    @property
    def misses(self) -> list[BlockOutcome]:
        """The blocks whose verdict is not the expected one."""
        return [outcome for outcome in self.outcomes if not outcome.is_right]

    @property
    def instructions_by_part(self) -> Counter[str]:
        """How many instructions each part took in all blocks that were counted."""
        return sum((outcome.instructions_by_part or Counter() for outcome in self.outcomes), Counter())

    def count(self, fork: str, verdict: Verdict | None = None) -> int:
        """How many blocks of a fork, or how many with a verdict."""
        return sum(outcome.fork == fork and verdict in (None, outcome.verdict) for outcome in self.outcomes)


def run_files(
    files: Sequence[str], *, counting: bool = False, step: Callable[[str, float], None] = lambda *_: None
) -> Summary:
    """What the validator says about every block of the tests of files.

    `step` hears which file is next, and what part of all files is done. A test or a file that does not fit together is
    in the summary, and the others are run. Raises FileError if a file cannot be read, and what `run_test` raises beyond
    that.
    """
    outcomes: list[BlockOutcome] = []
    unsupported: list[tuple[str, str]] = []
    faulty: list[BlockTestError] = []
    for number, file in enumerate(files):
        step(Path(file).stem, number / len(files))
        try:
            tests = read_block_tests(file)
        except BlockTestError as error:
            faulty.append(error)
            continue
        for test in tests:
            try:
                outcomes += run_test(test, counting=counting)
            except UnsupportedForkError as error:
                unsupported.append((test.name, error.message))
            except BlockTestError as error:
                faulty.append(error)
    return Summary(outcomes, unsupported, faulty)


def run_test(test: BlockTest, *, counting: bool = False) -> Iterator[BlockOutcome]:
    """What the validator says about each block of a test, with a minimal witness.

    `counting` counts instructions by part, which takes longer. Raises UnsupportedForkError for a fork that the guest
    does not validate, BlockTestError if genesis block and state do not fit, BuildFailedError where the guests cannot be
    built, and WitnessError for a witness that fails its checks.
    """
    chain = Chain(test)
    for index, block in enumerate(test.blocks):
        yield _outcome(test, index, block, chain, counting)


def _outcome(test: BlockTest, index: int, block: TestBlock, chain: Chain, counting: bool) -> BlockOutcome:
    try:
        whole = chain.block_input(block)
    except BlockFormError as error:
        return BlockOutcome(test.name, index, test.fork_name, block.expected_exception, Verdict.UNFIT, error.message)
    kept, recorded, record = minimal(whole)
    encoded = kept.encode()
    found = validate(encoded)
    if found.result != recorded.result:
        raise WitnessError(f"{test.name}, block {index}: the minimal witness changes the result: {found.console}")
    is_valid = bool(found.result.successful_validation)
    if is_valid and found.result.new_payload_request_root != whole.request.hash_tree_root():
        raise WitnessError(f"{test.name}, block {index}: the result names another payload request")
    if is_valid:
        chain.add(block, record)
    return BlockOutcome(
        test.name,
        index,
        test.fork_name,
        block.expected_exception,
        Verdict.VALID if is_valid else Verdict.INVALID,
        found.console.strip(),
        len(encoded),
        found.execution.instructions,
        measure(encoded) if counting else None,
    )
