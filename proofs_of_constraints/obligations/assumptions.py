"""What the proofs take for granted, by name; each says where it is proven or checked instead."""

from __future__ import annotations

from collections.abc import Mapping

from proofs_of_constraints.obligations.obligation import Kind
from spec.memory_map import SINK
from spec.rv64im.buses import CLOCK_BITS, SEGMENT_GAP_BITS
from spec.rv64im.chips.continuation import ADDRESS_BITS
from spec.rv64im.machine import RV64IM

BALANCE = "bus balance"
LOOKUP_TABLES = "lookup tables"
PROGRAM_TABLE = "program table"
MEMORY_LIMBS = "memory limbs"
CLOCKS = "clock bound"
INITIALISED = "initialised addresses"
REGISTER_ZERO = "register zero"
FUNCTION = "function"
INDUCTION = "induction along chains"
STAMPS = "stamps"
TOKENS = "continuation tokens"
REGIONS = "region table"
ORDER_LIMBS = "limbs of orders"
ORDER_KEYS = "keys of orders"
CIRCUIT = "structure of the circuit"
WRITTEN_ONCE = "memory written once"

ASSUMPTIONS: dict[str, str] = {
    BALANCE: "Every tuple is sent as often as it is received on every bus: what LogUp proves, up to the error that "
    "the security report counts, while message counts stay below p (machine obligations; the verifier checks it).",
    LOOKUP_TABLES: "The fixed tables hold the rows that spec.rv64im.chips.fixed_tables, spec.air.chips.keccak_tables "
    "or spec.circuit.machine lists, which are what receivers assume (their function obligations): the verifier "
    "evaluates closed forms of their columns, which are the rows' multilinear extensions (machine obligations).",
    PROGRAM_TABLE: "A tuple on the program bus is the row of the program's instruction at that pc, and pc is below "
    "2^30: committed in the key; what a row says of its word is proven by the decode obligations.",
    MEMORY_LIMBS: "Values on the memory bus have limbs of 16 bits: every sender ensures it, which the function "
    "obligations of instructions and of the memory table prove; the boundary table hands values on.",
    CLOCKS: f"The clocks of a segment, and of every token on its memory bus, lie below 2^{CLOCK_BITS}: the verifier "
    "bounds the sum of heights times accesses (spec.protocol.shape).",
    INITIALISED: "A token of the memory space has an address below 2^29: the memory table starts every address's "
    "chain and bounds its address (its function obligation), and rows keep the place (memory argument). So a row "
    "whose effective address had more than 32 bits could take no token.",
    REGISTER_ZERO: "Register 0 holds zero: it is zero at the start and no program row names it as destination "
    "(decode obligations).",
    INDUCTION: "Tokens of a place that balance, with rows that put a later stamp than they take, form one chain from "
    "the one that comes from outside (the verifier, the boundary table, the memory table); and rows of the state bus "
    "in a ring cannot balance, as each advances the clock and all together by less than p: proven in Coq for any "
    "number of rows (proofs_of_constraints/theorem), from the steps that are obligations here.",
    STAMPS: f"Every clock on the state and memory bus is at most 2^{CLOCK_BITS} and every segment index below "
    f"{RV64IM.maximum_segments}: the verifier bounds the sum of heights times accesses, and the number of segments.",
    TOKENS: f"The segment index is below 2^{SEGMENT_GAP_BITS}, and so is the segment of every token on the "
    "continuation bus: the memory table starts with 0, and each boundary row adds one to its segment's index (memory "
    "argument).",
    REGIONS: f"Regions start and end at or below 2^{ADDRESS_BITS}, those of registers at or below {SINK + 1}: the "
    "loader makes them. So a cursor is at most the key after the sink's: the first is 0, each later one a key plus 1.",
    ORDER_LIMBS: "What a call and its work tables receive from one another has the bits that the fields of the bus "
    "have, pending sums are sums of the terms that are known, and bytes of a state of Keccak have digits 0 and 1 in "
    "base 4: every sender ensures it, which the function obligations of calls and of work tables prove.",
    ORDER_KEYS: "No two calls of a segment have one key: it is the clock at which the call's row arrives (bus "
    "discipline), and the rows of a segment form one chain of the state bus, along which the clock grows (memory "
    "argument, clock order).",
    CIRCUIT: "The fixed cells of a circuit's tables are those of rows in which spec.circuit.circuit.faults finds "
    "nothing wrong, which is checked on every circuit: numbers are canonical, each address is written by one row and "
    "before it is read, as often read as is counted, less than p times; compressions have different keys; what is "
    "packed into an octet has been written as a word, and constants of octets have 16 bits.",
    WRITTEN_ONCE: "What a circuit's row reads is what the row has written that writes the address, with the bits that "
    "the bus promises: the memory argument, and the function obligation of every chip that writes.",
    FUNCTION: "The function obligation of the same instruction: what the row sends is a function of what it receives.",
}
"""By name, the assumption and what stands for it."""

Stands = tuple[Kind, frozenset[str]]
"""A kind of obligation, and chips or properties that it is about; none stands for all of them."""


def _machine(*properties: str) -> Stands:
    return (Kind.MACHINE, frozenset(properties))


def _each(*kinds: Kind) -> tuple[Stands, ...]:
    return tuple((kind, frozenset()) for kind in kinds)


_STATED = "ends and bounds of a run"
_CLOCKS_COUNTED = _machine("bounds on heights", "clock bounds", "single tables")

STANDS_FOR: Mapping[str, tuple[Stands, ...]] = {
    BALANCE: (
        _machine(
            *("bus identities", "bus widths", "expected senders", "senders of buses", "fractions of messages"),
            *("evaluated constraints", "interactions in the circuit", "nodes of the circuit", "powers of constraints"),
            *("transcripts", "order of challenges", "messages in the transcript", "messages below p", "degrees"),
            *("scopes of buses", "rows of zeros", "tokens of a segment", "tokens of the output"),
        ),
    ),
    LOOKUP_TABLES: (
        _machine("closed forms", "bounds of fields"),
        (
            Kind.FUNCTION,
            frozenset({"range_table", "byte_table", "shift_table", "keccak_digits", "keccak_chi", "limb_table"}),
        ),
    ),
    PROGRAM_TABLE: (
        *_each(Kind.DECODE),
        (Kind.FUNCTION, frozenset({"program_table"})),
        _machine("key digest", "bounds of fields"),
    ),
    MEMORY_LIMBS: (*_each(Kind.FUNCTION), _machine("bounds of fields")),
    CLOCKS: (_CLOCKS_COUNTED,),
    INITIALISED: ((Kind.FUNCTION, frozenset({"memory", "region_table"})), *_each(Kind.MEMORY)),
    REGISTER_ZERO: _each(Kind.DECODE),
    INDUCTION: (_machine("tokens that a row can take", "tokens taken after a step", "ends of chains"),),
    STAMPS: (_CLOCKS_COUNTED, _machine("number of segments", _STATED)),
    TOKENS: ((Kind.MEMORY, frozenset({"boundary"})), _machine(_STATED, "joins of segments")),
    REGIONS: ((Kind.FUNCTION, frozenset({"region_table"})),),
    ORDER_LIMBS: _each(Kind.FUNCTION),
    ORDER_KEYS: _each(Kind.DISCIPLINE, Kind.MEMORY, Kind.CLOCK_ORDER),
    CIRCUIT: (),
    WRITTEN_ONCE: _each(Kind.FUNCTION, Kind.MEMORY),
}
"""By assumption, the obligations that stand for it. For the circuit's structure stands a check of every circuit; what a
function obligation determines is that of the same instruction."""
