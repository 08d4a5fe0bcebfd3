"""The clock of the runs of ``benchmarks/training.py``: the one on the wall, or the CPU seconds of the process."""

from __future__ import annotations

import os
import time

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}

now = CLOCKS[os.environ.get("BENCHMARK_CLOCK", "wall")]
