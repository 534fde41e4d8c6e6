"""Finding the real shells that the tests drive."""

from __future__ import annotations

import os
import shutil

import pytest

# Where a shell goes by several names, the first one found is taken.
_PROGRAMS: dict[str, tuple[str, ...]] = {
    "ksh93": ("ksh93", "ksh"),
    "pwsh": ("pwsh",),
}

# Options that keep start-up files out, so that a test sees the shell itself and not the machine's configuration.
_CLEAN: dict[str, tuple[str, ...]] = {
    "bash": ("--noprofile", "--norc"),
    "busybox": ("sh",),
    "zsh": ("-f",),
    "fish": ("--no-config",),
    "yash": ("--noprofile", "--norcfile"),
    "pwsh": ("-NoLogo", "-NoProfile", "-NonInteractive"),
}


def require_shell(name: str) -> str:
    """The absolute path of a shell. A missing one skips the test, but fails it under CI or CTX_REQUIRE_SHELLS.

    Without the second half a grid of shells shrinks unnoticed to whatever the test machine happens to have.
    """
    for program in _PROGRAMS.get(name, (name,)):
        found = shutil.which(program)
        if found:
            return os.path.abspath(found)
    if os.environ.get("CI") or os.environ.get("CTX_REQUIRE_SHELLS"):
        pytest.fail(f"{name} is not installed, and CI or CTX_REQUIRE_SHELLS asks for every shell", pytrace=False)
    pytest.skip(f"{name} is not installed")


def clean_command(name: str) -> list[str]:
    """The command that starts a shell (`require_shell`) without any start-up file."""
    return [require_shell(name), *_CLEAN.get(name, ())]
