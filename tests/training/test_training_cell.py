"""What a student sees of a training, and of one that cannot be."""

from __future__ import annotations

import pytest
import torch
from lightning import LightningModule, Trainer
from torch.utils.data import DataLoader

from amal_attention.language import speak
from amal_attention.training.callbacks import History
from amal_attention.training.training_cell import EpochBar, NotTrained, told_in_a_line


class Model(LightningModule):
    """Its loss is 0 and its accuracy 0.75, under the names of a test."""

    def __init__(self, named: dict[str, float] | None = None) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.named = {"train_loss": 0.0, "val_accuracy": 0.75, "val_loss": 0.5} if named is None else named

    def training_step(self, batch, index):
        return self.weight * 0

    def validation_step(self, batch, index):
        self.log_dict(self.named, batch_size=1)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


def fitted(model: Model, *callbacks: object, epochs: int = 2) -> None:
    numbers = DataLoader([torch.zeros(1)], batch_size=1)
    trainer = Trainer(
        max_epochs=epochs,
        callbacks=list(callbacks),
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=bool(callbacks) and isinstance(callbacks[-1], EpochBar),
        num_sanity_val_steps=0,
    )
    trainer.fit(model, numbers, numbers)


def told(model: Model, history: History | None = None) -> str:
    """What a training cell says of a model that cannot be trained."""
    history = history or History("val_accuracy")
    with pytest.raises(NotTrained) as caught, told_in_a_line("Q1"):
        fitted(model, history)
        _ = history.monitored
    assert caught.value._render_traceback_() == [str(caught.value)] and "\n" not in str(caught.value)
    return str(caught.value)


def test_the_bar_counts_epochs_from_1_and_names_the_accuracy(capsys):
    fitted(Model(), EpochBar("train_loss", "val_loss", "val_accuracy"))
    shown = "".join(capsys.readouterr())
    assert "Epoch 2/2" in shown and "Epoch 0" not in shown
    assert "val_accuracy=0.750" in shown and "val_loss=0.500" in shown and "train_loss=0.000" in shown


def test_nothing_is_told_where_all_is_well():
    history = History("val_accuracy")
    with told_in_a_line("Q1"):
        fitted(Model(), history)
    assert history.monitored == 0.75


def test_an_error_inside_fit_is_told_with_the_line_that_raised_it():
    class Wrong(Model):
        def training_step(self, batch, index):
            return self.wait + 1

    line = told(Wrong())
    assert line.startswith("Q1: AttributeError: 'Wrong' object has no attribute 'wait' (in Wrong.training_step")
    assert "return self.wait + 1" in line


def test_a_step_without_a_loss_is_told():
    class Silent(Model):
        def training_step(self, batch, index):
            self.weight * 0

    assert told(Silent()) == "Q1: expected the loss from training_step; got None; end training_step with return loss"


def test_an_accuracy_of_another_name_is_told_with_the_names_there_are():
    line = told(Model({"val_acc": 0.75, "loss": 0.0}))
    assert line.startswith("Q1: expected val_accuracy, logged by validation_step; got loss, val_acc; ")


def test_a_model_that_logs_nothing_is_told():
    assert "got nothing logged" in told(Model({}))


def test_a_model_that_is_not_trained_is_told_as_it_is():
    with pytest.raises(NotTrained) as told, told_in_a_line("Q5"):
        raise NotTrained("Q4 is not trained yet")
    assert str(told.value) == "Q4 is not trained yet"


def test_an_answer_that_is_not_written_is_to_do():
    class Unwritten(Model):
        def configure_optimizers(self):
            raise NotImplementedError

    assert told(Unwritten()).startswith("Q1: to do (in Unwritten.configure_optimizers")


def test_the_bar_and_what_cannot_be_trained_are_told_in_the_language_that_is_spoken(capsys):
    speak("fr")
    fitted(Model(), EpochBar("val_accuracy"))
    shown = "".join(capsys.readouterr())
    assert "Époque 2/2" in shown and "Validation" in shown and "DataLoader" not in shown and "Epoch" not in shown
    assert told(Model({})) == (
        "Q1 : attendu : val_accuracy, enregistré par validation_step ; reçu : rien d'enregistré ; "
        'écrivez son nom tel quel : self.log("val_accuracy", ...)'
    )

    class Unwritten(Model):
        def configure_optimizers(self):
            raise NotImplementedError

    assert told(Unwritten()).startswith("Q1 : à faire (dans Unwritten.configure_optimizers, ligne ")
