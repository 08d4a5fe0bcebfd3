"""A run over many submissions, one that goes on, and one that begins anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amal_attention.errors import LabError, SandboxError, StorageError
from amal_attention.grading.run import cohort
from amal_attention.grading.run.cohort import GradingRun, grade_cohort
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission, find_submissions
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.lab import Lab
from tests.grading.conftest import WRONG_TOTAL, solved

NAMES = ["ada", "bob", "cy"]


class Played:
    """In place of grading: what was graded, by name, with which seed and isolation; it fails at one name if told to."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.graded: list[str] = []
        self.fails_at = ""
        self.layers: tuple[str, ...] = ()

    def __call__(self, lab: Lab, submissions: Any, report: Callable[[Verdict], None], **options: Any) -> None:
        self.calls.append(options)
        for submission in submissions:
            if submission.name == self.fails_at:
                raise SandboxError("gone")
            self.graded.append(submission.name)
            report(self.verdict(lab, submission, **options))

    def verdict(
        self, lab: Lab, submission: Submission, seed: int, isolation: Isolation, reference: None, secrets: list[Path]
    ) -> Verdict:
        limits = lab.limits.to_dict()
        status = Status.GRADED if submission.raw is not None else submission.status
        return Verdict(
            submission.name,
            lab.name,
            status,
            seed=seed,
            isolation=str(isolation),
            limits=limits,
            digest=submission.digest,
            lab_digest=cohort.lab_digest(lab),
            graded_by=cohort.graded_by(),
            layers=self.layers,
        )


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    played = Played()
    monkeypatch.setattr(cohort, "grade_each", played)
    return played


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.ipynb").write_text(name)
    (folder / "empty").mkdir()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "verdicts"


def again(lab: Lab, places: Path, out: Path | None, seed: int | None = None, **options: Any) -> list[Verdict]:
    return grade_cohort(GradingRun(lab, seed=seed, **options), find_submissions([places]), out)


def test_verdicts_come_in_the_order_of_names_and_are_kept(played, till, submitted, out):
    verdicts = again(till, submitted, out)
    assert [verdict.submission for verdict in verdicts] == ["ada", "bob", "cy", "empty"]
    assert [VerdictFolder(out).kept(verdict.submission) for verdict in verdicts] == verdicts
    assert verdicts[3].status is Status.MISSING


def test_without_a_folder_nothing_is_kept(played, till, submitted, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    assert len(again(till, submitted, None)) == 4
    assert sorted(tmp_path.rglob("*")) == before


def test_neither_verdicts_nor_other_submissions_may_be_seen(played, till, submitted, out):
    again(till, submitted, out)
    assert set(played.calls[0]["secrets"]) == {out, submitted}


def test_what_was_graded_is_not_graded_again(played, till, submitted, out):
    first = again(till, submitted, out)
    assert again(till, submitted, out) == first
    assert len(played.calls) == 1


def test_the_seed_is_drawn_recorded_and_used_again(played, till, submitted, out, tmp_path):
    first = again(till, submitted, out)
    seed = first[0].seed
    assert {verdict.seed for verdict in first} == {seed} and seed > 2**64  # too many to try them all
    (submitted / "zoe.ipynb").write_text("zoe")
    assert {verdict.seed for verdict in again(till, submitted, out)} == {seed}
    assert played.graded[4:] == ["zoe"]
    others = {again(till, submitted, tmp_path / f"other{n}")[0].seed for n in range(3)}
    assert len(others | {seed}) == 4


def test_a_seed_that_is_given_goes_before_the_recorded_one(played, till, submitted, out):
    again(till, submitted, out, seed=7)
    again(till, submitted, out, seed=7)
    assert len(played.graded) == 4
    assert {verdict.seed for verdict in again(till, submitted, out, seed=8)} == {8}
    assert len(played.graded) == 8
    assert again(till, submitted, out, seed=0)[0].seed == 0


def test_a_seed_of_0_is_recorded_too(played, till, submitted, out):
    again(till, submitted, out, seed=0)
    assert again(till, submitted, out)[0].seed == 0
    assert len(played.calls) == 1


def test_a_submission_that_changed_is_graded_again_alone(played, till, submitted, out):
    again(till, submitted, out)
    (submitted / "bob.ipynb").write_text("bob 2")
    (submitted / "empty" / "x.ipynb").write_text("late")
    again(till, submitted, out)
    assert played.graded[4:] == ["bob", "empty"]


CHANGES: dict[str, Callable[[Lab], None]] = {
    "the hidden tests": lambda lab: (lab.folder / "hidden_tests" / "test_more.py").write_text("") and None,
    "the script": lambda lab: (lab.folder / "till.py").open("a").write("\n") and None,
    "the limits": lambda lab: (
        (lab.folder / "lab.toml").write_text(
            (lab.folder / "lab.toml").read_text().replace("memory_mb = 300", "memory_mb = 301")
        )
        and None
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_all_is_graded_again_when_the_lab_changed(played, till, submitted, out, change):
    first = again(till, submitted, out)
    CHANGES[change](till)
    second = again(Lab.find("till", till.folder.parent), submitted, out)
    assert len(played.graded) == 8 and second != first
    assert second[0].seed == first[0].seed


def test_limits_that_differ_count_though_the_lab_is_the_same(played, till, submitted, out):
    again(till, submitted, out)
    path = out / "bob.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"limits": values["limits"] | {"memory_mb": 1}}))
    again(till, submitted, out)
    assert played.graded[4:] == ["bob"]


def test_all_is_graded_again_elsewhere(played, till, submitted, out):
    again(till, submitted, out, isolation=Isolation.PROCESS)
    verdicts = again(till, submitted, out, isolation=Isolation.SANDBOX)
    assert len(played.graded) == 8 and {verdict.isolation for verdict in verdicts} == {"sandbox"}


def test_what_was_found_behind_other_layers_is_graded_again_once_something_is(played, till, submitted, out):
    first = again(till, submitted, out)
    for name, layers in (("ada", ["bubblewrap"]), ("cy", ["bubblewrap", "a layer more"])):
        values = json.loads((out / f"{name}.json").read_text())
        (out / f"{name}.json").write_text(json.dumps(values | {"layers": layers}))
    again(till, submitted, out)
    assert played.graded[4:] == []
    (out / "bob.json").unlink()
    played.layers = ("bubblewrap",)
    verdicts = again(till, submitted, out)
    assert played.graded[4:] == ["bob", "cy"] and [each.seed for each in verdicts] == [each.seed for each in first]


def test_a_damaged_verdict_is_made_again(played, till, submitted, out):
    first = again(till, submitted, out)
    (out / "bob.json").write_text("{")
    assert again(till, submitted, out) == first
    assert played.graded[4:] == ["bob"]


def test_a_run_that_was_interrupted_goes_on(played, till, submitted, out):
    played.fails_at = "cy"
    with pytest.raises(SandboxError):
        again(till, submitted, out)
    assert sorted(path.name for path in out.iterdir()) == ["ada.json", "bob.json"]
    played.fails_at = ""
    verdicts = again(till, submitted, out)
    assert played.graded == ["ada", "bob", "cy", "empty"]
    assert len({verdict.seed for verdict in verdicts}) == 1


def test_progress_is_told_before_each_one_that_is_graded(played, till, submitted, out):
    told: list[tuple[int, int, str]] = []
    again(till, submitted, out, progress=lambda *state: told.append(state))
    assert told == [(0, 4, "ada"), (1, 4, "bob"), (2, 4, "cy"), (3, 4, "empty")]
    (out / "bob.json").unlink()
    told.clear()
    again(till, submitted, out, progress=lambda *state: told.append(state))
    assert told == [(3, 4, "bob")]


def test_a_place_without_submissions_is_told_before_anything_is_made(played, till, tmp_path, out):
    with pytest.raises(LabError):
        again(till, tmp_path / "absent", out)
    assert not out.exists() and played.calls == []


def test_a_verdict_that_cannot_be_kept_ends_the_run(played, till, submitted, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        again(till, submitted, tmp_path / "file")
    assert played.graded == ["ada"]


def test_a_whole_run_grades_and_keeps(graded_in, till, submitted, out):
    (submitted / "ada.ipynb").write_bytes(solved())
    (submitted / "bob.ipynb").write_bytes(solved(q1=WRONG_TOTAL))
    first = again(till, submitted, out)
    assert [(verdict.submission, str(verdict.status), verdict.earned) for verdict in first] == [
        ("ada", "graded", 4),
        ("bob", "graded", 1),
        ("cy", "unreadable", 0),
        ("empty", "missing", 0),
    ]
    assert again(till, submitted, out) == first
