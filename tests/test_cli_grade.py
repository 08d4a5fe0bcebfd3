"""The commands that grade, as a user meets them: what they print, where, and how they end."""

# ruff: noqa: F401, F811 -- fixtures are imported, and named again where they are used

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.cli import main
from amal_attention.grading import doctor
from amal_attention.grading.doctor import Finding
from amal_attention.grading.sandbox import Isolation, Zygote
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
    assert "    q1-total, some prices: -1.5\n      the sum: missed\n" in output
    assert "see: add, do not multiply" in output
    assert "    why: " in output
    assert output == amal("grade", "till", "submitted/bob.ipynb", "submitted/zoe.ipynb", "--details", "--seed", "3")[1]


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
    zygote_for = sys.modules["amal_attention.grading.engine"].zygote_for

    def noted(lab: Lab, isolation: Isolation) -> object:
        asked.append(isolation)
        return zygote_for(lab, isolation)

    monkeypatch.setattr("amal_attention.grading.engine.zygote_for", noted)
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


def test_without_bubblewrap_grade_says_how_to_install_it(amal, submitted, monkeypatch):
    monkeypatch.setenv("PATH", "")
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


def test_mutants_prints_the_seed_and_the_table(amal, graded_in):
    status, output, errors = amal("mutants", "till", "--seed", "4")
    assert (status, errors) == (0, "")
    assert output.splitlines()[:3] == [
        "seed 4",
        "wrong answers caught      1 of 1",
        "right answers punished    0 of 1",
    ]


def test_mutants_that_are_not_graded_as_they_should_be_are_a_status(amal, graded_in, till):
    path = till.folder / "mutants" / "product.py"
    path.write_text(path.read_text().replace('["q1-total", "q2-change"]', '["q1-total"]'))
    status, output, _ = amal("mutants", "till")
    assert status == 1 and "✗ product: graded, loses q1-total, q2-change in place of q1-total" in output
    assert 0 <= int(output.splitlines()[0].removeprefix("seed ")) < 10**9


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


def test_doctor_without_bubblewrap_says_how_to_install_it(amal, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert amal("doctor") == (1, "✗ bubblewrap: not installed: apt install bubblewrap\n", "")


def test_doctor_looks_at_this_machine(amal, bubblewrap):
    status, output, errors = amal("doctor")
    assert (status, errors) == (0, "") and "✗" not in output
    assert "✓ a submission that reads a file of yours: it cannot" in output


def test_doctor_writes_where_signs_are_unknown(tmp_path, programs):
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PATH": ""}
    command = [programs / "amal", "doctor"]
    ran = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment)
    assert ran.returncode == 1 and b"Traceback" not in ran.stderr and b"apt install bubblewrap" in ran.stdout


def test_grade_counts_submissions_on_a_terminal_and_takes_the_line_away(till, tmp_path, programs):
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    ours, theirs = pty.openpty()
    code = (
        "import sys\n"
        "from amal_attention.grading import engine\n"
        "from amal_attention.grading.limits import GradingLimits\n"
        "from types import SimpleNamespace\n"
        "engine.zygote_for = lambda *_: SimpleNamespace(limits=GradingLimits(), close=lambda: None)\n"
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
    output, _ = ran.communicate(timeout=30)
    assert ran.returncode == 0 and "ada" in output, output
    assert b"1/1 submissions  1 missing  0:00 left  ada" in shown
    assert shown.rsplit(b"ada", 1)[1].strip().endswith(b"\x1b[2K")
