"""A prover and verifier that others reach over HTTP.

```text
  clients ──> guard ──> application ──> twirp (Ere's calls) ─────────┐
              host,         │           proof_node (zkboost's paths) ├──> desk ──> job_store ── jobs on the disk
              origin,       │           pages (people, browsers) ────┘      │          │
              token         └── bodies, metrics                             │          └──> proving ──> child ─┐
                                                                            └───────────────────────> child ─┴─> worker
```

Whatever computes runs in two children: one proves, one answers what is asked in between. The server itself only moves
bytes, so that it answers while a proof is made, and survives what kills a child. What is accepted stands on the disk
before the answer is sent.

`settings` has what a server is started with, `limits` every bound with its reason; `refusals` are the errors that a
client gets and `answers` their forms, `guests` the programs that are served, `roots` the names that requests go by,
`feed` what listeners hear; `protocol_buffers` reads `zkvm_service.proto`, `reports` writes what Ere's clients decode,
`job_pages` is the HTML, `durable` writes files, `connections` bounds how long a client may take, `serving` starts and
ends all of it.
"""
