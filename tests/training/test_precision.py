"""The LSTM of oneDNN that a processor lacks is played: torch's own takes its place, and one line says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.backends import mkldnn

from amal_attention.training import precision
from amal_attention.training.precision import lstms_that_work
from amal_attention.training.run import Run, train

LSTM = nn.Sequential(nn.Linear(2, 3), nn.LSTM(3, 4))


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor for which oneDNN has no LSTM in bfloat16."""
    monkeypatch.setattr(precision, "_is_there", lambda: False)


def test_where_there_is_none_torchs_own_takes_its_place_and_a_line_says_so(lacking, capsys):
    before = mkldnn.enabled
    with lstms_that_work(LSTM, "bf16-mixed"):
        assert mkldnn.enabled is False
    assert mkldnn.enabled is before
    output, errors = capsys.readouterr()
    assert output == "" and errors.startswith("amal: ") and "bfloat16" in errors and errors.count("\n") == 1


def test_oneDNN_is_back_after_an_error(lacking):
    before = mkldnn.enabled
    with pytest.raises(ZeroDivisionError), lstms_that_work(LSTM, "bf16-true"):
        raise ZeroDivisionError
    assert mkldnn.enabled is before


@pytest.mark.parametrize(
    ("model", "chosen", "device"),
    [(LSTM, "32-true", "cpu"), (LSTM, "bf16-mixed", "cuda"), (nn.GRU(2, 3), "bf16-mixed", "cpu")],
)
def test_elsewhere_nothing_changes(lacking, capsys, model, chosen, device):
    before = mkldnn.enabled
    with lstms_that_work(model, chosen, device):
        assert mkldnn.enabled is before
    assert capsys.readouterr() == ("", "")


def test_where_there_is_one_nothing_changes(monkeypatch, capsys):
    monkeypatch.setattr(precision, "_is_there", lambda: True)
    with lstms_that_work(LSTM, "bf16-mixed"):
        pass
    assert capsys.readouterr() == ("", "")


def test_looking_for_one_leaves_the_random_numbers_as_they_were():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    precision._is_there()
    assert torch.equal(torch.get_rng_state(), before)


def test_an_lstm_runs_in_bfloat16_on_this_processor_whatever_it_is():
    with lstms_that_work(LSTM, "bf16-mixed"), torch.autocast("cpu", torch.bfloat16):
        states, _ = LSTM(torch.zeros(5, 2))
    assert states.isfinite().all()


def test_a_training_in_bfloat16_is_one_of_those(toy_recipe, tmp_path, monkeypatch):
    asked: list[tuple[str, str]] = []

    def asking(model: nn.Module, chosen: str, device: str):
        asked.append((chosen, device))
        return lstms_that_work(model, chosen, device)

    monkeypatch.setattr("amal_attention.training.run.lstms_that_work", asking)
    options = ["--trainer.precision=bf16-mixed", "--trainer.max_epochs=1"]
    train(Run(replace(toy_recipe, options=options), tmp_path / "run"), progress=False)
    assert asked == [("bf16-mixed", "cpu")]
