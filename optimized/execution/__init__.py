"""The executor, compiled. Its plain twin is `reference.executor.machine`; each watcher names its own.

    program ── predecoded: a flat entry for each word ──┐
                                                        v
    guest_memory: flat doublewords ──────> instruction_loop ──> operations: what an instruction does to words
                                            │    │                calls, sha256: what a call does to its operands
              None, or one of the watchers: │    │
                 console      what the guest shows
                 call_counts  what is executed under which calls
                 accounting   rows, clocks and addresses of a segment     (planning: trace.segmentation)
                 events       all that was done, each chip in its part    (recording: trace.execution)

The loop returns when it has done as many instructions as it may, when something has no room, or when the program ends
(`loop_state`); `executor` holds what stays between two calls, `ended` runs it to the end.
"""
