"""The world that a submission's process is put into, as it is seen from inside."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from tempfile import NamedTemporaryFile

from amal_attention.grading.sandbox.layers.isolation import NAMESPACES, data_bytes
from tests.grading.conftest import run_script

MB = 2**20
START = """
import json, os, resource, sys
from pathlib import Path
from amal_attention.grading.sandbox.layers.isolation import *
from amal_attention.lab.limits import GradingLimits
LIMITS = GradingLimits(cell_seconds=1, submission_seconds=7, memory_mb=100, processes=9, file_mb=2, output_kb=1)
def within(look, sandbox, held=None, home="/tmp/home", place=None):
    read, write = os.pipe()
    if sandbox:
        leave()
    if os.fork() == 0:
        layers = enter(LIMITS, home, held, sandbox=sandbox, place=place)
        os.write(write, json.dumps([layers, look()]).encode())
        os._exit(0)
    os.close(write)
    _, status = os.wait()
    told = b"".join(iter(lambda: os.read(read, 65536), b""))
    print(told.decode() if status == 0 else json.dumps(status))
def said(key):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith(key + ":"))
def error_of(action):
    try:
        action()
    except OSError as error:
        return error.errno
"""
# A container may hide parts of /proc, and then there is none inside.
HAS_PROC = "own /proc"


def test_the_namespaces_that_are_left_are_told_and_new(namespaces):
    source = """
names = {"user": "user", "mount": "mnt", "ipc": "ipc", "uts": "uts", "network": "net"}
def known(): return {name: os.readlink(f"/proc/self/ns/{link}") for name, link in names.items()}
before = known()
told = leave()
print(json.dumps([told, [name for name, link in known().items() if link != before[name]]]))
"""
    told, new = namespaces(START + source)
    assert told == [f"{name} namespace" for name in NAMESPACES]
    assert {*new, "pid"} == set(NAMESPACES)


def test_in_the_sandbox_there_is_an_empty_home_and_nothing_beside_it(namespaces):
    source = """
def look():
    return [os.getcwd(), os.listdir("/tmp"), os.listdir("."), os.listdir("/dev/shm"), oct(Path(".").stat().st_mode),
            [os.environ[name] for name in ("HOME", "TMPDIR", "USER", "LOGNAME", "MPLBACKEND", "MPLCONFIGDIR")],
            os.getpid(), os.getsid(0), error_of(lambda: Path("/dev/pts/x").write_text(""))]
within(look, True)
"""
    with NamedTemporaryFile(dir="/tmp"), NamedTemporaryFile(dir="/dev/shm"):
        layers, found = namespaces(START + source)
    cwd, tmp, own, shared, mode, environment, pid, session, refused = found
    assert (cwd, tmp, own, shared, mode) == ("/tmp/home", ["home"], [], [], "0o40700")
    assert environment == ["/tmp/home", "/tmp/home", "student", "student", "agg", "/tmp/home"]
    assert pid == session == 1
    assert refused == 30
    assert layers[0] == "empty folders of its own"
    assert "no privileges" in layers and layers[-1] == "limits of time, memory, processes and files"


def test_in_the_sandbox_other_processes_are_not_seen_and_no_privilege_is_left(namespaces):
    source = """
def look():
    seen = [name for name in os.listdir("/proc") if name.isdigit()]
    return [seen, [int(said(key), 16) for key in ("CapPrm", "CapEff", "CapBnd", "NoNewPrivs")] if seen else []]
within(look, True)
"""
    layers, (seen, rights) = namespaces(START + source)
    if HAS_PROC in layers:
        assert (seen, rights) == (["1"], [0, 0, 0, 1])
    else:
        assert "no /proc" in layers and seen == []


def test_in_the_sandbox_no_namespace_can_be_made(namespaces):
    source = (
        "from amal_attention.grading.sandbox.layers.linux import unshare\n"
        "within(lambda: error_of(lambda: unshare('user')), True)"
    )
    layers, refused = namespaces(START + source)
    if {"no namespaces inside", "a filter of system calls"} & set(layers):
        assert refused in (28, 38)  # there may be none of them, or no such call


def test_in_the_sandbox_files_hold_together_what_they_may(namespaces):
    source = """
def look():
    def fill():
        for number in range(9):
            Path(f"{number}").write_bytes(bytes(2**19))
    return [error_of(fill), sum(each.stat().st_size for each in Path(".").iterdir()),
            error_of(lambda: Path("/dev/shm/large").write_bytes(bytes(2**22)))]
within(look, True)
"""
    _, (refused, total, shared) = namespaces(START + source)
    assert refused == 28 and total <= 2 * MB
    assert shared == 27  # one file is too large


def test_in_the_sandbox_the_kernel_takes_it_first_where_memory_is_short_and_it_cannot_change_that(namespaces):
    source = """
def look():
    return [Path("/proc/self/oom_score_adj").read_text().strip(),
            error_of(lambda: Path("/proc/self/oom_score_adj").write_text("0"))]
within(look, True)
"""
    layers, (score, refused) = namespaces(START + source)
    if HAS_PROC in layers:
        assert (score, refused) == ("1000", 30)


def test_in_the_sandbox_no_quota_of_the_user_is_spent(namespaces):
    source = """
def look():
    libc = ctypes.CDLL(None, use_errno=True)
    return [libc.inotify_init1(0), libc.mq_open(b"/queue", 0o102, 0o600, None)]
import ctypes
within(look, True)
"""
    assert namespaces(START + source)[1] == [-1, -1]


def test_in_the_sandbox_there_is_no_device_that_gives_shared_memory(namespaces):
    source = """
def look():
    import mmap
    file = os.open("/dev/zero", os.O_RDWR)
    return [error_of(lambda: mmap.mmap(file, 4096)), os.read(file, 2).hex()]
within(look, True)
"""
    assert namespaces(START + source)[1] == [19, "0000"]  # no such device


def test_side_by_side_each_has_a_processor_of_its_own_and_the_grader_goes_first(namespaces):
    source = """
def look(): return [sorted(os.sched_getaffinity(0)), os.nice(0)]
within(look, True, place=3)
"""
    before = sorted(os.sched_getaffinity(0))
    _, (processors, nice) = namespaces(START + source)
    assert processors == [before[3 % len(before)]] and nice == min(19, os.nice(0) + 5)


BOUNDS = """
def look():
    kinds = ("CORE", "CPU", "FSIZE", "NOFILE", "DATA", "NPROC")
    return {kind: list(resource.getrlimit(getattr(resource, f"RLIMIT_{kind}"))) for kind in kinds}
"""


def test_the_kernel_keeps_the_limits_soft_and_hard(namespaces):
    _, bounds = namespaces(START + BOUNDS + "within(look, True, held=50 * 2**20)")
    core = 0 if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0 else 1  # nobody may raise it
    expected = {"CORE": core, "CPU": 17, "FSIZE": 2 * MB, "NOFILE": 256, "DATA": 150 * MB, "NPROC": 10}
    assert bounds == {kind: [bound, bound] for kind, bound in expected.items()}


def test_without_a_sandbox_there_are_limits_alone_and_processes_of_the_user_are_not_counted(tmp_path):
    source = f"within(look, False, held=2**30, home={str(tmp_path / 'home')!r})"
    layers, bounds = run_script(START + BOUNDS + source)
    assert layers == ["limits of time, memory, processes and files"]
    assert bounds["FSIZE"] == [2 * MB, 2 * MB] and bounds["DATA"] == [2**30 + 100 * MB] * 2
    assert bounds["NPROC"] == run_script(START + BOUNDS + "print(json.dumps(look()))")["NPROC"]


def test_without_a_sandbox_no_program_gains_privileges_and_the_home_is_the_one_given(tmp_path):
    source = f"within(lambda: [said('NoNewPrivs'), os.getcwd()], False, held=None, home={str(tmp_path / 'home')!r})"
    _, (forbidden, cwd) = run_script(START + source)
    assert (forbidden, cwd) == ("1", str(tmp_path / "home"))


def test_where_memory_is_not_told_it_is_not_limited(tmp_path):
    source = f"within(look, False, held=None, home={str(tmp_path / 'home')!r})"
    _, bounds = run_script(START + BOUNDS + source)
    assert bounds["DATA"] == run_script(START + BOUNDS + "print(json.dumps(look()))")["DATA"]


def test_a_limit_that_is_lower_already_stays(tmp_path):
    source = f"""
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
resource.setrlimit(resource.RLIMIT_FSIZE, (2**22, 2**22))
within(look, False, held=None, home={str(tmp_path / "home")!r})
"""
    _, bounds = run_script(START + BOUNDS + source)
    assert bounds["NOFILE"] == [100, 100] and bounds["FSIZE"] == [2 * MB, 2 * MB]


def test_what_a_process_holds_grows_by_what_it_takes():
    source = "before = data_bytes()\ntaken = bytearray(50 * 2**20)\nprint(json.dumps(data_bytes() - before))"
    assert 50 * MB <= run_script(START + source) <= 52 * MB


def test_where_the_system_does_not_tell_nothing_is_known(monkeypatch):
    def absent(path: Path) -> str:
        raise FileNotFoundError(path)

    assert (data_bytes() or 0) > 0
    monkeypatch.setattr(Path, "read_text", absent)
    assert data_bytes() is None
    monkeypatch.setattr(Path, "read_text", lambda path: "Name:\tpython\n")
    assert data_bytes() is None
