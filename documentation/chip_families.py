"""The chips by the file that declares them, and what that file says of them all."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from functools import cache

from spec.air.chip import Chip
from spec.rv64im import chips as chips_package
from spec.rv64im.machine import CHIPS


@dataclass(frozen=True)
class ChipFamily:
    """One file of chips."""

    name: str
    source: str
    introduction: str
    chips: tuple[Chip, ...]


@cache
def chip_families() -> tuple[ChipFamily, ...]:
    """All files of chips in machine order."""
    found = []
    for module in pkgutil.iter_modules(chips_package.__path__):
        loaded = importlib.import_module(f"{chips_package.__name__}.{module.name}")
        source = f"{loaded.__name__.replace('.', '/')}.py"
        found.append(
            ChipFamily(
                module.name,
                source,
                inspect.cleandoc(loaded.__doc__ or ""),
                (
                    *loaded.CHIPS,
                    *getattr(loaded, "WORK_CHIPS", ()),
                    *(chip for chip, _ in getattr(loaded, "FIXED_TABLES", ())),
                ),
            )
        )
    return tuple(sorted(found, key=lambda family: CHIPS.index(family.chips[0])))
