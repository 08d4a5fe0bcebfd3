"""A filter of system calls, tried in a process of its own."""

from __future__ import annotations

import json
import platform

import pytest

from tests.grading.conftest import run_script

START = """
import ctypes, errno, json, os, platform, sys
from amal_attention.grading.sandbox.layers import seccomp
from amal_attention.grading.sandbox.layers.linux import forbid_new_privileges
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
    except OSError as error:
        return error.errno == errno.ENOSYS
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


NOT_IN_THE_LIST = {
    "x86_64": {
        "memfd_create": 319, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "inotify_init1": 294,
        "inotify_init": 253, "fanotify_init": 300, "add_key": 248, "keyctl": 250, "ptrace": 101,
        "process_vm_readv": 310, "mount": 165, "unshare": 272, "setns": 308, "open_by_handle_at": 304,
        "io_uring_setup": 425, "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "clone3": 435, "vmsplice": 278,
        "sched_setaffinity": 203, "remap_file_pages": 216, "of a later kernel": 0xFFF,
        "of the other interface": 0x40000000 + 39,
    },
    "aarch64": {
        "memfd_create": 279, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "inotify_init1": 26,
        "fanotify_init": 262, "add_key": 217, "keyctl": 219, "ptrace": 117, "process_vm_readv": 270, "mount": 40,
        "unshare": 97, "setns": 268, "open_by_handle_at": 265, "io_uring_setup": 425, "bpf": 280, "userfaultfd": 282,
        "perf_event_open": 241, "clone3": 435, "vmsplice": 75, "sched_setaffinity": 122, "of a later kernel": 0xFFF,
    },
}  # fmt: skip


@known
def test_what_is_not_in_the_list_is_not_there():
    source = """
calls = json.loads(sys.argv[1])[platform.machine()]
seccomp.filter_system_calls()
print(json.dumps([name for name, number in calls.items() if call(number, -1, 0, 0, 0, 0) != "ENOSYS"]))
"""
    assert run_script(START + source, json.dumps(NOT_IN_THE_LIST)) == []


@known
def test_what_is_in_the_list_goes_through_to_the_kernel():
    source = """
numbers = seccomp.ALLOWED[platform.machine()]
left = {"kill", "tkill", "close_range", "munmap", "brk", "setrlimit", "prlimit64"}
deadly = {"exit", "exit_group", "pause", "rt_sigreturn", "rt_sigsuspend", "vfork", "fork", "clone", "restart_syscall"}
waits = {"select", "poll", "ppoll", "pselect6", "epoll_pwait2", "wait4", "waitid", "futex_waitv"}
decided = {"socket", "socketpair", "mmap", "ioctl", "personality", "fcntl"}  # by their arguments, see below
after = {}
for name, number in numbers.items():
    if name not in deadly | waits | decided | left:
        after[name] = call(number, -1, -1, -1, -1, -1, -1)
print(json.dumps(after))
"""
    script = START.replace("forbid_new_privileges()\n", "forbid_new_privileges()\nFILTER\n") + source
    without = run_script(script.replace("FILTER", ""))
    assert run_script(script.replace("FILTER", "seccomp.filter_system_calls()")) == without


@known
@pytest.mark.parametrize(
    ("attempt", "found"),
    [
        ("socket.socket(socket.AF_UNIX)", ""),
        ("socket.socket()", ""),
        ("socket.socket(socket.AF_INET, socket.SOCK_DGRAM)", ""),
        ("socket.socket(socket.AF_INET6)", "EAFNOSUPPORT"),
        ("socket.socket(16, socket.SOCK_RAW)", "EAFNOSUPPORT"),  # netlink
        ("socket.socket(17, socket.SOCK_RAW)", "EAFNOSUPPORT"),  # packets
        ("socket.socket(38, socket.SOCK_SEQPACKET)", "EAFNOSUPPORT"),  # the kernel's ciphers
        ("socket.socket(40, socket.SOCK_STREAM)", "EAFNOSUPPORT"),  # the machine outside
        ("socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)", "EPROTONOSUPPORT"),  # several paths
        ("socket.socketpair()", ""),
        ("socket.socketpair(socket.AF_INET)", "EAFNOSUPPORT"),
        ("pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20)", "EPERM"),
        ("pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)", "EPERM"),
        ("pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)", ""),
        ("mmap.mmap(-1, 4096)", "EPERM"),
        ("mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)", ""),
        ("mmap.mmap(file.fileno(), 4096)", ""),
        ("mmap.mmap(-1, 2**21, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)", "EPERM"),  # the machine's huge pages
        ("mmap.mmap(-1, 4096, 0x20 | 0x3)", "EPERM"),  # shared, in another way of saying it
        ("fcntl.lockf(file, fcntl.LOCK_EX)", "EPERM"),
        ("fcntl.flock(file, fcntl.LOCK_EX)", ""),
        ("fcntl.fcntl(pipe[0], 1031, 2**20)", "EPERM"),
        ("fcntl.fcntl(pipe[0], fcntl.F_GETFL)", ""),
        ("fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)", "EPERM"),  # who opens the file waits for 45 s
        ("fcntl.fcntl(file, 1036, bytes(8))", "EPERM"),  # how the disk is to write it
        ("fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, 0)", ""),
        ("set_limit(resource.RLIMIT_CORE)", "EPERM"),  # with 0 the machine's program takes cores
        ("resource.getrlimit(resource.RLIMIT_CORE)", ""),
        ("set_limit(resource.RLIMIT_NOFILE)", ""),
        ("termios.tcgetattr(file)", "ENOTTY"),
        ("fcntl.ioctl(file, 0x5412, b'x')", "ENOTTY"),
        ("fcntl.ioctl(pipe[0], termios.FIONREAD, bytes(4))", ""),
    ],
)
def test_arguments_decide_where_a_call_has_many_doors(attempt, found):
    source = f"""
import fcntl, mmap, resource, socket, tempfile, termios
pair, pipe, file = socket.socketpair(), os.pipe(), tempfile.TemporaryFile()
file.write(bytes(4096)); file.flush()
def set_limit(kind):
    if libc.setrlimit(kind, (ctypes.c_ulong * 2)(0, 0)) < 0:
        raise OSError(ctypes.get_errno(), "setrlimit")
seccomp.filter_system_calls()
try:
    {attempt}
    print(json.dumps(""))
except OSError as error:
    print(json.dumps(errno.errorcode[error.errno]))
except termios.error as error:
    print(json.dumps(errno.errorcode[error.args[0]]))
"""
    assert run_script(START + source) == found


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the number of the call is that of x86-64")
def test_no_namespace_comes_of_a_clone():
    source = "seccomp.filter_system_calls()\nprint(json.dumps(call(56, 0x10000000 | 17, 0, 0, 0, 0)))"
    assert run_script(START + source) == "EPERM"


def test_what_answers_need_still_works():
    source = """
seccomp.filter_system_calls()
import mmap, socket, subprocess, threading, tempfile, time
thread = threading.Thread(target=time.sleep, args=(0.01,)); thread.start(); thread.join()
mmap.mmap(-1, 10_000, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
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
