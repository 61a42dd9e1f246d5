"""Commands of an extra name the package that is missing, and how it is installed."""

from __future__ import annotations

import pytest

from limpid.extras import NEEDED_PACKAGES
from tests.limpid.commands.invocation import MISSING, limpid


@pytest.mark.parametrize("name", ["no_such_package", "no_such_package.part"])
def test_missing_package_of_ethereum_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NEEDED_PACKAGES, "ethereum", ("json", name))
    found = limpid("ethereum", "conformance", MISSING, "--json")
    assert found.error["kind"] == "missing_packages"
    assert found.error["message"] == f"the Python package {name} is not installed"
    assert found.error["next_step"] == "pip install 'limpid[ethereum]'"
