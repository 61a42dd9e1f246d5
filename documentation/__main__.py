"""`python -m documentation` brings the document's generated parts up to date; `--check` only says what is stale,
`--render DIRECTORY` also makes HTML and PDF there, `--site DIRECTORY` the pages to click through, `--audit FILE` first
records an audit's verdicts, `--prove` first makes the proof that the chapter on bytes takes apart."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from documentation.chapters import ROOT, stale_files, write_files
from documentation.encodings.example import prove_example
from documentation.verdicts import RECORD, record_of_audit


def main() -> int:
    """Returns the exit status: 1 where `--check` finds stale files."""
    parser = argparse.ArgumentParser(prog="python -m documentation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale")
    parser.add_argument("--render", type=Path, metavar="DIRECTORY", help="make HTML and PDF in this directory")
    parser.add_argument("--site", type=Path, metavar="DIRECTORY", help="make all pages as a site in this directory")
    parser.add_argument(
        "--audit", type=Path, metavar="FILE", help="record the verdicts in this output of limpid audit --json"
    )
    parser.add_argument(
        "--prove", action="store_true", help="first prove the example of the chapter on bytes anew: minutes"
    )
    arguments = parser.parse_args()
    if arguments.audit is not None:
        RECORD.write_text(record_of_audit(arguments.audit).encoded())
    if arguments.prove:
        print(f"proven: {prove_example().relative_to(ROOT)}")
    files = stale_files() if arguments.check else write_files()
    for path in files:
        print(f"{'stale' if arguments.check else 'written'}: {path.relative_to(ROOT)}")
    if arguments.render is not None:
        # Only rendering needs pandoc and typst.
        from documentation.rendering import render

        for path in render(arguments.render):
            print(f"rendered: {path}")
    if arguments.site is not None:
        # Only the site needs mkdocs.
        from documentation.site import build_site

        print(f"site: {build_site(arguments.site)}")
    return int(arguments.check and bool(files))


if __name__ == "__main__":
    sys.exit(main())
