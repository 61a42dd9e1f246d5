"""What stands on the first page: which machine and version, and the figures of the claim."""

from __future__ import annotations

import tomllib
from pathlib import Path

from documentation.error_terms import meant_runs
from documentation.markdown import code, number, table
from documentation.recursion_tables import longest_tree
from soundcalc.exact import rounded_down
from spec.rv64im.machine import RV64IM

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def identity() -> str:
    """Version, licence and the machine's digest."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    lines = (f"Version {project['version']}", f"Licence {project['license']}", f"Machine {code(RV64IM.digest.hex())}")
    return "\n".join(f"- {line}" for line in lines)


def glance_figures() -> str:
    """The claim of the set for segments, and that of the longest tree."""
    run, tree = meant_runs()["segment"], longest_tree()
    claims = (
        (f"a run of {number(run.segments)} segments under `segment`", run.figures),
        (f"a final proof over {number(tree.tree.segments)} segments, all its proofs added", tree.figures),
    )
    rows = [
        (
            name,
            *(str(rounded_down(bits)) for bits in (figures.interactive, figures.non_interactive)),
            str(rounded_down(figures.collision_cap, 0)),
        )
        for name, figures in claims
    ]
    header = ("claim", r"$-\log_2 \varepsilon$", r"$\log_2 t$ at which $\kappa(t)$ reaches 1", "cap by collisions")
    return table(header, rows)
