"""The options of `limpid soundcalc` besides its subjects, and which of them fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from soundcalc.protocol.proximity import CurveBound
from soundcalc.published.figures import Bounds
from soundcalc.published.whatif import Change


@dataclass(frozen=True)
class Wishes:
    """The options, by what they are about."""

    compat: bool
    lenient: bool
    curve: CurveBound
    loss: bool
    target_bits: int | None
    segments: int | None
    changes: tuple[Change, ...]
    sweep: str | None
    plot: str | None
    plot_range: str | None
    proofs: tuple[str, ...]
    export: str | None
    rounds: bool

    @property
    def bounds(self) -> Bounds:
        """The bounds of published systems."""
        if self.loss:
            return Bounds.LOSS
        return Bounds.CUBIC if self.curve is CurveBound.CUBIC else Bounds.PROVEN

    @property
    def given(self) -> frozenset[str]:
        """The options that were given, without those that have a value always."""
        options = {
            "--compat": self.compat,
            "--lenient": self.lenient,
            "--loss": self.loss,
            "--target-bits": self.target_bits is not None,
            "--segments": self.segments is not None,
            "--set": bool(self.changes),
            "--sweep": self.sweep is not None,
            "--plot": self.plot is not None,
            "--plot-range": self.plot_range is not None,
            "--proofs": bool(self.proofs),
            "--export": self.export is not None,
            "--rounds": self.rounds,
            "--curve": self.curve is not CurveBound.CORRECTED,
        }
        return frozenset(name for name, is_given in options.items() if is_given)

    def check(self) -> None:
        """Raises UsageError where two options do not go together, or one needs another."""
        given = self.given
        if "--plot" in given and "--sweep" not in given:
            raise click.UsageError("--plot draws a sweep: give --sweep as well")
        if "--plot-range" in given and "--plot" not in given:
            raise click.UsageError("--plot-range is about a plot: give --plot as well")
        for option, others in EXCLUDES.items():
            if option in given and given & others:
                raise click.UsageError(f"{option} does not go with {' and '.join(sorted(given & others))}")
        if self.loss and self.curve is not CurveBound.CORRECTED:
            raise click.UsageError("--loss does not go with --curve: each is a bound of its own")

    def check_kind(self, what: str, admitted: frozenset[str]) -> None:
        """Raises UsageError for options that say nothing about this kind of subject."""
        if foreign := self.given - admitted:
            raise click.UsageError(f"{', '.join(sorted(foreign))} {_say(foreign)} nothing about {what}")


def _say(options: frozenset[str]) -> str:
    return "says" if len(options) == 1 else "say"


EXCLUDES = {
    "--compat": frozenset(
        {"--target-bits", "--segments", "--sweep", "--plot", "--proofs", "--loss", "--curve", "--rounds"}
    ),
    "--target-bits": frozenset({"--sweep", "--plot", "--proofs", "--rounds"}),
    "--sweep": frozenset({"--export", "--rounds"}),
}
"""What would be ignored beside an option, and so is refused."""

ABOUT_FILES = frozenset(
    {
        "--compat", "--lenient", "--loss", "--curve", "--target-bits", "--segments", "--set", "--sweep", "--plot",
        "--plot-range", "--proofs", "--export", "--rounds",
    }
)  # fmt: skip
"""The options for a FILE.toml of a published system."""

ABOUT_SETS = frozenset(
    {"--curve", "--target-bits", "--segments", "--set", "--sweep", "--plot", "--plot-range", "--export"}
)
"""The options for a parameter set, a key, or a file of one."""

ABOUT_TREES = frozenset({"--curve", "--segments", "--export"})
"""The options for the tree of proofs, or a file of one."""

ABOUT_PROOFS = frozenset({"--curve"})

ABOUT_SEVERAL = frozenset({"--lenient", "--loss", "--curve", "--set", "--proofs"})
"""The options for several files, and for two that are compared."""


def bits_range(text: str | None) -> tuple[float, float] | None:
    """LOW:HIGH in bits, of a plot. Raises UsageError for text of another form."""
    if text is None:
        return None
    parts: Sequence[str] = text.split(":")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        raise click.UsageError(f"--plot-range {text} is not LOW:HIGH")
    low, high = map(int, parts)
    if low >= high:
        raise click.UsageError(f"--plot-range {text} is empty")
    return float(low), float(high)
