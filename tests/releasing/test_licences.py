"""The page of licences: of exactly what is pinned, and as the packages say."""

from __future__ import annotations

import re

import pytest

from releasing.licences import LOCK, PAGE, LicenceError, licence_of, listed, page, pins

FREE = re.compile(r"MIT|BSD|Apache|MPL|Mozilla|PSF|Python Software Foundation|ISC|Public domain")


def test_page_lists_every_pinned_package_in_its_version_and_no_other() -> None:
    rows = listed(PAGE.read_text())
    assert {name: row.version for name, row in rows.items()} == pins(LOCK.read_text())
    assert list(rows) == sorted(rows)


@pytest.mark.parametrize("name", sorted(pins(LOCK.read_text())))
def test_licence_is_a_free_one_and_what_the_package_says(name: str) -> None:
    row = listed(PAGE.read_text())[name]
    assert FREE.search(row.licence), row
    try:
        stated = licence_of(row.package, row.version)
    except LicenceError as error:
        pytest.skip(str(error))
    assert row == stated


def test_every_pin_has_hashes_and_names_no_index() -> None:
    """`pip install --require-hashes` refuses a file in which a single one is missing."""
    text = LOCK.read_text()
    blocks = re.split(r"^(?=[A-Za-z0-9][\w.-]*==)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pins(text)) > 0
    for block in blocks:
        assert re.fullmatch(r"\S+==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+\n", block), block
    assert "://" not in text


@pytest.mark.parametrize(
    ("package", "version", "message"),
    [("no-such-package", "1", "is not installed"), ("numpy", "0", "requirements.lock pins 0")],
)
def test_package_that_is_not_installed_as_pinned_is_an_error(package: str, version: str, message: str) -> None:
    with pytest.raises(LicenceError, match=message):
        licence_of(package, version)


def test_page_without_what_it_lists_is_an_error() -> None:
    with pytest.raises(LicenceError, match="no-such-package is not installed"):
        page("no-such-package==1 \\\n")
