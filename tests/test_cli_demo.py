"""``amal demo`` as a user meets it: training, then grading where that can be done, and where to look."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amal_attention.cli import demo as demo_command
from amal_attention.cli import main
from amal_attention.errors import SandboxError
from amal_attention.forks import processors
from amal_attention.grading import demo
from amal_attention.grading.demo import Demonstration
from amal_attention.grading.run.workers import Crew
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.lab import Lab
from amal_attention.training.comparison import compare
from tests.processes import HANGS
from tests.training.conftest import write_lab

pytestmark = pytest.mark.long

Amal = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def trained() -> list[Any]:
    """What the first training gave: it is the same each time, and takes seconds."""
    return []


@pytest.fixture(autouse=True)
def trained_once(trained: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    train = compare.compare

    def once(*given: Any, **choices: Any) -> Any:
        assert choices["thorough"], "what takes long is measured too; tests/test_cli.py looks at it"
        if not trained:
            trained.append(train(*given, **choices | {"thorough": False}))
        return trained[0]

    monkeypatch.setattr(compare, "compare", once)


@pytest.fixture
def amal(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Amal:
    """Run the command on a lab that only these tests know."""
    monkeypatch.setenv("AMAL_CACHE", str(tmp_path_factory.getbasetemp().parent / "shared-cache"))
    monkeypatch.setenv("AMAL_LABS", str(tmp_path / "labs"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.modules[demo_command.__module__], "processors", lambda: 1)  # trained in this process
    write_lab(tmp_path / "labs", "tiny")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["amal", "demo", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = capsys.readouterr()
        return int(ended.value.code or 0), output, errors

    return run


@pytest.fixture
def handed_in() -> list[Sequence[str] | None]:
    """Which kinds of samples were handed in, lab by lab."""
    return []


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch, handed_in: list[Sequence[str] | None]) -> list[Any]:
    """Grading does as this list says: errors to raise, one a time, then a demonstration to give."""
    does: list[Any] = []

    def grade_samples(
        lab: Lab, folder: Path, begins: object, ends: object, isolation: str, crew: Crew, kinds: Sequence[str] | None
    ) -> Demonstration:
        handed_in.append(kinds)
        if isinstance(does[0], Exception):
            raise does.pop(0)
        does[:] = [replace(verdict, isolation=str(isolation)) for verdict in does]
        course = folder / "course"
        pages = (course / "summary.html", course / "feedback.html", course / "gradebook.db")
        return Demonstration(does, [folder / "labs" / "en.ipynb"], course, *pages)

    monkeypatch.setattr(demo, "why_no_grading", lambda lab: None)
    monkeypatch.setattr(demo, "grade_samples", grade_samples)
    return does


def test_without_the_secrets_of_a_lab_it_trains_and_says_in_a_line_why_it_does_not_grade(amal):
    status, output, _ = amal("--out", "shown")
    assert status == 0
    assert "every word alike" in output and Path("shown/tiny/report.html").is_file()
    assert output.count("grading is left out: there is no hidden_tests and no mutants in ") == 1
    assert output.splitlines()[-1].startswith("now try: ")
    assert not Path("shown/tiny/course").exists()


def test_it_prints_a_line_each_as_amal_grade_does_and_ends_with_where_to_look(amal, graded):
    graded += [Verdict("right", "tiny", Status.GRADED), Verdict("missing", "tiny", Status.MISSING)]
    status, output, _ = amal("--out", "shown")
    assert status == 0
    *_, before = output.partition("handed in, graded in the sandbox:\n")
    assert before.splitlines() == [
        "right    graded               0/0",
        "missing  missing              0/0",
        "2 submissions: 1 graded, 1 missing; median 0 of 0 points",
        "",
        "training report:   shown/tiny/report.html",
        "students get:      shown/tiny/labs/en.ipynb",
        "instructor's page: shown/tiny/course/summary.html",
        "a student's page:  shown/tiny/course/feedback.html",
        "gradebook:         shown/tiny/course/gradebook.db",
        before.splitlines()[-1],
    ]
    assert before.splitlines()[-1].startswith("now try: ")


def test_as_json_the_grades_stand_beside_the_training_and_nothing_else_is_printed(amal, graded):
    graded.append(Verdict("right", "tiny", Status.GRADED))
    status, output, _ = amal("--out", "shown", "--json")
    values = json.loads(output)["tiny"]
    assert status == 0 and values["report"] == "shown/tiny/report.html" and len(values["records"]) == 2
    assert values["grading"]["verdicts"][0]["submission"] == "right"
    assert values["grading"]["gradebook"] == "shown/tiny/course/gradebook.db"


def test_where_nothing_can_be_shut_in_it_says_why_in_a_line_and_marks_what_it_grades_all_the_same(amal, graded):
    graded += [SandboxError("no namespaces here; type this"), Verdict("right", "tiny", Status.GRADED)]
    status, output, errors = amal("--out", "shown")
    assert status == 0 and "Traceback" not in errors
    assert errors.splitlines().count("amal: no sandbox: no namespaces here; type this") == 1
    *_, rows = output.partition("handed in, graded WITHOUT a sandbox:\n")
    assert rows.splitlines()[0] == "right  graded               0/0  no sandbox"


def test_where_no_process_comes_either_it_says_so_in_a_line_and_is_no_failure(amal, graded):
    graded += [SandboxError("no namespaces here"), SandboxError("no process here")]
    status, output, errors = amal("--out", "shown")
    assert status == 0 and "grading is left out: no process here\n" in output and "Traceback" not in errors


def test_every_lab_is_shown_in_the_order_of_their_numbers_and_all_kinds_of_samples_with_the_first(
    amal, graded, handed_in, tmp_path
):
    for name in ("tp10_other", "tp9_other"):
        write_lab(tmp_path / "labs", name)
    graded.append(Verdict("right", "tiny", Status.GRADED))
    status, output, _ = amal("--out", "shown", "--json")
    values = json.loads(output)
    assert status == 0 and list(values) == ["tiny", "tp9_other", "tp10_other"]
    assert values["tp10_other"]["report"] == "shown/tp10_other/report.html" and values["tp9_other"]["grading"]
    assert handed_in == [None, ("partly", "right"), ("partly", "right")]


def test_a_lab_may_be_shown_by_some_questions_and_by_a_short_recipe(amal, graded, tmp_path, monkeypatch):
    asked: list[Any] = []
    once = compare.compare

    def asking(base: Any, questions: Any, *given: Any, **choices: Any) -> Any:
        asked.append((questions, base.configs))
        return once(base, questions, *given, **choices)

    monkeypatch.setattr(compare, "compare", asking)
    manifest = tmp_path / "labs" / "tiny" / "lab.toml"
    manifest.write_text('demo = ["sharp"]\n' + manifest.read_text())
    short = tmp_path / "labs" / "tiny" / "recipes" / "demo.yaml"
    short.write_text("trainer:\n  max_epochs: 1\n")
    graded.append(Verdict("right", "tiny", Status.GRADED))
    assert amal("--out", "shown")[0] == 0
    assert asked == [(["sharp"], (short,))]


def test_with_two_processors_the_next_lab_is_trained_while_one_is_graded(tmp_path: Path, programs: Path):
    for name in ("tp1_first", "tp2_second"):
        write_lab(tmp_path / "labs", name)
    environment = {**os.environ, "AMAL_LABS": str(tmp_path / "labs"), "AMAL_CACHE": str(tmp_path / "cache")}
    command = [programs / "amal", "demo", "--out", "shown", "--json"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=HANGS)
    assert ran.returncode == 0, ran.stderr
    values = json.loads(ran.stdout)
    assert [record["question"] for each in values.values() for record in each["records"]] == ["even", "sharp"] * 2
    logs = {lab: [*(tmp_path / "shown" / lab).rglob("events.*")] for lab in values}
    processes = {lab: len({path.name.split(".")[-2] for path in paths}) for lab, paths in logs.items()}
    assert processes == ({"tp1_first": 2, "tp2_second": 1} if processors() > 1 else {"tp1_first": 1, "tp2_second": 1})
