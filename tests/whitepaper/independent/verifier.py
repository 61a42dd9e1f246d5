"""The verifier: Section 4.8, and the steps of Section 4.5 for every segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.whitepaper.independent.document import DOUBLEWORD_BYTES, LIMB_BITS, LIMBS, OUTPUT_START
from tests.whitepaper.independent.field import ZERO, Element, base, powers
from tests.whitepaper.independent.hashing import Transcript, Words, byte_hash, bytes_of, require, words_of
from tests.whitepaper.independent.machine import Machine
from tests.whitepaper.independent.proof import Key, Proof, Segment, read_proof
from tests.whitepaper.independent.segment import Pinned, verify_segment


@dataclass
class Verified:
    """What was accepted, and every challenge: conversation, label, indices, numbers."""

    output: bytes
    exit_code: int
    heard: list[tuple[str, str, tuple[int, ...], Words]] = field(default_factory=list)

    def keep(self, transcript: Transcript) -> None:
        """Notes the challenges of a conversation that has ended."""
        self.heard += [(transcript.conversation, *heard) for heard in transcript.heard]


def verify(
    encoded: bytes, machine: Machine, program_id: bytes | None, output: bytes | None, exit_code: int
) -> Verified:
    """Accepts, or raises RefusedError."""
    proof = read_proof(encoded, machine)
    require(program_id is None or key_id(proof.key, machine) == program_id, "program")
    require(output is None or proof.output == output, "output")
    verified = Verified(proof.output, exit_code)
    verify_run(proof, machine, limbs(exit_code), output_tokens(proof.output), verified)
    return verified


def key_id(key: Key, machine: Machine) -> bytes:
    """The program's id."""
    transcript = Transcript("limpid program")
    _absorb_machine(transcript, key, machine)
    transcript.absorb("heights", key.numbers())
    transcript.absorb("start", key.start)
    for height, commitment in key.commitments.items():
        of = Transcript("limpid program commitment")
        of.absorb("stacking", stacking_numbers(key, height))
        of.absorb("program_root", commitment.root)
        of.absorb_elements("pinned_answers", commitment.answers)
        transcript.absorb("program_commitment", of.state, height)
    return bytes_of(transcript.state)


def stacking_numbers(key: Key, height: int) -> list[int]:
    return [height, key.parameters.rate, key.parameters.schedules[height].folds[0]]


def _absorb_machine(transcript: Transcript, key: Key, machine: Machine) -> None:
    transcript.absorb("machine", words_of(machine.digest))
    transcript.absorb("parameters", words_of(key.parameters.digest))


def _check_chain(proof: Proof, machine: Machine, exit_values: Sequence[int]) -> None:
    expected = dict(zip((join[0] for join in machine.joins), proof.key.start, strict=True))
    has_halted = False
    ended: tuple[int, ...] = ()
    for index, segment in enumerate(proof.segments):
        public = dict(zip(machine.public_values, segment.public, strict=True))
        require(public[machine.segment] == index, "index of a segment")
        require(not has_halted, "a segment after the end")
        for enters, leaves, _, moved_by in machine.joins:
            require(public[enters] == expected[enters], f"where a segment starts: {enters}")
            if moved_by is not None and not segment.layout.heights[moved_by]:
                require(public[leaves] == public[enters], f"{leaves} without {moved_by}")
            expected[enters] = public[leaves]
        has_halted = public[machine.halted[0]] == machine.halted[1]
        ended = tuple(public[name] for name in machine.exit_values)
        require(has_halted or not any(ended), "exit code without an end")
    require(has_halted, "a run that does not end")
    require(ended == tuple(exit_values), "exit code")


def limbs(value: int) -> tuple[int, ...]:
    return tuple(value >> LIMB_BITS * i & (1 << LIMB_BITS) - 1 for i in range(LIMBS))


def _continuation(transcript: Transcript, key: Key, machine: Machine, index: int, segment: Segment) -> None:
    transcript.absorb("segment_index", [index])
    transcript.absorb("stacking", stacking_numbers(key, segment.layout.height))
    transcript.absorb("heights", height_numbers(segment, [chip.name for chip in machine.of_role("continuation")]))
    transcript.absorb("continuation_root", segment.continuation.root)


def height_numbers(segment: Segment, names: Sequence[str]) -> list[int]:
    """For each chip the number of its tables and their heights."""
    heights = segment.layout.heights
    return [number for name in names for number in (len(heights[name]), *heights[name])]


def leaves_root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return byte_hash("run leaf", leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return byte_hash("run node", leaves_root(leaves[:split]) + leaves_root(leaves[split:]))


def run_digest(key: Key, machine: Machine, output: bytes, count: int, root: bytes) -> Words:
    """G, from the number of segments and the root over their leaves."""
    run = Transcript("limpid run")
    _absorb_machine(run, key, machine)
    run.absorb("program", words_of(key_id(key, machine)))
    run.absorb("output", words_of(byte_hash("output", output)))
    run.absorb("segment_count", [count])
    run.absorb("leaves_root", words_of(root))
    return run.state


def global_challenges(run: Words, verified: Verified) -> tuple[Element, Element]:
    """alpha and beta of the global buses, from G."""
    drawing = Transcript("limpid global challenges")
    drawing.absorb("run", run)
    alpha, beta = drawing.sample("global_alpha"), drawing.sample("global_beta")
    verified.keep(drawing)
    return alpha, beta


def verify_run(
    proof: Proof, machine: Machine, exit_values: Sequence[int], tokens: Sequence[Sequence[int]], verified: Verified
) -> None:
    """Section 4.8 from the forms on: `tokens` are what the verifier receives on the output's bus."""
    for segment in proof.segments:
        segment.layout.check(proof.key.heights)
    _check_chain(proof, machine, exit_values)
    key, program, keep = proof.key, words_of(key_id(proof.key, machine)), verified.keep

    points, leaves = [], []
    for index, segment in enumerate(proof.segments):
        pinning = Transcript("limpid continuation pinning")
        _absorb_machine(pinning, key, machine)
        pinning.absorb("program", program)
        _continuation(pinning, key, machine, index, segment)
        points.append(pinning.sample("continuation_pinning"))
        keep(pinning)
        leaf = Transcript("limpid segment leaf")
        _continuation(leaf, key, machine, index, segment)
        leaf.absorb_elements("pinned_answers", segment.continuation.answers)
        leaves.append(leaf.state)
    root = leaves_root([bytes_of(leaf) for leaf in leaves])
    run = run_digest(key, machine, proof.output, len(proof.segments), root)
    alpha, beta = global_challenges(run, verified)
    total = received(tokens, machine, alpha, beta)
    programs: dict[int, Pinned] = {}
    for index, segment in enumerate(proof.segments):
        height = segment.layout.height
        if height not in programs:
            programs[height] = _pinned_program(key, machine, height, keep)
        transcript = Transcript("limpid segment")
        transcript.absorb("run", run)
        transcript.absorb("segment_index", [segment.public[machine.public_values.index(machine.segment)]])
        transcript.absorb("leaf", leaves[index])
        transcript.absorb("public_values", segment.public)
        transcript.absorb("stacking", stacking_numbers(key, height))
        transcript.absorb("heights", height_numbers(segment, [chip.name for chip in machine.chips]))
        continuation = Pinned(segment.continuation.root, points[index], segment.continuation.answers)
        pinned = {"program": programs[height], "continuation": continuation}
        total = total + verify_segment(machine, segment, transcript, pinned, alpha, beta)
        keep(transcript)
    require(total == ZERO, "balance of the run")


def _pinned_program(key: Key, machine: Machine, height: int, keep: Callable[[Transcript], None]) -> Pinned:
    pinning = Transcript("limpid program pinning")
    _absorb_machine(pinning, key, machine)
    pinning.absorb("stacking", stacking_numbers(key, height))
    pinning.absorb("heights", key.numbers())
    commitment = key.commitments[height]
    pinning.absorb("program_root", commitment.root)
    pinned = Pinned(commitment.root, pinning.sample("program_pinning"), commitment.answers)
    keep(pinning)
    return pinned


def output_tokens(output: bytes) -> list[tuple[int, ...]]:
    """Messages of the output's length and of its doublewords."""
    doublewords = [len(output)]
    for start in range(0, len(output), DOUBLEWORD_BYTES):
        doublewords.append(int.from_bytes(output[start : start + DOUBLEWORD_BYTES], "little"))
    return [(OUTPUT_START // DOUBLEWORD_BYTES + number, *limbs(value)) for number, value in enumerate(doublewords)]


def received(tokens: Sequence[Sequence[int]], machine: Machine, alpha: Element, beta: Element) -> Element:
    """What tokens that the verifier receives on the output's bus add to the global sums."""
    total = ZERO
    for message in tokens:
        fingerprint = alpha + base(machine.buses["output"].identity)
        for part, power in zip(message, powers(beta, len(message) + 1)[1:], strict=True):
            fingerprint = fingerprint + power.scaled(part)
        require(fingerprint != ZERO, "fingerprint of the output")
        total = total - fingerprint.inverse()
    return total
