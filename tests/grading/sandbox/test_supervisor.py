"""What the parent of a submission's process sees of it, and what it leaves behind, with submissions of a few lines."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from amal_attention.grading.sandbox.supervisor import Ending
from amal_attention.lab.limits import GradingLimits
from tests.processes import HANGS, ended

PARENT = """
import json, os, socket, sys
from amal_attention.lab.limits import GradingLimits
from amal_attention.grading.sandbox.supervisor import supervise
channel, life, limits, sandbox, source, way_in = json.loads(sys.argv[1])
def serve(sock, layers):
    import mmap, resource, signal, threading, time
    from pathlib import Path
    def tell(value): sock.sendall(json.dumps(value).encode() + b"\\n")
    def take(mb): return bytearray(b"1") * (mb * 2**20)
    exec(source, {**globals(), **locals()})
inherited = bytearray(b"1") * (60 * 2**20)
line, life_line = socket.socket(fileno=channel), socket.socket(fileno=life)
supervise(serve, line, life_line, GradingLimits(**limits), sandbox, way_in=way_in)
"""


class Run:
    """A submission under a supervisor; ``told`` reads what it tells."""

    def __init__(
        self, source: str, sandbox: bool, environment: dict[str, str], way_in: int | None = None, **limits: float
    ) -> None:
        (self.channel, theirs), (self.life, their_life) = socket.socketpair(), socket.socketpair()
        for each in (self.channel, self.life):
            each.settimeout(20)
        chosen = asdict(GradingLimits()) | {"memory_mb": 100, "output_kb": 1} | limits
        given = json.dumps([theirs.fileno(), their_life.fileno(), chosen, sandbox, source, way_in])
        command = [sys.executable, "-P", "-c", PARENT, given]
        with theirs, their_life:
            descriptors = (theirs.fileno(), their_life.fileno(), *([] if way_in is None else [way_in]))
            self.process = subprocess.Popen(command, pass_fds=descriptors, env=os.environ | environment)

    def told(self) -> Any:
        return json.loads(self.channel.makefile().readline())

    def ending(self, *, stop: bool = False) -> Ending:
        """How it ended, by itself or because the life line is closed."""
        if stop:
            self.life.shutdown(socket.SHUT_WR)
        text = b"".join(iter(lambda: self.life.recv(65536), b""))
        assert self.process.wait(HANGS) == 0
        return Ending(**json.loads(text))


@pytest.fixture(params=[False, True], ids=["beside", "shut in"])
def sandbox(request: pytest.FixtureRequest) -> bool:
    if request.param:
        request.getfixturevalue("namespaces")
    return request.param


@pytest.fixture
def run(sandbox: bool, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(source: str, **limits: float) -> Run:
        runs.append(Run(source, sandbox, {"TMPDIR": str(tmp_path)}, **limits))
        return runs[-1]

    yield start
    for each in runs:
        each.channel.close()
        each.life.close()
        each.process.wait(HANGS)
    assert list(tmp_path.iterdir()) == []  # nothing is left, whatever happened


def test_a_process_that_does_its_work_ends_well_and_knows_its_layers(run, sandbox):
    submission = run("tell(layers); Path('file').write_text('x')")
    layers = submission.told()
    assert ("user namespace" in layers) is ("no privileges" in layers) is sandbox
    assert layers[-1] == "limits of time, memory, processes and files"
    ending = submission.ending()
    assert (ending.status, ending.over, ending.output) == (0, "", "")


@pytest.mark.parametrize(("source", "status"), [("os._exit(7)", 7), ("import ctypes; ctypes.string_at(0)", -11)])
def test_the_status_is_that_of_the_process(run, source, status):
    ending = run(source).ending()
    assert (ending.status, ending.over) == (status, "")


def test_a_process_ends_when_the_grader_does(run):
    submission = run("tell(1); time.sleep(60)")
    submission.told()
    assert submission.ending(stop=True).status == -9


def test_a_process_ends_at_the_limit_of_memory(run):
    ending = run("kept = [mmap.mmap(-1, 150 * 2**20)]\nkept[0].write(b'1' * 150 * 2**20)\ntime.sleep(60)").ending()
    assert (ending.status, ending.over) in [(-9, "memory"), (1, "")]  # the kernel counts some of it as data


def test_page_tables_are_counted_as_memory(run):
    source = """
kept = mmap.mmap(-1, 70 * 2**30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, mmap.PROT_READ)
for place in range(0, len(kept), 2**21): kept[place]
time.sleep(60)
"""
    ending = run(source).ending()
    assert (ending.status, ending.over) == (-9, "memory")


@pytest.mark.parametrize("sandbox", [True], indirect=True)  # beside other processes, sockets cannot be told from theirs
def test_what_the_kernel_may_hold_for_sockets_is_counted_as_memory(run, sandbox):
    source = """
import socket as sockets
for _ in range(3):
    if os.fork() == 0: break
kept = [sockets.socketpair() for _ in range(100)]
time.sleep(60)
"""
    ending = run(source).ending()
    assert (ending.status, ending.over) == (-9, "memory")


def test_a_few_sockets_are_no_burden(run):
    source = "import socket as sockets\nkept = [sockets.socketpair() for _ in range(20)]\ntime.sleep(0.3); tell(1)"
    submission = run(source)
    assert submission.told() == 1 and submission.ending().over == ""


def test_processes_end_when_together_they_pass_the_limit_of_memory(run):
    source = "for _ in range(3):\n    if os.fork() == 0: break\nkept = take(60)\ntime.sleep(60)"
    ending = run(source).ending()
    assert (ending.status, ending.over) == (-9, "memory")


def test_memory_that_forks_share_is_counted_once(run):
    source = "kept = take(60)\nfor _ in range(3):\n    if os.fork() == 0: break\ntime.sleep(0.5)\ntell(len(kept))"
    submission = run(source)
    assert submission.told() == 60 * 2**20
    assert submission.ending().over == ""


def test_memory_that_was_there_before_is_counted_as_often_as_forks_write_to_it(run):
    source = """
for _ in range(3):
    os.fork()
for place in range(0, len(inherited), 4096): inherited[place] = 2
time.sleep(60)
"""
    ending = run(source).ending()
    assert (ending.status, ending.over) == (-9, "memory")


def test_a_process_that_hides_what_it_holds_counts_as_one_that_shares_nothing(run):
    source = """
import ctypes
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
for _ in range(3):
    os.fork()
for place in range(0, len(inherited), 4096): inherited[place] = 2
time.sleep(60)
"""
    ending = run(source).ending()
    assert (ending.status, ending.over) == (-9, "memory")


def test_memory_that_was_there_before_and_that_forks_share_is_not_counted(run):
    source = "for _ in range(3):\n    if os.fork() == 0: break\ntime.sleep(0.5)\ntell(len(inherited))"
    submission = run(source)
    assert submission.told() == 60 * 2**20
    assert submission.ending().over == ""


def test_one_process_cannot_take_more_memory_than_the_limit(run):
    submission = run("try:\n    take(150)\n    tell('taken')\nexcept MemoryError:\n    tell('refused')")
    assert submission.told() == "refused"
    assert submission.ending().over == ""


def test_processes_end_when_there_are_too_many(run, sandbox):
    source = """
try:
    while os.fork(): pass
except OSError:
    os.write(1, b'refused')
time.sleep(1)
"""
    ending = run(source, processes=5).ending()
    refused = sandbox and ending.output == "refused"  # by the kernel, which counts those of root nowhere
    assert refused or (ending.status, ending.over) == (-9, "processes")


def test_as_many_processes_as_there_may_be_do_no_harm(run):
    source = "for _ in range(3):\n    if os.fork() == 0: time.sleep(0.4); os._exit(0)\ntime.sleep(0.3); tell(1)"
    submission = run(source, processes=4)
    assert submission.told() == 1
    assert submission.ending().over == ""


def test_what_a_process_leaves_running_ends_with_it(run, sandbox):
    source = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        tell(os.getpid())
        time.sleep(60)
    os._exit(0)
os.wait()
time.sleep(0.3)
"""
    submission = run(source)
    orphan = submission.told()
    submission.channel.settimeout(5)
    submission.ending()
    assert submission.channel.recv(1) == b""  # it held this open
    assert sandbox or ended(orphan)


def test_the_beginning_of_what_is_printed_is_kept_in_both_streams(run):
    ending = run("os.write(1, b'one\\n'); os.write(2, b'two \\xff\\n')").ending()
    assert ending.output == "one\ntwo \ufffd\n"


def test_output_without_end_is_read_to_its_end_and_kept_up_to_its_limit(run):
    submission = run("for _ in range(300): os.write(1, b'abcdefgh' * 1000)\ntell('done')", output_kb=2)
    assert submission.told() == "done"
    assert submission.ending().output == "abcdefgh" * 256


def test_output_that_is_closed_does_not_end_the_process(run):
    submission = run("os.write(1, b'a'); os.close(1); os.close(2); time.sleep(0.3); tell('there')")
    assert submission.told() == "there"
    assert submission.ending().output == "a"


def test_what_was_printed_before_the_grader_ended_it_is_kept(run):
    submission = run("os.write(1, b'last words'); tell(1); time.sleep(60)")
    submission.told()
    assert submission.ending(stop=True).output == "last words"


def test_the_time_that_a_process_took_is_its_own(run):
    source = "while time.process_time() < 0.3: pass\ntell(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    submission = run(source)
    peak = submission.told() / 1024
    ending = submission.ending()
    assert 0.3 <= ending.cpu_seconds < 3
    assert peak - 1 <= ending.peak_mb < peak + 20


def test_time_that_passes_in_sleep_is_not_counted(run):
    assert run("time.sleep(0.4)").ending().cpu_seconds < 0.3


def test_there_is_nothing_to_read_and_nothing_open_but_the_channel(run):
    source = """
opened = [number for number in range(1000) if os.path.exists(f"/proc/self/fd/{number}")]
def valid(number):
    try: os.fstat(number)
    except OSError: return False
    return True
tell([[number for number in range(1000) if valid(number)], sock.fileno(), os.read(0, 10).decode()])
"""
    opened, channel, read = run(source).told()
    assert opened == sorted([0, 1, 2, channel]) and read == ""


def test_the_life_line_that_is_gone_is_no_error(run):
    submission = run("tell(os.getpid()); time.sleep(60)")
    submission.told()
    submission.life.close()
    assert submission.process.wait(HANGS) == 0
    assert submission.channel.recv(1) == b""


def test_the_end_comes_soon_after_the_process_did(run):
    submission = run("tell(1)")
    submission.told()
    began = time.monotonic()
    submission.ending()
    assert time.monotonic() - began < 2
