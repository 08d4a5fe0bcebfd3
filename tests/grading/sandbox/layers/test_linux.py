"""Calls of Linux, each tried in a process of its own; the kernel's own accounts of it are the oracle."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from amal_attention.grading.sandbox.layers.linux import mount, unshare
from tests.grading.conftest import run_script

START = """
import json, os, sys, time
from pathlib import Path
from amal_attention.grading.sandbox.layers.linux import *
def said(key, pid="self"):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1:] for line in lines if line.startswith(key + ":"))
def tell(value): print(json.dumps(value))
"""


def test_who_one_is_stays_the_same_in_a_new_user_namespace(namespaces):
    source = "unshare('user')\ntell([os.getuid(), os.getgid(), said('CapEff'), Path('/proc/self/uid_map').read_text()])"
    user, group, capabilities, users = namespaces(START + source)
    assert (user, group) == (os.getuid(), os.getgid())
    assert int(capabilities[0], 16) != 0
    assert users.split() == [str(os.getuid()), str(os.getuid()), "1"]


def test_the_first_child_in_a_new_pid_namespace_is_the_first_process(namespaces):
    source = """
unshare('user', 'pid')
before = os.getpid()
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, str(os.getpid()).encode())
    os._exit(0)
os.wait()
tell([os.read(read, 9).decode(), os.getpid() == before])
"""
    assert namespaces(START + source) == ["1", True]


def test_a_new_network_namespace_knows_no_other_machine(namespaces):
    source = "import socket\nunshare('user', 'network')\ntell([name for _, name in socket.if_nameindex()])"
    assert set(namespaces(START + source)) <= {"lo", "tunl0", "sit0", "ip6tnl0", "gre0", "gretap0", "erspan0"}


def test_only_the_namespaces_that_are_named_are_left(namespaces):
    source = """
def known(): return {name: os.readlink(f"/proc/self/ns/{name}") for name in ("mnt", "ipc", "uts", "net")}
before = known()
unshare("user", "ipc", "uts")
tell([name for name, link in known().items() if link != before[name]])
"""
    assert namespaces(START + source) == ["ipc", "uts"]


def test_what_is_mounted_has_the_size_and_the_flags_that_are_given_and_is_seen_here_alone(namespaces, tmp_path):
    source = """
unshare('user', 'mount')
mount('', '/', flags=('rec', 'private'))
place = Path(sys.argv[1])
mount('tmpfs', str(place), 'size=65536', ('nosuid', 'nodev', 'noexec'))
lines = map(str.split, Path('/proc/self/mounts').read_text().splitlines())
_, _, kind, flags, *_ = next(line for line in lines if line[1] == sys.argv[1])
try:
    (place / 'large').write_bytes(bytes(70_000))
    told = 0
except OSError as error:
    told = error.errno
tell([kind, flags.split(','), told])
"""
    kind, flags, told = namespaces(START + source, str(tmp_path))
    assert kind == "tmpfs" and {"rw", "nosuid", "nodev", "noexec", "size=64k"} <= set(flags)
    assert told == 28  # no space
    assert list(tmp_path.iterdir()) == []


def test_what_is_mounted_to_be_read_cannot_be_written(namespaces, tmp_path):
    source = """
unshare('user', 'mount')
mount('tmpfs', sys.argv[1], flags=('rdonly',))
try:
    Path(sys.argv[1], 'file').write_text('')
except OSError as error:
    tell(error.errno)
"""
    assert namespaces(START + source, str(tmp_path)) == 30  # a file system to be read only


def test_what_the_system_does_not_do_is_an_error_that_names_it():
    with pytest.raises(OSError, match="mount /no/such/folder") as caught:
        mount("tmpfs", "/no/such/folder")
    assert caught.value.errno and caught.value.strerror == f"mount /no/such/folder: {os.strerror(caught.value.errno)}"


def test_an_unknown_namespace_is_left_before_anything_is_done():
    before = Path("/proc/self/ns/uts").readlink()
    with pytest.raises(KeyError, match="time"):
        unshare("uts", "time")
    assert Path("/proc/self/ns/uts").readlink() == before


def test_privileges_that_are_dropped_are_gone_for_good(namespaces, tmp_path):
    source = """
unshare('user', 'mount')
drop_privileges()
try:
    mount('tmpfs', sys.argv[1])
    mounted = True
except PermissionError:
    mounted = False
kinds = ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs')
tell([mounted, [int(said(kind)[0], 16) for kind in kinds]])
"""
    assert namespaces(START + source, str(tmp_path)) == [False, [0, 0, 0, 0, 0, 1]]


def test_no_program_gains_privileges_once_that_is_forbidden():
    assert run_script(START + "before = said('NoNewPrivs')\nforbid_new_privileges()\ntell(said('NoNewPrivs'))") == ["1"]


@pytest.mark.parametrize(("call", "is_ours"), [("adopt_orphans()", True), ("None", False)])
def test_who_adopts_orphans_becomes_their_parent(call, is_ours):
    source = f"""
{call}
read, write = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(0.01)
        os.write(write, str(os.getppid()).encode())
        os._exit(0)
    time.sleep(0.1)
    os._exit(0)
os.wait()
tell(int(os.read(read, 20)) == os.getpid())
"""
    assert run_script(START + source) is is_ours


def test_who_dies_with_its_parent_does_and_another_does_not():
    source = """
read, write = os.pipe()
if os.fork() == 0:
    for call in (die_with_parent, lambda: None):
        if os.fork() == 0:
            call()
            os.write(write, f"{os.getpid()} ".encode())
            time.sleep(60)
    time.sleep(0.3)
    os._exit(0)
os.wait()
pids = list(map(int, os.read(read, 100).split()))
time.sleep(0.1)
def runs(pid):
    try:
        return said("State", pid)[0] != "Z"
    except FileNotFoundError:
        return False
tell([len(pids), sum(map(runs, pids))])
for pid in pids:
    if runs(pid):
        os.kill(pid, 9)
"""
    assert run_script(START + source) == [2, 1]
