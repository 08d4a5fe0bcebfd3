from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from amal_attention.record import RunRecord
from amal_attention.tasks.classification.task import TASK
from amal_attention.training.report.table import print_sweep, print_table

METRICS = {
    "accuracy": (0.8227, 0.8179, 0.8274),
    "entropy": (4.84, None, None),
    "normalised_entropy": (0.899, None, None),
    "effective_words": (158.8, None, None),
}
RECORD = RunRecord(
    lab="toy",
    question="q2",
    task="classification",
    title="a learned query",
    source="imdb",
    embeddings="frozen",
    seed=0,
    metrics=METRICS,
    tested=25_000,
    parameters=2_412_678,
    seconds=166.42,
    epochs=16,
    checkpoint="best.ckpt",
)
MORE = {"evidence": 0.332, "evidence_by_chance": 0.064, "faithfulness": -0.41}
FULL = replace(RECORD, metrics=METRICS | {name: (value, None, None) for name, value in MORE.items()}, swept=0.03)


def printed(show, records) -> str:
    console = Console(file=io.StringIO(), width=80)
    show(TASK, *([] if show is print_table else ["strength"]), records, console)
    return console.file.getvalue()


@pytest.mark.parametrize(
    "part", ["0.8227", ".818–.827", "4.84", "0.899", "158.8", "2.4M", "166.4", "16", "0.33 (0.06)", "-0.41"]
)
def test_nothing_is_cut_off_in_a_terminal_of_80_columns(part):
    (line,) = [line for line in printed(print_table, [FULL]).splitlines() if line.strip().startswith("q2 ")]
    assert part in line


def test_columns_of_evidence_and_tau_are_there_only_if_some_run_has_them():
    assert "evidence" not in printed(print_table, [RECORD])
    assert "tau" not in printed(print_table, [RECORD])


def test_even_attention_has_a_dash_for_tau():
    even = replace(RECORD, metrics=METRICS | {"faithfulness": (None, None, None)})
    line = next(line for line in printed(print_table, [even, FULL]).splitlines() if line.strip().startswith("q2 "))
    assert line.rstrip().endswith("–")


def test_a_perfect_accuracy_keeps_its_interval():
    assert "0.998–1.000" in printed(print_table, [replace(RECORD, metrics=METRICS | {"accuracy": (1.0, 0.998, 1.0)})])


def test_each_value_of_the_sweep_has_its_line():
    other = replace(FULL, swept=0.1, metrics=METRICS | {"accuracy": (0.7343, 0.72, 0.74)})
    text = printed(print_sweep, [FULL, other])
    assert [line.split()[:2] for line in text.splitlines()[2:]] == [["0.03", "0.8227"], ["0.1", "0.7343"]]


def test_runs_on_other_data_have_a_table_of_their_own():
    records = [replace(RECORD, question=name, data=data) for name, data in (("q1", "x"), ("q2", "y"), ("q3", "x"))]
    lines = [line.split() for line in printed(print_table, records).splitlines()]
    assert [line[0] for line in lines if line and line[0] in ("q1", "q2", "q3", "q1:", "q2:", "q3:", "x,", "y,")] == [
        *("q1:", "q3:", "x,", "q1", "q3", "q2:", "y,", "q2"),
    ]


def test_no_sweep_prints_nothing():
    assert printed(print_sweep, []) == ""
