"""The bounds of the service: what one client may take, so that there is something left for the others."""

from __future__ import annotations

MEBIBYTE = 1 << 20
"""Bytes."""

MOST_CONNECTIONS = 64
"""At once, listeners included: each holds a socket and a few kilobytes."""

MOST_WAITING_CALLS = 16
"""Executions, verifications and profiles that wait for the one child that answers them."""

MOST_LISTENERS = 32
"""Half of the connections, so that a proof can still be asked for while all others listen."""

MOST_UNHEARD_EVENTS = 256
"""A listener that is further behind is dropped; it asks again, and hears first what is finished."""

MOST_BODY_BYTES_AT_ONCE = 512 * MEBIBYTE
"""What all bodies together may take that are being read: two of the largest inputs that the machine has room for.
Decoding one takes as much again for a moment."""

HEAD_SECONDS = 10
"""From the first byte of a connection, or the end of its last answer, to the end of a request's head."""

BODY_SECONDS = 60
"""For all of a body: the largest input passes at five megabytes a second."""

KEEP_ALIVE_SECONDS = 15
"""Between comments in a stream of events, as zkboost has it: proxies close what is silent."""

CALL_SECONDS = 300
"""For one execution, verification or profile, after which its child is killed. Compiling at the first use takes a
minute or two."""

SHUTDOWN_SECONDS = 2
"""For answers that are under way when a signal ends the server; jobs go on at the next start."""

LOCK_SECONDS = 30
"""For the children of a killed server to notice that it is gone: a compiled step holds on to the interpreter."""

MOST_DEATHS = 3
"""A job whose prover dies so often, while the server lives, would take the others with it."""

LONGEST_NAME = 100
"""Characters of a guest's name: it stands in addresses, and in lines of a table."""

SHORTEST_TOKEN = 16
"""Characters: 64 bits where they are hexadecimal digits."""

ENVELOPE_BYTES = 1 << 12
"""What a message may take beyond the bytes in it: tags, lengths, names of fields."""

MESSAGE_DEPTH = 8
"""Deeper than any message of the service is nested in JSON."""

SHOWN_BYTES = 64
"""The part of a public output that a page shows."""

SEND_SECONDS = 30
"""For one event: who takes none for so long is gone, or wants the server to wait."""
