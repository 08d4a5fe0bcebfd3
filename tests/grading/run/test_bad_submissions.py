"""The library of bad submissions, graded in one batch between honest ones: what each earns, and what changes."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import socket
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch

import amal_attention
from amal_attention.checks.wording import numbers
from amal_attention.grading.run.cohort import GradingRun, grade_cohort
from amal_attention.grading.run.grader import grade_each
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission, find_submissions
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from tests.grading.submissions.accidents import ACCIDENTS
from tests.grading.submissions.attacks import ATTACKS, ONCE
from tests.grading.submissions.damaged import DAMAGED, Damage, saved
from tests.grading.submissions.library import Bad, added, bad
from tests.grading.submissions.mill import POINTS, TOLD, WRONG, Mill
from tests.grading.submissions.search import ESCAPES, IN_HOME, planted_files
from tests.processes import HANGS
from tests.sandboxes import needs_sandbox

pytestmark = pytest.mark.long

RUN = secrets.token_hex(12)
SLEEP = f"1000.{int(RUN[:6], 16)}"  # so that a program that is left running can be told from any other
LIMITS = {
    "cell_seconds": 1,
    "submission_seconds": 8,
    "memory_mb": f"200.{int(RUN[:6], 16):08d}",  # the same for zygotes: their limits stand in their command
    "processes": 16,
    "file_mb": 5,
    "output_kb": 100,
}
ROOM = LIMITS | {"cell_seconds": 30, "submission_seconds": 120}
"""For what takes CPU time and is right: how much it takes is a matter of the machine."""
HONEST = "honest"
EVERY = 8
KERNEL = ("core_pattern", "poweroff_cmd", "panic", "hostname")


@dataclass
class Batch:
    """What came of the whole batch, and what was there before and after."""

    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)
    told: dict[str, list[Any]] = field(default_factory=dict)
    expected: dict[str, Bad] = field(default_factory=dict)
    honest: list[Verdict] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    connected: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def in_damaged(name: str, damage: Damage, solved: dict[str, Any]) -> Bad:
    """An entry of the damaged ones: what survives is worth what it was."""
    marks = {each: POINTS[each] if each in damage.surviving(solved) else 0.0 for each in POINTS}
    refused = {None: Status.GRADED, "Unreadable": Status.UNREADABLE, "WrongLab": Status.WRONG_LAB}
    status = refused[damage.refused.__name__ if damage.refused else None]
    return Bad(damage, marks, status, "expected " if damage.refused else "", damage.told)


# What is outside, and must stay as it is


def digest(folder: Path) -> str:
    read = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            read.update(str(path).encode() + path.read_bytes())
    return read.hexdigest()


def listed(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def outside(places: dict[str, Path]) -> dict[str, Any]:
    packages = Path(sysconfig.get_paths()["purelib"])
    shells = {each.name: each.read_text() for each in packages.glob("*.pth")}
    files = {name: digest(path) if path.is_dir() else path.read_bytes() for name, path in places.items()}
    return files | {
        "package": digest(Path(amal_attention.__file__).parent),
        "site-packages": (listed(packages), shells),
        "home": at_home(),
        "owned": [str(each) for each in Path("/tmp").glob(f"*{RUN}*")],
        "children": children(os.getpid()),
    }


def at_home() -> dict[str, bytes | None]:
    """What stands in the home under this run's name, and what shells and Python run from there.

    Programs of other tests, and people, write there at the same time.
    """
    home = Path.home()
    ours = {str(path): None for path in home.glob(f"*{RUN}*")}
    run = [home / each for each in (".bashrc", ".profile", ".bash_profile", ".ssh/authorized_keys")]
    run += [*home.glob(".ipython/profile_default/startup/*"), *home.glob(".local/lib/python*/site-packages/*.pth")]
    return ours | {str(path): path.read_bytes() for path in run if path.is_file()}


def children(of: int) -> set[int]:
    found = set()
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and int((each / "stat").read_text().rpartition(")")[2].split()[1]) == of:
                found.add(int(each.name))
        except OSError:
            continue
    return found


def ours() -> list[str]:
    """The commands of processes, whoever is their parent, that these runs left."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            command = (each / "cmdline").read_text()
        except OSError:
            continue
        if each.name.isdigit() and (str(LIMITS["memory_mb"])[4:] in command or SLEEP in command):
            found.append(command)
    return found


def left_over() -> list[str]:
    """What never ends."""
    end = time.monotonic() + HANGS
    while (found := ours()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


# The batch


def entries(mill: Mill, paths: list[str], port: int, place: str) -> dict[str, Bad]:
    folders = [
        "/",
        "/usr",
        "/root",
        "/dev",
        "/proc",
        str(Path.home()),
        str(mill.lab.folder),
        sysconfig.get_paths()["purelib"],
    ]
    names = {
        "PATHS": paths,
        "FOLDERS": [*folders, str(Path(amal_attention.__file__).parent)],
        "KERNEL": [],
        "PORT": port,
        "NAME": RUN.encode(),
        "PLACE": place,
        "GRADER": os.getpid(),
    }
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    kernel = given + f"KERNEL = {[f'/proc/sys/kernel/{each}' for each in KERNEL]}\n"
    escapes = ESCAPES.replace('"OWNED"', f'"{RUN}"').replace("SETUID", shutil.which("su") or "su")
    library = {f"damaged: {name}": in_damaged(name, each, mill.solved) for name, each in DAMAGED.items()}
    library |= {f"accident: {name}": each for name, each in ACCIDENTS.items()}
    library |= {f"attack: {name}": each for name, each in ATTACKS.items()}
    library |= {f"once: {name}": each for name, each in ONCE.items()}
    library["once: the seed of the test"] = bad(added("def confess():\n    return torch.initial_seed()"))
    library["attack: escapes"] = bad(added(given + escapes))
    library["once: settings of the kernel"] = bad(added(kernel + escapes))
    return library


def write_places(folder: Path, solved: dict[str, Any]) -> dict[str, Bad]:
    """Submissions that are bad before they are opened."""
    right = saved(solved)

    def student(name: str) -> Path:
        (folder / f"place {name}").mkdir()
        return folder / f"place {name}"

    outside = folder.parent / "of another.ipynb"
    outside.write_bytes(right)
    (student("link") / "mill.ipynb").symlink_to(outside)
    os.mkfifo(student("pipe") / "mill.ipynb")
    student("empty")
    (student("renamed") / "my..work (1).IPYNB.ipynb").write_bytes(right)
    (student("dots") / "..mill..ipynb").write_bytes(right)
    two = student("two")
    (two / "mill.ipynb").write_bytes(right)
    (two / "other.ipynb").write_bytes(DAMAGED["another lab's notebook"](solved))
    with zipfile.ZipFile(student("archive") / "mill.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"../../{RUN}.ipynb", right)
        archive.writestr("large.ipynb", bytes(50_000_000))
    with (student("large") / "mill.ipynb").open("wb") as file:
        file.truncate(2**40)
    nothing = dict.fromkeys(POINTS, 0.0)

    def place(status: Status = Status.GRADED, why: str = "", told: str = "") -> Bad:
        return Bad(lambda notebook: right, POINTS if status is Status.GRADED else nothing, status, why, told)

    return {
        "place link": place(Status.UNREADABLE, "it is a link"),
        "place pipe": place(Status.UNREADABLE, "no ordinary file"),
        "place large": place(Status.UNREADABLE, "bytes"),
        "place empty": place(Status.MISSING, "no notebook"),
        "place archive": place(Status.MISSING, "no notebook"),
        "place dots": place(Status.MISSING, "no notebook"),
        "place renamed": place(),
        "place two": place(told="2 notebooks"),
    }


def was_connected_to(listening: socket.socket) -> bool:
    """Whether anybody connected; it listens no longer."""
    with listening:
        listening.setblocking(False)
        try:
            listening.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    """All of the library, graded once in the sandbox."""
    folder, course, works = (tmp_path_factory.mktemp(name) for name in ("grader", "handed-in", "handed-in-too"))
    mill = Mill.write(folder, LIMITS)
    roomy = Mill.write(tmp_path_factory.mktemp("roomy"), ROOM)
    files = planted_files(folder, RUN)
    home = tempfile.NamedTemporaryFile("w", dir=Path.home(), prefix=IN_HOME)  # noqa: SIM115
    listening = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
    place = str(Path(tempfile.mkdtemp(dir="/tmp")) / "socket")
    listening[1].bind(b"\0" + RUN.encode())
    listening[2].bind(place)
    for each in listening[1:]:
        each.listen()
    paths = [str(each) for each in (*files.values(), home.name, *mill.lab.folder.rglob("*.*"))]
    library = entries(mill, paths, listening[0].getsockname()[1], place)
    found = Batch(expected=library)
    handed_in: dict[str, str] = {}
    for number, (name, each) in enumerate(library.items()):
        if number % EVERY == 0:
            (course / f"{number:04d}-.ipynb").write_bytes(saved(mill.solved))
            handed_in[f"{number:04d}-"] = HONEST
        content = each.make((roomy if each.works else mill).solved)
        file = (works if each.works else course) / f"{number:04d}.ipynb"
        file.write_bytes(content.replace(b"SLEEP", SLEEP.encode()))
        handed_in[f"{number:04d}"] = name
    found.expected |= write_places(course, mill.solved)
    places = files | {"lab": mill.lab.folder, "submissions": course / "0000-.ipynb"}
    found.before = outside(places)
    now = [""]

    def progress(done: int, total: int, name: str) -> None:
        found.told.setdefault(now[0], []).extend(TOLD)
        TOLD.clear()
        now[0] = handed_in.get(name, name)

    for lab, handed in ((mill.lab, course), (roomy.lab, works)):
        for verdict in grade_cohort(GradingRun(lab, seed=3, progress=progress), find_submissions([handed]), None):
            name = handed_in.get(verdict.submission, verdict.submission)
            found.verdicts.setdefault(name, []).append(verdict)
        progress(0, 0, "")
    found.honest = found.verdicts.pop(HONEST)
    found.left = left_over()
    found.after = outside(places)
    found.connected = [str(each) for each in listening if was_connected_to(each)]
    shutil.rmtree(Path(place).parent)
    home.close()
    yield found


LIBRARY = [
    *(f"damaged: {name}" for name in DAMAGED),
    *(f"accident: {name}" for name in ACCIDENTS),
    *(f"attack: {name}" for name in ATTACKS),
    *(f"once: {name}" for name in ONCE),
    *(f"place {name}" for name in ("link", "pipe", "large", "empty", "archive", "dots", "renamed", "two")),
]


def judge(verdict: Verdict, expected: Bad) -> None:
    """Hold a verdict against what is expected: marks, status, its reason, repairs."""
    assert {each.question: each.earned for each in verdict.questions} == dict(expected.earned)
    assert verdict.status is expected.status
    assert expected.why in verdict.why and bool(expected.why) <= bool(verdict.why)
    assert any(expected.told in each for each in verdict.repairs) if expected.told else not verdict.repairs


@needs_sandbox
@pytest.mark.parametrize("name", LIBRARY)
def test_a_bad_submission_gets_one_row_its_status_and_the_marks_of_its_answers(batch, name):
    (verdict,) = batch.verdicts[name]
    judge(verdict, batch.expected[name])


@needs_sandbox
def test_every_submission_gets_one_row(batch):
    assert {name: len(verdicts) for name, verdicts in batch.verdicts.items()} == dict.fromkeys(batch.expected, 1)


@needs_sandbox
def test_honest_submissions_of_the_batch_get_their_marks(batch):
    assert len(batch.honest) > 20
    for verdict in batch.honest:
        judge(verdict, bad(lambda notebook: notebook))


@needs_sandbox
@pytest.mark.parametrize(
    "what", ["lab", "gradebook", "other", "submissions", "package", "site-packages", "home", "owned", "children"]
)
def test_nothing_outside_changes(batch, what):
    assert batch.after[what] == batch.before[what]


@needs_sandbox
def test_no_process_is_left(batch):
    assert batch.left == []


@needs_sandbox
def test_nobody_connects_to_the_sockets_of_the_machine(batch):
    assert batch.connected == []


@needs_sandbox
def test_what_is_shown_of_a_submission_holds_nothing_that_a_terminal_acts_on(batch):
    for verdict in [each for verdicts in batch.verdicts.values() for each in verdicts]:
        text = repr(verdict.to_dict())
        assert len(text) < 200_000 and "\\x1b" not in text.replace("\\\\x1b", "") and "\u202e" not in text


@needs_sandbox
def test_nothing_of_what_it_must_not_do_can_be_done(batch):
    ((managed, _),) = batch.told["attack: escapes"]
    assert managed == []


@needs_sandbox
def test_no_setting_of_the_kernel_can_be_written(batch):
    ((managed, _),) = batch.told["once: settings of the kernel"]
    assert managed == []


@needs_sandbox
def test_the_seed_of_the_answers_does_not_tell_what_the_test_draws(batch):
    ((of_answers, of_test),) = batch.told["once: the seed of the test"]
    assert of_answers != of_test


# Without a sandbox


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Verdict], list[str], list[str]]:
    """The accidents in processes with limits alone: verdicts, what is left running, which files are left."""
    folder, files = tmp_path_factory.mktemp("beside"), tmp_path_factory.mktemp("files")
    mill, verdicts = Mill.write(folder, LIMITS), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(files))
        patch.setattr(tempfile, "tempdir", None)

        def submissions() -> Iterator[Submission]:
            for name, each in ACCIDENTS.items():
                if not each.alone:
                    yield Submission(name, each.make(mill.solved).replace(b"SLEEP", SLEEP.encode()))
            yield Submission(HONEST, saved(mill.solved))

        def report(verdict: Verdict) -> None:
            assert verdict.submission not in verdicts
            verdicts[verdict.submission] = verdict

        grade_each(mill.lab, submissions(), report, seed=3, isolation=Isolation.PROCESS)
    TOLD.clear()
    of_torch = "torchinductor_"  # a folder that torch makes where it is first used, whoever runs
    return verdicts, left_over(), [each for each in listed(files) if not each.startswith(of_torch)]


@pytest.mark.parametrize("name", [name for name, each in ACCIDENTS.items() if not each.alone])
def test_an_accident_in_a_process_ends_as_in_the_sandbox(beside, name):
    judge(beside[0][name], ACCIDENTS[name])


def test_beside_accidents_in_processes_an_honest_submission_gets_its_marks(beside):
    judge(beside[0][HONEST], bad(lambda notebook: notebook))


def test_accidents_in_processes_leave_nothing_running(beside):
    assert beside[1] == []


def test_accidents_in_processes_leave_no_file(beside):
    assert beside[2] == []


# What else was tried, outside of a batch


@pytest.mark.parametrize("line", ["pytest.fail('no')", "with pytest.raises(ValueError): student.total(rows(draws))"])
def test_a_hidden_test_may_fail_in_the_ways_of_pytest(tmp_path, line):
    mill = Mill.write(tmp_path, LIMITS)
    test = mill.lab.folder / "hidden_tests" / "test_mill.py"
    loop = "    for _ in range(3):\n        x = rows(draws)\n        close_to(student.total(x), x.sum(dim=1), "
    test.write_text(test.read_text().replace(f'{loop}what="the sum of each row")\n', f"    {line}\n", 1))
    verdicts: list[Verdict] = []
    grade_each(mill.lab, [Submission(HONEST, saved(mill.solved))], verdicts.append, seed=3, isolation=Isolation.PROCESS)
    assert [each.earned for each in verdicts[0].questions] == [
        3.0,
        0.0,
        2.0,
    ]  # the sums show whether the answer is alive


def test_a_tensor_of_many_axes_is_told_in_few_words():
    assert len(numbers(torch.zeros([8] * 5))) < 10_000


def test_a_verdict_on_a_file_of_the_longest_name_is_kept(tmp_path):
    VerdictFolder(tmp_path).keep(Verdict("x" * 249, "mill", Status.GRADED))


def test_wrong_answers_alone_earn_nothing(tmp_path):
    mill, verdicts = Mill.write(tmp_path, LIMITS), []
    grade_each(
        mill.lab,
        [Submission("", saved(mill.with_answers(WRONG)))],
        verdicts.append,
        seed=3,
        isolation=Isolation.PROCESS,
    )
    assert verdicts[0].earned == 0
