"""Submissions graded by processes of Dask's: the same verdicts, whatever becomes of a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amal_attention.errors import CourseError, LabError
from amal_attention.grading import workers
from amal_attention.grading.engine import grade
from amal_attention.grading.parcel import LabParcel
from amal_attention.grading.reference import Reference
from amal_attention.grading.sandbox import Isolation
from amal_attention.grading.submissions import Submission
from amal_attention.grading.verdict import Status, Verdict
from amal_attention.grading.workers import Crew, Grader, grade_on_workers
from amal_attention.lab import Lab
from tests.grading.conftest import DEADLY_TOTAL, WRONG_TOTAL, solved, write_till

pytest.importorskip("distributed", reason="needs Dask (pip install '.[grade]')")

pytestmark = pytest.mark.long

HANDED_IN = {
    "ada": solved(),
    "bob": solved(q1=WRONG_TOTAL),
    "cy": solved(q1=DEADLY_TOTAL),
    "eve": b"no notebook",
    **{f"more{number}": solved(q2=f"def change(paid, prices): return {number}") for number in range(4)},
}


def submissions() -> list[Submission]:
    return [Submission(name, raw) for name, raw in HANDED_IN.items()]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return write_till(tmp_path_factory.mktemp("labs"))


def plain(verdict: Verdict) -> Verdict:
    """What of a verdict is the same each time."""
    return replace(verdict, seconds=0.0, cpu_seconds=0.0, peak_mb=0.0)


@pytest.fixture(scope="module")
def alone(lab: Lab) -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    grade(
        lab,
        submissions(),
        lambda each: found.update({each.submission: plain(each)}),
        seed=7,
        isolation=Isolation.PROCESS,
    )
    return found


def graded(lab: Lab, crew: Crew, report: Any = None) -> dict[str, Verdict]:
    found: dict[str, list[Verdict]] = {}

    def kept(verdict: Verdict) -> None:
        found.setdefault(verdict.submission, []).append(plain(verdict))
        if report is not None:
            report(verdict)

    grade_on_workers(lab, submissions(), kept, seed=7, isolation=Isolation.PROCESS, crew=crew)
    assert all(len(each) == 1 for each in found.values())
    return {name: each for name, (each,) in found.items()}


def deadly(submission: Submission) -> Verdict:
    """What a worker would do whom one submission always ends."""
    if submission.name == "bob" and submission.raw is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    questions = ()
    return Verdict(
        submission.name,
        "till",
        submission.status if submission.raw is None else Status.GRADED,
        submission.why,
        questions,
    )


def test_what_ends_a_worker_twice_has_crashed_and_the_others_have_not(lab, monkeypatch):
    monkeypatch.setattr(workers, "_graded", deadly)
    verdicts = graded(lab, Crew(2))
    assert {name for name, each in verdicts.items() if each.status is Status.CRASHED} == {"bob"}
    assert "twice" in verdicts["bob"].why and set(verdicts) == set(HANDED_IN)


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a scheduler, with two workers that somebody started by hand, and one of these."""
    address = tmp_path / "scheduler.json"
    quiet = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    started = [
        subprocess.Popen(
            [*dask, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(address)], **quiet
        )
    ]
    while not address.exists():
        time.sleep(0.1)
        assert started[0].poll() is None
    found = json.loads(address.read_text())["address"]
    for _ in range(2):
        worker = [*dask, "worker", found, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        started.append(subprocess.Popen(worker, **quiet))
    yield found, started[1]
    for each in reversed(started):
        each.terminate()
        each.wait(20)


def test_of_two_workers_started_by_hand_one_is_killed_and_the_other_does_all_the_same(lab, alone, by_hand):
    scheduler, worker = by_hand
    assert graded(lab, Crew(scheduler=scheduler), lambda verdict: worker.kill()) == alone
    assert worker.wait(5) == -signal.SIGKILL


def test_no_scheduler_at_the_address_is_told(lab, refusal, monkeypatch):
    monkeypatch.setattr(workers, "_CONNECT_SECONDS", 1)
    told = refusal(CourseError, lambda: graded(lab, Crew(scheduler="tcp://127.0.0.1:9")))
    assert "tcp://127.0.0.1:9" in told and "dask scheduler" in told


def test_what_a_worker_cannot_do_is_told_as_it_is_alone(lab, refusal, monkeypatch):
    parcel = LabParcel.of(lab, Reference.of(lab))
    broken = replace(parcel, files={each: text for each, text in parcel.files.items() if "hidden" not in each})
    grader = Grader(broken, 7, Isolation.PROCESS)
    assert "hidden tests" in refusal(LabError, lambda: grader.verdict(submissions()[0]))
    assert "hidden tests" in refusal(LabError, lambda: grader.verdict(submissions()[0]))


@pytest.mark.parametrize(("crew", "one"), [(Crew(), True), (Crew(2), False), (Crew(1, "tcp://a:1"), False)])
def test_one_process_needs_no_dask(crew, one):
    assert crew.alone is one


def test_what_was_graded_is_not_kept_in_memory(lab):
    held: list[int] = []

    def report(verdict: Verdict) -> None:
        status = Path("/proc/self/status").read_text()
        held.append(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) // 1024)

    large = [Submission(f"s{number}", os.urandom(2**18)) for number in range(150)]  # as notebooks are
    grade_on_workers(lab, iter(large), report, seed=7, isolation=Isolation.PROCESS, crew=Crew(jobs=2))
    assert held[-1] - held[5] < 30  # MB, where Dask keeps the last messages it is 70
