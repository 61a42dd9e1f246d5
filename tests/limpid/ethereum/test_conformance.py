"""Public block tests through the guest, and the report on them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from limpid.ethereum.block_tests import TestBlock
from limpid.ethereum.conformance import BlockOutcome, Summary, Verdict, run_files, run_test
from limpid.ethereum.errors import BlockTestError
from limpid.ethereum.measures import REST, part_of
from limpid.ethereum.report import page, summary_facts
from tests.limpid.commands.invocation import limpid
from tests.limpid.ethereum.transfer_blocks import transfer_test

SAMPLE = 45
"""One file in so many is run where all would take minutes."""

TOO_LONG = "CALLBlake2f_MaxRounds"
"""What docs/ethereum.md says is not in its report: a block whose run takes too long."""

RIGHT = BlockOutcome("one", 0, "Cancun", None, Verdict.VALID, "", 100, 1_000, Counter({REST: 1_000}))
MISSED = BlockOutcome("two", 1, "Cancun", "SomeException", Verdict.VALID, "", 100, 3_000)
REFUSED = BlockOutcome("three", 0, "Shanghai", "OtherException", Verdict.INVALID, "invalid: header 0xab | 7")


def outcomes_of(files: list[Path]) -> list[BlockOutcome]:
    """What became of every block of the files' tests."""
    return list(run_files([str(file) for file in files]).outcomes)


def test_sample_of_public_blocks_has_the_expected_verdicts(guests: None, public_blocks: list[Path]) -> None:
    summary = Summary(outcomes_of(public_blocks[::SAMPLE]))
    assert summary.outcomes
    assert summary.misses == []


@pytest.mark.slow
def test_public_blocks_have_the_expected_verdicts(guests: None, public_blocks: list[Path]) -> None:
    outcomes = outcomes_of([file for file in public_blocks if not file.stem.endswith(TOO_LONG)])
    assert Summary(outcomes).misses == []


def test_public_blocks_that_create_over_storage_have_the_expected_verdicts(
    guests: None, public_blocks: list[Path]
) -> None:
    """EIP-7610 decides them."""
    files = [file for file in public_blocks if file.stem.endswith("InitCollisionParis")]
    if not files:
        pytest.skip("InitCollisionParis is not among the blocks")
    summary = Summary(outcomes_of(files))
    assert (len(summary.outcomes), summary.misses) == (2, [])


def test_blocks_that_build_on_each_other_and_one_that_does_not_are_told_apart(guests: None) -> None:
    test = transfer_test(1)
    (block,) = test.blocks
    unfit = TestBlock(b"\xc0", "BlockException.SOMETHING")
    found = list(run_test(replace(test, blocks=(unfit, block, TestBlock(block.encoded[:-1] + b"\6", "changed")))))
    assert [outcome.verdict for outcome in found] == [Verdict.UNFIT, Verdict.VALID, Verdict.INVALID]
    assert all(outcome.is_right for outcome in found)


def test_summary_counts_verdicts_and_names_the_wrong_one() -> None:
    summary = Summary([RIGHT, MISSED, REFUSED])
    assert summary.misses == [MISSED]
    facts = summary_facts(summary)
    assert (facts["blocks"], facts["right"], facts["instructions"]) == (3, 2, 4_000)
    assert facts["forks"] == {
        "Shanghai": {"blocks": 1, "valid": 0, "invalid": 1, "no payload holds it": 0},
        "Cancun": {"blocks": 2, "valid": 2, "invalid": 0, "no payload holds it": 0},
    }


def test_page_has_the_wrong_verdict_the_reasons_and_what_was_left_out() -> None:
    faulty = BlockTestError("five.json", "the genesis block of the test five: it is none")
    written = page(Summary([RIGHT, MISSED, REFUSED], [("four", "the fork Prague is not supported")], [faulty]))
    assert "| two | 1 | SomeException | valid |" in written
    assert "| OtherException | invalid | header N \\| N | 1 |" in written
    assert "| everything else | 1,000 | 100.0% |" in written
    assert "| four | the fork Prague is not supported |" in written
    assert "- five.json: the genesis block of the test five: it is none\n" in written
    assert "None." in page(Summary([RIGHT]))


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ({"genesisRLP": "0xc0"}, "the genesis block of the test one: the block is none of Cancun in RLP: "),
        ({"pre": {}}, "the state of the test one has another root than its genesis block"),
        ({"blocks": 7}, "holds no block tests: TypeError: "),
    ],
    ids=["genesis", "state", "form"],
)
def test_test_that_does_not_fit_together_is_named_with_its_file_and_the_others_are_run(
    faults: dict[str, object], message: str, tmp_path: Path
) -> None:
    genesis = {"genesisRLP": f"0x{transfer_test(1).genesis.hex()}"}
    broken, other = tmp_path / "broken.json", tmp_path / "other.json"
    broken.write_text(json.dumps({"one": {"network": "Cancun", "pre": {}, "blocks": [], **genesis, **faults}}))
    other.write_text(json.dumps({"two": {"network": "Prague", "pre": {}, "blocks": [], "genesisRLP": "0xc0"}}))
    found = limpid("ethereum", "conformance", tmp_path, "--json")
    assert found.status == 1
    assert [text.startswith(f"{broken}: {message}") for text in found.document["faulty"]] == [True]
    assert found.document["unsupported"] == [{"test": "two", "message": "the fork Prague is not supported"}]
    assert f"Note: cannot be run: {broken}: {message}" in found.stderr

    alone = limpid("ethereum", "conformance", broken, "--json")
    assert (alone.status, alone.error["kind"], alone.error["path"]) == (1, "block_test", str(broken))


def test_parts_of_the_guest_are_told_by_the_names_of_functions() -> None:
    assert part_of("zkvm_keccak256") == "zkvm_keccak256"
    opcode = "_RINvNtNtCsk_16revm_interpreter12instructions10arithmetic3addINtE"
    assert part_of(opcode) == "opcodes: arithmetic"
    assert part_of("memcpy") is None


def test_directory_without_tests_and_a_fork_that_is_not_supported_are_told(tmp_path: Path) -> None:
    nothing = limpid("ethereum", "conformance", tmp_path)
    assert (nothing.status, "holds no block test" in nothing.stderr) == (2, True)
    test = {"network": "Prague", "pre": {}, "genesisRLP": "0xc0", "blocks": []}
    (tmp_path / "prague.json").write_text(json.dumps({"one": test}))
    left_out = limpid("ethereum", "conformance", tmp_path, "--json")
    assert left_out.status == 0
    assert json.loads(left_out.stdout)["unsupported"] == [
        {"test": "one", "message": "the fork Prague is not supported"}
    ]


def test_report_over_a_test_is_misuse_and_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "prague.json"
    path.write_text(json.dumps({"one": {"network": "Prague", "pre": {}, "genesisRLP": "0xc0", "blocks": []}}))
    before = path.read_bytes()
    for named in (path, tmp_path):
        refused = limpid("ethereum", "conformance", named, "--report", path)
        assert (refused.status, f"TEST.json and --report are the same file {path}" in refused.stderr) == (2, True)
        assert path.read_bytes() == before
    twice = limpid("ethereum", "conformance", path, tmp_path, "--json")
    assert len(json.loads(twice.stdout)["unsupported"]) == 1


def test_witness_command_refuses_blocks_and_tests_that_are_not_there(tmp_path: Path) -> None:
    test = {"network": "Cancun", "pre": {}, "genesisRLP": "0xc0", "blocks": []}
    path = tmp_path / "tests.json"
    path.write_text(json.dumps({"one": test, "two": test}))
    output = tmp_path / "input.bin"
    for arguments, message in (
        ((), f"{path} has several tests"),
        (("--test", "three"), f"{path} has no test three"),
        (("--test", "one"), f"the test one of {path} has 0 blocks: none of them is 0"),
    ):
        refused = limpid("ethereum", "witness", path, "--output", output, *arguments)
        assert (refused.status, message in refused.stderr) == (2, True)
        assert not output.exists()


def test_group_without_a_command_names_them_as_a_missing_argument() -> None:
    bare = limpid("ethereum")
    assert (bare.status, bare.stdout) == (2, "")
    assert bare.stderr == (
        "Error: Missing argument 'COMMAND'. Choose from: conformance, witness\nNext: see: limpid ethereum --help\n"
    )
    shown = limpid("ethereum", "--help")
    assert (shown.status, "..." in shown.stdout.partition("Commands:")[2]) == (0, False)
