"""Who may import whom, read from the syntax trees of all packages."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "spec": ("spec",),
    "soundcalc": ("soundcalc", "spec"),
    "proofs_of_constraints": ("proofs_of_constraints", "spec"),
    "proofs_of_constraints.exploit": ("proofs_of_constraints", "spec", "reference"),
    "proofs_of_constraints.machine": ("proofs_of_constraints", "spec", "reference.verifier"),
    "reference": ("reference", "spec"),
    "optimized": ("optimized", "spec", "reference.prover", "reference.arrays", "reference.tables"),
    "optimized.warm_up": ("optimized", "spec", "reference.prover", "reference.program_keys", "reference.trace"),
    "optimized.verifier": ("optimized", "spec", "reference.verifier"),
    "documentation": ("documentation", "spec", "reference", "soundcalc", "proofs_of_constraints"),
    "releasing": ("releasing", "spec", "limpid"),
    "limpid": ("limpid", "spec", "soundcalc", "proofs_of_constraints", "reference", "optimized"),
}
"""By package: the packages of this project that it may import, parts of them included. A part may have its own rule."""

PACKAGES = tuple(package for package in MAY_IMPORT if "." not in package)

PROJECT = (*PACKAGES, "tests", "benchmarks", "guest")
"""Top-level names that belong to this project."""

STANDARD_LIBRARY_ONLY = frozenset({"spec"})
"""Packages that import nothing from outside the project but the standard library."""

_REFERENCE_PROVER = ("reference.prover", "reference.executor", "reference.trace")
_OPTIMIZED_PROVER = tuple(
    f"optimized.{room}"
    for room in ("circuit", "commitment", "execution", "kernels", "openings", "trace", "warm_up", "zerocheck")
)

MAY_NOT_REACH: dict[str, tuple[str, ...]] = {
    "spec.air": ("spec.rv64im", "spec.isa"),
    "spec.protocol.form": ("spec.rv64im", "spec.isa"),
    "spec.protocol.key_encoding": ("spec.rv64im", "spec.isa"),
    "spec.protocol.proof_encoding": ("spec.rv64im", "spec.isa"),
    "spec.protocol.recursion": ("spec.rv64im", "spec.isa"),
    "spec.protocol.run": ("spec.rv64im", "spec.isa"),
    "spec.circuit": ("spec.rv64im", "spec.isa"),
    "soundcalc": ("spec.rv64im",),
    "proofs_of_constraints.machine": ("spec.rv64im", *_REFERENCE_PROVER),
    "proofs_of_constraints.obligations.general": ("spec.rv64im",),
    "reference.prover": ("spec.rv64im", "reference.verifier"),
    "reference.verifier": _REFERENCE_PROVER,
    "optimized.verifier": (*_REFERENCE_PROVER, *_OPTIMIZED_PROVER),
}
"""By package: modules that it may not import, neither itself nor through what it imports."""


def _modules(root: Path) -> dict[str, Path]:
    """Every module of the packages under `root` by its dotted name."""
    found: dict[str, Path] = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _imports(module: str, path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a module imports; the name goes down to the imported attribute."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(), filename=str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([base] if base else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def _is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _chain_to(start: str, target: str, imported_modules: dict[str, list[str]]) -> list[str] | None:
    """The shortest chain of imports from a module into a package, or None."""
    chains = [[start]]
    seen = {start}
    for chain in chains:
        if _is_within(chain[-1], target):
            return chain
        for following in imported_modules[chain[-1]]:
            if following not in seen:
                seen.add(following)
                chains.append([*chain, following])
    return None


def violations(root: Path) -> list[str]:
    """Every import under `root` that breaks a rule: where it is, and what it imports."""
    modules = _modules(root)
    found: list[str] = []
    imported_modules: dict[str, list[str]] = {}
    for module, path in modules.items():
        package = max((rule for rule in MAY_IMPORT if _is_within(module, rule)), key=len)
        imported_modules[module] = []
        for line, name in _imports(module, path):
            # Importing a.b.c also runs the modules a and a.b.
            parts = name.split(".")
            prefixes = [".".join(parts[: i + 1]) for i in range(len(parts))]
            imported_modules[module] += [prefix for prefix in prefixes if prefix in modules]
            top = parts[0]
            if top in PROJECT:
                is_allowed = any(_is_within(name, allowed) for allowed in MAY_IMPORT[package])
            else:
                is_allowed = package not in STANDARD_LIBRARY_ONLY or top in sys.stdlib_module_names
            if not is_allowed:
                found.append(f"{path.relative_to(root)}:{line}: {package} may not import {name}")
    for package, targets in MAY_NOT_REACH.items():
        for module in modules:
            for target in targets:
                chain = _chain_to(module, target, imported_modules) if _is_within(module, package) else None
                if chain is not None:
                    found.append(f"{package} may not reach {target}: {' -> '.join(chain)}")
    return found


def _plant(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_packages_follow_the_import_rules() -> None:
    assert violations(ROOT) == []


def test_lint_reads_every_package() -> None:
    assert {module.partition(".")[0] for module in _modules(ROOT)} == set(PACKAGES)


def test_allowed_imports_planted_are_not_reported(tmp_path: Path) -> None:
    _plant(
        tmp_path,
        {
            "spec/field.py": "import math\nfrom . import word\n",
            "spec/word.py": "from dataclasses import dataclass\n",
            "soundcalc/report.py": "import mpmath\nfrom spec import field\n",
            "reference/prover/__init__.py": "import numpy\nfrom ..loader import load\n",
            "reference/verifier/verify.py": "from reference.loader import load\n",
            "reference/loader.py": "import spec.field\n",
            "optimized/kernels.py": "from reference.prover import kernels\nfrom reference import arrays, prover\n",
            "optimized/circuit/values.py": "from reference.tables import Table\n",
            "optimized/warm_up.py": "from reference import program_keys, trace\n",
            "optimized/verifier/run.py": "from reference.verifier import run\nfrom optimized import sha256\n",
            "limpid/api.py": "import optimized, reference.verifier, soundcalc, proofs_of_constraints\n",
        },
    )
    assert violations(tmp_path) == []


def test_forbidden_imports_planted_are_each_reported(tmp_path: Path) -> None:
    _plant(
        tmp_path,
        {
            "spec/field.py": "import numpy\n",
            "spec/isa/add.py": "def late() -> None:\n    from ...reference import loader\n",
            "soundcalc/report.py": "from reference.verifier import verify\n",
            "proofs_of_constraints/chips.py": "import optimized\n",
            "reference/loader.py": "import limpid.api\n",
            "optimized/kernels.py": "from reference import loader\nimport tests.spec\n",
            "optimized/sha256.py": "from reference.verifier import run\n",
            "optimized/steps.py": "from reference.trace import build\n",
            "optimized/verifier/run.py": "from reference import prover\n",
        },
    )
    assert violations(tmp_path) == [
        "spec/field.py:1: spec may not import numpy",
        "spec/isa/add.py:2: spec may not import reference.loader",
        "soundcalc/report.py:1: soundcalc may not import reference.verifier.verify",
        "proofs_of_constraints/chips.py:1: proofs_of_constraints may not import optimized",
        "reference/loader.py:1: reference may not import limpid.api",
        "optimized/kernels.py:1: optimized may not import reference.loader",
        "optimized/kernels.py:2: optimized may not import tests.spec",
        "optimized/sha256.py:1: optimized may not import reference.verifier.run",
        "optimized/steps.py:1: optimized may not import reference.trace.build",
        "optimized/verifier/run.py:1: optimized.verifier may not import reference.prover",
    ]


def test_calculator_reaching_the_machine_is_reported(tmp_path: Path) -> None:
    _plant(
        tmp_path,
        {
            "spec/rv64im/machine.py": "",
            "spec/limits.py": "from spec.rv64im.machine import RV64IM\n",
            "soundcalc/protocol/sets.py": "from spec.limits import LIMITS\n",
        },
    )
    chain = "soundcalc.protocol.sets -> spec.limits -> spec.rv64im.machine"
    assert violations(tmp_path) == [f"soundcalc may not reach spec.rv64im: {chain}"]


def test_every_room_of_the_rules_is_there() -> None:
    rooms = {*MAY_NOT_REACH, *(room for rooms in (*MAY_IMPORT.values(), *MAY_NOT_REACH.values()) for room in rooms)}
    modules = _modules(ROOT)
    assert [room for room in sorted(rooms) if not any(_is_within(module, room) for module in modules)] == []


def test_verifier_reaching_the_prover_through_another_module_is_reported(tmp_path: Path) -> None:
    _plant(
        tmp_path,
        {
            "reference/__init__.py": "",
            "reference/verifier/verify.py": "from reference.shapes import heights\n",
            "reference/shapes.py": "from reference import trace\n",
            "reference/trace/__init__.py": "from reference.executor import run\n",
            "reference/executor.py": "",
        },
    )
    chain = "reference.verifier.verify -> reference.shapes -> reference.trace"
    assert violations(tmp_path) == [
        f"reference.verifier may not reach reference.executor: {chain} -> reference.executor",
        f"reference.verifier may not reach reference.trace: {chain}",
    ]
