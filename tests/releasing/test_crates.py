"""The crates of the Ethereum guest: the page and the bill list exactly what the lock file pins, as the crates say."""

from __future__ import annotations

import re

import pytest

from releasing.crates import LOCK, PAGE, Crate, bill, crates, licence_of, listed, page
from releasing.licences import LicenceError

FREE = re.compile(r"\b(MIT|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|CC0-1\.0|Zlib)\b")

PINNED = crates(LOCK.read_text())

ONE = """
[[package]]
name = "ours"
version = "0.1.0"

[[package]]
name = "no-such-crate"
version = "1.2.3"
source = "registry"
checksum = "ab"
"""


def test_page_lists_every_pinned_crate_and_no_other() -> None:
    assert list(listed(PAGE.read_text())) == [(crate.name, crate.version) for crate in PINNED]


def test_lock_pins_every_crate_by_its_hash() -> None:
    assert len(PINNED) > 100
    assert all(re.fullmatch("[0-9a-f]{64}", crate.sha256) for crate in PINNED)


@pytest.mark.parametrize("crate", PINNED, ids=lambda crate: f"{crate.name}-{crate.version}")
def test_licence_is_a_free_one_and_what_the_crate_says(crate: Crate) -> None:
    licence = listed(PAGE.read_text())[crate.name, crate.version]
    assert FREE.search(licence)
    try:
        stated = licence_of(crate)
    except LicenceError as error:
        pytest.skip(str(error))
    assert licence == stated


def test_bill_names_each_crate_with_its_hash_and_licence() -> None:
    made = bill(ONE, "| no-such-crate | 1.2.3 | MIT |\n")
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert made["components"] == [
        {
            "type": "library",
            "bom-ref": "pkg:cargo/no-such-crate@1.2.3",
            "name": "no-such-crate",
            "version": "1.2.3",
            "purl": "pkg:cargo/no-such-crate@1.2.3",
            "hashes": [{"alg": "SHA-256", "content": "ab"}],
            "licenses": [{"expression": "MIT"}],
        }
    ]


def test_bill_of_the_committed_page_has_every_crate() -> None:
    components = bill(LOCK.read_text(), PAGE.read_text())["components"]
    assert isinstance(components, list)
    assert len(components) == len(PINNED)


def test_page_and_bill_without_what_they_list_are_errors() -> None:
    with pytest.raises(LicenceError, match=r"the crate no-such-crate 1\.2\.3 is not downloaded"):
        page(ONE)
    with pytest.raises(LicenceError, match=r"crates\.md lacks no-such-crate 1\.2\.3"):
        bill(ONE, "| no-such-crate | 1.2.4 | MIT |\n")
