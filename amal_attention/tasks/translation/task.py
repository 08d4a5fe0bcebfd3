"""Translation as a task: lines that are written without a mistake, and where a model looks as it writes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from lightning import Callback, LightningModule, Trainer
from lightning.fabric.plugins.environments.lightning import LightningEnvironment
from torch.utils.data import DataLoader

from amal_attention.errors import DataError, LabError, explain
from amal_attention.language import message
from amal_attention.record import Exhibit, Metric, Series
from amal_attention.tasks.task import Measure, Measured, Task, Tested, Uses
from amal_attention.tasks.translation.data.alphabet import Alphabet
from amal_attention.tasks.translation.data.batch import UNKNOWN, PairBatch
from amal_attention.tasks.translation.data.module import PairData
from amal_attention.tasks.translation.groups import exact_match_by_group
from amal_attention.tasks.translation.measuring import Decode, measure_lines
from amal_attention.tasks.translation.reading import write_line
from amal_attention.tasks.translation.train_loss import TrainLoss
from amal_attention.tasks.translation.validation import ExactMatch

__all__ = ["TASK", "Translation"]

_SHOWN_CHARACTERS = 40
_LONGEST = 500


class Translation(Task):
    """Write a line anew, character by character."""

    name = "translation"
    text = "line"
    texts = "lines"
    data = "amal_attention.tasks.translation.DateData"
    monitor = "val_exact"
    mode = "max"
    monitored = message("validation exact match (%)")
    monitored_share = True
    loss = message("cross-entropy (nats)")
    uses = ("decode",)
    example = "Thu 12 mars 98"
    measures = (
        Measure(
            "exact_match",
            "exact match",
            "%, 95 % interval",
            "exact",
            (
                "Exact match",
                "The share of test lines that are written without a mistake, up to their end; each next character is "
                "the most likely one after those that the model wrote itself.",
            ),
            digits=3,
            places=1,
            share=True,
            percent=True,
            best=message("Which model writes best?"),
            best_axis=message("test exact match (%), 95 % interval"),
        ),
        Measure(
            "token_accuracy",
            "tokens",
            "% right, with teacher",
            "tokens",
            (
                "Tokens",
                "The share of right tokens, the end among them, where each is chosen after the right ones: with a "
                "teacher. A line of eleven tokens needs all of them.",
            ),
            digits=4,
            places=1,
            percent=True,
        ),
        Measure(
            "cross_entropy",
            "loss",
            "nats, with teacher",
            "loss",
            ("Loss", "The cross-entropy of a token that the model logs in validation, here on the test lines."),
            digits=4,
            places=4,
        ),
        Measure(
            "wrong_after_right",
            "after right",
            "% of tokens wrong",
            "slip",
            (
                "After right, after wrong",
                "The share of wrong tokens when the model reads what it wrote itself: where all tokens before were "
                "right, and where one was wrong, which no teacher ever showed it (exposure bias). Tokens are compared "
                "place by place.",
            ),
            digits=4,
            places=2,
            percent=True,
            note="slip, again: share of wrong tokens without teacher, after right and wrong ones",
            optional=True,
            in_sweeps=False,
        ),
        Measure(
            "wrong_after_wrong",
            "after wrong",
            "% of tokens wrong",
            "again",
            digits=3,
            places=1,
            percent=True,
            optional=True,
            in_sweeps=False,
        ),
    )

    def measure(self, model: LightningModule, batch: Any, uses: Uses) -> Measured:
        """Lines and tokens that are right, and tokens that are wrong after right and after wrong ones."""
        return measure_lines(model, batch, _decode(uses))

    def exhibits(
        self, model: LightningModule, data: PairData, rows: npt.NDArray[np.int64], uses: Uses
    ) -> list[Exhibit]:
        """The lines, what is expected, what the model writes, and where it looks meanwhile."""
        lines = dict(zip(data.rows("test").tolist(), data.lines("test"), strict=True))
        longest = _longest(data)
        return [
            write_line(
                model,
                _decode(uses),
                data.alphabet,
                lines[row].source,
                longest,
                row=row,
                expected=lines[row].target,
            )
            for row in rows.tolist()
        ]

    def kept(self, data: PairData) -> dict[str, Any]:
        """The characters of the alphabet, and how many tokens are written at most."""
        return {"characters": data.alphabet.characters, "longest": _longest(data)}

    def read(self, model: LightningModule, kept: dict[str, Any], text: str, uses: Uses) -> Exhibit:
        """The line as the model writes it, where it looks meanwhile, and the characters that it does not know."""
        alphabet, line = Alphabet(kept["characters"]), text.strip()
        known = [number != UNKNOWN for number in alphabet.encode(line)]
        if not any(known) or len(line) > _LONGEST:
            raise DataError(
                explain(
                    expected=f"a line of up to {_LONGEST} characters, one at least of {alphabet.characters.strip()!r}",
                    got=f"{len(line)} characters" if len(line) > _LONGEST else repr(line),
                    do="give such a line",
                )
            )
        written = write_line(model, _decode(uses), alphabet, line, kept["longest"])
        unknown = [character for character, is_known in zip(line, known, strict=True) if not is_known]
        if not unknown:
            return written
        told = " ".join(dict.fromkeys(unknown))
        return replace(written, texts=written.texts | {"not in the alphabet": told})

    def named(self, data: PairData) -> str:
        """What the lines are."""
        return data.title

    def callbacks(self, uses: Uses) -> list[Callback]:
        """The share of validation lines that are right after each epoch, and the training loss."""
        return [ExactMatch(_decode(uses)), TrainLoss()]

    def legible(self, data: PairData) -> npt.NDArray[np.bool_]:
        """Lines whose matrix can be read on a page."""
        return np.array([len(line.source) <= _SHOWN_CHARACTERS for line in data.lines("test")])

    def also(
        self, model: LightningModule, data: PairData, thorough: bool, progress: bool
    ) -> tuple[dict[str, Metric], dict[str, Series]]:
        """The loss that the model logs in validation, on the test lines."""
        trainer = Trainer(
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            devices=1,
            plugins=[LightningEnvironment()],
        )
        batches: list[PairBatch] = [batch for _, batch in data.batches("test")]
        loader: Any = DataLoader(batches, batch_size=None)  # type: ignore[arg-type]  # a list is a data set to torch
        (logged,) = trainer.validate(model, loader, verbose=False)
        loss = logged.get("val_loss", math.nan)
        return {"cross_entropy": (loss if math.isfinite(loss) else None, None, None)}, {}

    def test(
        self, model: LightningModule, data: Any, uses: Uses, *, thorough: bool = False, progress: bool = False
    ) -> Tested:
        """Measure a model on the test lines; exact match by length and by what the data tell lines apart by, too."""
        tested = super().test(model, data, uses, thorough=thorough, progress=progress)
        return replace(tested, series=exact_match_by_group(data, tested.right))


def _decode(uses: Uses) -> Decode:
    if "decode" not in uses:
        raise LabError(
            explain(
                expected="a function that writes lines, as uses.decode in lab.toml",
                got="none",
                do='write uses.decode = "...", a function of (model, source, source_mask, max_length)',
            )
        )
    return uses["decode"]


def _longest(data: PairData) -> int:
    """One token more than the longest training target has with its END."""
    return 2 + max(len(line.target) for line in data.lines("train"))


TASK = Translation()
