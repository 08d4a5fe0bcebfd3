"""TP 10 goes through the commands that train, compare and show, on a few steps."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from amal_attention.cli import app
from amal_attention.lab import Lab
from amal_attention.record import RunRecord
from amal_attention.tasks.translation.task import TASK
from amal_attention.training.report.table import print_table

LABS = Path(__file__).parents[3] / "solutions"
SHORT = ("--trainer.max_epochs=1", "--trainer.limit_train_batches=2")


def amal(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--labs", str(LABS)])


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What ``amal compare`` prints of models of two kinds of data, and its folder."""
    folder = tmp_path_factory.mktemp("tp10") / "out"
    questions = [f"--question={name}" for name in ("q4", "q7", "q6-attention")]
    result = amal("compare", "tp10_seq2seq", *questions, "--out", str(folder), "--jobs=1", *SHORT)
    assert result.exit_code == 0, result.output
    return result.stdout, folder


def test_a_comparison_has_a_table_for_each_kind_of_data(compared: tuple[str, Path]) -> None:
    lines = compared[0].splitlines()
    dates, digits = (lines.index(f"{data} a line, 2,000 test lines") for data in ("one date", "4 to 20 random digits"))
    assert [line.split()[0] for line in lines[dates + 2 : dates + 4]] == ["q4", "q7"]
    assert lines[digits + 2].split()[0] == "q6-attention"
    assert max(map(len, lines)) <= 80 or "report:" in max(lines, key=len)


def test_nothing_of_a_table_is_cut_off_in_80_columns() -> None:
    lab = Lab.find("tp10_seq2seq", LABS)
    metrics = {measure.name: (1.0, 0.998, 1.0) for measure in TASK.measures}
    common = {"source": "", "embeddings": "", "seed": 0, "tested": 2000, "parameters": 60_804, "seconds": 373.5}
    records = [
        RunRecord("tp10_seq2seq", name, "translation", title, metrics=metrics, epochs=10, checkpoint="", **common)
        for name, title in lab.questions.items()
    ]
    console = Console(file=io.StringIO(), width=80)
    print_table(TASK, records, console)
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    rows = [line for line in lines if line and line[0] in lab.questions]
    assert [row[0] for row in rows] == list(lab.questions)
    assert [row[1:] for row in rows] == [
        ["1.000", "0.998–1.000", "1.0000", "1.0000", "60.8k", "373.5", "10", "1.0000", "1.000"]
    ] * len(records)


def test_the_report_shows_lines_with_the_attention_of_those_models_that_attend(compared: tuple[str, Path]) -> None:
    page = (compared[1] / "report.html").read_text("utf-8")
    assert page.count('aria-label="attention"') == 6 + 6, "q7 on six dates, q6-attention on six lines of digits"
    assert page.count("<dt>expected</dt>") == 6 * 3
    assert "Dot plot of exact match (%) against kind of date" in page
    assert "Line chart of exact match (%) against number of digits" in page


def test_a_line_is_written_with_its_matrix_in_the_terminal_on_a_page_and_as_json(
    compared: tuple[str, Path], tmp_path: Path
) -> None:
    checkpoint, line = str(compared[1] / "q7" / "checkpoints" / "best.ckpt"), "Thu 12 mars 98"
    shown = amal("attend", checkpoint, line, "--html", str(tmp_path / "page.html"))
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith(f"{line} -> ") and " with probability " in shown.stdout.splitlines()[0]
    assert (tmp_path / "page.html").read_text("utf-8").count("<svg") == 1
    read = json.loads(amal("attend", checkpoint, line, "--json").stdout)
    assert read["texts"] == {"source": line}
    assert [len(row) for row in read["grid"]["weights"]] == [len(line)] * len(read["grid"]["rows"])


def test_a_model_without_attention_writes_without_a_matrix(compared: tuple[str, Path]) -> None:
    shown = amal("attend", str(compared[1] / "q4" / "checkpoints" / "best.ckpt"), "12/3/98")
    assert shown.exit_code == 0 and len(shown.stdout.splitlines()) == 1


@pytest.mark.parametrize("line", ["", "###"])
def test_a_line_of_which_no_character_is_known_is_told(compared: tuple[str, Path], line: str) -> None:
    result = amal("attend", str(compared[1] / "q7" / "checkpoints" / "best.ckpt"), line)
    assert result.exit_code != 0 and f"got {line!r}" in str(result.exception) + result.output
