from __future__ import annotations

import math

import pytest
import torch
from lightning import Callback
from lightning.pytorch.callbacks import EarlyStopping
from torch import nn

from amal_attention.errors import LabError
from amal_attention.training.callbacks import History, OneCycle
from tests.fitting import Model, batches, fitted


def test_history_keeps_one_point_an_epoch():
    history = History("val_accuracy")
    fitted(Model(), history)
    assert [point.epoch for point in history.points] == [1, 2]
    assert history.points[0].measured["val_loss"] == 0.25
    assert history.points[1].measured["val_accuracy"] == 0.75


def test_history_reads_the_training_loss_of_the_epoch_it_closes():
    model, history = Model(lr=0.0), History("val_accuracy")
    fitted(model, history)
    loss = nn.functional.cross_entropy(model(*next(iter(batches()))[:2]), torch.zeros(4, dtype=torch.int64)).item()
    assert history.points[0].measured["train_loss"] == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["train_loss", "val_loss"])
def test_a_loss_that_is_no_number_ends_the_training_in_its_first_epoch(refusal, name, value):
    losses = {"train_loss": 0.5, "val_loss": 0.5, name: value}

    class Diverges(Model):
        def training_step(self, batch, index):
            self.log("train_loss", losses["train_loss"], on_step=False, on_epoch=True, batch_size=len(batch.labels))
            return self(batch.tokens, batch.mask).sum()

        def validation_step(self, batch, index):
            self.log("val_loss", losses["val_loss"], batch_size=len(batch.labels))

    history = History("val_accuracy")
    told = refusal(LabError, lambda: fitted(Diverges(), history))
    assert f"a {name} that is a finite number; got {value}" in told and history.points == []


def test_a_training_that_is_to_stop_by_what_nobody_logs_is_told_which_names_there_are(refusal):
    stopping = EarlyStopping("val_acuracy", strict=False)
    told = refusal(LabError, lambda: fitted(Model(), History("val_accuracy"), stopping))
    assert "train_loss, val_accuracy, val_loss" in told and "got 'val_acuracy'" in told


@pytest.mark.parametrize("warm_up", [-0.1, 1.1, math.nan])
def test_a_warm_up_that_is_no_share_is_refused(refusal, warm_up):
    assert f"got {warm_up}" in refusal(LabError, lambda: OneCycle(warm_up))


def test_a_step_size_has_no_end_to_fall_to_where_training_has_none(refusal):
    assert "set trainer.max_epochs" in refusal(LabError, lambda: fitted(Model(), OneCycle(), epochs=-1))


def test_history_survives_a_checkpoint():
    history, restored = History("val_accuracy"), History("val_accuracy")
    fitted(Model(), history)
    restored.load_state_dict(history.state_dict())
    assert restored.points == history.points
    assert restored.seconds == history.seconds > 0


def cosine_rate(step: int, steps: int, top: float, warm_up: float) -> float:
    """The one-cycle rule with cosine annealing, written out: from top/25 up to top, then down to top/250,000."""
    peak = warm_up * steps - 1
    begin, end, share = (
        (top / 25, top, step / peak) if step <= peak else (top, top / 25e4, (step - peak) / (steps - 1 - peak))
    )
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2


def test_one_cycle_warms_up_and_falls_along_a_cosine():
    model = Model(lr=0.4)
    fitted(model, OneCycle(warm_up=0.3), epochs=10)
    expected = [cosine_rate(step, 21, 0.4, 0.3) for step in range(20)]
    assert model.rates == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("epochs", "warm_up"), [(2, 0.2), (1, 1 / 3), (1, 0.1), (2, 0.1)])
def test_one_cycle_is_planned_for_the_shortest_trainings(epochs, warm_up):
    model = Model(lr=0.4)
    fitted(model, OneCycle(warm_up=warm_up), epochs=epochs)  # two steps an epoch: a warm-up of one step, or of none
    assert len(model.rates) == 2 * epochs and all(0 < rate <= 0.4 for rate in model.rates)


class StopAfter(Callback):
    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def on_train_epoch_end(self, trainer, pl_module):
        trainer.should_stop = trainer.current_epoch + 1 >= self.epochs


def test_one_cycle_goes_on_where_an_interrupted_training_stopped(tmp_path):
    whole, first, second = Model(lr=0.4), Model(lr=0.4), Model(lr=0.4)
    fitted(whole, OneCycle(), epochs=10)
    interrupted = fitted(first, OneCycle(), StopAfter(4), epochs=10)
    interrupted.save_checkpoint(tmp_path / "half.ckpt")
    fitted(second, OneCycle(), epochs=10, ckpt_path=tmp_path / "half.ckpt", weights_only=True)
    assert first.rates + second.rates == pytest.approx(whole.rates, rel=1e-6)
