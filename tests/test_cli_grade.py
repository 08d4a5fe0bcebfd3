"""The commands that grade, as a user meets them: what they print, where, and how they end."""

# ruff: noqa: F401, F811 -- fixtures are imported, and named again where they are used

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from amal_attention.cli import main
from amal_attention.grading.bank.trivial import Trivial
from amal_attention.grading.sandbox import doctor
from amal_attention.grading.sandbox.doctor import Finding
from amal_attention.grading.sandbox.sandbox import Isolation, Zygote
from amal_attention.lab import Lab
from tests.grading.conftest import (
    WRONG_TOTAL,
    bubblewrap,
    graded_in,
    shut_in,
    skeleton,
    solved,
    till,
)
from tests.processes import HANGS

pytestmark = pytest.mark.long

Amal = Callable[..., tuple[int, str, str]]


@pytest.fixture
def amal(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, till: Lab) -> Amal:
    """Run a command where the till is a lab; gives exit status, standard output and standard error."""
    monkeypatch.setenv("AMAL_LABS", str(till.folder.parent))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["amal", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = capfd.readouterr()
        return int(ended.value.code or 0), output, errors

    return run


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    folder.mkdir()
    for name, raw in {"ada": solved(), "bob": solved(q1=WRONG_TOTAL), "grace": skeleton(), "zoe": b"{"}.items():
        (folder / f"{name}.ipynb").write_bytes(raw)
    return folder


def test_grade_prints_a_line_each_and_a_summary(amal, graded_in, submitted):
    status, output, errors = amal("grade", "till", "submitted")
    assert (status, errors) == (0, "")
    assert output.splitlines() == [
        "ada    graded               4/4",
        "bob    graded               1/4  q1-total -2, q2-change -1",
        "grace  graded               0/4  nothing attempted",
        "zoe    unreadable           0/4  nothing attempted",
        "4 submissions: 3 graded, 1 unreadable; median 0.5 of 4 points",
    ]


def test_grade_in_detail_says_what_points_were_lost_for(amal, graded_in, submitted):
    _, output, _ = amal("grade", "till", "submitted/bob.ipynb", "submitted/zoe.ipynb", "--details", "--seed", "3")
    assert "    q1-total, some prices and 1 more: -2\n      the sum: missed\n" in output
    assert "    why: " in output
    assert output == amal("grade", "till", "submitted/bob.ipynb", "submitted/zoe.ipynb", "--details", "--seed", "3")[1]


def test_a_point_that_one_test_took_comes_with_the_hint_of_that_test(amal, graded_in, tmp_path):
    (tmp_path / "eve.ipynb").write_bytes(solved(q2="def change(paid, prices):\n    return paid"))
    _, output, _ = amal("grade", "till", str(tmp_path / "eve.ipynb"), "--details")
    assert "    q2-change, the change: -1\n      the change: missed\n" in output
    assert "see: take away what it costs" in output


def test_grade_as_json_prints_the_verdicts_and_nothing_else(amal, graded_in, submitted):
    status, output, errors = amal("grade", "till", "submitted", "--json", "--seed", "0")
    assert (status, errors) == (0, "")
    verdicts = json.loads(output)["verdicts"]
    assert [(each["submission"], each["status"], each["earned"]) for each in verdicts] == [
        ("ada", "graded", 4),
        ("bob", "graded", 1),
        ("grace", "graded", 0),
        ("zoe", "unreadable", 0),
    ]
    assert {each["seed"] for each in verdicts} == {0}


def test_grade_keeps_verdicts_and_goes_on_with_them(amal, graded_in, submitted, monkeypatch):
    first = amal("grade", "till", "submitted", "--out", "kept")
    assert sorted(path.stem for path in Path("kept").iterdir()) == ["ada", "bob", "grace", "zoe"]

    def none(zygote: Zygote) -> None:
        pytest.fail("nothing is to be graded again")

    monkeypatch.setattr(Zygote, "child", none)
    assert amal("grade", "till", "submitted", "--out", "kept") == first


def test_grade_without_a_sandbox_says_what_is_missing(amal, graded_in, submitted, monkeypatch):
    asked: list[Isolation] = []
    zygote_for = sys.modules["amal_attention.grading.run.grader"].zygote_for

    def noted(lab: Lab, isolation: Isolation, secrets: Sequence[Path]) -> object:
        asked.append(isolation)
        return zygote_for(lab, isolation, secrets)

    monkeypatch.setattr("amal_attention.grading.run.grader.zygote_for", noted)
    status, output, errors = amal("grade", "till", "submitted/ada.ipynb", "--isolation", "process", "--json")
    assert status == 0 and json.loads(output)["verdicts"][0]["isolation"] == "process"
    assert errors.startswith("amal: no sandbox: ") and "read your files" in errors and errors.count("\n") == 1
    assert asked == [Isolation.PROCESS]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nolab", "submitted"], "got 'nolab'; name one of these"),
        (["till", "absent"], "absent; got no such file or folder"),
        (["till", "empty"], "expected notebooks in empty; got none"),
        (["till", "submitted", "--labs", "absent"], "there is none"),
    ],
)
def test_bad_input_is_one_line_on_standard_error_and_a_status(amal, submitted, arguments, told):
    Path("empty").mkdir()
    before = sorted(Path().rglob("*"))
    status, output, errors = amal("grade", *arguments)
    assert (status, output) == (1, "")
    assert errors.startswith("amal: ") and told in errors and errors.count("\n") == 1
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("command", [["grade", "till", "submitted"], ["mutants", "till"]])
@pytest.mark.parametrize("where", ["somewhere", "none"])
def test_a_place_to_run_that_is_none_or_the_grader_itself_is_a_usage_error(amal, submitted, command, where):
    status, output, errors = amal(*command, "--isolation", where)
    assert (status, output) == (2, "")
    assert where in errors and "sandbox" in errors and "process" in errors and "Traceback" not in errors


def test_without_bubblewrap_grade_says_how_to_install_it(amal, submitted, no_bubblewrap):
    status, output, errors = amal("grade", "till", "submitted", "--out", "kept")
    assert (status, output) == (1, "") and not Path("kept").exists()
    assert "apt install bubblewrap" in errors and "--isolation process" in errors and errors.count("\n") == 1


def test_an_interrupted_run_says_so_and_keeps_what_it_has(amal, graded_in, submitted, monkeypatch):
    child = Zygote.child
    asked: list[int] = []

    def interrupted(zygote: Zygote) -> object:
        asked.append(1)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return child(zygote)

    monkeypatch.setattr(Zygote, "child", interrupted)
    assert amal("grade", "till", "submitted", "--out", "kept") == (130, "", "amal: interrupted\n")
    assert [path.stem for path in Path("kept").iterdir()] == ["ada"]


@pytest.fixture
def bounded(monkeypatch):
    """Answers without understanding earn little, whatever the tests of the lab look at."""
    little = Trivial({"q1": 2.0}, {"q1": {"zeros": 0.1}})
    monkeypatch.setattr("amal_attention.grading.bank.trivial.grade_trivial", lambda *given: little)


def break_the_rest(till):
    """Give the bank a mistake for each requirement that it has none for."""
    for name, about in {
        "nothing": ("q1-total", "total(prices):\n    return math.fsum(prices) if prices else 1.0"),
        "change": ("q2-change", "change(paid, prices):\n    return paid"),
        "order": ("q3-tickets", "tickets(count):\n    return random.sample(range(1000), count)[::-1]"),
    }.items():
        question, source = about
        said = f'# mistake = "{name}"\n# loses = ["{question}"]\n# breaks = ["{name}"]\n# hint = " "\n# public = true'
        text = f'# %% tags=["mutant"]\n{said}\n\n# %% grade_id="{question}"\ndef {source}\n'
        (till.folder / "mutants" / f"{name}.py").write_text(text)


def test_mutants_prints_the_seed_and_the_tables(amal, graded_in, bounded, till):
    break_the_rest(till)
    status, output, errors = amal("mutants", "till", "--seed", "4")
    assert (status, errors) == (0, "")
    assert output.splitlines()[:3] == [
        "seed 4",
        "wrong answers caught      4 of 4",
        "right answers punished    0 of 1",
    ]
    assert "without understanding" in output and "the best of each  0.1 of 2" in output and "generated" not in output


def test_mutants_with_cpu_prints_what_the_tests_cost_and_grades_nothing(amal):
    status, output, errors = amal("mutants", "till", "--cpu", "--seed", "4")
    assert (status, errors) == (0, "")
    assert output.startswith("till, seed 4: ") and "test_some_prices" in output and "4 x call" in output
    assert "wrong answers" not in output


def test_mutants_that_are_not_graded_as_they_should_be_are_a_status(amal, graded_in, bounded, till):
    path = till.folder / "mutants" / "product.py"
    path.write_text(path.read_text().replace('["q1-total", "q2-change"]', '["q1-total"]'))
    status, output, errors = amal("mutants", "till")
    line = "✗ product: graded, loses q1-total, q2-change in place of q1-total"
    assert status == 1 and line in output and line in errors  # at once, and in the table
    assert 0 <= int(output.splitlines()[0].removeprefix("seed ")) < 10**9


def test_points_without_understanding_are_a_status(amal, graded_in, monkeypatch):
    much = Trivial({"q1": 2.0}, {"q1": {"zeros": 0.5}})
    monkeypatch.setattr("amal_attention.grading.bank.trivial.grade_trivial", lambda *given: much)
    status, output, _ = amal("mutants", "till")
    assert status == 1 and "0.5 of 2  (zeros)" in output


def test_marks_that_hang_on_the_seed_are_told(amal, graded_in, bounded, till):
    hidden = till.folder / "hidden_tests" / "test_till.py"
    text = hidden.read_text().replace("def test_no_price(student):", "def test_no_price(student, draws):")
    hidden.write_text(text.replace("student.total([])", "student.total([]) + (draws.between(0, 1) == 1)"))
    status, output, _ = amal("mutants", "till", "--seed", "1", "--seeds", "6")
    assert status == 1 and output.startswith("seeds 1 to 6\n")
    assert "marks that hang on the seed" in output and "✗ loop: q1-total earns" in output


def test_with_generate_slips_are_graded_too_and_a_survivor_is_a_status(amal, graded_in, bounded):
    status, output, errors = amal("mutants", "till", "--question", "q3-tickets", "--seed", "4")
    assert status == 1 and output.startswith("seed 4\ngenerated mutants") and "bank" not in output
    assert "range(1001)" in errors
    assert "range(1001)" in output and "wrong answers caught" not in output


def test_mutants_of_a_lab_without_any_is_told(amal, till):
    for path in (till.folder / "mutants").iterdir():
        path.unlink()
    status, output, errors = amal("mutants", "till")
    assert (status, output) == (1, "") and "mutants" in errors and errors.count("\n") == 1


@pytest.mark.parametrize(("well", "status"), [(True, 0), (False, 1)])
def test_doctor_prints_a_line_each_and_fails_if_one_is_not_well(amal, monkeypatch, well, status):
    findings = [Finding("bubblewrap", True, "0.8"), Finding("sandbox", well, "told")]
    monkeypatch.setattr(doctor, "examine_sandbox", lambda: findings)
    sign = "✓" if well else "✗"
    assert amal("doctor") == (status, f"✓ bubblewrap: 0.8\n{sign} sandbox: told\n", "")


def test_doctor_without_bubblewrap_says_how_to_install_it(amal, no_bubblewrap):
    status, output, errors = amal("doctor")
    assert (status, errors) == (1, "") and output.startswith("✗ bubblewrap: not installed: apt install bubblewrap")


def test_doctor_looks_at_this_machine(amal, bubblewrap):
    status, output, errors = amal("doctor")
    assert (status, errors) == (0, "") and "✗" not in output
    assert "✓ a submission that reads a file of yours: it cannot" in output


def test_doctor_writes_where_signs_are_unknown(tmp_path, programs):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho no luck; exit 1")
    (tmp_path / "bwrap").chmod(0o755)
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PATH": str(tmp_path)}
    command = [programs / "amal", "doctor"]
    ran = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment)
    assert ran.returncode == 1 and b"Traceback" not in ran.stderr and b"sandbox: expected" in ran.stdout


def test_grade_counts_submissions_on_a_terminal_and_takes_the_line_away(till, tmp_path, programs):
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    ours, theirs = pty.openpty()
    code = (
        "import sys\n"
        "from amal_attention.grading.run import grader\n"
        "from amal_attention.lab.limits import GradingLimits\n"
        "from types import SimpleNamespace\n"
        "grader.zygote_for = lambda *_: SimpleNamespace(limits=GradingLimits(), close=lambda: None)\n"
        "from amal_attention.cli import main; main()"
    )
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80", "AMAL_LABS": str(till.folder.parent)}
    command = [programs / "python", "-c", code, "grade", "till", "submitted"]
    ran = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path, env=environment, text=True)
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 1000):
            shown += more
    except OSError:  # the end of a terminal is an error
        pass
    os.close(ours)
    output, _ = ran.communicate(timeout=HANGS)
    assert ran.returncode == 0 and "ada" in output, output
    assert b"1/1 submissions  1 missing  0:00 left  ada" in shown
    assert shown.rsplit(b"ada", 1)[1].strip().endswith(b"\x1b[2K")
