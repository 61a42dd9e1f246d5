"""The wheel of a checkout: the same bytes in whatever folder and at whatever time it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE_DATE = "SOURCE_DATE_EPOCH"
"""The environment variable by which builders agree on a date: seconds since 1970."""


class ReleaseError(Exception):
    """A release that cannot be made; the message says why and what to do."""


def source_date(checkout: Path) -> str:
    """The date of the sources: what the environment says, else that of the last commit.

    Raises ReleaseError if it cannot be made.
    """
    return os.environ.get(SOURCE_DATE) or _git(checkout, "log", "-1", "--format=%ct").strip()


def build_wheel(checkout: Path, directory: Path) -> Path:
    """Builds the wheel of the files that git tracks, in a folder of its own.

    Nothing is downloaded: the builder is the setuptools of the environment, which requirements.lock pins. Raises
    ReleaseError if it cannot be made.
    """
    date = source_date(checkout)
    with tempfile.TemporaryDirectory() as scratch:
        sources = Path(scratch) / "sources"
        for name in _git(checkout, "ls-files", "-z").split("\0")[:-1]:
            target = sources / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(checkout / name, target)
            # Whoever checks out may have another umask, and modes enter a wheel.
            target.chmod(0o644)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
        built = Path(scratch) / "built"
        environment = {**os.environ, SOURCE_DATE: date, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        done = subprocess.run(
            [*command, "--wheel-dir", str(built), str(sources)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            # Modes of the files that the builder writes itself enter the wheel too.
            umask=0o022,
        )
        if done.returncode != 0:
            raise ReleaseError(f"the wheel cannot be built: {done.stderr.strip()[-2000:]}")
        (wheel,) = built.glob("*.whl")
        directory.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copyfile(wheel, directory / wheel.name))


def _git(checkout: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=checkout, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ReleaseError("a release is made from a git checkout, by git: git itself says no") from error
    return done.stdout
