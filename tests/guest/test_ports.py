"""The guests of docs/porting.md, built from a user's copies of the libraries by the commands of the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from limpid.guest_build.build import SDK

ROOT = SDK.parent
PAGE = (ROOT / "docs" / "porting.md").read_text()
BLOCKS = {
    name: block
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for name in re.findall(r"ports/(\w+)\.c", block)
}


def test_page_has_the_commands_of_every_port() -> None:
    assert sorted(BLOCKS) == sorted(path.stem for path in (SDK / "ports").glob("*.c"))


@pytest.mark.slow
@pytest.mark.parametrize("name", BLOCKS)
def test_commands_of_the_page_build_run_prove_and_verify_the_port(name: str, compiler: str, tmp_path: Path) -> None:
    sources = os.environ.get("LIMPID_PORTS")
    if sources is None or not (Path(sources) / name).is_dir():
        pytest.skip(f"LIMPID_PORTS names no directory with a folder {name}")
    for shared in ("guest", "LICENSE-MIT"):
        (tmp_path / shared).symlink_to(ROOT / shared)
    (tmp_path / "build").mkdir()
    commands = re.sub(r"path/to/.*", str(Path(sources) / name), BLOCKS[name], count=1)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-euc", commands], cwd=tmp_path, env=environment, check=True, capture_output=True)
    results = {"zlib": "packed", "lua": "printed", "sqlite": "rows"}
    output = (tmp_path / "build" / results[name]).read_bytes()
    expected = {
        "zlib": (ROOT / "LICENSE-MIT").read_bytes()[:300],
        "lua": b"0.10000000000000001",
        "sqlite": b"2.5\n1.5\n",
    }
    assert (zlib.decompress(output) if name == "zlib" else output)[:20] == expected[name][:20]
