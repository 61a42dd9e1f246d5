"""The chain of a block test: headers and states that its blocks may build on, and inputs with whole witnesses."""

from __future__ import annotations

from dataclasses import dataclass

from remerkleable.complex import Container

from limpid.ethereum.block_tests import BlockTest, TestBlock
from limpid.ethereum.errors import BlockFormError, BlockTestError, UnsupportedForkError, container_errors
from limpid.ethereum.payloads import Block, payload_request, read_block
from limpid.ethereum.schema import FORKS, MAX_WITNESS_HEADERS, ExecutionWitness, Fork, Record
from limpid.ethereum.signatures import public_key
from limpid.ethereum.state_tries import StatePreimages


@dataclass(frozen=True)
class BlockInput:
    """A block's input for a guest, taken apart so that its witness can be changed."""

    fork: Fork
    request: Container
    chain_id: int
    public_keys: tuple[bytes, ...]
    nodes: tuple[bytes, ...]
    codes: tuple[bytes, ...]
    headers: tuple[bytes, ...]

    def encode(self) -> bytes:
        """The bytes that a guest reads. Raises BlockFormError where a part of the witness is too long for its field."""
        with container_errors(f"no input of {self.fork.name} can hold the witness"):
            witness = ExecutionWitness(state=list(self.nodes), codes=list(self.codes), headers=list(self.headers))
            return self.fork.encode(
                self.fork.stateless_input(
                    new_payload_request=self.request,
                    witness=witness,
                    chain_id=self.chain_id,
                    public_keys=list(self.public_keys),
                )
            )


class Chain:
    """What is known after a test's genesis block and the valid blocks that were added since."""

    def __init__(self, test: BlockTest) -> None:
        """Raises UnsupportedForkError, and BlockTestError if the genesis block is none or has another state's root."""
        fork = FORKS.get(test.fork_name)
        if fork is None:
            raise UnsupportedForkError(test.fork_name, list(FORKS))
        self._fork = fork
        self._chain_id = test.chain_id
        self._state = StatePreimages()
        self._headers: dict[bytes, Block] = {}
        try:
            genesis = read_block(test.genesis, fork)
        except BlockFormError as error:
            raise BlockTestError(test.path, f"the genesis block of the test {test.name}: {error.message}") from error
        if self._state.add_state(test.pre_state) != genesis.fields["state_root"]:
            cause = f"the state of the test {test.name} has another root than its genesis block"
            raise BlockTestError(test.path, cause)
        self._headers[genesis.hash] = genesis

    def block_input(self, test_block: TestBlock) -> BlockInput:
        """The input of a block with every node, code and header that could be of use. Raises
        BlockFormError if no payload holds the block."""
        block = read_block(test_block.encoded, self._fork)
        return BlockInput(
            self._fork,
            payload_request(block, self._fork),
            self._chain_id,
            tuple(map(public_key, block.transactions)),
            tuple(self._state.nodes.values()),
            tuple(self._state.codes.values()),
            self._headers_before(block),
        )

    def add(self, test_block: TestBlock, record: Record) -> None:
        """Lets later blocks build on a valid one, of which the recorder has told what it adds to the state."""
        block = read_block(test_block.encoded, self._fork)
        self._headers[block.hash] = block
        for node in record.added_nodes:
            self._state.add_node(bytes(node))
        for code in record.added_codes:
            self._state.add_code(bytes(code))

    def _headers_before(self, block: Block) -> tuple[bytes, ...]:
        """In ascending order, as many as BLOCKHASH reaches."""
        headers: list[bytes] = []
        parent = self._headers.get(block.fields["parent_hash"])
        while parent is not None and len(headers) < MAX_WITNESS_HEADERS:
            headers.append(parent.header)
            parent = self._headers.get(parent.fields["parent_hash"])
        return tuple(reversed(headers))
