"""The executor, compiled. Its plain twin is `reference.executor.machine`; each watcher names its own.

    program ── predecoded: a flat entry for each word ──┐
                                                        v
    guest_memory: flat doublewords ──────> instruction_loop ──> instruction: its result, from operations on words
                                            │    │                memory_access: which bytes it loads or replaces
                                            │    │                calls: what a call does to its operands
              None, or one of the watchers: │    │
                 console      what the guest shows
                 call_counts  what is executed under which calls
                 accounting   rows, clocks and addresses of a segment     (planning: trace.segmentation)
                 events       all that was done, each chip in its part    (recording: trace.execution)

The loop returns when it has done as many instructions as it may, when something has no room, or when the program ends
(`loop_state`); `executor` holds what stays between two calls, `ended` runs it to the end. What guests' calls compute
stands in `sha256`, `keccak` and `modular`. `remembering` keeps what was made of a program for its next run.
"""
