"""A filter of system calls, tried in a process of its own."""

from __future__ import annotations

import platform

import pytest

from tests.grading.conftest import run_script

START = """
import ctypes, errno, json, os, platform, sys
from amal_attention.grading import seccomp
from amal_attention.grading.linux import forbid_new_privileges
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    found = libc.syscall(number, *arguments)
    return errno.errorcode.get(ctypes.get_errno(), "") if found < 0 else ""
forbid_new_privileges()
"""
known = pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="no filter for this machine")


@known
def test_what_no_answer_needs_is_refused_and_refused_to_children_too():
    source = """
told = [seccomp.filter_system_calls()]
def denied():
    try:
        os.close(os.memfd_create("x"))
    except PermissionError:
        return True
    return False
told.append(denied())
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, b"1" if denied() else b"0")
    os._exit(0)
os.wait()
told.append(os.read(read, 1) == b"1")
print(json.dumps(told))
"""
    assert run_script(START + source) == [True, True, True]


@known
def test_every_call_that_is_named_is_refused_and_its_neighbours_are_not():
    source = """
_, calls = seccomp._DENIED[platform.machine()]
seccomp.filter_system_calls()
refused = [name for name, number in calls.items() if call(number, -1, 0, 0, 0, 0) == "EPERM"]
print(json.dumps([sorted(calls), sorted(refused), call(0xFFF), os.getpid() > 0]))
"""
    named, refused, unknown, works = run_script(START + source)
    assert named == refused and len(named) > 10
    assert (unknown, works) == ("ENOSYS", True)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="another interface is a matter of x86-64")
def test_calls_of_the_other_interface_are_refused():
    source = "seccomp.filter_system_calls()\nprint(json.dumps(call(0x40000000 + 39)))"
    assert run_script(START + source) == "EPERM"


def test_what_answers_need_still_works():
    source = """
seccomp.filter_system_calls()
import mmap, socket, subprocess, threading, tempfile, time
thread = threading.Thread(target=time.sleep, args=(0.01,)); thread.start(); thread.join()
mmap.mmap(-1, 10_000).close()
socket.socketpair()[0].close()
with tempfile.TemporaryFile() as file: file.write(b"x")
print(json.dumps(subprocess.run([sys.executable, "-c", "print(3)"], capture_output=True, text=True).stdout))
"""
    assert run_script(START + source) == "3\n"


def test_a_machine_that_is_not_known_has_none():
    source = """
platform.machine = lambda: "abacus"
told = seccomp.filter_system_calls()
os.close(os.memfd_create("x"))
print(json.dumps(told))
"""
    assert run_script(START + source) is False


@known
def test_without_the_promise_of_no_new_privileges_it_is_refused_to_those_who_have_none(namespaces):
    source = (
        START.replace("forbid_new_privileges()\n", "")
        + """
if os.getuid() == 0:
    os.setresuid(65534, 65534, 65534)
try:
    seccomp.filter_system_calls()
    print(json.dumps("put up"))
except OSError as error:
    print(json.dumps(error.strerror))
"""
    )
    assert namespaces(source) == "seccomp"
