"""The guide for teaching assistants, typed as it stands: each command ends as it should, and prints what is shown."""

from __future__ import annotations

import copy
import csv
import os
import re
import subprocess
import zipfile
from collections import ChainMap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
import pytest

from amal_attention.course.mutation.mutants import mutated, read_mutants
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.lab import Lab
from tests.course.moodle import Person, handed_in_at, write_roster, zipped
from tests.processes import HANGS
from tests.sandboxes import needs_sandbox

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

pytestmark = [
    pytest.mark.long,
    needs_sandbox,
]

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "assistant.md").read_text("utf-8")
LAB = Lab.find("tp9_attention", ROOT / "solutions")
COMMANDS = {"amal", "nbgrader", "openssl", "dask", "pytest", "cd", "export", "sudo"}
NOT_RUN = {
    "sudo apt": "installs a package of the system",
    "openssl ": "tests/grading/run/test_workers.py makes keys of its own",
    "dask ": "tests/grading/run/test_workers.py connects to a scheduler",
    "amal grade tp9_attention --scheduler": "the same, with a scheduler",
    "AMAL_LABS=": "tests/test_nbgrader.py runs nbgrader's own stage, which takes most of a minute",
    "amal mutants": "takes minutes",
}
ENDS = {"pytest": 1}  # of a submission that fails a test
DETAILS = "amal grade tp9_attention submitted --out verdicts --details"
PARIS = ZoneInfo("Europe/Paris")
WORKSHEET = ["Identifier", "Full name", "Status", "Grade", "Maximum Grade"]
RANDOM = re.compile(r"\s*(sent|came|expected|likely):")


@dataclass
class Section:
    """What stands below a heading: commands, and the examples of what they print."""

    title: str
    commands: list[str] = field(default_factory=list)
    shown: list[list[str]] = field(default_factory=list)


def blocks(text: str) -> Iterator[list[str]]:
    """The indented blocks, without their indent."""
    for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE):
        yield [line.removeprefix("    ") for line in block.splitlines()]


def is_command(line: str) -> bool:
    return re.sub(r"^[A-Z_]+=\S+ ", "", line).split()[0] in COMMANDS


def sections() -> list[Section]:
    found = []
    for part in GUIDE.split("\n## ")[1:]:
        section = Section(part.splitlines()[0])
        for block in blocks(part):
            if is_command(block[0]):
                section.commands += block
            else:
                section.shown.append(block)
        found.append(section)
    return found


def why_not(command: str) -> str | None:
    return next((why for begin, why in NOT_RUN.items() if command.startswith(begin)), None)


SECTIONS = {section.title: section for section in sections()}
ALL = [command for section in SECTIONS.values() for command in section.commands]
RUN = [command for command in ALL if why_not(command) is None]


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    status: int
    output: str
    errors: str


# What is typed needs something to work on


def cut_after(raw: bytes, cells: int) -> bytes:
    """A notebook of which this many cells are whole."""
    name = nbformat.reads(raw.decode(), 4).cells[cells]["id"]
    return raw[: raw.index(f'"id": "{name}"'.encode())]


def with_line(notebook: Any, name: str, before: str, line: str) -> Any:
    """A copy with a line in an answer."""
    changed = copy.deepcopy(notebook)
    cell = next(cell for cell in changed.cells if cell["id"] == name)
    assert before in cell.source
    cell.source = cell.source.replace(before, f"{line}\n{before}")
    return changed


def notebooks() -> dict[str, bytes]:
    """What the five students of the guide hand in, as it tells of them."""
    solved = notebook_of(read_script(LAB), "en")
    solved.metadata["amal"] = {"lab": LAB.name, "language": "en"}
    (padding,) = (each for each in read_mutants(LAB.folder / "mutants") if each.name == "mean-counts-padding")
    ada = nbformat.writes(solved).encode()
    lost = with_line(solved, "q3-text-query", "        text, _ = ", "        import os; os._exit(1)")
    (cells,) = re.findall(r"cut off: (\d+) cells", GUIDE)
    return {
        "ada": ada,
        "blaise": nbformat.writes(mutated(solved, padding)).encode(),
        "carl": nbformat.writes(lost).encode(),
        "dora": (ROOT / "labs" / "en" / LAB.name / f"{LAB.name}.ipynb").read_bytes(),
        "emmy": cut_after(ada, int(cells)),
    }


PERSONS = [
    Person("ada", "Ada", "de la Cruz", 4_454_501, "hands it in"),
    Person("zoe", "Zoé", "O'Brien", 4_454_502, "is missing"),
]


def prepare(folder: Path) -> None:
    """All that the guide takes for granted."""
    (folder / "solutions").symlink_to(ROOT / "solutions")
    (folder / "submitted").mkdir()
    made = notebooks()
    for name, raw in made.items():
        (folder / "submitted" / f"{name}.ipynb").write_bytes(raw)
    write_roster(folder / "students.csv", PERSONS)
    entries = [
        (f"{each.folder}file_/{LAB.name}.ipynb", made[each.id], handed_in_at(each))
        for each in PERSONS
        if each.id in made
    ]
    (folder / "moodle.zip").write_bytes(zipped(entries))
    with (folder / "worksheet.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        times = {"ada": f"{handed_in_at(PERSONS[0]).astimezone(PARIS):%A, %d %B %Y, %I:%M %p}"}
        writer.writerow([*WORKSHEET, "Last modified (submission)", "Feedback comments"])
        writer.writerows(
            [f"Participant {each.number}", each.name, "", "", "20.00", times.get(each.id, "-"), ""] for each in PERSONS
        )


def typed(commands: list[str], folder: Path, programs: Path, notes: Path) -> dict[str, Ran]:
    """Run commands in one shell, from a folder."""
    lines = []
    for number, command in enumerate(commands):
        note = notes / str(number)
        lines += [f"exec > {note}.out 2> {note}.err", command, f"echo $? > {note}.status"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "AMAL_LABS"))}
    environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
    subprocess.run(["bash"], input="\n".join(lines), text=True, cwd=folder, env=environment, timeout=HANGS, check=False)
    return {
        command: Ran(
            int((notes / f"{number}.status").read_text()),
            *((notes / f"{number}.{kind}").read_text("utf-8") for kind in ("out", "err")),
        )
        for number, command in enumerate(commands)
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root")
    prepare(folder)
    return folder


@pytest.fixture(scope="module")
def ran(folder: Path, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """Each section typed from the root, as the guide says; the details are asked for behind the second."""
    with ThreadPoolExecutor(2) as pool:

        def run(section: Section) -> dict[str, Ran]:
            commands = [command for command in section.commands if why_not(command) is None]
            commands += [DETAILS] * (section.title == "Grade a folder")
            return typed(commands, folder, programs, tmp_path_factory.mktemp("notes"))

        return dict(ChainMap(*pool.map(run, SECTIONS.values())))


def only(begin: str, commands: list[str] = RUN) -> str:
    (found,) = (command for command in commands if command.startswith(begin))
    return found


def same(shown: str, line: str) -> bool:
    """Whether a line is what the guide shows; "…" stands for what it leaves out at the end."""
    return line.startswith(shown.removesuffix("…")) if shown.endswith("…") else line == shown


def test_the_guide_has_commands_and_what_is_not_run_is_in_it():
    assert len(RUN) > 10
    for begin in NOT_RUN:
        assert any(command.startswith(begin) for command in ALL), begin


@pytest.mark.parametrize("command", RUN)
def test_a_command_ends_as_it_should(ran, command):
    assert ran[command].status == ENDS.get(command.split()[0], 0), ran[command].errors[-2000:]
    assert "Traceback" not in ran[command].errors


def test_grade_prints_the_lines_that_are_shown(ran):
    shown = SECTIONS["Grade a folder"].shown[0]
    printed = ran[only("amal grade tp9_attention submitted")].output.splitlines()
    assert len(shown) == len(printed) == 6
    assert [(a, b) for a, b in zip(shown, printed, strict=True) if not same(a, b)] == []


@pytest.mark.parametrize("block", SECTIONS["Grade a folder"].shown[1:], ids=lambda block: block[0].split()[0])
def test_the_details_are_those_that_are_shown(ran, block):
    printed = ran[DETAILS].output.splitlines()
    begin = next(place for place, line in enumerate(printed) if line.startswith(block[0].split()[0]))
    kept = [line for line in block if not RANDOM.match(line)]
    assert [line for line in kept if not any(same(line.strip(), each.strip()) for each in printed[begin:])] == []
    assert len(kept) > 2


def test_the_course_is_graded_and_everybody_has_a_line(ran):
    printed = ran[only("amal grade tp9_attention -j")].output.splitlines()
    assert [line.split()[:3] for line in printed[:2]] == [
        ["ada", "graded", "15/15"],
        ["zoe", "missing", "0/15"],
    ]
    collected = ran[only("amal collect")].output
    assert "1 of 2 students" in collected and "missing (1)" in collected and "within a minute" not in collected


def test_deadlines_are_told_as_shown_and_the_time_is_that_of_the_worksheet(ran, folder):
    (shown,) = (block for block in SECTIONS["A whole course"].shown if block[0].startswith("tp9_attention: due"))
    assert shown == [ran[only(f"amal {name}")].output.strip() for name in ("due", "extend")]
    stamp = folder / "mycourse" / "submitted" / "ada" / LAB.name / "timestamp.txt"
    assert stamp.read_text() == f"{handed_in_at(PERSONS[0]).replace(second=0):%Y-%m-%d %H:%M:%S.%f} UTC"


def test_the_grades_are_in_both_files_and_the_pages_are_in_the_zip(ran, folder):
    course = folder / "mycourse"
    with (course / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2
    with (course / "filled.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["Grade"] for row in csv.DictReader(file)] == ["", ""]  # nobody marked Ada's open questions
    with zipfile.ZipFile(course / "feedback.zip") as archive:
        assert len(archive.namelist()) == 1
    assert Path(ran[only("amal summary")].output.strip()).is_file()


def test_by_hand_the_tests_that_fail_are_those_of_the_mistake(ran):
    printed = ran[only("pytest")].output
    failed = set(re.findall(r"^FAILED \S+::(\w+)", printed, re.MULTILINE))
    assert failed and "passed" in printed and "seed" in printed
