"""A task that the package knows nothing of goes through every command of training: copying a line of letters."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from amal_attention.cli import app

LABS = Path(__file__).parent
RUNNER = CliRunner()


def amal(*arguments: str) -> Result:
    return RUNNER.invoke(app, [*arguments, "--labs", str(LABS)])


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, Path]:
    """What ``amal compare`` gives of both questions and the sweep, and its folder."""
    folder = tmp_path_factory.mktemp("copying") / "out"
    result = amal("compare", "copy_line", "--out", str(folder), "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), folder


def test_train_learns_measures_and_names_what_it_measured(tmp_path: Path) -> None:
    result = amal("train", "copy_line", "q2", "--out", str(tmp_path / "run"))
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[1] == "64 test lines"
    assert lines[2].split() == ["exact", "95", "%", "letters", "params", "s", "ep"]
    assert lines[3].split()[:2] == ["q2", "1.00"]


def test_the_measures_of_a_model_that_learns_slowly_are_below_those_of_one_that_has_learnt(compared) -> None:
    slow, fast = (record["metrics"] for record in compared[0]["records"])
    assert slow["exact_match"][0] < fast["exact_match"][0] == fast["letters"][0] == 1.0
    assert fast["exact_match"][1] < 1.0, "an interval"
    assert fast["letters"][1:] == [None, None]


def test_the_sweep_of_the_lab_is_trained_over_the_option_that_it_names(compared) -> None:
    assert [record["swept"] for record in compared[0]["sweep"]] == [0.001, 0.1]


def test_a_series_tells_the_metric_against_length(compared) -> None:
    (series,) = compared[0]["records"][1]["series"].values()
    assert (series["x"], series["y"]) == ([2, 3, 4, 5], [1, 1, 1, 1])


def test_the_report_shows_lines_with_their_matrices_and_every_picture(compared) -> None:
    page = (compared[1] / "report.html").read_text("utf-8")
    told = re.findall(r'role="img" aria-label="([^"]*)"', page)
    assert told[0].startswith("Bar chart of the test exact match")
    assert "Validation exact match" in told[1]
    assert told[2].startswith("Line chart of exact match against length")
    assert told[3:].count("attention") == 12, "six lines, read by two models"
    assert "lr 0.1" in told[-1]
    for source in re.findall(r"<dt>source</dt><dd>(\w+)</dd><dt>written</dt><dd>\w+</dd>", page):
        assert set(source) <= set("abcd")


def test_attend_writes_the_line_and_tells_where_each_letter_was_looked_up(compared, tmp_path: Path) -> None:
    checkpoint = str(compared[1] / "q2" / "checkpoints" / "best.ckpt")
    result = amal("attend", checkpoint, "dab", "--html", str(tmp_path / "page.html"))
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:2] == ["source: dab", "written: dab"]
    assert (tmp_path / "page.html").read_text("utf-8").count("<svg") == 1
    shown = json.loads(amal("attend", checkpoint, "dab", "--json").stdout)
    assert (shown["kind"], shown["texts"]) == ("texts", {"source": "dab", "written": "dab"})
    assert [row.index(max(row)) for row in shown["grid"]["weights"]] == [0, 1, 2]


def test_what_cannot_be_read_is_told_in_a_line(compared) -> None:
    result = amal("attend", str(compared[1] / "q2" / "checkpoints" / "best.ckpt"), "xyz")
    assert result.exit_code != 0 and "up to 5 letters of abcd; got 'xyz'" in str(result.exception) + result.output


@pytest.mark.parametrize(("option", "told"), [(["--data", "sample"], "has one"), (["--tuned"], "no pretrained")])
def test_what_the_task_does_not_have_is_told_in_a_line(tmp_path: Path, option: list[str], told: str) -> None:
    result = amal("train", "copy_line", "q1", *option, "--out", str(tmp_path / "run"))
    assert result.exit_code != 0 and told in str(result.exception) + result.output
    assert not (tmp_path / "run").exists()
