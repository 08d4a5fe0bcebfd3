"""One run of ``benchmarks/training.py`` on torch: ours, a clean padded loader, or the course's own way.

``main`` gives what was measured, as plain data. Seconds of an epoch are those of training alone; what comes before
the first epoch (of ``fit``, not of imports and of opening prepared data) is ``start``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from lightning import Callback, LightningModule, Trainer
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset
from training_clock import now as clock
from training_texts import vector_options

from amal_attention.lab import Lab
from amal_attention.tasks.classification import TextBatch
from amal_attention.training.recipe import Recipe, Setup

LAB = Lab.find("tp9_attention", Path(__file__).parents[1] / "solutions")


class Plain(NamedTuple):
    """A plain module of the lab, and the reviews of a step and the step size that suit it without a faster path."""

    pooling: str
    batch: int
    lr: float


PLAIN = {
    "q1": Plain("MeanPooling", 64, 0.01),
    "q2": Plain("LearnedQueryPooling", 64, 0.03),
    "q3": Plain("TextQueryPooling", 32, 0.005),
    "q4": Plain("ContextualPooling", 32, 0.01),
}
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
Measured = dict[str, Any]


def now() -> float:
    """Seconds, when all that a device was asked for is done."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()
    return clock()


class Clock(Callback):
    """Notes when epochs begin and when their training is over, and the validation accuracies."""

    def __init__(self) -> None:
        self.began = now()
        self.epochs: list[float] = []
        self.accuracies: list[float] = []
        self.start: float | None = None
        self._since = 0.0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """An epoch begins."""
        self._since = now()
        if self.start is None:
            self.start = self._since - self.began

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Its training is over."""
        if trainer.state.fn == "fit":
            self.epochs.append(now() - self._since)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Validated."""
        self.accuracies.append(float(trainer.callback_metrics["val_accuracy"]))


def ours(recipe: Recipe) -> Measured:
    """The recipe as ``amal train`` runs it, without its logs and checkpoints."""
    clock = Clock()
    setup = _set_up(recipe, [clock])
    clock.began = now()  # anew: the data is open
    setup.trainer.fit(setup.model, setup.data)
    reviews = len(setup.data.rows("train"))
    tested = setup.trainer.validate(setup.model, setup.data.test_dataloader(), verbose=False)
    return _measured(reviews, clock.start or 0.0, clock.epochs, clock.accuracies, tested[0]["val_accuracy"])


class Kept(Dataset[tuple[Tensor, int]]):
    """The tokens of the reviews of a split, in memory, and their labels."""

    def __init__(self, setup: Setup, split: str) -> None:
        reviews, rows = setup.data.reviews, setup.data.rows(split)
        crop = setup.data.hparams["crop"] if split == "train" else None
        bounds = [(reviews.store.offsets[row], reviews.store.offsets[row + 1]) for row in rows]
        numbers = [reviews.vocabulary.encode_ranks(reviews.store.tokens[begin:end][:crop]) for begin, end in bounds]
        self.tokens = [torch.from_numpy(review) for review in numbers]
        self.labels = reviews.store.labels[rows].tolist()

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, place: int) -> tuple[Tensor, int]:
        return self.tokens[place], self.labels[place]


class Files(Dataset[tuple[Tensor, int]]):
    r"""The course's own way: a file is read and split (``\S+``) each time that its review is asked for."""

    def __init__(self, setup: Setup, split: str, texts: Path) -> None:
        self.numbers = {word: number for number, word in enumerate(setup.data.vocabulary.words)}
        self.files = [
            (path, label)
            for label, name in enumerate(setup.data.label_names)
            for path in sorted((texts / split / name).glob("*.txt"))
        ]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, place: int) -> tuple[Tensor, int]:
        path, label = self.files[place]
        words = re.findall(r"\S+", path.read_text("utf-8").lower())
        return torch.tensor([self.numbers.get(word, 1) for word in words]), label


def padded(recipe: Recipe, dataset: Callable[[Setup, str], Dataset[tuple[Tensor, int]]] = Kept) -> Measured:
    """Random batches, padded to the longest of each, in a plain loop; the lab's plain modules, and Adam."""
    torch.manual_seed(recipe.seed)
    setup = _set_up(recipe, [])
    model, chosen = _plain(recipe, setup).to(DEVICE), PLAIN[recipe.question]
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=chosen.lr, fused=True)
    began = now()
    size = chosen.batch
    training = DataLoader(dataset(setup, "train"), batch_size=size, shuffle=True, collate_fn=_padded_batch)
    held_out, test = (
        DataLoader(dataset(setup, split), batch_size=size, collate_fn=_padded_batch) for split in ("validation", "test")
    )
    start, seconds, accuracies = now() - began, [], []
    for _ in range(setup.trainer.max_epochs or 1):
        began = now()
        _train(model, optimizer, training)
        seconds.append(now() - began)
        accuracies.append(_accuracy(model, held_out))
    return _measured(len(training.dataset), start, seconds, accuracies, _accuracy(model, test))  # type: ignore[arg-type]


def course(recipe: Recipe) -> Measured:
    """As the course's code does it: like :func:`padded`, one file read and split for each review of each epoch."""
    return padded(recipe, partial(Files, texts=Path(recipe.data_dir or ".") / "texts"))


def _set_up(recipe: Recipe, callbacks: list[Callback]) -> Setup:
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    return recipe.set_up(callbacks=callbacks, enable_checkpointing=False, num_sanity_val_steps=0, **quiet)


def _plain(recipe: Recipe, setup: Setup) -> LightningModule:
    """The lab's classifier with its plain pooling, and the sizes and dropouts of the recipe."""
    chosen, lab = setup.model_config["init_args"], LAB.module()
    pooling = getattr(lab, PLAIN[recipe.question].pooling)(**chosen["pooling"]["init_args"])
    model: LightningModule = lab.TextClassifier(setup.data.embeddings, pooling, freeze_embeddings=not recipe.tuned)
    model.embedding = nn.Sequential(model.embedding, nn.Dropout(chosen.get("embedding_dropout", 0.0)))
    model.output = nn.Sequential(nn.Dropout(chosen.get("dropout", 0.0)), model.output)
    return model


def _padded_batch(items: list[tuple[Tensor, int]]) -> TextBatch:
    tokens = pad_sequence([review for review, _ in items], batch_first=True)
    lengths = torch.tensor([len(review) for review, _ in items])
    mask = torch.arange(tokens.shape[1]) < lengths.unsqueeze(1)
    return TextBatch(tokens, mask, torch.tensor([label for _, label in items]))


def _on_device(batch: TextBatch) -> TextBatch:
    return TextBatch(*(each.to(DEVICE) for each in batch))


def _train(model: LightningModule, optimizer: torch.optim.Optimizer, batches: DataLoader[Any]) -> None:
    model.train()
    for batch in map(_on_device, batches):
        loss = F.cross_entropy(model(batch.tokens, batch.mask), batch.labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.inference_mode()
def _accuracy(model: LightningModule, batches: DataLoader[Any]) -> float:
    model.eval()

    def right() -> Iterator[Tensor]:
        for batch in map(_on_device, batches):
            yield model(batch.tokens, batch.mask).argmax(dim=1) == batch.labels

    return float(torch.cat(list(right())).float().mean())


def _measured(reviews: int, start: float, epochs: list[float], validation: list[float], test: float) -> Measured:
    return {"reviews": reviews, "start": start, "epochs": epochs, "validation": validation, "test": test}


def main(job: dict[str, Any]) -> Measured:
    """Run one job."""
    torch.set_num_threads(job["threads"])
    folder = Path(job["folder"])
    options = ["--data.seed=0", *vector_options(folder), *job["options"]]  # the same split, whatever the seed
    if job["epochs"]:
        options.append(f"--trainer.max_epochs={job['epochs']}")
    recipe = Recipe(LAB, job["question"], tuned=job["tuned"], seed=job["seed"], data_dir=job["folder"], options=options)
    return {"ours": ours, "padded": padded, "course": course}[job["kind"]](recipe)
