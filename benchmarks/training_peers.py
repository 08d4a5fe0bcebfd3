"""One run of ``benchmarks/training.py`` without torch: fastText, TF-IDF + logistic regression, or NB-LR.

``main`` gives what was measured, as plain data. All three read lines of tokens, the same as ours. What scikit-learn
does is one fit, counted as one epoch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training_clock import now

Measured = dict[str, Any]
Lines = tuple[list[str], list[int]]
SPLITS = ("train", "validation", "test")
EPOCHS = 5


def fast_text(folder: Path, epochs: int, threads: int) -> Measured:
    """FastText's classifier of words, 50 numbers a word; an epoch is what each more of them takes."""
    import fasttext

    def train(epochs: int) -> tuple[Any, float]:
        began = now()
        model = fasttext.train_supervised(str(folder / "train.txt"), dim=50, epoch=epochs, thread=threads, verbose=0)
        return model, now() - began

    model, seconds = train(epochs)
    epoch = (train(epochs + EPOCHS)[1] - seconds) / EPOCHS
    reviews, held_out, test = (model.test(str(folder / f"{name}.txt"))[:2] for name in SPLITS)
    return {
        "reviews": reviews[0],
        "start": max(0.0, seconds - epochs * epoch),
        "epochs": [epoch] * epochs,
        "validation": [None] * (epochs - 1) + [held_out[1]],
        "test": test[1],
    }


def tf_idf(folder: Path) -> Measured:
    """Logistic regression on TF-IDF of words and pairs of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return _fitted(make_pipeline(words, LogisticRegression(C=20, solver="liblinear")), folder)


def nb_lr(folder: Path) -> Measured:
    """Logistic regression on words, pairs and triples, each weighted by its log-count ratio (Wang & Manning 2012)."""
    import numpy as np
    from scipy import sparse
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    class LogCountRatio(TransformerMixin, BaseEstimator):
        """Multiplies each feature by log(p/|p|) - log(q/|q|), p and q its counts, plus 1, in either class."""

        def fit(self, counts: Any, labels: Any) -> LogCountRatio:
            """Count."""
            positive = np.asarray(labels) == 1
            p, q = (1 + np.asarray(counts[rows].sum(axis=0)).ravel() for rows in (positive, ~positive))
            self.ratio_ = sparse.diags(np.log(p / p.sum()) - np.log(q / q.sum()))
            return self

        def transform(self, counts: Any) -> Any:
            """Weight."""
            return counts @ self.ratio_

    words = CountVectorizer(
        tokenizer=str.split, token_pattern=None, ngram_range=(1, 3), min_df=2, binary=True, dtype=np.float32
    )
    regression = LogisticRegression(C=0.1, solver="liblinear", dual=True, max_iter=1000)
    return _fitted(make_pipeline(words, LogCountRatio(), regression), folder)


def _fitted(pipeline: Any, folder: Path) -> Measured:
    train, held_out, test = (_read(folder / f"{name}.txt") for name in SPLITS)
    began = now()
    pipeline.fit(*train)
    seconds = now() - began
    return {
        "reviews": len(train[0]),
        "start": 0.0,
        "epochs": [seconds],
        "validation": [pipeline.score(*held_out)],
        "test": pipeline.score(*test),
    }


def _read(path: Path) -> Lines:
    lines = [line.partition(" ") for line in path.read_text("utf-8").splitlines()]
    return [text for _, _, text in lines], [int(label.endswith("pos")) for label, _, _ in lines]


def main(job: dict[str, Any]) -> Measured:
    """Run one job."""
    folder = Path(job["folder"]) / "lines"
    if job["kind"] == "fasttext":
        return fast_text(folder, job["epochs"] or EPOCHS, job["threads"])
    return {"tf-idf": tf_idf, "nb-lr": nb_lr}[job["kind"]](folder)
