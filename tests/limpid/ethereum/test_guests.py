"""The guests' files: the same bytes wherever they are built."""

from __future__ import annotations

from pathlib import Path

import pytest

from limpid.ethereum.guests import GuestName, build_guests, guest_elf


@pytest.mark.slow
def test_guests_built_in_two_folders_have_the_same_bytes(guests: None, tmp_path: Path) -> None:
    names: tuple[GuestName, ...] = ("validator", "recorder")
    built = []
    for folder in (tmp_path / "one", tmp_path / "another" / "deeper"):
        folder.mkdir(parents=True)
        build_guests(folder)
        built.append([(folder / f"{name}.elf").read_bytes() for name in names])
    assert built[0] == built[1] == [guest_elf(name).read_bytes() for name in names]
