"""Verifies proofs that are given as files, and measures what it takes: in all, and by part.

    python -m benchmarks.verifying PROOF... [--times N] [--exit-code N] [--json FILE]

Each proof is verified once before any clock runs: compiled code is loaded then, and what depends on key, shape and
parameters alone is known. The parts are measured in verifications of their own, since clocks take time, too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias, cast

from rich.console import Console

from benchmarks.long import shown
from optimized.verifier.reader import ArrayReader
from optimized.verifier.run import TOOLS, verify
from reference.verifier import program as reference
from reference.verifier.run import NumberSteps
from reference.verifier.statement import VerifierTools
from spec.rejection import Rejected

TIMES = 30
"""Verifications of a proof: the median of so many varies by a few percent."""

READING, REST = "reading", "all else"


def seconds_of(verification: Callable[[], object], times: int = TIMES) -> list[float]:
    """The seconds of so many verifications, ascending, after one that is not measured."""
    verification()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        verification()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)


Spent: TypeAlias = defaultdict[str, float]
"""Seconds by part."""


class _ClockedSteps:
    """The optimized verifier's heavy steps, with the seconds that each takes."""

    def __init__(self, spent: Spent) -> None:
        self._spent = spent

    def __getattr__(self, name: str) -> Any:
        step = getattr(TOOLS.steps, name)

        def clocked(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            found = step(*arguments, **named)
            self._spent[name.replace("_", " ")] += time.perf_counter() - start
            return found

        return clocked


def _clocked_tools(spent: Spent) -> VerifierTools:
    """The optimized verifier's tools, with the seconds that reading and each heavy step takes."""

    class ClockedReader(ArrayReader):
        def __init__(self, encoded: bytes) -> None:
            super().__init__(encoded)
            self._start = time.perf_counter()

        def finish(self) -> None:
            super().finish()
            spent[READING] += time.perf_counter() - self._start

    return VerifierTools(ClockedReader, TOOLS.algebra, cast(NumberSteps, _ClockedSteps(spent)))


def seconds_by_part(encoded: bytes, times: int = TIMES, exit_code: int = 0) -> dict[str, float]:
    """The median seconds of reading and of each heavy step, the longest first, and of all else."""
    found: list[Spent] = []
    for _ in range(times):
        spent: Spent = defaultdict(float)
        start = time.perf_counter()
        reference.verify(encoded, None, None, exit_code=exit_code, allow_insecure=True, tools=_clocked_tools(spent))
        spent[REST] = time.perf_counter() - start - sum(spent.values())
        found.append(spent)
    medians = {part: median(spent[part] for spent in found) for part in found[0]}
    return dict(sorted(medians.items(), key=lambda part: -part[1]))


def measure(encoded: bytes, times: int, exit_code: int = 0) -> dict[str, object]:
    """What verifying these bytes takes, whatever program and output they claim.

    Raises Rejected for a proof that is not accepted.
    """
    seconds = seconds_of(lambda: verify(encoded, None, None, exit_code=exit_code, allow_insecure=True), times)
    return {
        "proof_bytes": len(encoded),
        "median_milliseconds": round(1e3 * median(seconds), 2),
        "least_milliseconds": round(1e3 * seconds[0], 2),
        "milliseconds": {part: round(1e3 * of, 2) for part, of in seconds_by_part(encoded, times, exit_code).items()},
        "load": os.getloadavg()[0],
    }


def main() -> None:
    """Measures and prints, and writes a file if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proofs", nargs="+", type=Path, metavar="PROOF")
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--exit-code", type=int, default=0, help="what the proven programs end with")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    try:
        proofs = {str(path): path.read_bytes() for path in arguments.proofs}
        facts = {name: measure(proof, arguments.times, arguments.exit_code) for name, proof in proofs.items()}
    except (OSError, Rejected) as error:
        sys.exit(f"Error: {error}")
    for name, of_proof in facts.items():
        Console().print(shown(name, of_proof))
    if arguments.json:
        arguments.json.write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
