"""How fast a cohort is graded: beside stock ``nbgrader autograde``, and as the number of submissions grows.

    python benchmarks/grading.py                          (20 submissions through both, then 50, 200 and 800 of ours)
    python benchmarks/grading.py --otter ~/otter/bin/python --sizes   (otter-grader too, which that Python has)
    python benchmarks/grading.py --peers 20 --sizes       (the comparison alone)
    python benchmarks/grading.py --peers 0 --sizes 50 200 --jobs 2

Submissions are solved notebooks, each with a mistake of the lab's bank or none; of those that grow in number one in
twenty is damaged or hostile. The cells that train and draw are left out of the notebooks of the comparison, so that
graders are compared and not training: ours never runs them. Everything runs with one thread a process.

Otter grades in its own process and a kernel for each submission, as ``otter run`` does: its containers need Docker. Its
tests are the cells that nbgrader runs, all or nothing. Its Python needs this package too, and pytest.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import nbformat

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.course.mutation.mutants import mutated, read_mutants
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.lab import Lab

LAB = Lab.find("tp9_attention", Path(__file__).parents[1] / "solutions")
ONE_IN = 20
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "AMAL_LABS": str(LAB.folder.parent)}
OTTER_TEST = """\
OK_FORMAT = False
from otter.test_files import test_case

name = {name!r}

@test_case(points={points!r})
def test(env):
    exec({cell!r}, env)
    assert env["points"] == {points!r}
"""
OTTER = """\
import sys
from otter.api import grade_submission

for submission in sys.argv[2:]:
    grade_submission(submission, sys.argv[1], quiet=True)
"""


def main() -> None:
    """Print the comparison, then the growth."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--peers", type=int, default=20)
    options.add_argument("--sizes", type=int, nargs="*", default=[50, 200, 800])
    options.add_argument("--jobs", type=int, nargs="*", default=[1, 2])
    options.add_argument("--otter", type=Path, metavar="PYTHON")
    chosen = options.parse_args()
    if chosen.peers:
        compare(chosen.peers, chosen.otter)
    for jobs in chosen.jobs:
        for size in chosen.sizes:
            grow(size, jobs)


def honest(count: int) -> list[Any]:
    """Notebooks with one mistake or none, as many as are asked for."""
    solved = notebook_of(read_script(LAB), "en")
    solved.metadata["amal"] = {"lab": LAB.name, "language": "en"}
    bank = sorted(read_mutants(LAB.folder / "mutants"), key=lambda mutant: mutant.name)
    return [
        mutated(solved, mutant) if number % 3 else solved for number, mutant in enumerate(islice(cycle(bank), count))
    ]


def without_practice(notebook: Any) -> Any:
    """The notebook without the cells that train and draw."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata or "active-ipynb" not in cell.metadata.get("tags", [])
    ]
    return notebook


def with_first_answer(notebook: Any, source: str) -> str:
    """The notebook with this code before the first answer."""
    notebook = copy.deepcopy(notebook)
    cell = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution"))
    cell.source = f"{source}\n{cell.source}"
    return nbformat.writes(notebook)


def cohort(count: int) -> list[str]:
    """As many submissions, one in twenty of them damaged or hostile."""
    notebooks = honest(count)
    bad = cycle(
        [
            lambda each: nbformat.writes(each)[:20_000],
            lambda each: "",
            lambda each: with_first_answer(each, "import os; os._exit(1)"),
            lambda each: with_first_answer(each, "kept = [bytearray(2**28) for _ in range(100)]"),
            lambda each: with_first_answer(each, "while True: pass"),
            lambda each: with_first_answer(each, "while True: print('a' * 1000)"),
            lambda each: json.dumps(dict(each, metadata={}, cells=each.cells[:20])),
            lambda each: with_first_answer(each, "import torch; torch.allclose = lambda *a, **k: True"),
        ]
    )
    return [next(bad)(each) if number % ONE_IN == 7 else nbformat.writes(each) for number, each in enumerate(notebooks)]


def made(folder: Path, texts: list[str], *, stock: bool) -> Course:
    """A course in which these were handed in."""
    course = add_lab(folder, LAB, "en", stock=stock)
    for number, text in enumerate(texts):
        path = course.folder / "submitted" / f"s{number:04d}" / LAB.name / f"{LAB.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    return course


def ran(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds that a command took, and the most memory that it held, in MB, its children left out."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.stdout.read() if process.stdout else b""
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(said.decode()[-3000:])
    return time.monotonic() - began, used.ru_maxrss / 1024


def ours(course: Course, jobs: int) -> tuple[float, float]:
    """The same for ``amal grade``."""
    grade = [sys.executable, "-c", "from amal_attention.cli import main; main()", "grade", LAB.name]
    return ran([*grade, "--course", str(course.folder), "--jobs", str(jobs)], course.folder)


def is_test(cell: Any) -> bool:
    """Whether a cell gives a question its points."""
    return cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade", False)


def otter(python: Path, folder: Path, notebooks: list[Any]) -> float:
    """Seconds that otter-grader takes, its tests the test cells, which are left out of the notebooks."""
    folder.mkdir()
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        for cell in filter(is_test, notebooks[0].cells):
            about = cell.metadata["nbgrader"]
            test = OTTER_TEST.format(name=about["grade_id"], points=about["points"], cell=cell.source)
            archive.writestr(f"tests/{about['grade_id']}.py", test)
    for number, notebook in enumerate(notebooks):
        answers = copy.deepcopy(notebook)
        answers.cells = [cell for cell in answers.cells if not is_test(cell)]
        nbformat.write(answers, folder / f"s{number:04d}.ipynb")
    submissions = [str(path) for path in sorted(folder.glob("*.ipynb"))]
    return ran([str(python), "-c", OTTER, str(folder / "autograder.zip"), *submissions], folder)[0]


def compare(count: int, otter_python: Path | None) -> None:
    """The same submissions through nbgrader, otter-grader and ours."""
    notebooks = [without_practice(each) for each in honest(count)]
    texts = [nbformat.writes(each) for each in notebooks]
    with tempfile.TemporaryDirectory() as folder:
        stock = made(Path(folder) / "stock", texts, stock=True)
        seconds, _ = ran([sys.executable, "-m", "nbgrader", "autograde", LAB.name, "--create"], stock.folder)
        print(f"{count} submissions, nbgrader autograde: {seconds:.1f} s", flush=True)
        if otter_python:
            theirs = otter(otter_python, Path(folder) / "otter", notebooks)
            print(f"{count} submissions, otter run: {theirs:.1f} s", flush=True)
        for jobs in (1, 2):
            course = made(Path(folder) / f"ours{jobs}", texts, stock=False)
            own, _ = ours(course, jobs)
            print(
                f"{count} submissions, amal grade -j {jobs}: {own:.1f} s, {seconds / own:.1f} times as fast", flush=True
            )


def grow(count: int, jobs: int) -> None:
    """A cohort of this size."""
    with tempfile.TemporaryDirectory() as folder:
        course = made(Path(folder) / "course", cohort(count), stock=False)
        seconds, memory = ours(course, jobs)
        verdicts = [json.loads(path.read_text()) for path in course.verdicts(LAB.name).glob("*.json")]
        middle = statistics.median(each["cpu_seconds"] for each in verdicts)
        statuses = sorted({each["status"] for each in verdicts})
        print(
            f"{count} submissions, -j {jobs}: {seconds:.1f} s, {60 * count / seconds:.0f} a minute, "
            f"{1000 * seconds / count:.0f} ms each; coordinator {memory:.0f} MB; "
            f"median CPU of a submission's own process {middle:.2f} s; "
            f"{len(verdicts)} verdicts: {', '.join(statuses)}",
            flush=True,
        )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
