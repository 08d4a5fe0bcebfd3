"""A lab that only these tests know, what students hand in of it, and processes for their code to run in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from amal_attention.course.course_folder import Course
from amal_attention.course.people.roster import Student
from amal_attention.course.release.release import release
from amal_attention.grading.sandbox.sandbox import Child, Isolation, Zygote
from amal_attention.grading.submission.reference import Reference
from amal_attention.lab import Lab
from amal_attention.lab.limits import GradingLimits
from tests.course.conftest import expanded
from tests.grading.counting import CountingCourse, make_course
from tests.processes import HANGS
from tests.sandboxes import why_no_sandbox

MANIFEST = """
title = "The till"
languages = ["en", "fr"]

[questions]
q1.title = "Adding up"

[points]
"test-q1-total" = 2
"test-q2-change" = 1
"test-q3-tickets" = 1

[requirements.q1-total]
sum = "prices are added"
nothing = "nothing costs nothing"

[requirements.q2-change]
change = "what is paid, less what it costs"

[requirements.q3-tickets]
order = "tickets come in order"

[limits]
cell_seconds = 2
submission_seconds = 20
memory_mb = 300
"""

SCRIPT = """\
# %% [markdown] lang="en"
# # The till

# %% [markdown] lang="fr"
# # La caisse

# %%
import math
import random

rate = 10

# %% <solution q1-total>
def total(prices):
    ### BEGIN SOLUTION
    return math.fsum(prices)
    ### END SOLUTION

# %% <test test-q1-total 2> tags=["active-ipynb"]
# assert total([1, 2]) == 3

# %% <solution q2-change>
def change(paid, prices):
    ### BEGIN SOLUTION
    return paid - total(prices)
    ### END SOLUTION

# %% <test test-q2-change 1> tags=["active-ipynb"]
# assert change(10, [1, 2]) == 7

# %% <solution q3-tickets>
def tickets(count):
    ### BEGIN SOLUTION
    return sorted(random.sample(range(1000), count))
    ### END SOLUTION

# %% <test test-q3-tickets 1> tags=["active-ipynb"]
# assert len(tickets(3)) == 3
"""

HIDDEN = """\
import pytest

from amal_attention.checks import close_to, equal_to


@pytest.mark.question(
    "q1-total", points=1.5, essential=True, alive=True, requires=("sum",), hint="add, do not multiply"
)
def test_some_prices(student, draws):
    prices = [draws.between(2, 1000) for _ in range(4)]
    close_to(student.total(prices), float(sum(prices)), what="the sum", sent=str(prices))


@pytest.mark.question("q1-total", points=0.5, requires=("nothing",), hint="nothing costs nothing")
def test_no_price(student):
    close_to(student.total([]), 0.0, what="the sum of nothing")


@pytest.mark.question(
    "q2-change", points=1, essential=True, alive=True, requires=("change",), hint="take away what it costs"
)
def test_the_change(student):
    close_to(student.change(100, [30, 20]), 50.0, what="the change")


@pytest.mark.question("q3-tickets", points=1, essential=True, alive=True, requires=("order",), hint="sort them")
def test_tickets_in_order(student):
    drawn = student.tickets(6)
    equal_to(drawn, sorted(drawn), what="the tickets in order")
"""

BANK = {
    "product": """\
# %% tags=["mutant"]
# mistake = "the total is a product"
# loses = ["q1-total", "q2-change"]
# breaks = ["sum"]
# hint = "add, do not multiply"
# public = true

# %% grade_id="q1-total"
def total(prices):
    return math.prod(prices)
""",
    "loop": """\
# %% tags=["mutant"]
# variant = "a loop"
# loses = []

# %% grade_id="q1-total"
def total(prices):
    found = 0.0
    for price in prices:
        found += price
    return found
""",
}

ANSWERS = {
    "q1-total": "def total(prices):\n    return float(sum(prices))",
    "q2-change": "def change(paid, prices):\n    return paid - total(prices)",
    "q3-tickets": "def tickets(count):\n    return sorted(random.sample(range(1000), count))",
}
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # one of 1 by 1
)
POINTS = {"q1-total": 2.0, "q2-change": 1.0, "q3-tickets": 1.0}


def write_till(folder: Path) -> Lab:
    """Write the lab below ``folder``."""
    lab = folder / "till"
    (lab / "hidden_tests").mkdir(parents=True)
    (lab / "mutants").mkdir()
    (lab / "lab.toml").write_text(MANIFEST, "utf-8")
    (lab / "till.py").write_text(expanded(SCRIPT), "utf-8")
    (lab / "hidden_tests" / "test_till.py").write_text(HIDDEN, "utf-8")
    for name, text in BANK.items():
        (lab / "mutants" / f"{name}.py").write_text(text, "utf-8")
    return Lab.find("till", folder)


@cache
def _release(language: str) -> bytes:
    with TemporaryDirectory() as folder:
        return release(write_till(Path(folder)), language)


@cache
def releases() -> Reference:
    """The lab's releases."""
    with TemporaryDirectory() as folder:
        return Reference.of(write_till(Path(folder)))


def skeleton(language: str = "en") -> bytes:
    """The notebook that students get."""
    return _release(language)


def solved(**answers: str) -> bytes:
    """What a student hands in; ``q1="..."`` is their answer to the first question, in place of a right one."""
    notebook = json.loads(skeleton())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in ANSWERS:
            cell["source"] = answers.get(name[:2], ANSWERS[name])
    return json.dumps(notebook).encode()


WRONG_TOTAL = "def total(prices):\n    return float(math.prod(prices))"
DEADLY_TOTAL = "def total(prices):\n    import os\n    os._exit(3)"


@pytest.fixture
def till(tmp_path: Path) -> Lab:
    return write_till(tmp_path / "labs")


@pytest.fixture(scope="session")
def bubblewrap() -> None:
    """Skips where nothing can be shut in."""
    if why := why_no_sandbox():
        pytest.skip(why)


@pytest.fixture(scope="session")
def shut_in(bubblewrap: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """A zygote in the sandbox, with the limits of the till; it takes seconds to start, and so there is one for all."""
    lab = write_till(tmp_path_factory.mktemp("shut-in"))
    with Zygote(Isolation.SANDBOX, lab.limits, (), [lab.folder]) as zygote:
        yield zygote


@pytest.fixture(scope="session")
def beside() -> Iterator[Zygote]:
    """A zygote in a process that is not shut in."""
    limits = GradingLimits(cell_seconds=60, submission_seconds=600)
    with Zygote(Isolation.PROCESS, limits, ["import lightning"]) as zygote:
        yield zygote


class Kept:
    """A zygote that goes on after it was closed."""

    def __init__(self, zygote: Zygote) -> None:
        self.zygote = zygote
        self.closed = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.zygote, name)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def graded_in(shut_in: Zygote, monkeypatch: pytest.MonkeyPatch) -> Zygote:
    """Grading takes the sandbox that is there, in place of a new one."""
    monkeypatch.setattr("amal_attention.grading.run.grader.zygote_for", lambda *_: Kept(shut_in))
    return shut_in


@pytest.fixture
def child(beside: Zygote) -> Iterator[Child]:
    """A process for a submission, without a sandbox."""
    found = beside.child()
    yield found
    found.end()


def run_script(source: str, *arguments: str, **options: Any) -> Any:
    """Run Python in a process of its own; the JSON of its last line."""
    command = [sys.executable, "-P", "-c", source, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=HANGS, **options)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def namespaces() -> Callable[..., Any]:
    """:func:`run_script`, where a program may make namespaces; else the test is skipped."""
    source = (
        "from amal_attention.grading.sandbox.layers.linux import unshare; unshare('user', 'mount', 'pid'); print(1)"
    )
    try:
        run_script(source)
    except AssertionError as error:
        pytest.skip(f"no namespaces on this machine: {str(error).strip().splitlines()[-1]}")
    return run_script


@pytest.fixture(scope="session")
def new_counting(tmp_path_factory: pytest.TempPathFactory, known_alembic: object) -> CountingCourse:
    """A course of three on the lab with an open question, to which nothing was handed in; it takes seconds to make."""
    return make_course(tmp_path_factory.mktemp("counting"), map(Student, ("ada", "bob", "zoe")))


@pytest.fixture
def counting(new_counting: CountingCourse, tmp_path: Path) -> CountingCourse:
    """The same, a copy: Ada and Bob handed in, Zoé did not."""
    shutil.copytree(new_counting.course.folder, tmp_path / "course")
    counting = CountingCourse(new_counting.toy, Course.at(tmp_path / "course"))
    counting.hand_in("ada", "test_many", "test_none")
    counting.hand_in("bob", "test_none")
    return counting
