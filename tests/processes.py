"""Whether other processes still run, and how long a test waits for them."""

from __future__ import annotations

import time
from pathlib import Path

HANGS = 1800.0
"""Seconds after which what still runs hangs: tests wait for an end, and a busy machine may take long to come to it."""


def ended(pid: int) -> bool:
    """Whether a process is gone, or is before it would hang."""
    deadline = time.monotonic() + HANGS
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
