"""The grader's side of the sandbox; where a zygote goes wrong, a short program plays it."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import amal_attention
from amal_attention.errors import SandboxError
from amal_attention.grading.sandbox import sandbox
from amal_attention.grading.sandbox.layers import bubblewrap as bubblewrap_module
from amal_attention.grading.sandbox.layers.control_group import ControlGroup, ControlGroups
from amal_attention.grading.sandbox.sandbox import MISSING_LAYERS, Child, Isolation, SharedZygote, Zygote
from amal_attention.grading.sandbox.supervisor import Ending
from amal_attention.grading.wire.channel import Channel, ChannelClosed
from amal_attention.lab.limits import GradingLimits
from tests.grading.sandbox.test_zygote import asked, called
from tests.processes import HANGS, ended

PACKAGE = Path(amal_attention.__file__).parent


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Write a Python program into the one folder of PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def write(name: str, source: str) -> Path:
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{source}")
        path.chmod(0o755)
        return path

    return write


def shut_in_zygote(*secrets: Path) -> Zygote:
    zygote = Zygote(Isolation.SANDBOX, GradingLimits(), (), secrets)
    zygote.ready()
    return zygote


def test_without_bubblewrap_one_line_says_how_to_install_it_or_do_without(refusal, no_bubblewrap):
    told = refusal(SandboxError, shut_in_zygote)
    assert "apt install bubblewrap" in told and "--isolation process" in told


@pytest.mark.parametrize("shown", [PACKAGE, Path(sys.prefix), Path(sys.base_prefix) / "lib", Path("/usr/share")])
def test_a_lab_that_a_submission_would_see_is_refused(refusal, program, tmp_path, shown):
    program("bwrap", "raise SystemExit(3)")
    link = tmp_path / "link"
    link.symlink_to(shown)
    for secret in (shown / "lab", link / "lab", shown):
        told = refusal(SandboxError, lambda secret=secret: shut_in_zygote(tmp_path, secret))
        assert str(secret) in told and "it lies in" in told


def test_a_socket_that_a_submission_would_see_is_refused(refusal, program, tmp_path, monkeypatch):
    program("bwrap", "raise SystemExit(3)")
    shown = tmp_path / "shown"
    shown.mkdir()
    monkeypatch.setattr("amal_attention.grading.sandbox.layers.bubblewrap._shown", lambda: [shown])
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(shown / "of somebody"))
        assert f"{shown / 'of somebody'} outside of" in refusal(SandboxError, shut_in_zygote)
    (shown / "of somebody").unlink()
    assert "it lies in" not in refusal(SandboxError, shut_in_zygote)


def test_a_lab_that_is_not_seen_is_not_refused(refusal, program, tmp_path):
    program("bwrap", "import sys; sys.exit('no luck')")
    beside = PACKAGE.parent / f"{PACKAGE.name}-labs"
    assert "it lies in" not in refusal(SandboxError, lambda: shut_in_zygote(tmp_path, beside))


def test_a_sandbox_that_does_not_start_says_what_was_said_last(refusal, program):
    program("bwrap", "import sys; print('first'); sys.exit('bwrap: No permissions')")
    told = refusal(SandboxError, shut_in_zygote)
    assert "got bwrap: No permissions" in told and "--isolation process" in told


def test_a_sandbox_that_the_system_forbids_says_what_to_type(refusal, program, monkeypatch):
    program("bwrap", "import sys; sys.exit('bwrap: No permissions')")
    monkeypatch.setattr(sandbox, "how_to_allow_namespaces", lambda: "type this")
    assert "; type this; " in refusal(SandboxError, shut_in_zygote)


def test_a_program_that_this_machine_cannot_run_says_what_to_type(refusal, program):
    program("bwrap", "").write_bytes(b"\x7fELF of another kind of machine")
    told = refusal(SandboxError, shut_in_zygote)
    assert "bwrap to run; got Exec format error" in told and "apt install bubblewrap" in told


def test_a_sandbox_that_ends_in_silence_is_told(refusal, program):
    program("bwrap", "")
    assert "got nothing" in refusal(SandboxError, shut_in_zygote)


def test_what_ends_for_another_reason_has_no_namespaces_to_allow(refusal, program, monkeypatch):
    program("bwrap", "import sys; sys.exit('ImportError: libtorch.so')")
    monkeypatch.setattr(sandbox, "how_to_allow_namespaces", lambda: "type this")
    told = refusal(SandboxError, shut_in_zygote)
    assert "got ImportError: libtorch.so" in told and "type this" not in told and "amal doctor" in told


PLAYED = """
import socket, sys, time
control = socket.socket(fileno=int(sys.argv[4]))
control.sendall(b"{}")
"""


@pytest.fixture
def played(program, monkeypatch) -> Callable[[str], Zygote]:
    """A zygote of a few lines."""

    def start(source: str) -> Zygote:
        path = program("zygote", PLAYED + source)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", str(path))
            return Zygote(Isolation.PROCESS, GradingLimits())

    return start


def test_a_zygote_that_died_gives_no_child_and_says_why(refusal, played):
    with played("sys.exit('Killed by hand')") as zygote:
        time.sleep(0.2)
        told = refusal(SandboxError, zygote.child)
        assert "a process for a submission" in told and "Killed by hand" in told and "amal doctor" in told
        refusal(SandboxError, zygote.child)


@pytest.mark.parametrize(
    "reply",
    ["pass", "channel.sendall(b'nonsense' * 9)", 'life.sendall(b\'{"status": 1, "output": "a\\\\nno namespace"}\')'],
)
def test_a_child_that_does_not_come_is_told(refusal, played, reply):
    source = f"""
_, descriptors, _, _ = socket.recv_fds(control, 16, 2)
channel, life = (socket.socket(fileno=each) for each in descriptors)
{reply}
channel.close(); life.close()
time.sleep(30)
"""
    with played(source) as zygote:
        told = refusal(SandboxError, zygote.child)
        assert ("got no namespace" in told) is ("status" in reply)


def test_closing_ends_the_zygote_and_leaves_nothing_open(played):
    played("time.sleep(60)").close()
    gc.collect()  # or what other tests left open would be closed meanwhile
    before, began = len(list(Path("/proc/self/fd").iterdir())), time.monotonic()
    for _ in range(3):
        played("time.sleep(60)").close()
    assert time.monotonic() - began < 5
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def ending_of(text: bytes) -> Ending | None:
    (channel, _), (life, theirs) = socket.socketpair(), socket.socketpair()
    theirs.sendall(text)
    theirs.close()
    child = Child(Channel(channel), life)
    first = child.end()
    assert child.end() == first
    return first


def test_how_a_child_ended_is_what_its_supervisor_says():
    assert ending_of(b'{"status": -9, "over": "memory", "peak_mb": 3.5}') == Ending(-9, "memory", peak_mb=3.5)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"3", b"{}", b'{"status": 1, "more": 2}', b"\xff"])
def test_a_supervisor_that_says_nothing_sensible_is_no_error(text):
    assert ending_of(text) is None


def test_each_way_that_is_not_shut_in_says_what_a_submission_may_do():
    assert set(MISSING_LAYERS) == set(Isolation) - {Isolation.SANDBOX}


def test_the_layers_of_a_child_begin_with_bubblewrap(shut_in):
    with_layers = shut_in.child()
    assert shut_in.layers[:2] == ("bubblewrap", "user namespace")
    assert with_layers.end() is not None


def test_outside_the_sandbox_there_are_limits_alone(beside):
    beside.child().end()
    assert beside.layers == ("limits of time, memory, processes and files",)


INSIDE = """
import os, socket
from pathlib import Path
def error_of(action):
    try: action()
    except OSError as error: return type(error).__name__
def call():
    return {
        "environment": sorted(os.environ),
        "path": os.environ["PATH"],
        "home": os.listdir(),
        "root": sorted(os.listdir("/")),
        "ids": [os.getuid(), os.getgid()],
        "package": error_of(lambda: Path(PACKAGE, "new").write_text("")),
        "prefix": error_of(lambda: Path(PREFIX, "new").write_text("")),
        "root file": error_of(lambda: Path("/new").write_text("")),
        "lab": os.path.exists(SECRET),
        "tests": os.path.exists(TESTS),
        "network": error_of(lambda: socket.create_connection(("127.0.0.1", PORT), timeout=1)),
    }
"""


def test_what_a_submission_sees_of_the_machine(shut_in, tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as server:
        names = {
            "PACKAGE": str(PACKAGE),
            "PREFIX": sys.prefix,
            "SECRET": str(tmp_path / "secret"),
            "TESTS": __file__,
            "PORT": server.getsockname()[1],
        }
        child = shut_in.child()
        asked(child, "run", "\n".join(f"{name} = {value!r}" for name, value in names.items()), False)
        found = called(child, INSIDE)
    child.end()
    assert not {"AMAL_LABS", "PYTEST_CURRENT_TEST", "AMAL_CACHE"} & set(found["environment"])
    assert found["path"] == "/usr/bin:/bin" and found["home"] == []
    user, group = found["ids"]
    assert user == group and user != 0
    shown = {Path(each).parts[1] for each in (sys.prefix, sys.base_prefix, PACKAGE)}
    system = set("bin dev etc lib lib32 lib64 libx32 proc sbin tmp usr".split())
    assert set(found["root"]) <= system | shown
    assert (found["package"], found["prefix"], found["root file"]) == ("OSError",) * 3
    assert (found["lab"], found["tests"]) == (False, False)
    assert found["network"] is not None


IN_TMP = """
import os
def call():
    try:
        open(os.path.join(FOLDER, "new"), "w")
    except OSError as error:
        return [sorted(os.listdir("/tmp")), os.listdir(FOLDER), error.strerror]
"""


@pytest.mark.usefixtures("bubblewrap")
def test_packages_that_lie_in_tmp_are_seen_there_and_nothing_else_of_it(monkeypatch):
    with tempfile.TemporaryDirectory(prefix="an environment ", dir="/tmp") as folder:  # which its owner alone may read
        Path(folder, "package").touch()
        monkeypatch.setattr(bubblewrap_module, "_SYSTEM", (*bubblewrap_module._SYSTEM, folder))
        with shut_in_zygote() as zygote:
            child = zygote.child()
            asked(child, "run", f"FOLDER = {folder!r}", False)
            names, inside, refused = called(child, IN_TMP)
            child.end()
        shown = [Path(each).parts for each in (sys.prefix, sys.base_prefix, PACKAGE)]
        assert set(names) == {Path(folder).name, "home"} | {parts[2] for parts in shown if parts[1] == "tmp"}
        assert (inside, refused) == (["package"], "Read-only file system")


def test_the_memory_of_torch_is_not_the_submissions(shut_in):
    most = int(shut_in.limits.memory_mb)
    child = shut_in.child()
    asked(child, "run", f"kept = b'1' * ({most - 15} * 2**20)", False)
    time.sleep(0.3)
    assert called(child, "def call():\n    return len(kept)") == (most - 15) * 2**20
    assert child.end().over == ""


GRADER = """
import sys, time
from amal_attention.lab.limits import GradingLimits
from amal_attention.grading.sandbox.sandbox import Isolation, Zygote
zygote = Zygote(Isolation(sys.argv[1]), GradingLimits())
child = zygote.child()
child.channel.send([("run", "while True: pass", False)], time.monotonic() + 5)
time.sleep(0.5)
print("there", flush=True)
time.sleep(60)
"""


def descendants(pid: int) -> set[int]:
    def parent(path: Path) -> int:
        try:
            return int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            return 0

    parents = {int(path.name): parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found, more = set(), {pid}
    while more := {each for each, of in parents.items() if of in more} - found:
        found |= more
    return found


@pytest.mark.parametrize("isolation", ["sandbox", "process"])
def test_a_grader_that_is_killed_leaves_nothing_running(isolation, request, tmp_path):
    if isolation == "sandbox":
        request.getfixturevalue("bubblewrap")
    command = [sys.executable, "-c", GRADER, isolation]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    grader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert grader.stdout is not None and grader.stdout.readline() == "there\n"
    left = descendants(grader.pid)
    assert len(left) >= 3  # the zygote, a supervisor, and the submission
    grader.send_signal(signal.SIGKILL)
    grader.communicate(timeout=HANGS)
    assert all(ended(pid) for pid in left)
    assert list(tmp_path.glob("amal-*")) == []


def test_a_child_that_is_ended_answers_no_more(beside):
    child = beside.child()
    assert called(child, "def call(): return 1") == 1
    ending = child.end()
    assert ending is not None and child.end() == ending

    def ask() -> Any:
        return asked(child, "begin", 1)

    with pytest.raises(ChannelClosed):
        ask()


@pytest.mark.skipif(os.getuid() != 0, reason="others cannot change their user")
def test_where_root_grades_each_submission_is_a_user_of_its_own_and_the_kernel_counts_its_processes(shut_in):
    if shut_in.as_root:
        pytest.skip("this root may make no namespaces")
    source = """
import os, time
def call():
    made = 0
    try:
        while made < 100:
            if os.fork() == 0: time.sleep(60)
            made += 1
    except OSError:
        pass
    return [os.getuid(), os.getgid(), os.getgroups(), made]
"""
    children = [shut_in.child() for _ in range(2)]
    told = [called(child, source) for child in children]
    for child in children:
        child.end()
    assert len({user for user, *_ in told} - {0}) == 2
    for user, group, groups, made in told:
        assert (user, groups) == (group, []) and made < GradingLimits().processes


def test_a_zygote_may_be_shared_and_outlives_those_who_do(tmp_path):
    with Zygote(Isolation.PROCESS, GradingLimits()) as zygote:
        zygote.ready()
        shared = [SharedZygote(zygote.control.dup(), Isolation.PROCESS, GradingLimits(), place) for place in (0, 1)]
        first, second = shared
        one, two = first.child(), second.child()
        assert [called(child, f"def call(): return {number}") for number, child in ((1, one), (2, two))] == [1, 2]
        assert first.layers == second.layers != ()
        one.end()
        first.close()
        assert asked(two, "ask", "call", "call", [], {}) == 2
        two.end()
        assert called(second.child(), "def call(): return 3") == 3
        second.close()


def test_a_shared_zygote_that_ended_meanwhile_is_told(refusal):
    with Zygote(Isolation.PROCESS, GradingLimits()) as zygote:
        zygote.ready()
        other = SharedZygote(zygote.control.dup(), Isolation.PROCESS, GradingLimits(), 0)
    assert "a process for a submission" in refusal(SandboxError, other.child)
    other.close()


def test_links_that_lead_to_the_interpreter_are_there_inside(monkeypatch, tmp_path, bubblewrap):
    first, second = tmp_path / "bin" / "python3", tmp_path / "python3"
    first.parent.mkdir()
    second.symlink_to(sys.executable)
    first.symlink_to("../python3")
    monkeypatch.setattr(sys, "executable", str(first))
    command = bubblewrap_module.bubblewrap(())
    links = [tuple(command[place + 1 : place + 3]) for place, each in enumerate(command) if each == "--symlink"]
    assert ("../python3", str(first)) in links
    assert any(target == str(second.readlink()) for target, _ in links)


@pytest.mark.parametrize(("killed", "over"), [(0, ""), (1, "memory")])
def test_a_child_enters_its_control_group_before_all_else_and_its_end_tells_what_happened_there(
    beside, monkeypatch, tmp_path, killed, over
):
    folder, layer = tmp_path / "group", "memory held by a control group"
    folder.mkdir()
    (folder / "cgroup.procs").write_text("")
    monkeypatch.setattr(ControlGroups, "new", lambda *_: ControlGroup(folder, (layer,)))
    child = beside.child()
    assert (folder / "cgroup.procs").read_text() == "0"  # this process, whoever writes it
    assert beside.layers[-1] == layer
    source = """
from pathlib import Path
def call(): return [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.exists()]
"""
    assert not [each for each in called(child, source) if "cgroup" in each]
    (folder / "memory.events").write_text(f"oom 3\noom_kill {killed}\n")
    ending = child.end()
    assert ending is not None and ending.over == over
    assert (folder / "cgroup.kill").read_text() == "1"


def test_where_the_control_group_is_gone_a_child_runs_without_it_and_no_layer_is_told(beside, monkeypatch, tmp_path):
    monkeypatch.setattr(ControlGroups, "new", lambda *_: ControlGroup(tmp_path / "gone", ("a layer",)))
    child = beside.child()
    assert "a layer" not in beside.layers and called(child, "def call(): return 1") == 1
    ending = child.end()
    assert ending is not None and ending.over == ""
