"""Whether other processes still run."""

from __future__ import annotations

import time
from pathlib import Path


def ended(pid: int, seconds: float = 5) -> bool:
    """Whether a process is gone, or is soon."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
