"""Language modelling as a task: how well each next word is told, and what is written after some words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from lightning import Callback, LightningModule

from amal_attention.data import Tokenizer
from amal_attention.errors import DataError, LabError, explain
from amal_attention.language import message
from amal_attention.record import Exhibit, Metric, Series, Texts
from amal_attention.tasks.language.data.module import ReviewStream
from amal_attention.tasks.language.data.words import StreamWords
from amal_attention.tasks.language.measuring import Loss, measure_windows, perplexity
from amal_attention.tasks.language.ngrams import ngram_perplexities
from amal_attention.tasks.language.validation import Perplexity
from amal_attention.tasks.language.writing import TEMPERATURES, Write, continue_words
from amal_attention.tasks.task import Measure, Measured, Task, Uses

__all__ = ["TASK", "Language"]

_PROMPT = 8
_STEPS = 30
_MOST_STEPS = 1000
_LONGEST = 500


class Language(Task):
    """Tell the next word, and go on writing."""

    name = "language"
    text = "window"
    texts = "windows"
    data = "amal_attention.tasks.language.ReviewStream"
    sources = ("sample", "imdb")
    embedded_source = "sample"
    monitor = "val_perplexity"
    mode = "min"
    monitored = message("validation perplexity")
    loss = message("cross-entropy (nats a word)")
    uses = ("loss", "write")
    asks = ("steps", "temperature")
    example = "We watched this heist film in Oslo on a"
    measures = (
        Measure(
            "perplexity",
            "perplexity",
            "95 % interval",
            "perplexity",
            (
                "Perplexity",
                "exp of the mean cross-entropy of a word: a model that is as unsure as one that chooses among k words "
                "alike has perplexity k. The interval comes from drawing the test windows anew.",
            ),
            interval=True,
            best=message("Which model tells the next word best?"),
            best_axis=message("test perplexity, whisker: 95 % interval"),
            sweep=message("How well is the next word told?"),
        ),
        Measure(
            "bigram",
            "bigram",
            "perplexity",
            "bigram",
            (
                "Bigram, unigram",
                "The perplexity on the same words of a model that counts pairs of neighbours, mixed with one that "
                "counts words, and of that one alone.",
            ),
            note="bigram, unigram: perplexity of models that count, on the same words",
            optional=True,
            in_sweeps=False,
        ),
        Measure("unigram", "unigram", "perplexity", "unigram", optional=True, in_sweeps=False),
    )

    def measure(self, model: LightningModule, batch: Any, uses: Uses) -> Measured:
        """The nats that the words of each window cost."""
        return measure_windows(model, batch, _loss(uses))

    def metrics(
        self, per_text: dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]
    ) -> dict[str, Metric]:
        """The perplexity, which is no mean over windows, and its interval."""
        values = perplexity(*per_text["perplexity"])
        return {"perplexity": values if all(map(math.isfinite, values)) else (None, None, None)}

    def also(
        self, model: LightningModule, data: ReviewStream, thorough: bool, progress: bool
    ) -> tuple[dict[str, Metric], dict[str, Series]]:
        """The perplexities of models that count."""
        return {name: (value, None, None) for name, value in ngram_perplexities(data).items()}, {}

    def exhibits(
        self, model: LightningModule, data: ReviewStream, rows: npt.NDArray[np.int64], uses: Uses
    ) -> list[Exhibit]:
        """What a model writes after the first words of each window, by temperature."""
        stream = data.stream("test")
        prompts = stream.tokens(stream.starts[rows][:, None] + np.arange(min(_PROMPT, stream.length)))
        return [
            _written(model, _write(uses), data.words, data.words.decode(prompt), _STEPS, TEMPERATURES, row)
            for row, prompt in zip(rows.tolist(), prompts.tolist(), strict=True)
        ]

    def kept(self, data: ReviewStream) -> dict[str, Any]:
        """The words that have a number."""
        return {"words": data.words.known}

    def read(
        self,
        model: LightningModule,
        kept: dict[str, Any],
        text: str,
        uses: Uses,
        steps: int = _STEPS,
        temperature: float | None = None,
    ) -> Exhibit:
        """What a model writes after the text, at one temperature or at several."""
        words, prompt = StreamWords(kept["words"]), Tokenizer("glove").words(text)
        if not 1 <= len(prompt) <= _LONGEST:
            expected = f"a text of 1 to {_LONGEST} words"
            raise DataError(explain(expected=expected, got=f"{len(prompt)} words", do="give such a text"))
        if not 1 <= steps <= _MOST_STEPS or (temperature is not None and not 0 <= temperature < math.inf):
            raise DataError(
                explain(
                    expected=f"1 to {_MOST_STEPS} steps, and a temperature of 0 or more",
                    got=f"{steps} steps at {temperature}",
                    do="change --steps or --temperature",
                )
            )
        temperatures = TEMPERATURES if temperature is None else (temperature,)
        return _written(model, _write(uses), words, prompt, steps, temperatures)

    def places(self, kept: dict[str, Any], exhibit: Exhibit) -> list[list[str]]:
        """The words that were read as the last one was written."""
        if not isinstance(exhibit, Texts):
            return []
        prompt, *_, last = exhibit.texts.values()
        return [f"{prompt} {last}".split()[:-1]]

    def callbacks(self, uses: Uses) -> list[Callback]:
        """The perplexity after each epoch."""
        return [Perplexity(_loss(uses))]


def _written(
    model: LightningModule,
    write: Write,
    words: StreamWords,
    prompt: list[str],
    steps: int,
    temperatures: tuple[float, ...],
    row: int = -1,
) -> Texts:
    """A prompt and what is written after it, by temperature."""
    texts = {
        f"temperature {temperature:g}": " ".join(
            continue_words(model, write, words, prompt, steps, temperature, max(row, 0))
        )
        for temperature in temperatures
    }
    return Texts(row, f"window {row}" if row >= 0 else "text", {"prompt": " ".join(prompt), **texts})


def _loss(uses: Uses) -> Loss:
    return _used(uses, "loss", "(logits, tokens, mask)")  # type: ignore[no-any-return]


def _write(uses: Uses) -> Write:
    return _used(uses, "write", "(model, prompt, steps, temperature)")  # type: ignore[no-any-return]


def _used(uses: Uses, name: str, arguments: str) -> Any:
    if name not in uses:
        raise LabError(
            explain(
                expected=f"a function of {arguments}, as uses.{name} in lab.toml",
                got="none",
                do=f'write uses.{name} = "...", a function of the lab\'s module',
            )
        )
    return uses[name]


TASK = Language()
