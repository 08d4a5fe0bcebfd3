from __future__ import annotations

import json
import multiprocessing
import os
import signal
from dataclasses import replace

import pytest
import torch

from amal_attention.errors import CheckpointError, LabError
from amal_attention.tasks.classification import ReviewData
from amal_attention.training import run as training_run
from amal_attention.training.checkpoint import load_trained
from amal_attention.training.run import Run, train

pytestmark = pytest.mark.long


@pytest.fixture
def run(toy_recipe, tmp_path) -> Run:
    return Run(toy_recipe, tmp_path / "run")


def trained(run: Run, **choices):
    return train(run, progress=False, **choices)


def test_a_run_leaves_its_record_checkpoints_and_logs(run):
    record = trained(run)
    assert json.loads((run.folder / "record.json").read_text())["record"]["metrics"]["accuracy"][0] == record.value(
        "accuracy"
    )
    assert run.best.is_file() and run.last.is_file()
    assert list(run.folder.glob("csv/*/metrics.csv")) and list(run.folder.glob("tensorboard/*/events*"))


def test_the_record_counts_what_happened(run):
    record = trained(run)
    assert (record.lab, record.question, record.source, record.embeddings) == ("toy", "sharp", "sample", "frozen")
    assert record.epochs == len(record.curves) == len(record.histograms["entropy"]) == 2
    assert record.tested == 2000
    assert record.parameters == 50 + 2 * 50 + 2


def test_the_accuracy_is_the_share_of_the_test_texts_that_the_model_has_right(run):
    record = trained(run)
    data, model = run.recipe.data(), load_trained(run.best, run.recipe.lab.folder.parent).model
    rows = data.rows("test")
    with torch.inference_mode():
        said = [int(model(*data.reviews.whole(rows[i : i + 1])[:2]).argmax()) for i in range(len(rows))]
    right = data.reviews.store.labels[rows] == said
    assert record.value("accuracy") == pytest.approx(right.mean())
    assert (run.right() == right).all()


def test_the_tested_model_is_the_one_with_the_best_validation_accuracy(toy_recipe, tmp_path, monkeypatch):
    accuracies = [0.5, 0.75, 0.625, 0.75, 0.5]
    tested: list[float] = []

    def validation_step(model, batch, index):  # what the model remembers of an epoch is its number
        model(batch.tokens, batch.mask)
        model.output.bias.data.fill_(model.current_epoch)
        model.log_dict({"val_loss": 1.0, "val_accuracy": accuracies[model.current_epoch]}, batch_size=len(batch.labels))

    def test(run, setup, *rest):
        tested.append(setup.model.output.bias[0].item())
        return examined(run, setup, *rest)

    examined = training_run._test
    monkeypatch.setattr(training_run, "_test", test)
    monkeypatch.setattr(toy_recipe.lab.module().Toy, "validation_step", validation_step)
    run = Run(replace(toy_recipe, options=["--trainer.max_epochs=5"]), tmp_path)
    record = trained(run)
    assert [point.measured["val_accuracy"] for point in record.curves] == accuracies
    assert torch.load(run.best, weights_only=True)["epoch"] == 1
    assert tested == [1.0]


def test_training_never_reads_the_test_split(run, monkeypatch):
    asked = []
    rows = ReviewData.rows
    monkeypatch.setattr(ReviewData, "rows", lambda self, split: asked.append(split) or rows(self, split))

    class Trained(Exception):
        pass

    def stop(*arguments: object) -> None:
        raise Trained

    monkeypatch.setattr("amal_attention.training.run._test", stop)
    with pytest.raises(Trained):
        trained(run)
    assert set(asked) == {"train", "validation"}


def test_the_same_seed_gives_the_same_predictions(run, tmp_path):
    trained(run)
    again = replace(run, folder=tmp_path / "again")
    trained(again)
    assert (run.right() == again.right()).all()


def test_a_folder_with_an_earlier_run_is_left_alone(run):
    trained(run)
    written = (run.folder / "record.json").stat().st_mtime_ns
    with pytest.raises(LabError, match="an earlier run; add --resume"):
        trained(run)
    assert (run.folder / "record.json").stat().st_mtime_ns == written


def test_a_finished_run_is_not_done_again(run, monkeypatch):
    record = trained(run)
    monkeypatch.setattr("amal_attention.training.run._set_up", lambda *args: pytest.fail("trained again"))
    assert trained(run, resume=True) == record


def test_a_finished_run_is_tested_again_where_more_is_to_be_measured(run):
    assert "faithfulness" not in trained(run).metrics
    thorough = trained(run, resume=True, thorough=True)
    assert thorough.thorough and thorough.epochs == 2 and "faithfulness" in thorough.metrics
    assert trained(run, resume=True) == thorough


def test_a_record_of_another_version_is_none(run):
    trained(run)
    path = run.folder / "record.json"
    written = json.loads(path.read_text())
    path.write_text(json.dumps(written | {"record": written["record"] | {"accuracy": 0.5}}))
    assert run.finished() is None


def test_a_folder_without_a_run_is_left_alone_by_resuming(run, refusal):
    run.folder.mkdir()
    (run.folder / "hosts").write_text("of somebody else")
    assert "got other files" in refusal(LabError, lambda: trained(run, resume=True))
    assert [path.name for path in run.folder.iterdir()] == ["hosts"]


def test_a_run_is_not_resumed_with_another_recipe(run):
    trained(run)
    other = replace(run, recipe=replace(run.recipe, options=["--model.lr=0.5"]))
    with pytest.raises(CheckpointError, match="another recipe"):
        trained(other, resume=True)


def test_a_run_is_not_resumed_for_another_question(run):
    trained(run)
    with pytest.raises(CheckpointError, match="expected a run of toy even"):
        trained(replace(run, recipe=replace(run.recipe, question="even")), resume=True)


def _train_and_die(run: Run, epoch: int) -> None:
    from lightning import Callback

    import amal_attention.training.run as module

    class Killer(Callback):
        def on_train_epoch_start(self, trainer, pl_module):
            if trainer.current_epoch == epoch:
                os.kill(os.getpid(), signal.SIGKILL)

    module.History.on_train_epoch_start = Killer.on_train_epoch_start
    torch.set_num_threads(1)
    trained(run)


def test_a_killed_run_goes_on_and_ends_like_an_undisturbed_one(toy_recipe, tmp_path, monkeypatch):
    recipe = replace(toy_recipe, options=["--trainer.max_epochs=4"])
    whole, killed = Run(recipe, tmp_path / "whole"), Run(recipe, tmp_path / "killed")
    undisturbed = trained(whole)
    process = multiprocessing.get_context("fork").Process(target=_train_and_die, args=(killed, 2))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    trained_again = []
    start = "amal_attention.training.callbacks.History.on_train_epoch_start"
    monkeypatch.setattr(start, lambda _, trainer, __: trained_again.append(trainer.current_epoch), raising=False)
    resumed = trained(killed, resume=True)
    assert trained_again == [2, 3]
    assert [point.epoch for point in resumed.curves] == [1, 2, 3, 4]
    assert [p.measured for p in resumed.curves] == [p.measured for p in undisturbed.curves]
    assert resumed.histograms == undisturbed.histograms
    assert (whole.right() == killed.right()).all()


def test_an_interruption_from_the_keyboard_is_one_and_can_be_resumed(run, monkeypatch):
    def interrupt(self, trainer, pl_module):
        if trainer.current_epoch == 1:
            raise KeyboardInterrupt

    handler = signal.getsignal(signal.SIGINT)  # Lightning goes deaf to it once it was interrupted
    with monkeypatch.context() as patch:
        patch.setattr("amal_attention.training.callbacks.History.on_train_epoch_start", interrupt, raising=False)
        with pytest.raises(KeyboardInterrupt):
            trained(run)
    signal.signal(signal.SIGINT, handler)
    assert [point.epoch for point in trained(run, resume=True).curves] == [1, 2]


def test_the_value_of_the_swept_option_is_recorded(run):
    recipe = replace(run.recipe, options=["--model.init_args.grip=0.25", "--trainer.max_epochs=1"])
    assert trained(replace(run, recipe=recipe)).swept == 0.25
