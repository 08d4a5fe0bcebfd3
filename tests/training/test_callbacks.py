from __future__ import annotations

import math

import pytest
import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import EarlyStopping
from torch import nn
from torch.utils.data import DataLoader

from amal_attention.data import ReviewBatch
from amal_attention.errors import LabError
from amal_attention.training.callbacks import EntropyHistograms, History, OneCycle

LENGTHS = (2, 3, 5, 4, 6, 2, 7)


class Model(LightningModule):
    """Attends evenly, learns a bias; what it logs is known beforehand."""

    class pooling_class(nn.Module):
        def forward(self, mask):
            weights = mask / mask.sum(dim=1, keepdim=True)
            return weights.sum(dim=1, keepdim=True), weights

    def __init__(self, lr: float = 0.5) -> None:
        super().__init__()
        self.pooling = self.pooling_class()
        self.output = nn.Linear(1, 2)
        self.lr = lr
        self.rates: list[float] = []

    def forward(self, tokens, mask):
        return self.output(self.pooling(mask)[0])

    def training_step(self, batch, index):
        self.rates.append(self.optimizers().param_groups[0]["lr"])
        loss = nn.functional.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=len(batch.labels))
        return loss

    def validation_step(self, batch, index):
        self(batch.tokens, batch.mask)
        self.log_dict({"val_loss": 0.25, "val_accuracy": 0.75}, batch_size=len(batch.labels))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)


def batches() -> DataLoader[ReviewBatch]:
    made = []
    for part in (LENGTHS[:4], LENGTHS[4:]):
        mask = torch.arange(max(part)) < torch.tensor(part).unsqueeze(1)
        made.append(ReviewBatch(mask.long(), mask, torch.zeros(len(part), dtype=torch.int64)))
    return DataLoader(made, batch_size=None)


def fitted(model: Model, *callbacks, epochs: int = 2, **options) -> Trainer:
    trainer = Trainer(
        accelerator="cpu",
        max_epochs=epochs,
        callbacks=list(callbacks),
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
    )
    trainer.fit(model, batches(), batches(), **options)
    return trainer


def entropy(weights, mask):
    return torch.special.entr(weights).sum(dim=1)


def test_history_keeps_one_point_an_epoch():
    history = History()
    fitted(Model(), history)
    assert [point.epoch for point in history.points] == [1, 2]
    assert history.points[0].val_loss == 0.25
    assert history.points[1].val_accuracy == 0.75


def test_history_reads_the_training_loss_of_the_epoch_it_closes():
    model, history = Model(lr=0.0), History()
    fitted(model, history)
    loss = nn.functional.cross_entropy(model(*next(iter(batches()))[:2]), torch.zeros(4, dtype=torch.int64)).item()
    assert history.points[0].train_loss == pytest.approx(loss, rel=1e-5)


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

    history = History()
    told = refusal(LabError, lambda: fitted(Diverges(), history))
    assert f"a {name} that is a finite number; got {value}" in told and history.points == []


def test_a_training_that_is_to_stop_by_what_nobody_logs_is_told_which_names_there_are(refusal):
    stopping = EarlyStopping("val_acuracy", strict=False)
    told = refusal(LabError, lambda: fitted(Model(), History(), stopping))
    assert "train_loss, val_accuracy, val_loss" in told and "got 'val_acuracy'" in told


@pytest.mark.parametrize("warm_up", [-0.1, 1.1, math.nan])
def test_a_warm_up_that_is_no_share_is_refused(refusal, warm_up):
    assert f"got {warm_up}" in refusal(LabError, lambda: OneCycle(warm_up))


def test_a_step_size_has_no_end_to_fall_to_where_training_has_none(refusal):
    assert "set trainer.max_epochs" in refusal(LabError, lambda: fitted(Model(), OneCycle(), epochs=-1))


def test_history_survives_a_checkpoint():
    history, restored = History(), History()
    fitted(Model(), history)
    restored.load_state_dict(history.state_dict())
    assert restored.points == history.points
    assert restored.seconds == history.seconds > 0


def test_entropy_means_are_logged_beside_the_models_own_metrics():
    trainer = fitted(Model(), EntropyHistograms(entropy))
    expected = sum(math.log(n) for n in LENGTHS) / len(LENGTHS)
    assert trainer.callback_metrics["val_entropy"].item() == pytest.approx(expected, rel=1e-5)
    assert trainer.callback_metrics["val_normalised_entropy"].item() == pytest.approx(1, rel=1e-5)
    assert trainer.callback_metrics["val_effective_words"].item() == pytest.approx(sum(LENGTHS) / 7, rel=1e-5)


def test_there_is_one_histogram_an_epoch_of_all_validation_reviews():
    callback = EntropyHistograms(entropy)
    fitted(Model(), callback, epochs=3)
    assert [histogram.epoch for histogram in callback.histograms] == [1, 2, 3]
    assert all(sum(histogram.counts) == len(LENGTHS) for histogram in callback.histograms)


def test_a_model_is_not_watched_after_its_training():
    model = Model()
    fitted(model, EntropyHistograms(entropy))
    assert not model.pooling._forward_hooks


def test_a_model_is_not_watched_after_its_validation_failed():
    class Failing(Model):
        def validation_step(self, batch, index):
            raise ZeroDivisionError

    model = Failing()
    with pytest.raises(ZeroDivisionError):
        fitted(model, EntropyHistograms(entropy))
    assert not model.pooling._forward_hooks


def test_histograms_survive_a_checkpoint():
    callback, restored = EntropyHistograms(entropy), EntropyHistograms(entropy)
    fitted(Model(), callback)
    restored.load_state_dict(callback.state_dict())
    assert restored.histograms == callback.histograms


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
