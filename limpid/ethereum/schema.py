"""The containers of a stateless input and of its result, in SSZ.

Payload requests are those of the consensus specifications (Capella, Deneb), the rest is that of the execution
specifications' stateless inputs; docs/ethereum.md writes the form down. The package reads annotations as values, so
they are not postponed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from remerkleable.basic import boolean, uint16, uint64, uint256
from remerkleable.byte_arrays import ByteList, Bytes32, ByteVector
from remerkleable.complex import Container, List


class Address(ByteVector[20]):
    """The address of an account."""


class Bloom(ByteVector[256]):
    """The bloom filter of logs."""


class PublicKey(ByteVector[65]):
    """4, then the coordinates x and y, big-endian."""


Transaction = ByteList[1 << 30]
WitnessNode = ByteList[1 << 10]
Code = ByteList[1 << 16]
WitnessHeader = ByteList[1 << 10]

UNLIMITED = 1 << 32
"""The encoding of a progressive list, which has no limit, is that of a list with any."""

MAX_WITHDRAWALS = 16
MAX_WITNESS_HEADERS = 256
RESULT_BYTES = 43
"""The limits of the consensus layer's payload and of tests-zkevm 0.8.0, and the bytes of ValidationResult."""


class Withdrawal(Container):
    """Ether, in gwei, that leaves the consensus layer."""

    index: uint64
    validator_index: uint64
    address: Address
    amount: uint64


class CapellaPayload(Container):
    """The execution payload of Shanghai."""

    parent_hash: Bytes32
    fee_recipient: Address
    state_root: Bytes32
    receipts_root: Bytes32
    logs_bloom: Bloom
    prev_randao: Bytes32
    block_number: uint64
    gas_limit: uint64
    gas_used: uint64
    timestamp: uint64
    extra_data: ByteList[32]
    base_fee_per_gas: uint256
    block_hash: Bytes32
    transactions: List[Transaction, 1 << 20]
    withdrawals: List[Withdrawal, MAX_WITHDRAWALS]


class DenebPayload(CapellaPayload):
    """The execution payload of Cancun."""

    blob_gas_used: uint64
    excess_blob_gas: uint64


class CapellaRequest(Container):
    """The payload request of Shanghai."""

    execution_payload: CapellaPayload


class DenebRequest(Container):
    """The payload request of Cancun."""

    execution_payload: DenebPayload
    versioned_hashes: List[Bytes32, 4096]
    parent_beacon_block_root: Bytes32


class ExecutionWitness(Container):
    """Trie nodes and codes by their hashes; headers in ascending order, the last one the parent's."""

    state: List[WitnessNode, UNLIMITED]
    codes: List[Code, UNLIMITED]
    headers: List[WitnessHeader, MAX_WITNESS_HEADERS]


class CapellaInput(Container):
    """What a guest reads of a block of Shanghai, after the schema id."""

    new_payload_request: CapellaRequest
    witness: ExecutionWitness
    chain_id: uint64
    public_keys: List[PublicKey, UNLIMITED]


class DenebInput(Container):
    """What a guest reads of a block of Cancun, after the schema id."""

    new_payload_request: DenebRequest
    witness: ExecutionWitness
    chain_id: uint64
    public_keys: List[PublicKey, UNLIMITED]


class ValidationResult(Container):
    """What a guest writes."""

    new_payload_request_root: Bytes32
    successful_validation: boolean
    chain_id: uint64
    schema_id: uint16


class Computed(Container):
    """What a header says of its block's execution, by execution."""

    gas_used: uint64
    blob_gas_used: uint64
    logs_bloom: Bloom
    receipts_root: Bytes32
    state_root: Bytes32


class Record(Container):
    """What the recorder writes: the result, what was used of the witness, and what the block adds to the state."""

    result: ByteVector[RESULT_BYTES]
    used_nodes: List[boolean, UNLIMITED]
    used_codes: List[boolean, UNLIMITED]
    used_headers: uint64
    added_nodes: List[WitnessNode, UNLIMITED]
    added_codes: List[Code, UNLIMITED]
    computed: List[Computed, 1]
    """Empty where the execution did not come to an end."""


@dataclass(frozen=True)
class Fork:
    """A fork that the guest validates: its schema id, its containers, and how many fields its headers have."""

    name: str
    schema_id: int
    header_fields: int
    payload: type[Container]
    request: type[Container]
    stateless_input: type[Container]

    def encode(self, stateless_input: Container) -> bytes:
        """The bytes that a guest reads."""
        return self.schema_id.to_bytes(2, "big") + bytes(stateless_input.encode_bytes())


FORKS: Mapping[str, Fork] = {
    fork.name: fork
    for fork in (
        Fork("Shanghai", 0x0F01, 17, CapellaPayload, CapellaRequest, CapellaInput),
        Fork("Cancun", 0x1001, 20, DenebPayload, DenebRequest, DenebInput),
    )
}
"""By the name that block tests give."""
