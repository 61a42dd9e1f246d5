"""The security of a run as commands state it: for programs, for people, and what falls short of the goal."""

from __future__ import annotations

from soundcalc.exact import rounded_down
from soundcalc.protocol.report import GOAL_BITS, shortfalls_beside
from soundcalc.protocol.runs import RunSecurity


def security_facts(security: RunSecurity) -> dict[str, object]:
    """For programs: what a claim is, and beside it the lines that may be lower."""
    return {
        "security_bits": security.security_bits,
        "whole_run_bits": security.whole_run_bits,
        "non_interactive_bits": float(rounded_down(security.figures.non_interactive)),
        "whole_run_non_interactive_bits": float(rounded_down(security.run_figures.non_interactive)),
        "hash_cap_bits": security.figures.collision_cap,
    }


def security_lines(security: RunSecurity) -> dict[str, object]:
    """The same for people."""
    figures, of_run = security.figures, security.run_figures
    weakest = ", ".join(security.weakest.weakest_message)
    non_interactive = f"{rounded_down(figures.non_interactive)} bits"
    return {
        "security": f"{security.security_bits} bits, the weakest message ({weakest})",
        "whole run": f"{security.whole_run_bits} bits, all rounds added up",
        "non-interactive": f"{non_interactive}, the whole run {rounded_down(of_run.non_interactive)}",
        "cap by the hash": f"{rounded_down(figures.collision_cap, 0)} bits",
    }


def security_notes(security: RunSecurity) -> tuple[str, ...]:
    """What falls short of the goal, where rounds do and not the hash alone, which always does."""
    if min(security.figures.interactive, security.run_figures.interactive) >= GOAL_BITS:
        return ()
    below = shortfalls_beside(security.figures, security.run_figures, len(security.reports))
    figures = "; ".join(f"{name}, {rounded_down(bits)}" for name, bits in below.items())
    return (f"bits of security below {GOAL_BITS}: {figures}",)
