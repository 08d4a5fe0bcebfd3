"""Translation measures, keeps and reads what its model writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from amal_attention.errors import DataError, LabError
from amal_attention.tasks.translation.task import TASK
from tests.tasks.translation.scripted import Lines, Looking, Sure, write_ab

USES = {"decode": write_ab}


def test_a_model_is_measured_on_the_test_lines() -> None:
    tested = TASK.test(Sure(), Lines(), USES)
    assert tested.right.tolist() == [False, False, True, True, True]
    value, low, high = tested.metrics["exact_match"]
    assert value == 0.6 and low < 0.6 < high
    assert tested.metrics["cross_entropy"] == (0.25, None, None), "the loss that the model logs"
    assert tested.metrics["token_accuracy"][1:] == (None, None), "tokens of a line hang together: no interval"
    assert tested.series["first letter"].names == ["b", "a", "c", "d"]


def test_a_model_that_logs_no_loss_has_none() -> None:
    class Silent(Sure):
        def validation_step(self, batch, batch_idx):
            return None

    assert TASK.test(Silent(), Lines(), USES).metrics["cross_entropy"] == (None, None, None)


def test_the_first_measure_is_what_is_shown_first_and_each_is_measured() -> None:
    measured = TASK.test(Sure(), Lines(), USES).metrics
    assert TASK.measures[0].name == "exact_match"
    assert {measure.name for measure in TASK.measures} == set(measured)


def test_lines_are_shown_by_their_numbers_with_what_is_expected() -> None:
    data = Lines()
    first, last = TASK.exhibits(Looking(), data, data.rows("test")[[4, 0]], USES)
    assert (first.texts, first.right) == ({"source": "ddd", "expected": "ab"}, True)
    assert (last.texts, last.right) == ({"source": "abcd", "expected": "dcba"}, False)


def test_what_a_checkpoint_keeps_is_enough_to_read_a_line() -> None:
    kept = TASK.kept(Lines())
    assert kept == {"characters": "abcd", "longest": 6}
    shown = TASK.read(Looking(), kept, " ca\n", USES)
    assert (shown.texts, shown.prediction) == ({"source": "ca"}, "ab")


def test_characters_that_the_model_does_not_know_are_told_once_each() -> None:
    shown = TASK.read(Sure(), {"characters": "abcd ", "longest": 6}, "a#é#", USES)
    assert shown.texts == {"source": "a#é#", "not in the alphabet": "# é"}


@pytest.mark.parametrize(("text", "told"), [("", "got ''"), (" \n", "got ''"), ("##", "got '##'"), ("a" * 501, "501")])
def test_a_line_of_which_nothing_can_be_read_is_told(text: str, told: str, refusal: Callable[..., str]) -> None:
    kept = {"characters": "abcd ", "longest": 6}
    assert told in refusal(DataError, lambda: TASK.read(Sure(), kept, text, USES))


def test_a_lab_without_a_function_that_writes_is_told(refusal: Callable[..., str]) -> None:
    assert "uses.decode" in refusal(LabError, lambda: TASK.callbacks({}))
