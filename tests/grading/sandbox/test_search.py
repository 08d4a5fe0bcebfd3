"""A submission that reads all that it can finds no word of hidden tests, answers, others or the grader."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amal_attention.grading.run.grader import grade_each
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from tests.grading.submissions.library import added, bad
from tests.grading.submissions.mill import TOLD, Mill
from tests.grading.submissions.search import IN_HOME, SEARCH, marker, planted_files
from tests.sandboxes import needs_sandbox

pytestmark = [
    pytest.mark.long,
    needs_sandbox,
]

RUN = secrets.token_hex(12)
LIMITS = {
    "cell_seconds": 100,
    "submission_seconds": 200,
    "memory_mb": 300,
    "processes": 16,
    "file_mb": 5,
    "output_kb": 100,
}
ENOUGH = {
    "objects": ("objects", 1000),
    "environment": ("bytes", 1000),
    "processes": ("files", 20),
    "programs": ("bytes", 10**6),
    "files": ("files", 100),
    "memory": ("bytes", 10**8),
}
"""Where a search looks, and what it must have seen there for its finding nothing to mean something."""
EARLIER = f"""
word = {marker("earlier", RUN)!r}
print(word)
import os
os.environ["WORD"] = word
open("word", "w").write(word)
open("/dev/shm/word", "w").write(word)
os.mkfifo("fifo")
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What each search found, saw and could not read; all were graded after one that left words for the next."""
    folder = tmp_path_factory.mktemp("grader")
    mill = Mill.write(folder, LIMITS, markers={"IN_TEST": marker("test", RUN), "IN_SOLUTION": marker("solution", RUN)})
    planted_files(folder, RUN)
    search = SEARCH.replace("CONTROL", marker("control", RUN))
    sources = {"earlier": EARLIER} | {where: search.replace("WHERE", where) for where in ENOUGH}
    verdicts: list[Verdict] = []
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.NamedTemporaryFile("w", dir=Path.home(), prefix=IN_HOME) as home,
    ):
        patch.setenv("PLANTED", marker("environment", RUN))
        home.write(marker("home", RUN))
        home.flush()
        TOLD.clear()
        submissions = [Submission(name, bad(added(text)).make(mill.solved)) for name, text in sources.items()]
        grade_each(mill.lab, submissions, verdicts.append, seed=3, isolation=Isolation.SANDBOX)
    assert {each.submission: each.status for each in verdicts} == dict.fromkeys(sources, Status.GRADED)
    yield dict(zip(ENOUGH, [answer for answer, *_ in TOLD], strict=True))
    TOLD.clear()


@pytest.mark.parametrize("where", ENOUGH)
def test_a_search_finds_nothing_but_what_is_planted_in_its_own_cell(told, where):
    found, seen, unread = told[where]
    what, least = ENOUGH[where]
    assert set(found) <= {"control"} and not unread
    assert seen[what] > least


@pytest.mark.parametrize("where", ["objects", "memory"])
def test_a_search_finds_what_is_planted_in_its_own_cell(told, where):
    assert told[where][0] == ["control"]
