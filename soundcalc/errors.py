"""What the calculator refuses, as exceptions that name the parameter and the place."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN_PROBLEMS = 40
"""As many fit on a screen."""


class CalculatorError(ValueError):
    """The root of every refusal."""


class ParameterError(CalculatorError):
    """A parameter that no proof system can have, such as a rate above one."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter}: {reason}")
        self.parameter = parameter
        self.reason = reason


class ConditionViolatedError(CalculatorError):
    """A bound was asked for outside the conditions under which it holds."""

    def __init__(self, bound: str, condition: str, detail: str) -> None:
        super().__init__(f"{bound}: the condition '{condition}' fails: {detail}")
        self.bound = bound
        self.condition = condition
        self.detail = detail


class ConfigurationError(CalculatorError):
    """A configuration file is malformed; names file, circuit and key, both empty where it is about the whole file."""

    def __init__(self, file: str, circuit: str, key: str, reason: str) -> None:
        place = f", circuit {circuit!r}, key {key!r}" if circuit or key else ""
        super().__init__(f"{file}{place}: {reason}")
        self.file = file
        self.circuit = circuit
        self.key = key
        self.reason = reason


class ConfigurationProblemsError(CalculatorError):
    """Several problems of one configuration file, in its order."""

    def __init__(self, problems: Sequence[ConfigurationError]) -> None:
        shown = [str(problem) for problem in problems[:SHOWN_PROBLEMS]]
        hidden = len(problems) - len(shown)
        super().__init__("\n".join([*shown, f"and {hidden} more"] if hidden else shown))
        self.problems = tuple(problems)


class NoSolutionError(CalculatorError):
    """A search found no parameters that reach the target."""
