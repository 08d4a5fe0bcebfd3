"""Submissions in, verdicts out, in a sandbox that is there already."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amal_attention.errors import LabError, SandboxError
from amal_attention.grading.run import grader
from amal_attention.grading.run.grader import grade_each, lab_digest
from amal_attention.grading.sandbox.sandbox import Zygote
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.lab import Lab
from tests.grading.conftest import DEADLY_TOTAL, POINTS, WRONG_TOTAL, Kept, skeleton, solved, write_till


def of_another_lab() -> bytes:
    notebook = json.loads(solved())
    notebook["metadata"]["amal"]["lab"] = "another"
    return json.dumps(notebook).encode()


SUBMISSIONS = {
    "solved": Submission("solved", solved(), remarks=("2 notebooks in the folder: a.ipynb is graded",)),
    "skeleton": Submission("skeleton", skeleton()),
    "wrong": Submission("wrong", solved(q1=WRONG_TOTAL)),
    "unsorted": Submission("unsorted", solved(q3="def tickets(count):\n    return random.sample(range(1000), count)")),
    "raises": Submission("raises", solved(q2="raise ValueError('\x1b[2J')")),
    "deadly": Submission("deadly", solved(q1="print('words')\n" + DEADLY_TOTAL)),
    "deadly cell": Submission("deadly cell", solved(q2="import os\nos._exit(9)")),
    "endless": Submission("endless", solved(q3="def tickets(count):\n    while True: pass")),
    "unreadable": Submission("unreadable", b"{"),
    "another lab": Submission("another lab", of_another_lab()),
    "missing": Submission("missing", why="there is no notebook in its folder"),
    "link": Submission("link", status=Status.UNREADABLE, why="it is a link"),
}

Grade = Callable[..., dict[str, Verdict]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return write_till(tmp_path_factory.mktemp("labs"))


@pytest.fixture
def graded(graded_in: Zygote, lab: Lab) -> Grade:
    """Grade some of the submissions; the verdicts by name, in the order in which they came."""

    def verdicts(*names: str, seed: int = 5, of: Lab = lab) -> dict[str, Verdict]:
        reported: list[Verdict] = []
        grade_each(of, [SUBMISSIONS[name] for name in names], reported.append, seed=seed)
        assert [verdict.submission for verdict in reported] == list(names)
        return {verdict.submission: verdict for verdict in reported}

    return verdicts


@pytest.fixture(scope="module")
def every(shut_in: Zygote, lab: Lab) -> dict[str, Verdict]:
    """The verdict on each."""
    reported: list[Verdict] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader, "zygote_for", lambda *_: Kept(shut_in))
        grade_each(lab, SUBMISSIONS.values(), reported.append, seed=5)
    assert len(reported) == len(SUBMISSIONS)
    return {verdict.submission: verdict for verdict in reported}


EXPECTED = {
    "solved": (Status.GRADED, 4, ""),
    "skeleton": (Status.GRADED, 0, ""),
    "wrong": (Status.GRADED, 1, ""),
    "unsorted": (Status.GRADED, 3, ""),
    "raises": (Status.GRADED, 3, ""),
    "deadly": (Status.PARTIAL, 1, "its process ended by itself, with status 3"),
    "deadly cell": (Status.PARTIAL, 3, "q2-change: its process ended by itself, with status 9"),
    "endless": (Status.PARTIAL, 3, "q3-tickets: no answer within 2 s"),
    "unreadable": (Status.UNREADABLE, 0, "expected"),
    "another lab": (Status.WRONG_LAB, 0, "another"),
    "missing": (Status.MISSING, 0, "there is no notebook in its folder"),
    "link": (Status.UNREADABLE, 0, "it is a link"),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_each_submission_has_one_verdict_and_earns_what_it_is_worth(every, lab, name):
    verdict, (status, earned, why) = every[name], EXPECTED[name]
    assert (verdict.status, verdict.earned, verdict.lab) == (status, earned, "till")
    assert why in verdict.why and bool(why) is bool(verdict.why)
    assert {each.question: each.points for each in verdict.questions} == POINTS
    assert list(POINTS) == [each.question for each in verdict.questions]
    assert verdict.points == sum(lab.points.values()) == 4
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_verdict_says_how_it_came_about(every, lab, shut_in, name):
    verdict, submission = every[name], SUBMISSIONS[name]
    assert (verdict.seed, verdict.isolation, verdict.limits) == (5, "sandbox", shut_in.limits.to_dict())
    assert (verdict.digest, verdict.lab_digest) == (submission.digest, lab_digest(lab))
    ran = verdict.status in (Status.GRADED, Status.PARTIAL)
    assert verdict.layers == (shut_in.layers if ran else ())
    assert (verdict.cpu_seconds > 0) is (verdict.peak_mb > 50) is ran
    assert 0 < verdict.seconds < 30


def test_of_what_could_not_be_run_nothing_was_attempted(every):
    for name in ("unreadable", "another lab", "missing", "link"):
        outcomes = {test.outcome for question in every[name].questions for test in question.tests}
        assert {str(outcome.state) for outcome in outcomes} == {"to do"}


def test_the_skeleton_is_not_attempted(every):
    assert {str(question.state) for question in every["skeleton"].questions} == {"to do"}


def test_remarks_on_the_file_stand_among_the_repairs(every):
    assert every["solved"].repairs[0] == "2 notebooks in the folder: a.ipynb is graded"


def test_what_cells_raise_is_told_with_their_numbers_and_does_no_harm_to_a_terminal(every):
    (error,) = every["raises"].errors
    assert error.startswith("cell ") and "ValueError" in error and "\x1b" not in error
    number = int(error.split(":")[0].removeprefix("cell "))
    assert "ValueError" in json.loads(solved(q2="raise ValueError('\x1b[2J')"))["cells"][number - 1]["source"]


def test_what_a_process_that_died_printed_is_kept(every):
    assert "words" in every["deadly"].output
    assert every["solved"].output == ""


def test_a_wrong_answer_costs_what_is_built_on_it(every):
    lost = {each.question: each.points - each.earned for each in every["wrong"].questions}
    assert lost == {"q1-total": 2, "q2-change": 1, "q3-tickets": 0}


def told(verdict: Verdict) -> Verdict:
    """A verdict without what is measured."""
    return replace(verdict, seconds=0, cpu_seconds=0, peak_mb=0)


def test_the_same_seed_gives_the_same_verdict_in_any_order(every, graded):
    names = ["unsorted", "wrong", "solved", "raises", "skeleton"]
    again = graded(*names)
    assert {name: told(verdict) for name, verdict in again.items()} == {name: told(every[name]) for name in names}


def test_another_seed_asks_something_else_and_earns_the_same(every, graded):
    other = graded("unsorted", "wrong", seed=6)
    for name, verdict in other.items():
        assert verdict.questions != every[name].questions
        assert verdict.earned == every[name].earned


def test_one_submission_does_not_touch_the_next(every, graded):
    again = graded("deadly", "solved", "endless", "solved")
    assert told(again["solved"]) == told(every["solved"])


def test_a_machine_that_fails_is_no_mark_lost(graded, graded_in, monkeypatch):
    def none(zygote: Zygote) -> Any:
        raise SandboxError("no process to be had")

    monkeypatch.setattr(Zygote, "child", none)
    with pytest.raises(SandboxError, match="no process to be had"):
        graded("solved")


@pytest.mark.parametrize("dead", [1, 2])
def test_a_zygote_that_is_gone_is_replaced_once_and_the_submission_graded_again(shut_in, lab, every, monkeypatch, dead):
    zygotes: list[Kept] = []

    class Dead(Kept):
        def child(self) -> Any:
            raise SandboxError("the zygote is gone")

    def zygote_for(*_: object) -> Kept:
        zygotes.append(Dead(shut_in) if len(zygotes) < dead else Kept(shut_in))
        return zygotes[-1]

    monkeypatch.setattr(grader, "zygote_for", zygote_for)
    reported: list[Verdict] = []
    given = [SUBMISSIONS[name] for name in ("missing", "wrong", "solved")]
    if dead == 1:
        grade_each(lab, given, reported.append, seed=5)
        assert [told(each) for each in reported] == [told(every[each.name]) for each in given]
    else:
        with pytest.raises(SandboxError):
            grade_each(lab, given, reported.append, seed=5)
        assert [each.submission for each in reported] == ["missing"]
    assert [zygote.closed for zygote in zygotes] == [1, 1]


def test_verdicts_that_are_there_are_reported_before_a_failure(graded_in, lab):
    def submissions() -> Any:
        yield SUBMISSIONS["missing"]
        raise SandboxError("the disk is gone")

    reported: list[Verdict] = []
    with pytest.raises(SandboxError):
        grade_each(lab, submissions(), reported.append, seed=1)
    assert [verdict.submission for verdict in reported] == ["missing"]


def test_a_lab_without_hidden_tests_is_refused(graded, till):
    shutil.rmtree(till.folder / "hidden_tests")
    with pytest.raises(LabError):
        graded("missing", of=till)


def test_a_lab_that_cannot_be_released_is_refused(graded, till):
    (till.folder / "till.py").write_text("# %%\nx = 1\n")
    with pytest.raises(LabError):
        graded("missing", of=till)


@pytest.mark.parametrize("name", ["lab.toml", "till.py", "hidden_tests/test_till.py"])
def test_another_lab_has_another_digest(till, name):
    before = lab_digest(till)
    assert before == lab_digest(till) and len(before) == 64
    with (till.folder / name).open("a") as file:
        file.write("\n")
    assert lab_digest(till) != before


def test_one_more_test_file_changes_the_digest_and_notes_do_not(till):
    before = lab_digest(till)
    (till.folder / "notes.md").write_text("x")
    (till.folder / "mutants" / "more.py").write_text("x")
    assert lab_digest(till) == before
    (till.folder / "hidden_tests" / "test_more.py").write_text("")
    assert lab_digest(till) != before


def test_the_digest_does_not_hang_on_where_the_lab_lies(till, tmp_path):
    other = write_till(tmp_path / "elsewhere")
    assert lab_digest(other) == lab_digest(till)
    assert Path(other.folder) != till.folder
