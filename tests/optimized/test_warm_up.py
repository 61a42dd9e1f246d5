"""Warming up makes every compiled function ready, and says how far it is."""

from __future__ import annotations

import importlib
import pkgutil

from numba.core.dispatcher import Dispatcher

import optimized
from optimized.warm_up import warm_up


def _compiled_functions() -> dict[str, Dispatcher]:
    functions: dict[str, Dispatcher] = {}
    for module in pkgutil.walk_packages(optimized.__path__, "optimized."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Dispatcher):
                functions[f"{value.__module__}.{name}"] = value
    return functions


def test_warm_up_leaves_no_function_uncompiled_that_python_calls() -> None:
    heard: list[tuple[str, float]] = []
    warm_up(lambda name, fraction: heard.append((name, fraction)))
    assert [fraction for _, fraction in heard] == sorted(fraction for _, fraction in heard)
    assert heard[-1] == ("", 1.0)
    called = {
        "_split_pass",
        "_join_pass",
        "_extend_pass",
        "_hash_rows",
        "_compress_nodes",
        "_run",
        "run_instructions",
        "count_rows",
        "_fold",
        "_search",
        "_differences",
    }
    functions = _compiled_functions()
    for name, function in functions.items():
        if name.rpartition(".")[2] in called:
            assert function.signatures, name
    assert called <= {name.rpartition(".")[2] for name in functions}
