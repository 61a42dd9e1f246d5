"""The public headers alone, in C and in C++, without a warning."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from limpid.guest_build.guest_library import SDK

HEADERS = ["zkvm_accelerators.h", "zkvm_random.h", "zkvm_u256.h"]
LANGUAGES = {"c": ("gcc", "-std=c11"), "c++": ("g++", "-std=c++17")}
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("header", HEADERS)
def test_header_alone_compiles_without_a_warning(header: str, language: str, tmp_path: Path) -> None:
    compiler, standard = LANGUAGES[language]
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed (Debian package {compiler})")
    source = tmp_path / "source"
    source.write_text(f'#include "{header}"\n#include "{header}"\nint main(void) {{ return 0; }}\n')
    command = [compiler, standard, *WARNINGS, f"-I{SDK / 'include'}", "-x", language, "-fsyntax-only", str(source)]
    subprocess.run(command, check=True)


def test_structs_have_the_sizes_and_alignment_of_the_standard(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed (Debian package gcc)")
    sizes = {f"zkvm_bytes_{size}": size for size in (16, 32, 48, 64, 96, 128, 192)}
    sizes |= {
        "zkvm_bn254_pairing_pair": 192,
        "zkvm_bls12_381_g1_msm_pair": 128,
        "zkvm_bls12_381_g2_msm_pair": 224,
        "zkvm_bls12_381_pairing_pair": 288,
    }
    lines = ['#include "zkvm_accelerators.h"']
    for name, size in sizes.items():
        lines.append(f'_Static_assert(sizeof({name}) == {size}, "size");')
        lines.append(f'_Static_assert(_Alignof({name}) == 8, "alignment");')
    lines.append('_Static_assert(ZKVM_EOK == 0 && ZKVM_EFAIL == -1, "status");')
    source = tmp_path / "sizes.c"
    source.write_text("\n".join(lines))
    subprocess.run(["gcc", "-std=c11", f"-I{SDK / 'include'}", "-fsyntax-only", str(source)], check=True)
