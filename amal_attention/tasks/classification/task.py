"""Text classification as a task: accuracy, how widely a model looks, and the words that it looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from lightning import Callback, LightningModule

from amal_attention.data import Tokenizer, Vocabulary
from amal_attention.errors import LabError, explain
from amal_attention.language import message
from amal_attention.record import Exhibit, Metric, Series
from amal_attention.tasks.bare import bare
from amal_attention.tasks.classification.accuracy import Accuracy
from amal_attention.tasks.classification.colours import word_numbers
from amal_attention.tasks.classification.data.module import SOURCES, ReviewData
from amal_attention.tasks.classification.examination import (
    evidence_share,
    read_batch,
    read_reviews,
    read_words,
    unlabelled,
)
from amal_attention.tasks.classification.faithfulness import faithfulness
from amal_attention.tasks.classification.histograms import EntropyHistograms
from amal_attention.tasks.classification.probing import probed
from amal_attention.tasks.classification.robustness import accuracy_by_size
from amal_attention.tasks.classification.spread import looked
from amal_attention.tasks.task import Measure, Measured, Spread, Task, Tested, Uses

__all__ = ["TASK", "Classification"]

_SHOWN_WORDS = (15, 250)


class Classification(Task):
    """Whether a review is positive or negative."""

    name = "classification"
    text = "review"
    texts = "reviews"
    data = "amal_attention.tasks.classification.ReviewData"
    sources = tuple(SOURCES)
    embedded_source = "sample"
    tuned = ("--model.init_args.freeze_embeddings=false",)
    monitor = "val_accuracy"
    mode = "max"
    monitored = message("validation accuracy (%)")
    monitored_share = True
    loss = message("cross-entropy (nats)")
    uses = ("entropy", "series", "probe")
    example = "The corridor was not chilling, it was dull."
    measures = (
        Measure(
            "accuracy",
            "accuracy",
            "%, 95 % interval",
            "accuracy",
            digits=4,
            places=1,
            share=True,
            percent=True,
            best=message("Which model reads best?"),
            best_axis=message("test accuracy (%), whisker: 95 % interval"),
            sweep=message("How many reviews are read rightly?"),
            label=message("accuracy (%)"),
        ),
        Measure(
            "entropy",
            "entropy H",
            "nats",
            "H nats",
            (
                "Entropy H",
                "How widely a model looks: 0 when a single word has all the attention, log n when the n words of a "
                "review share it evenly.",
            ),
            in_sweeps=False,
        ),
        Measure(
            "normalised_entropy",
            "H\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}log\N{NO-BREAK SPACE}n",
            "0 to 1",
            "H/log n",
            (
                "H / log n",
                "The same, from 0 to 1. As log n grows with the length of a review, this is what to compare between "
                "reviews and between models.",
            ),
            digits=3,
            sweep=message("How wide is the attention?"),
            label=message("entropy H / log n"),
            bounds=(0, 1.05),
        ),
        Measure(
            "effective_words",
            "effective",
            "words, exp H",
            "exp H",
            (
                "Effective words, exp H",
                "The same on a scale one can picture: so many words, evenly attended, would have this entropy.",
            ),
            digits=1,
            places=1,
        ),
        Measure(
            "evidence",
            "on evidence",
            "%, of the attention",
            "evidence",
            (
                "On evidence",
                "The share of the attention on the words that carry the label, beside the share that even attention "
                "would put there (chance).",
            ),
            places=1,
            percent=True,
            beside="chance {evidence_by_chance:.1f}",
            column_beside="({evidence_by_chance:.2f})",
            note="evidence: share of the attention on the words that carry the label (and by chance)",
            optional=True,
        ),
        Measure(
            "faithfulness",
            "faithfulness",
            "Kendall’s τ",
            "tau",
            (
                "Faithfulness",
                "Are the words with much attention those whose removal changes the prediction? Kendall’s τ is 1 when "
                "both order the words alike and 0 when they are unrelated; mean ± standard deviation over n reviews.",
            ),
            beside="± {faithfulness_deviation:.2f}, n = {faithfulness_reviews:.0f}",
            note="tau: Kendall's, between attention and leave-one-out",
            optional=True,
        ),
        Measure(
            "probe",
            "probe",
            "%, of the domains",
            "probe",
            (
                "Probe",
                "Can the domain still be read in the features? The share of reviews whose domain a new network tells "
                "from features that no longer learn.",
            ),
            places=1,
            percent=True,
            note="probe: share of reviews whose domain a new network tells from the features",
            optional=True,
        ),
    )
    spreads = (
        Spread(
            "normalised_entropy",
            "How widely each model looks",
            message("entropy H / log n  (0: a single word, 1: every word alike)"),
            (-0.02, 1.02),
            "Each hill shows the entropies of the validation reviews after one epoch, the first epoch on top; the dot "
            "is their mean. A hill at the right edge: every word weighs the same. A hill that moves left: the model "
            "learns to pick its words. Entropy is divided by log n, the most that n words allow; without that, long "
            "reviews would stand to the right for their length alone.",
        ),
    )

    def measure(self, model: LightningModule, batch: Any, uses: Uses) -> Measured:
        """Whether each review is classified rightly, and how widely the model looks at it."""
        logits, weights = read_batch(model, batch)
        right = logits.argmax(dim=1) == batch.labels
        measured = {"accuracy": (right, torch.ones_like(right))}
        if "entropy" in uses:
            measured.update(looked(uses["entropy"](weights, batch.mask), batch.mask.sum(dim=1)))
        return measured

    def exhibits(
        self, model: LightningModule, data: ReviewData, rows: npt.NDArray[np.int64], uses: Uses
    ) -> list[Exhibit]:
        """The reviews with the attention on their words."""
        return list(read_reviews(model, data, rows))

    def kept(self, data: ReviewData) -> dict[str, Any]:
        """Vocabulary, tokeniser and the names of the classes."""
        return {
            "words": data.vocabulary.known,
            "tokenizer": data.tokenizer.name,
            "label_names": list(data.label_names),
        }

    def read(self, model: LightningModule, kept: dict[str, Any], text: str, uses: Uses) -> Exhibit:
        """The text with the attention on its words, and what the model says of it."""
        words = Tokenizer(kept["tokenizer"]).words(text)
        return read_words(model, Vocabulary(kept["words"]), kept["label_names"], words)

    def numbers(
        self, model: LightningModule, kept: dict[str, Any], text: str, function: Callable[..., Any]
    ) -> list[float]:
        """What a function of the lab gives for each word, scaled to a sum of 1: see :func:`word_numbers`."""
        words = Tokenizer(kept["tokenizer"]).words(text)
        tokens = torch.from_numpy(Vocabulary(kept["words"]).encode(words)).unsqueeze(0)
        return word_numbers(function, model, unlabelled(tokens))

    def logits(
        self, model: LightningModule, data: ReviewData, split: str
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """The logits and labels of the reviews, in the order of ``data.rows(split)``."""
        rows = data.rows(split)
        logits = np.zeros((len(rows), len(data.label_names)))
        for places, batch in data.batches(split):
            logits[places] = read_batch(model, batch)[0].double().numpy()
        return logits, data.reviews.labels(rows).numpy()

    def check(self, model: LightningModule, data: ReviewData) -> None:
        """Refuse batches in a form that the model does not read, and reviews of which no word is known.

        A model that does not say what it reads reads texts; reviews without a known word all read alike.
        """
        form, reads = data.hparams["train_as"], getattr(bare(model), "reads", ("texts",))
        if form not in reads:
            raise LabError(
                explain(
                    expected=f"data.train_as among {', '.join(reads)}, which this {type(model).__name__} reads",
                    got=form,
                    do="choose one of these, or a model and a pooling that read it",
                )
            )
        if not data.vocabulary.known:
            least = data.hparams["min_count"]
            raise LabError(
                explain(
                    expected=f"words that stand {least} times or more in the training reviews",
                    got="none",
                    do="set data.min_count",
                )
            )

    def callbacks(self, uses: Uses) -> list[Callback]:
        """Accuracy, and how widely the model looks, after each epoch."""
        return [Accuracy(), *([EntropyHistograms(uses["entropy"])] if "entropy" in uses else [])]

    def legible(self, data: ReviewData) -> npt.NDArray[np.bool_]:
        """Reviews of 15 to 250 words."""
        lengths = data.reviews.lengths[data.rows("test")]
        shortest, longest = _SHOWN_WORDS
        found: npt.NDArray[np.bool_] = (lengths >= shortest) & (lengths <= longest)
        return found

    def also(
        self, model: LightningModule, data: ReviewData, thorough: bool, progress: bool
    ) -> tuple[dict[str, Metric], dict[str, Series]]:
        """The attention on evidence, where the source knows it; with ``thorough``, faithfulness too."""
        slow = faithfulness(model, data, progress=progress) if thorough else {}
        found: dict[str, float | None] = {**evidence_share(model, data, "test"), **slow}
        return {name: (value, None, None) for name, value in found.items()}, {}

    def test(
        self, model: LightningModule, data: Any, uses: Uses, *, thorough: bool = False, progress: bool = False
    ) -> Tested:
        """Measure a model on the test reviews; under attack, or by a probe, where the lab has a function for it."""
        tested = super().test(model, data, uses, thorough=thorough, progress=progress)
        if "series" in uses:
            tested = replace(tested, series={**tested.series, **accuracy_by_size(uses["series"], model, data)})
        if "probe" in uses:
            share = probed(uses["probe"], model, data)
            tested = replace(tested, metrics={**tested.metrics, "probe": (share, None, None)})
        return tested


TASK = Classification()
