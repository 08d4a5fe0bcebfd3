"""A process that is started ends with the one that started it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.processes import HANGS, ended

STARTER = """
import multiprocessing, os, signal, time

from amal_attention.forks import end_with_the_starter


def trains():
    end_with_the_starter()
    print(os.getpid(), flush=True)
    time.sleep(60)


multiprocessing.get_context("fork").Process(target=trains).start()
time.sleep(0.5)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_whose_starter_is_gone_ends(programs: Path, tmp_path: Path):
    (tmp_path / "starter.py").write_text(STARTER)
    ran = subprocess.run([programs / "python", "starter.py"], cwd=tmp_path, stdout=subprocess.PIPE, timeout=HANGS)
    assert ended(int(ran.stdout))
