"""Block tests as they are read: accounts, blocks, and errors that say what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from limpid.errors import FileError
from limpid.ethereum.block_tests import Account, BlockTest, TestBlock, read_block_tests
from limpid.ethereum.chain import Chain
from limpid.ethereum.errors import BlockTestError, UnsupportedForkError
from limpid.ethereum.schema import FORKS
from tests.limpid.ethereum.transfer_blocks import transfer_test

ADDRESS = "0x" + "11" * 20
ACCOUNT = {"nonce": "0x01", "balance": "0x0a", "code": "0x6000", "storage": {"0x00": "0x02", "0x01": "0x00"}}


def written(directory: Path, **changes: object) -> str:
    """A file with one test that is all there is to it, but for these changes."""
    blocks = [{"rlp": "0xc0"}, {"rlp": "0xc1", "expectException": "BlockException.UNKNOWN_PARENT"}]
    test = {"network": "Cancun", "pre": {ADDRESS: ACCOUNT}, "genesisRLP": "0xc2", "blocks": blocks, **changes}
    path = directory / "test.json"
    path.write_text(json.dumps({"one": test}))
    return str(path)


def test_file_of_tests_is_read_as_a_whole(tmp_path: Path) -> None:
    account = Account(1, 10, b"\x60\x00", {0: 2})
    blocks = (TestBlock(b"\xc0", None), TestBlock(b"\xc1", "BlockException.UNKNOWN_PARENT"))
    path = written(tmp_path)
    expected = BlockTest(path, "one", "Cancun", 1, {bytes([0x11]) * 20: account}, b"\xc2", blocks)
    assert read_block_tests(path) == (expected,)
    assert [block.is_valid for block in blocks] == [True, False]


def test_chain_id_of_a_test_is_read(tmp_path: Path) -> None:
    (test,) = read_block_tests(written(tmp_path, config={"chainid": "0x05"}))
    assert test.chain_id == 5


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"blocks": [{}]}, "KeyError: 'rlp'"),
        ({"pre": {ADDRESS: 7}}, "TypeError: 'int' object is not subscriptable"),
        ({"genesisRLP": "0xzz"}, "ValueError: non-hexadecimal number"),
        ({"pre": {"0x11": {}}}, "ValueError: 0x11 is no address of 20 bytes"),
        ({"pre": {ADDRESS: {**ACCOUNT, "nonce": f"{2**64:#x}"}}}, f"ValueError: {2**64:#x} is no number of 64 bits"),
        ({"pre": {ADDRESS: {**ACCOUNT, "balance": "-0x1"}}}, "ValueError: -0x1 is no number of 256 bits"),
        (
            {"pre": {ADDRESS: {**ACCOUNT, "storage": {f"{2**256:#x}": "0x1"}}}},
            f"ValueError: {2**256:#x} is no number of 256 bits",
        ),
        ({"pre": {ADDRESS: {**ACCOUNT, "storage": {"0x0": "-0x1"}}}}, "ValueError: -0x1 is no number of 256 bits"),
        ({"config": {"chainid": f"{2**64:#x}"}}, f"ValueError: {2**64:#x} is no number of 64 bits"),
    ],
)
def test_file_without_block_tests_is_refused_with_the_cause(
    changes: dict[str, object], cause: str, tmp_path: Path
) -> None:
    path = written(tmp_path, **changes)
    with pytest.raises(BlockTestError) as caught:
        read_block_tests(path)
    assert caught.value.message.startswith(f"{path}: holds no block tests: {cause}")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("", "JSONDecodeError: "),
        ("[]", "AttributeError: "),
        ("{}", "the object is empty"),
        ("[" * 100_000, "NestedTooDeepError: nested deeper than 32"),
    ],
    ids=["nothing", "list", "no tests", "nested without end"],
)
def test_file_that_is_no_object_of_tests_is_refused(content: str, cause: str, tmp_path: Path) -> None:
    path = tmp_path / "test.json"
    path.write_text(content)
    with pytest.raises(BlockTestError) as caught:
        read_block_tests(str(path))
    assert caught.value.message.startswith(f"{path}: holds no block tests: {cause}")


def test_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        read_block_tests(str(tmp_path / "nothing.json"))


def test_fork_that_the_guest_does_not_know_is_refused_by_name(tmp_path: Path) -> None:
    (test,) = read_block_tests(written(tmp_path, network="Prague"))
    with pytest.raises(UnsupportedForkError) as caught:
        Chain(test)
    assert caught.value.message == "the fork Prague is not supported"
    assert caught.value.next_step == "give a test of Shanghai and Cancun"


def test_state_that_is_not_that_of_the_genesis_block_is_refused() -> None:
    test = transfer_test(1)
    address = next(iter(test.pre_state))
    with pytest.raises(BlockTestError) as refused:
        Chain(replace(test, pre_state={address: Account(0, 1, b"", {})}))
    assert refused.value.message == (
        "transfers.json: the state of the test 1 transfers has another root than its genesis block"
    )


def test_genesis_block_that_is_none_is_refused_with_the_file() -> None:
    with pytest.raises(BlockTestError) as refused:
        Chain(replace(transfer_test(1), genesis=b"\xc0"))
    assert refused.value.message.startswith(
        "transfers.json: the genesis block of the test 1 transfers: the block is none of Cancun in RLP: "
    )


def test_states_of_public_tests_have_the_roots_of_their_genesis_blocks(public_blocks: list[Path]) -> None:
    tests = [test for file in public_blocks[::20] for test in read_block_tests(str(file))]
    assert tests
    for test in tests:
        assert test.fork_name in FORKS
        Chain(test)
