"""Ethereum blocks without state: inputs for the guest in `guest/ethereum`, and how it does on public block tests.

```text
  test file ── block_tests ──> pre-state, blocks
                                 │         │
                            state_tries  payloads ── schema ──> stateless input with a whole witness
                                 │         │                                  │
                                 └── chain ┘            guests: recorder ── witnesses ──> minimal input
                                                                                              │
                                                        guests: validator ── conformance ──> outcomes, cycles
```

`errors` has what can be wrong with a test or a block; `signatures` finds the public keys of transactions; `measures`
counts where instructions go; `report` says what conformance found; `sealing` makes blocks of one's own. The recorder is
the validator with a second output: which parts of the witness it used, what the block adds to the state, and what its
header should say of its execution.
"""
