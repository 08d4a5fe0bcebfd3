"""After each epoch, the share of validation lines that are written without a mistake is logged."""

from __future__ import annotations

from lightning import Trainer
from lightning.pytorch.callbacks import EarlyStopping

from amal_attention.tasks.translation.validation import ExactMatch
from tests.tasks.translation.scripted import Lines, Sure, write_ab

QUIET = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}


def test_the_share_of_right_lines_is_logged_beside_what_the_model_logs() -> None:
    (logged,) = Trainer(callbacks=[ExactMatch(write_ab)], **QUIET).validate(Sure(), Lines(), verbose=False)
    assert logged == {"val_loss": 0.25, "val_exact": 0.5}


def test_all_lines_are_written_once_an_epoch_and_training_can_stop_by_them() -> None:
    written = []

    def decode(model, source, source_mask, max_length):
        assert not model.training
        written.append(len(source))
        return write_ab(model, source, source_mask, max_length)

    stop = EarlyStopping("val_exact", mode="max", patience=2)
    trainer = Trainer(max_epochs=9, callbacks=[ExactMatch(decode), stop], limit_val_batches=1, **QUIET)
    trainer.fit(Sure(), Lines())
    assert trainer.current_epoch == 3, "the first epoch is the best, and two bring nothing"
    assert sum(written) == 3 * 4, "no line is written in the sanity check"
