from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from amal_attention.record import Evidence, Faithfulness, RunRecord
from amal_attention.training.table import print_sweep, print_table

RECORD = RunRecord(
    lab="toy",
    question="q2",
    title="a learned query",
    source="imdb",
    embeddings="frozen",
    seed=0,
    accuracy=0.8227,
    accuracy_interval=(0.8179, 0.8274),
    test_reviews=25_000,
    entropy=4.84,
    normalised_entropy=0.899,
    effective_words=158.8,
    parameters=2_412_678,
    seconds=166.42,
    epochs=16,
    checkpoint="best.ckpt",
)
FULL = replace(RECORD, evidence=Evidence(0.332, 0.064), faithfulness=Faithfulness(-0.41, 0.07, 200), strength=0.03)


def printed(show, records) -> str:
    console = Console(file=io.StringIO(), width=80)
    show(records, console)
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
    even = replace(RECORD, faithfulness=Faithfulness(None, None, 0))
    line = next(line for line in printed(print_table, [even, FULL]).splitlines() if line.strip().startswith("q2 "))
    assert line.rstrip().endswith("–")


def test_a_perfect_accuracy_keeps_its_interval():
    assert "0.998–1.000" in printed(print_table, [replace(RECORD, accuracy=1.0, accuracy_interval=(0.998, 1.0))])


def test_each_strength_has_its_line():
    text = printed(print_sweep, [FULL, replace(FULL, strength=0.1, accuracy=0.7343)])
    assert [line.split()[:2] for line in text.splitlines()[2:]] == [["0.03", "0.8227"], ["0.1", "0.7343"]]


def test_no_sweep_prints_nothing():
    assert printed(print_sweep, []) == ""
