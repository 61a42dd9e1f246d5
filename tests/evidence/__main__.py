"""Counts attacks, bad files and weakened checks, records the figures, and prints README's table of them."""

from __future__ import annotations

import json
import sys

from documentation.chapters import write_files
from documentation.evidence import RECORD, evidence
from tests.evidence.figures import figures


def main() -> None:
    """Writes the record anew, and README with it."""
    RECORD.write_text(json.dumps(figures(), indent=1) + "\n")
    write_files()
    sys.stdout.write(f"{evidence()}\n")


if __name__ == "__main__":
    main()
