"""The process from which others are forked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from amal_attention.grading.sandbox.sandbox import Child, Zygote
from amal_attention.grading.wire.channel import Channel
from amal_attention.lab.limits import GradingLimits
from tests.processes import HANGS, ended


def asked(child: Child, *request: Any) -> Any:
    child.channel.send([request], time.monotonic() + HANGS)
    ((kind, value),) = child.channel.receive(time.monotonic() + HANGS)
    assert kind == "value", value
    return value


def called(child: Child, source: str) -> Any:
    """What ``call()`` of a cell gives."""
    asked(child, "run", source, False)
    asked(child, "begin", 1)
    return asked(child, "ask", "call", "call", [], {})


def test_it_says_when_it_is_ready_forks_with_one_thread_and_ends_with_its_socket(tmp_path):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    options = {
        "imports": ["import no_such_module", "from colorsys import hsv_to_rgb"],
        "limits": GradingLimits().to_dict(),
        "sandbox": False,
    }
    command = [
        sys.executable,
        "-P",
        "-m",
        "amal_attention.grading.sandbox.zygote",
        str(theirs.fileno()),
        json.dumps(options),
    ]
    log = tmp_path / "log"
    with theirs, log.open("wb") as file:
        one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}  # as the sandbox sets it
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=file, env=one_thread)
    ours.settimeout(60)
    said = json.loads(ours.recv(1000))
    assert said == {"pid": process.pid, "threads": 1}
    assert len(list(Path(f"/proc/{process.pid}/task").iterdir())) == 1
    (channel, their_channel), (life, their_life) = socket.socketpair(), socket.socketpair()
    with their_channel, their_life:
        socket.send_fds(ours, [b'{"place": null}'], [their_channel.fileno(), their_life.fileno()])
    child = Child(Channel(channel), life)
    assert child.channel.receive(time.monotonic() + HANGS) == ["limits of time, memory, processes and files"]
    assert called(child, "import sys\ndef call(): return 'colorsys' in sys.modules") is True
    ours.close()
    assert process.wait(HANGS) == 0
    assert log.read_text() == ""
    assert called(child, "def call(): return 1") == 1  # who was forked goes on
    assert child.end() is not None


def test_a_child_knows_what_the_zygote_imported_and_nothing_of_another_child(beside: Zygote):
    first, second = beside.child(), beside.child()
    left = "import builtins, os, sys, torch\nbuiltins.left = sys.left = torch.left = 1\ndef call(): return os.getpid()"
    look = """
import builtins, os, sys
def call(): return [os.getpid(), 'lightning' in sys.modules,
                    hasattr(builtins, 'left'), hasattr(sys, 'left'), hasattr(sys.modules['torch'], 'left')]
"""
    pid = called(first, left)
    other, *found = called(second, look)
    assert other != pid and found == [True, False, False, False]
    for each in (first, second):
        assert each.end() is not None
    assert ended(pid) and ended(other)


def test_children_that_ended_are_no_burden(beside: Zygote):
    child = beside.child()
    pid = called(child, "import os\ndef call(): return os.getppid()")
    child.end()
    deadline = time.monotonic() + HANGS
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()  # not even as a zombie
