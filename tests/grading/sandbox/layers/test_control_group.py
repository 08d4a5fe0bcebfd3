"""Control groups: which a grader may make, in folders like the kernel's, and what those of the kernel hold."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from amal_attention.grading.sandbox.layers.control_group import ControlGroup, ControlGroups, enter_group
from amal_attention.lab.limits import GradingLimits
from tests.grading.sandbox.test_supervisor import Run
from tests.processes import HANGS, ended

MB = 2**20
LIMITS = GradingLimits(memory_mb=300, processes=9, file_mb=20)
ALL = ("memory", "pids", "cpu")
LAYERS = (
    "memory held by a control group",
    "processes held by a control group",
    "share of CPU given by a control group",
)
SOMEBODY_ELSE = 61_007


def began(pid: int) -> int:
    """When a process began, as the name of a group tells it."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


class Machine:
    """Folders that look like those of a kernel, with this process in the group ``name``."""

    def __init__(self, folder: Path, name: str = "/", root: str = "/") -> None:
        self.told, self.top = folder / "self", folder / "control groups"
        self.told.mkdir()
        self.top.mkdir()
        place = str(self.top).replace(" ", "\\040")
        self.tell(f"4:memory:/elsewhere\n0::{name}\n")
        self.mounts(
            f"30 1 0:5 / /proc rw - proc proc rw\n31 1 0:6 / {folder}/old rw - cgroup cgroup rw,memory\n"
            f"32 1 0:7 {root} {place} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
        )

    def tell(self, groups: str) -> None:
        (self.told / "cgroup").write_text(groups)

    def mounts(self, lines: str) -> None:
        (self.told / "mountinfo").write_text(lines)

    def group(
        self, name: str = ".", offered: str = "cpuset cpu io memory pids", runs: Sequence[int] = (), kind: bool = True
    ) -> Path:
        folder = self.top / name
        folder.mkdir(exist_ok=True, parents=True)
        files = {"cgroup.procs": "\n".join(map(str, runs)), "cgroup.controllers": offered, "cgroup.subtree_control": ""}
        for file, text in (files | ({"cgroup.type": "domain"} if kind else {})).items():
            (folder / file).write_text(text)
        return folder

    @property
    def here(self) -> ControlGroups:
        return ControlGroups.here(self.told)

    def everything(self) -> dict[str, str]:
        return {str(each): each.read_text() if each.is_file() else "" for each in self.top.rglob("*")}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def own_groups(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"amal-{os.getpid()}-{began(os.getpid())}-*"))


def test_alone_in_the_group_of_a_container_it_moves_aside_and_hands_on_what_there_is(machine):
    folder = machine.group(runs=[os.getpid()])
    groups = machine.here
    assert (groups.folder, groups.controllers, groups.missing) == (folder, ALL, "")
    (aside,) = own_groups(folder)
    assert (aside / "cgroup.procs").read_text() == str(os.getpid())
    assert (folder / "cgroup.subtree_control").read_text() == "+cpu"  # the last of them


def test_at_the_root_of_a_machine_nothing_has_to_move(machine):
    folder = machine.group(runs=[1, 2, os.getpid()], kind=False)
    assert machine.here.controllers == ALL
    assert own_groups(folder) == []


def test_where_others_run_and_nobody_handed_it_on_nothing_is_touched(machine):
    machine.group(runs=[1, os.getpid()])
    before = machine.everything()
    groups = machine.here
    assert (groups.folder, groups.controllers) == (None, ())
    assert f"got {machine.top}, which was handed on to nobody" in groups.missing
    assert machine.everything() == before


@pytest.mark.parametrize(("mark", "value", "ours"), [("delegate", b"1", True), ("delegate", b"0", False)])
def test_what_systemd_handed_on_is_known_by_its_mark_and_all_in_it_moves(tmp_path, mark, value, ours):
    machine = Machine(tmp_path, "/app.slice/run-7.scope")
    folder = machine.group("app.slice/run-7.scope", runs=[os.getppid(), os.getpid()])
    try:
        os.setxattr(folder, f"user.{mark}", value)
    except OSError as error:
        pytest.skip(f"no marks on files here: {error.strerror}")
    groups = machine.here
    assert groups.folder == (folder if ours else None)
    assert [(each / "cgroup.procs").read_text() for each in own_groups(folder)] == [str(os.getpid())] * ours


def test_alone_below_another_group_it_is_a_users_own_and_not_roots(tmp_path):
    machine = Machine(tmp_path, "/system.slice/cron.service")
    machine.group()
    folder = machine.group("system.slice/cron.service", runs=[os.getpid()])
    machine.group("system.slice")
    assert machine.here.folder == (None if os.geteuid() == 0 else folder)


def test_what_a_grader_began_makes_its_groups_beside_that_grader_and_moves_nobody(tmp_path):
    grader = f"amal-{os.getppid()}-{began(os.getppid())}-0"
    machine = Machine(tmp_path, f"/run-7.scope/{grader}")
    folder = machine.group("run-7.scope")
    (folder / "cgroup.subtree_control").write_text("memory pids")
    machine.group(f"run-7.scope/{grader}", runs=[os.getppid(), os.getpid()])
    before = machine.everything()
    groups = machine.here
    assert (groups.folder, groups.controllers) == (folder, ("memory", "pids"))
    assert machine.everything() == before


@pytest.mark.parametrize(
    ("offered", "controllers", "told"),
    [
        ("", (), "which is handed none of memory, pids, cpu"),
        ("cpuset io hugetlb", (), "which is handed none of memory, pids, cpu"),
        ("pids", ("pids",), "which is handed no memory and no cpu"),
        ("memory pids", ("memory", "pids"), "which is handed no cpu"),
    ],
)
def test_of_what_a_group_is_offered_that_is_used_which_there_is(machine, offered, controllers, told):
    machine.group(offered=offered, runs=[os.getpid()])
    groups = machine.here
    assert (groups.folder is None, groups.controllers) == (not controllers, controllers)
    assert told in groups.missing


def test_what_was_handed_on_before_is_not_handed_on_again(machine):
    folder = machine.group(runs=[os.getpid()], kind=False)
    (folder / "cgroup.subtree_control").write_text("memory pids cpu")
    assert machine.here.controllers == ALL
    assert (folder / "cgroup.subtree_control").read_text() == "memory pids cpu"


def refuse(file: Path) -> None:
    """Have the kernel refuse what is written to a file that can be opened and read."""
    file.unlink()
    file.symlink_to("/proc/self/oom_score_adj")  # takes numbers alone


@pytest.mark.parametrize("offered", ["memory pids cpu", "pids"])
def test_where_the_kernel_hands_nothing_on_what_moved_moves_back(machine, offered):
    folder = machine.group(offered=offered, runs=[os.getpid()])
    refuse(folder / "cgroup.subtree_control")
    groups = machine.here
    assert groups.folder is None and "Invalid argument" in groups.missing
    assert (folder / "cgroup.procs").read_text() == str(os.getpid())


def test_cpu_that_is_refused_beside_a_real_time_process_takes_nothing_else_with_it(machine):
    folder = machine.group(offered="cpu", runs=[os.getpid()])
    refuse(folder / "cgroup.subtree_control")
    groups = machine.here
    assert (groups.folder, groups.controllers) == (folder, ()) and "no memory and no pids and no cpu" in groups.missing
    assert groups.new(LIMITS) is None


@pytest.mark.parametrize("file", ["cgroup.procs", "cgroup.subtree_control", "."])
def test_a_group_that_this_user_cannot_change_is_left_alone(file):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        machine = Machine(Path(place))
        folder = machine.group(runs=[os.getpid()], kind=False)
        for each in (place, machine.told, machine.top):
            Path(each).chmod(0o755)
        for each in folder.iterdir():
            each.chmod(0o666)
        folder.chmod(0o777)
        (folder / file).chmod(0o555)
        source = """
import os, sys
from pathlib import Path
from amal_attention.grading.sandbox.layers.control_group import ControlGroups
if os.geteuid() == 0:
    os.setresuid(*3 * [int(sys.argv[2])])
print(ControlGroups.here(Path(sys.argv[1])).missing)
"""
        command = [sys.executable, "-P", "-c", source, str(machine.told), str(SOMEBODY_ELSE)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        assert f"got {folder}, which this user cannot change" in ran.stdout


@pytest.mark.parametrize(
    "groups", ["4:memory:/\n", "", "0::/../beside\n", "0::/outside/of/it\n"], ids=["old", "none", "above", "beside"]
)
def test_a_group_that_is_not_seen_is_none(tmp_path, groups):
    machine = Machine(tmp_path, root="/seen")
    machine.group(runs=[os.getpid()])
    machine.tell(groups)
    assert machine.here.folder is None and "none that this program sees" in machine.here.missing


def test_of_a_mount_that_shows_a_part_the_names_are_those_of_the_whole(tmp_path):
    machine = Machine(tmp_path, "/seen/below", "/seen")
    folder = machine.group("below", runs=[os.getpid()], kind=False)
    assert machine.here.folder == folder


@pytest.mark.parametrize("gone", ["cgroup", "mountinfo"])
def test_a_kernel_that_does_not_tell_gives_none_and_no_error(machine, gone):
    machine.group(runs=[os.getpid()])
    (machine.told / gone).unlink()
    assert machine.here.folder is None and "No such file or directory" in machine.here.missing


def test_a_group_that_is_removed_meanwhile_gives_none_and_no_error(machine):
    folder = machine.group(runs=[os.getpid()], kind=False)
    (folder / "cgroup.controllers").unlink()
    assert machine.here.folder is None and "cgroup.controllers: No such file" in machine.here.missing


def test_what_to_type_is_told_with_the_reason(machine):
    machine.group(offered="", runs=[os.getpid()])
    user = "" if os.geteuid() == 0 else "--user "
    assert f"systemd-run {user}--scope -p Delegate=yes amal grade" in machine.here.missing


def test_groups_of_graders_that_died_go_and_others_stay(machine):
    folder = machine.group(runs=[os.getpid()], kind=False)
    dead = subprocess.Popen(["true"])
    dead.wait()
    own = began(os.getpid())
    abandoned = [f"amal-{dead.pid}-{own}-0", f"amal-{os.getpid()}-{own - 1}-3"]
    busy = f"amal-{dead.pid}-{own}-1"
    others = [f"amal-{os.getpid()}-{own}-77", busy, "amal-grading", "amal-1-2", "user.slice", "xamal-1-2-3"]
    for each in (*abandoned, *others):
        (folder / each).mkdir()
    (folder / busy / "runs").touch()
    assert machine.here.folder == folder
    assert sorted(each.name for each in folder.iterdir() if each.is_dir()) == sorted(others)


def test_a_submission_gets_a_group_with_its_limits_looser_than_the_supervisors(machine):
    machine.group(runs=[os.getpid()], kind=False)
    groups = machine.here
    first, second = groups.new(LIMITS), groups.new(LIMITS)
    assert first is not None and second is not None and first.folder != second.folder
    assert first.layers == LAYERS
    held = {each.name: each.read_text() for each in first.folder.iterdir()}
    memory = int(held.pop("memory.max"))
    assert held == {"memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "10", "cpu.weight": "33"}
    assert (300 + 2 * 20) * MB < memory <= (300 + 2 * 20 + 600) * MB


def test_where_no_group_can_be_made_there_is_none(machine):
    folder = machine.group(runs=[os.getpid()], kind=False)
    groups = machine.here
    folder.rename(folder.with_name("gone"))
    assert groups.new(LIMITS) is None
    folder.write_text("no folder")
    assert groups.new(LIMITS) is None
    assert ControlGroups().new(LIMITS) is None


@pytest.mark.parametrize(
    ("events", "over"),
    [
        ("low 0\nhigh 0\nmax 812\noom 3\noom_kill 0\noom_group_kill 0\n", False),
        ("low 0\nhigh 0\nmax 812\noom 3\noom_kill 2\noom_group_kill 1\n", True),
        ("oom_kill many\n", False),
        ("one two three\n", False),
        ("", False),
        (None, False),
    ],
)
def test_that_memory_ran_out_is_told_by_its_events(tmp_path, events, over):
    if events is not None:
        (tmp_path / "memory.events").write_text(events)
    assert ControlGroup(tmp_path, ()).ran_out_of_memory() is over


def test_the_way_in_is_a_descriptor_and_there_is_none_where_the_group_is_gone(tmp_path):
    (tmp_path / "cgroup.procs").write_text("")
    group = ControlGroup(tmp_path, ())
    with group.way_in() as descriptors:
        (number,) = descriptors
        assert not os.get_inheritable(number)
        os.write(number, b"0")
    assert (tmp_path / "cgroup.procs").read_text() == "0" and group.holds_processes()
    with pytest.raises(OSError):
        os.fstat(number)
    gone = ControlGroup(tmp_path / "gone", ())
    with gone.way_in() as descriptors:
        assert descriptors == []
    assert not gone.holds_processes()


def test_a_way_in_that_leads_nowhere_is_no_error_and_is_closed():
    number = os.open("/dev/full", os.O_WRONLY)
    enter_group(number)
    with pytest.raises(OSError):
        os.fstat(number)


def test_what_ends_is_killed_and_removed_and_may_be_gone_already(tmp_path):
    (tmp_path / "empty").mkdir()
    ControlGroup(tmp_path / "gone", ()).end()
    group = ControlGroup(tmp_path / "held", ())
    group.folder.mkdir()
    (group.folder / "cgroup.kill").write_text("")
    group.end()
    assert (group.folder / "cgroup.kill").read_text() == "1"


# What follows asks the kernel, where it hands control groups on to who runs these tests.


@pytest.fixture(scope="module")
def groups() -> ControlGroups:
    """Those that may be made here."""
    groups = ControlGroups.here()
    if not groups.controllers:
        pytest.skip(groups.missing)
    return groups


@pytest.fixture
def run(groups: ControlGroups, tmp_path: Path) -> Iterator[Callable[[str], tuple[Run, ControlGroup]]]:
    """Run a submission of a few lines in a group of its own, with a supervisor outside of it."""
    runs: list[tuple[Run, ControlGroup]] = []

    def start(source: str) -> tuple[Run, ControlGroup]:
        group = groups.new(GradingLimits(memory_mb=100, processes=5))
        assert group is not None
        with group.way_in() as (descriptor,):
            submission = Run(source, False, {"TMPDIR": str(tmp_path)}, descriptor, memory_mb=1000, processes=100)
        runs.append((submission, group))
        return runs[-1]

    yield start
    for submission, group in runs:
        submission.life.close()
        submission.process.wait(HANGS)
        group.end()
        assert not group.folder.exists()


def only_with(groups: ControlGroups, controller: str) -> None:
    if controller not in groups.controllers:
        pytest.skip(f"no {controller} is handed on here")


def make_small(submission: Run, group: ControlGroup) -> None:
    """Leave little memory to a group that holds more than a limit, so that a test is short; the submission is there."""
    assert submission.told() == 0
    (group.folder / "memory.max").write_text(str(80 * MB))


WHERE = "tell(Path('/proc/self/cgroup').read_text().splitlines()[-1]); time.sleep(60)"


def test_each_submission_is_in_a_group_of_its_own_and_who_grades_and_supervises_beside_it(run):
    started = [run(WHERE) for _ in range(2)]
    for submission, group in started:
        assert Path(submission.told()).name == group.folder.name
        assert group.holds_processes() and not group.ran_out_of_memory()
        supervisor = Path(f"/proc/{submission.process.pid}/cgroup").read_text()
        assert supervisor == Path("/proc/self/cgroup").read_text() and group.folder.name not in supervisor


def test_the_kernel_ends_all_of_a_submission_whose_memory_is_full_and_that_is_told(run, groups):
    only_with(groups, "memory")
    submission, group = run("tell(0)\nif os.fork() == 0: time.sleep(60)\ntime.sleep(1)\nkept = take(150)\ntell(1)")
    make_small(submission, group)
    ending = submission.ending()
    assert ending.status == -9 and group.ran_out_of_memory() and not group.holds_processes()


def test_shared_memory_and_files_in_memory_are_held_too(run, groups):
    only_with(groups, "memory")
    source = """
tell(0)
time.sleep(1)
kept = mmap.mmap(-1, 150 * 2**20)
for place in range(0, len(kept), 4096): kept[place] = 1
"""
    submission, group = run(source)
    make_small(submission, group)
    assert submission.ending().status == -9 and group.ran_out_of_memory()


def test_the_kernel_refuses_more_processes_than_the_group_may_hold(run, groups):
    only_with(groups, "pids")
    source = """
made = 0
try:
    while os.fork(): made += 1
except OSError as error:
    tell([made, error.errno])
time.sleep(30)
"""
    submission, _ = run(source)
    assert submission.told() == [5, 11]  # six of them, one more than the limit


def test_what_outlives_its_supervisor_ends_with_its_group(run):
    submission, group = run("os.kill(os.getppid(), signal.SIGSTOP); os.fork(); tell(os.getpid()); time.sleep(60)")
    pid = submission.told()
    group.end()
    assert ended(pid) and not group.folder.exists()
    submission.process.kill()


def test_a_grader_that_is_killed_leaves_groups_that_the_next_one_removes(groups):
    source = """
import os, signal
from amal_attention.grading.sandbox.layers.control_group import ControlGroups
from amal_attention.lab.limits import GradingLimits
group = ControlGroups.here().new(GradingLimits())
print(group.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ran = subprocess.run([sys.executable, "-P", "-c", source], capture_output=True, text=True)
    left = Path(ran.stdout.strip())
    assert left.is_dir() and left.parent == groups.folder
    ControlGroups.here()
    assert not left.exists()
