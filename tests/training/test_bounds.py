"""What no training can come of is refused before anything is read; what one can come of is let through."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from amal_attention.errors import LabError
from amal_attention.tasks.classification import ReviewData

USELESS = (
    "--trainer.max_epochs=0",
    "--trainer.max_steps=0",
    "--trainer.min_epochs=-1",
    "--trainer.min_epochs=3",  # of 2
    "--trainer.min_steps=-1",
    "--trainer.limit_train_batches=0",
    "--trainer.limit_val_batches=0.0",
    "--trainer.overfit_batches=1",
    "--trainer.fast_dev_run=true",
    "--trainer.fast_dev_run=1",
    "--trainer.val_check_interval=0",
    "--trainer.val_check_interval=00:00:01:00",
    "--trainer.check_val_every_n_epoch=0",
    "--trainer.check_val_every_n_epoch=3",  # of 2
    "--trainer.accumulate_grad_batches=0",
    "--trainer.gradient_clip_val=-0.1",
    "--trainer.log_every_n_steps=-1",
    "--trainer.num_sanity_val_steps=-2",
    "--early_stopping.monitor=",
    "--early_stopping.patience=-1",
    "--early_stopping.min_delta=-0.1",
)
USEFUL = (
    "--trainer.max_epochs=-1",
    "--trainer.min_epochs=2",
    "--trainer.max_steps=-1",
    "--trainer.limit_train_batches=0.1",
    "--trainer.limit_train_batches=1",
    "--trainer.val_check_interval=0.5",
    "--trainer.check_val_every_n_epoch=2",
    "--trainer.gradient_clip_val=0",
    "--trainer.gradient_clip_val=null",
    "--trainer.num_sanity_val_steps=-1",
    "--early_stopping.patience=0",
    "--early_stopping.mode=max",
)


@pytest.mark.parametrize("option", USELESS)
def test_a_value_that_trains_nothing_is_told_with_its_option_before_data_is_read(
    toy_recipe, refusal, monkeypatch, option
):
    monkeypatch.setattr(ReviewData, "prepare_data", lambda self: pytest.fail("data was read"))
    told = refusal(LabError, lambda: replace(toy_recipe, options=[option]).data())
    name, _, value = option.removeprefix("--").partition("=")
    assert told.startswith(f"expected {name} ") and told.endswith(f"change --{name}")
    assert f"got {value or 'nothing'}; ".lower() in told.lower()


@pytest.mark.parametrize("option", USEFUL)
def test_a_value_at_the_edge_is_let_through(toy_recipe, option):
    assert isinstance(replace(toy_recipe, options=[option]).data(), ReviewData)


@pytest.mark.parametrize(
    ("monitor", "mode", "refused"),
    [
        ("val_loss", "max", "min"),
        ("train_loss", "max", "min"),
        ("val_accuracy", "min", "max"),
        ("val_loss", "min", None),
        ("of_their_own", "min", None),
        ("of_their_own", "max", None),
    ],
)
def test_stopping_where_what_is_measured_gets_better_is_refused(toy_recipe, refusal, monitor, mode, refused):
    recipe = replace(toy_recipe, options=[f"--early_stopping.monitor={monitor}", f"--early_stopping.mode={mode}"])
    if refused is None:
        recipe.data()
    else:
        told = refusal(LabError, recipe.data)
        assert f"early_stopping.mode {refused} for {monitor}" in told and f"got {mode}" in told


@pytest.fixture
def set_up(toy_recipe, monkeypatch):
    """Build the trainer of the toy recipe with some options, outside of any cluster."""
    for name in ("MASTER_ADDR", "SLURM_NTASKS", "TORCHELASTIC_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    return lambda *options: replace(toy_recipe, options=["--trainer.accelerator=cpu", *options]).set_up(logger=False)


def test_more_processes_than_processors_are_refused(set_up, refusal):
    processors = os.cpu_count() or 1
    assert set_up(f"--trainer.devices={processors}").trainer.num_devices == processors
    told = refusal(LabError, lambda: set_up(f"--trainer.devices={processors + 1}"))
    assert f"trainer.devices of {processors} or fewer" in told and f"got {processors + 1}" in told


def test_machines_that_nobody_starts_are_refused(set_up, refusal, monkeypatch):
    assert "trainer.num_nodes" in refusal(LabError, lambda: set_up("--trainer.num_nodes=2"))
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    assert set_up("--trainer.num_nodes=2").trainer.num_nodes == 2


@pytest.mark.parametrize("way", ["spawn", "fork", "notebook"])
def test_processes_that_keep_what_they_learnt_are_refused(set_up, refusal, way):
    assert "such as ddp; got those of a" in refusal(LabError, lambda: set_up(f"--trainer.strategy=ddp_{way}"))
