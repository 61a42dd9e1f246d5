"""Profiling a run into a directory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from limpid.errors import FileError
from limpid.profiling.flame_graph import flame_graph
from limpid.profiling.inlined import InlinedFunctions
from limpid.profiling.pprof import pprof_file
from limpid.profiling.report import Report, report
from limpid.profiling.weights import weighed_calls
from limpid.reading.symbols import readable
from limpid.runs.estimation import cost_of
from limpid.terminal.files import cause_of, filled_directory, write_bytes, write_text
from reference.cost import rows_by_pc
from reference.executor.profiling import Profile

REPORT_NAME = "report.txt"
FLAME_GRAPH_NAME = "flame_graph.html"
PPROF_NAME = "profile.pb.gz"


def write_profile(profile: Profile, directory: str, title: str, elf: bytes) -> Report:
    """Writes the report, the flame graph and the pprof file of a run that can be proven; returns the report.

    `elf` is the guest's file, whose debug information names inlined functions.

    Raises FileError if a file cannot be read or written, and TooLongError if the run does not fit in what can be proven
    at once.
    """
    rows, named = rows_by_pc(profile), replace(profile, program=readable(profile.program))
    calls = weighed_calls(named, rows, InlinedFunctions(elf).at)
    told = report(named, cost_of(profile), rows)
    target = Path(directory)
    try:
        with filled_directory(target):
            write_text(str(target / REPORT_NAME), told.text())
            write_text(str(target / FLAME_GRAPH_NAME), flame_graph(calls, title))
            write_bytes(str(target / PPROF_NAME), pprof_file(calls))
    except (OSError, ValueError) as error:
        raise FileError(
            directory, f"cannot be made a directory: {cause_of(error)}", "name another directory"
        ) from error
    return told
