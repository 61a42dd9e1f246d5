"""Changes an honest proof in many ways, and shows that the verifier rejects each one, and why.

    python guest/examples/tampered_proof.py

It proves a Fibonacci number under the parameters for tests, then lies about the number, about the exit code, about the
program, and flips bits all over the proof.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import limpid

EXAMPLES = Path(__file__).resolve().parent
FLIPPED_BITS = 30


def rejection(proof: bytes, key: limpid.VerificationKey | bytes, output: bytes, exit_code: int = 0) -> str:
    """The reason for which the verifier rejects; "accepted" if it does not."""
    try:
        limpid.verify(proof, program=key, output=output, exit_code=exit_code, allow_insecure=True)
    except limpid.Rejected as rejected:
        return rejected.reason.name
    return "accepted"


def flipped(proof: bytes, position: int) -> bytes:
    """The proof with one bit changed; positions count bits."""
    changed = bytearray(proof)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


def lies(proof: bytes, key: limpid.VerificationKey, output: bytes) -> dict[str, str]:
    """What the verifier says to each lie, by its name."""
    wrong_output = (int.from_bytes(output, "little") + 1).to_bytes(len(output), "little")
    told = {
        "the truth": rejection(proof, key, output),
        "another output": rejection(proof, key, wrong_output),
        "no output": rejection(proof, key, b""),
        "exit code 1": rejection(proof, key, output, exit_code=1),
        "another program": rejection(proof, bytes(32), output),
        "the last byte cut off": rejection(proof[:-1], key, output),
        "a byte appended": rejection(proof + b"\0", key, output),
    }
    random = Random(1)
    reasons = Counter(
        rejection(flipped(proof, random.randrange(8 * len(proof))), key, output) for _ in range(FLIPPED_BITS)
    )
    for number, (reason, count) in enumerate(sorted(reasons.items()), start=1):
        told[f"a flipped bit ({number}), {count} times"] = reason
    return told


def main() -> None:
    """Proves, lies, and prints the answers."""
    guest = EXAMPLES / "elf" / "fibonacci.elf"
    proof = limpid.prove(guest, (10).to_bytes(8, "little"), parameters="tiny")
    for lie, answer in lies(proof.encoded, proof.key, proof.output).items():
        print(f"{lie:<32}{answer}")


if __name__ == "__main__":
    main()
