"""Blocks of one's own: the header that a payload request describes, and blocks made from a state and transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import rlp
from eth_hash.auto import keccak
from remerkleable.complex import Container
from trie.hexary import HexaryTrie

from limpid.ethereum.block_tests import DEFAULT_CHAIN_ID, Account
from limpid.ethereum.chain import BlockInput
from limpid.ethereum.errors import WitnessError
from limpid.ethereum.guests import record
from limpid.ethereum.payloads import EMPTY_LIST_HASH, HEADER_FIELDS
from limpid.ethereum.schema import FORKS, Fork
from limpid.ethereum.signatures import public_key
from limpid.ethereum.state_tries import StatePreimages

GAS_LIMIT = 30_000_000
"""That of Ethereum's blocks when Cancun came."""

BASE_FEE = 7
"""The least that an empty parent leaves: an eighth of 7 rounds to nothing."""

SECONDS_PER_SLOT = 12
"""From one block to the next, at least [consensus specifications]."""


def block_on(accounts: Mapping[bytes, Account], transactions: Sequence[bytes]) -> BlockInput:
    """A block of Cancun, number 1, on a state by address; its header says nothing of its execution yet.

    The witness is whole. `executed` makes it a valid block.
    """
    fork = FORKS["Cancun"]
    state = StatePreimages()
    payload = fork.payload(state_root=state.add_state(accounts), gas_limit=GAS_LIMIT, base_fee_per_gas=BASE_FEE)
    parent = header_of(fork.request(execution_payload=payload), fork)
    payload = fork.payload(
        parent_hash=keccak(parent),
        block_number=1,
        gas_limit=GAS_LIMIT,
        timestamp=SECONDS_PER_SLOT,
        base_fee_per_gas=BASE_FEE,
        transactions=list(transactions),
    )
    return BlockInput(
        fork,
        fork.request(execution_payload=payload),
        DEFAULT_CHAIN_ID,
        tuple(map(public_key, transactions)),
        tuple(state.nodes.values()),
        tuple(state.codes.values()),
        (parent,),
    )


def header_of(request: Container, fork: Fork) -> bytes:
    """The header that a payload request of the fork describes, in RLP."""
    payload = request.execution_payload
    made: Mapping[str, Any] = {
        "ommers_hash": EMPTY_LIST_HASH,
        "transactions_root": ordered_root([bytes(item) for item in payload.transactions]),
        "withdrawals_root": ordered_root([_withdrawal(withdrawal) for withdrawal in payload.withdrawals]),
        "difficulty": 0,
        "nonce": bytes(8),
    }
    fields = [
        made[name] if name in made else getattr(payload if name in payload.fields() else request, name)
        for name in HEADER_FIELDS[: fork.header_fields]
    ]
    return _list_of(fields)


def _withdrawal(withdrawal: Container) -> bytes:
    """In RLP [EIP-4895]."""
    return _list_of([withdrawal.index, withdrawal.validator_index, withdrawal.address, withdrawal.amount])


def _list_of(fields: Sequence[Any]) -> bytes:
    """Numbers and texts of SSZ as a list in RLP."""
    return bytes(rlp.encode([int(field) if isinstance(field, int) else bytes(field) for field in fields]))


def ordered_root(items: Sequence[bytes]) -> bytes:
    """The root of a trie whose keys are the positions in RLP, as of transactions, receipts and withdrawals."""
    trie = HexaryTrie({})
    for position, item in enumerate(items):
        trie[rlp.encode(position)] = item
    return bytes(trie.root_hash)


def sealed(made: BlockInput, **fields: object) -> BlockInput:
    """The same input with other fields of its payload, and with the block hash that belongs to them."""
    request = made.request.copy()
    for name, value in fields.items():
        setattr(request.execution_payload, name, value)
    request.execution_payload.block_hash = keccak(header_of(request, made.fork))
    return replace(made, request=request)


def executed(made: BlockInput, *, without_check: str = "") -> BlockInput:
    """The same input with the header that executing its block gives, as the recorder computes it.

    Raises WitnessError where the execution does not come to an end, and what `record` raises.
    """
    found, recorded = record(sealed(made).encode(), without_check=without_check)
    if len(recorded.computed) == 0:
        raise WitnessError(f"the block cannot be executed: {found.console.strip()}")
    computed = recorded.computed[0]
    fields = {name: getattr(computed, name) for name in computed.fields() if name in made.fork.payload.fields()}
    return sealed(made, **fields)
