"""Whether students' code can be shut in on this machine: what needs that is skipped elsewhere, and says why."""

from __future__ import annotations

import functools
import subprocess
import sys

import pytest

from amal_attention.errors import SandboxError
from amal_attention.grading.sandbox.layers.bubblewrap import bubblewrap
from amal_attention.grading.sandbox.layers.bubblewrap_program import how_to_allow_namespaces

SHUT_IN_TWICE = """
from amal_attention.grading.sandbox.layers.isolation import leave
from amal_attention.grading.sandbox.layers.linux import mount
leave()
mount("", "/", flags=("rec", "private"))
"""


@functools.cache
def why_no_sandbox() -> str:
    """What keeps submissions from being shut in here, tried; empty where nothing does."""
    try:
        command = [*bubblewrap(()), sys.executable, "-P", "-c", SHUT_IN_TWICE]
        ran = subprocess.run(command, capture_output=True, text=True)
    except (SandboxError, OSError) as error:
        return str(error)
    if ran.returncode:
        said = ran.stderr.strip().splitlines() or [f"status {ran.returncode}"]
        return f"no sandbox on this machine: {said[-1]}; {how_to_allow_namespaces()}"
    return ""


needs_sandbox = pytest.mark.skipif(bool(why_no_sandbox()), reason=why_no_sandbox())
