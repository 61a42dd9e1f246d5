"""Writes the machine's Coq text and lets Coq check both: python -m proofs_of_constraints.theorem [--check]."""

from __future__ import annotations

import argparse
import sys

from proofs_of_constraints.theorem.coq import CoqMissingError, TheoremRefusedError, check
from proofs_of_constraints.theorem.machine_rows import MACHINE, machine_text


def main() -> int:
    """Exit status 1 where the text is stale under --check, where Coq refuses a proof, and where it is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing: a stale text is a failure")
    arguments = parser.parse_args()
    text = machine_text()
    if not MACHINE.exists() or MACHINE.read_text() != text:
        if arguments.check:
            print(f"{MACHINE.name} is stale: run python -m proofs_of_constraints.theorem", file=sys.stderr)
            return 1
        MACHINE.write_text(text)
        print(f"written: {MACHINE.name}")
    try:
        print(check())
    except (CoqMissingError, TheoremRefusedError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
