"""The benchmark of training runs on the embedded sample, and counts as it says."""

from __future__ import annotations

import importlib.util
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "training.py"
REVIEWS = 300
OWN = ("ours q1 frozen", "padded q1 frozen", "course q1 frozen", "ours q3 tuned")
PEERS = {"fasttext": "fasttext", "tf-idf": "sklearn", "nb-lr": "sklearn"}


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> dict[str, Any]:
    """What one repeat gives, of the peers that are installed too."""
    file = tmp_path_factory.mktemp("benchmark") / "figures.json"
    texts = ["--data", "sample", "--reviews", str(REVIEWS)]
    runs = ["--epochs", "1", "--repeats", "1", "--threads", "1", "--accuracy", "0.1", "--json", str(file)]
    names = ["--only", *OWN, *PEERS]
    ran = subprocess.run([sys.executable, str(BENCHMARK), *texts, *runs, *names], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(file.read_text("utf-8"))["measured"]


def assert_measured(measured: dict[str, Any], name: str) -> None:
    (run,), figures = measured["runs"][name], measured["medians"][name]
    assert run["reviews"] == REVIEWS * 9 // 10
    assert len(run["epochs"]) == len(run["validation"]) == 1
    assert figures["epoch"] > 0 and figures["memory"] > 10
    assert figures["reviews_a_second"] == pytest.approx(run["reviews"] / figures["epoch"])
    assert figures["reached"] >= 0.99 * figures["epoch"]
    assert 0.3 < figures["test"] <= 1


@pytest.mark.parametrize("name", OWN)
def test_ours_and_what_runs_on_torch_is_measured(measured, name):
    assert_measured(measured, name)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_is_measured_where_it_is_installed_and_left_out_where_not(measured, name):
    installed = importlib.util.find_spec(PEERS[name]) is not None
    assert (name in measured["runs"]) is installed
    if installed:
        assert_measured(measured, name)


@pytest.fixture(scope="module")
def benchmark() -> dict:
    return runpy.run_path(str(BENCHMARK))


def test_the_seconds_to_an_accuracy_are_those_of_the_start_and_of_every_epoch_until_then(benchmark):
    run = {"start": 1.0, "epochs": [2.0, 4.0, 8.0], "validation": [0.5, 0.8, 0.7]}
    assert benchmark["seconds_to"](run, 0.75) == 7
    assert benchmark["seconds_to"](run, 0.5) == 3
    assert benchmark["seconds_to"](run, 0.9) == float("inf")


def test_an_accuracy_that_is_not_known_until_the_end_is_reached_at_the_end(benchmark):
    run = {"start": 1.0, "epochs": [2.0, 4.0], "validation": [None, 0.8]}
    assert benchmark["seconds_to"](run, 0.5) == 7


def test_figures_are_the_medians_of_the_runs(benchmark):
    runs = [
        {"reviews": 60, "start": 0, "epochs": [seconds], "validation": [seconds / 10], "memory": memory, "test": test}
        for seconds, memory, test in ((2.0, 30, 0.1), (9.0, 10, 0.2), (3.0, 20, 0.9))
    ]
    figures = benchmark["medians"](runs, 0.25)
    assert (figures.epoch, figures.reviews_a_second, figures.memory, figures.test) == (3, 20, 20, 0.2)
    assert figures.reached == 9  # 9, 3, and never
    assert benchmark["medians"](runs, 0.5).reached is None


def test_a_ratio_above_one_is_in_our_favour(benchmark):
    figures = benchmark["Figures"]
    ours, theirs = figures(100, 2.0, 4.0, 50, 0.8), figures(50, 4.0, 20.0, 150, 0.8)
    line = benchmark["cells"](theirs, ours)
    assert (line[1], line[4], line[6]) == ("2.00", "5.00", "3.00")


def test_names_choose_runs_by_all_their_words(benchmark):
    jobs = benchmark["all_jobs"]()
    assert len({job.name for job in jobs}) == len(jobs)
    chosen = {job.name for job in benchmark["selected"](jobs, ["q4 frozen", "course"])}
    assert chosen == {"padded q4 frozen", "ours q4 frozen", "ours q4 frozen gru", "course q1 frozen", "course q1 tuned"}
    assert {job.against for job in jobs} <= {job.name for job in jobs}
