"""Standard error that says it is a terminal."""

from __future__ import annotations

import io
import sys

import pytest


class Terminal(io.StringIO):
    """Keeps what is shown."""

    def isatty(self) -> bool:
        return True


def shown_on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error from here on. Called by a test itself: what a fixture puts there is replaced before its test."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    return terminal
