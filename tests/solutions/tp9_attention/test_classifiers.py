"""The classifiers of TP 9: what they answer, what they learn, and what a Trainer makes of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import pytest
import torch
from lightning import LightningModule, Trainer
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from amal_attention.tasks.classification import TextBatch

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:You are trying to `self.log:UserWarning"
    ),  # a step called by hand has no trainer
    pytest.mark.filterwarnings("ignore:.*treespec:FutureWarning"),  # Lightning's own call of torch
    pytest.mark.filterwarnings("ignore:.*no `val_dataloader`.*"),  # not every fit here validates
]

VOCABULARY, LENGTHS = 11, (4, 7, 2)
DROPOUT = 0.25


class Spy(nn.Module):
    """A pooling that remembers what it was given, and adds up every place, padding too."""

    out_features = 5

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        self.seen.append(x)
        return x.sum(1), mask / mask.sum(1, keepdim=True)


def batch_of(lengths: Iterable[int], labels: Iterable[int] | None = None) -> TextBatch:
    """Random words, right-padded with 0."""
    sizes = torch.tensor(list(lengths))
    mask = torch.arange(int(sizes.max())) < sizes[:, None]
    tokens = torch.randint(1, VOCABULARY, mask.shape) * mask
    given = torch.arange(len(sizes)) % 2 if labels is None else torch.tensor(list(labels))
    return TextBatch(tokens, mask, given)


@pytest.fixture
def vectors() -> Tensor:
    return torch.cat([torch.zeros(1, 5), torch.randn(VOCABULARY - 1, 5)])


@pytest.fixture
def batch() -> TextBatch:
    return batch_of(LENGTHS)


@pytest.fixture
def spied(lab: ModuleType, vectors: Tensor) -> Callable[..., LightningModule]:
    """Builds a classifier over a :class:`Spy`."""
    return lambda **options: lab.TextClassifier(vectors, Spy(), **options)


@pytest.fixture
def constant(lab: ModuleType, vectors: Tensor) -> LightningModule:
    """A classifier that answers 0 whatever it reads, and learns nothing: e² to 1."""
    model = lab.TextClassifier(vectors, lab.MeanPooling(5), lr=0.0)
    nn.init.zeros_(model.output.weight)
    model.output.bias.data = torch.tensor([2.0, 0.0])
    return model


def trainer(epochs: int = 1) -> Trainer:
    """A trainer that neither writes nor prints."""
    return Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def served(batches: list[TextBatch]) -> DataLoader[TextBatch]:
    """A loader whose items are whole batches, as those of the package are."""
    return DataLoader(batches, batch_size=None)


def step(model: LightningModule, batch: TextBatch) -> Tensor:
    """The training loss of a batch."""
    loss = model.training_step(batch, 0)
    assert isinstance(loss, Tensor)
    return loss


def learn(model: LightningModule, batch: TextBatch) -> None:
    """One step of the model's own optimiser."""
    optimizer: Any = model.configure_optimizers()
    step(model, batch).backward()
    optimizer.step()


def cross_entropy(logits: Tensor, labels: Tensor) -> float:
    """log Σ exp(logits) − the label's logit, averaged by a plain loop."""
    rows = zip(logits.tolist(), labels.tolist(), strict=True)
    return sum(math.log(sum(map(math.exp, row))) - row[label] for row, label in rows) / len(labels)


def mean_entropy(weights: Tensor, mask: Tensor) -> float:
    """−Σ p log p of each review, averaged by a plain loop."""
    rows = zip(weights.tolist(), mask.sum(1).tolist(), strict=True)
    return sum(-sum(p * math.log(p) for p in row[:length]) for row, length in rows) / len(weights)


# TextClassifier: answers


def test_a_text_classifier_is_a_lightning_module(lab: ModuleType, vectors: Tensor) -> None:
    assert isinstance(lab.TextClassifier(vectors, lab.MeanPooling(5)), LightningModule)


@pytest.mark.parametrize(("options", "classes"), [({}, 2), ({"num_classes": 8}, 8)])
def test_there_is_one_logit_for_each_review_and_class(
    spied: Callable[..., LightningModule], batch: TextBatch, options: dict[str, int], classes: int
) -> None:
    assert spied(**options)(batch.tokens, batch.mask).shape == (3, classes)


def test_logits_are_a_linear_map_of_the_pooled_vectors(
    lab: ModuleType, vectors: Tensor, pooling: nn.Module, batch: TextBatch
) -> None:
    model = lab.TextClassifier(vectors, pooling)
    x = torch.stack([torch.stack([vectors[token] for token in review]) for review in batch.tokens.tolist()])
    expected = F.linear(pooling(x, batch.mask)[0], model.output.weight, model.output.bias)
    torch.testing.assert_close(model(batch.tokens, batch.mask), expected)


def test_the_logits_of_a_review_do_not_depend_on_its_batch(
    lab: ModuleType, vectors: Tensor, pooling: nn.Module, batch: TextBatch
) -> None:
    model = lab.TextClassifier(vectors, pooling).eval()
    alone = [model(batch.tokens[b : b + 1, :n], batch.mask[b : b + 1, :n]) for b, n in enumerate(LENGTHS)]
    torch.testing.assert_close(model(batch.tokens, batch.mask), torch.cat(alone), rtol=1e-5, atol=1e-5)


def test_the_loss_is_cross_entropy(lab: ModuleType, vectors: Tensor, pooling: nn.Module, batch: TextBatch) -> None:
    model = lab.TextClassifier(vectors, pooling)
    expected = cross_entropy(model(batch.tokens, batch.mask), batch.labels)
    assert step(model, batch).item() == pytest.approx(expected, rel=1e-5)


def test_a_confident_right_answer_costs_nothing(constant: LightningModule) -> None:
    constant.output.bias.data = torch.tensor([20.0, -20.0])
    assert step(constant, batch_of(LENGTHS, [0, 0, 0])).item() < 1e-6


# TextClassifier: what learns


def test_embeddings_stay_as_they_are_unless_asked(
    spied: Callable[..., LightningModule], vectors: Tensor, batch: TextBatch
) -> None:
    before, model = vectors.clone(), spied()
    learn(model, batch)
    assert torch.equal(model.embedding.weight, before)


def test_tuned_embeddings_move_for_the_words_of_the_batch_alone(
    spied: Callable[..., LightningModule], vectors: Tensor
) -> None:
    before, model = vectors.clone(), spied(freeze_embeddings=False)
    learn(
        model,
        TextBatch(
            torch.tensor([[3, 7, 3], [9, 0, 0]]), torch.tensor([[1, 1, 1], [1, 0, 0]]) == 1, torch.tensor([0, 1])
        ),
    )
    moved = (model.embedding.weight != before).any(1).nonzero().flatten()
    assert moved.tolist() == [3, 7, 9]


def test_tuning_embeddings_leaves_the_vectors_handed_in_as_they_were(
    spied: Callable[..., LightningModule], vectors: Tensor, batch: TextBatch
) -> None:
    before = vectors.clone()
    learn(spied(freeze_embeddings=False), batch)
    assert torch.equal(vectors, before)


def test_the_padding_row_gets_no_gradient_even_from_a_pooling_that_reads_it(
    spied: Callable[..., LightningModule], batch: TextBatch
) -> None:
    model = spied(freeze_embeddings=False)
    step(model, batch).backward()
    assert not model.embedding.weight.grad[0].any()


@pytest.mark.parametrize("frozen", [True, False], ids=["frozen", "tuned"])
def test_the_optimiser_receives_every_parameter_that_should_learn(
    lab: ModuleType, vectors: Tensor, pooling: nn.Module, frozen: bool
) -> None:
    model = lab.TextClassifier(vectors, pooling, freeze_embeddings=frozen)
    learners = {*pooling.parameters(), *model.output.parameters()} | (set() if frozen else {model.embedding.weight})
    given = {parameter for group in model.configure_optimizers().param_groups for parameter in group["params"]}
    assert given == learners


def test_one_step_moves_every_parameter_of_the_pooling(
    lab: ModuleType, vectors: Tensor, new_pooling: Callable[[], nn.Module], batch: TextBatch
) -> None:
    pooling = new_pooling()
    before = {name: parameter.clone() for name, parameter in pooling.named_parameters()}
    learn(lab.TextClassifier(vectors, pooling), batch)
    assert [name for name, parameter in pooling.named_parameters() if torch.equal(parameter, before[name])] == []


def test_the_optimiser_takes_steps_of_the_size_asked_for(spied: Callable[..., LightningModule]) -> None:
    optimizer: Any = spied(lr=0.125).configure_optimizers()
    assert [group["lr"] for group in optimizer.param_groups] == [0.125]


def test_nothing_is_dropped_in_training(spied: Callable[..., LightningModule], batch: TextBatch) -> None:
    model = spied().train()
    assert torch.equal(model(batch.tokens, batch.mask), model(batch.tokens, batch.mask))


# TunedClassifier: what the recipes of tuned embeddings add


@pytest.fixture
def tuned(lab: ModuleType, vectors: Tensor) -> Callable[..., LightningModule]:
    """Builds a TunedClassifier around a spy, with options."""
    return lambda **options: lab.TunedClassifier(vectors, Spy(), **options)


@pytest.mark.parametrize("option", ["dropout", "embedding_dropout"])
def test_nothing_is_dropped_in_evaluation(tuned: Callable[..., LightningModule], batch: TextBatch, option: str) -> None:
    plain, dropping = tuned().eval(), tuned(**{option: 0.9}).eval()
    dropping.load_state_dict(plain.state_dict())
    assert torch.equal(dropping(batch.tokens, batch.mask), plain(batch.tokens, batch.mask))


def test_embedding_dropout_drops_single_numbers_of_the_vectors_while_training(
    tuned: Callable[..., LightningModule],
) -> None:
    model, reviews = tuned(embedding_dropout=DROPOUT).train(), batch_of([60] * 50)
    model(reviews.tokens, reviews.mask)
    kept = model.pooling.seen[0] / model.embedding.eval()(reviews.tokens) * (1 - DROPOUT)
    torch.testing.assert_close(kept, kept.round())
    assert kept.mean((0, 1)).tolist() == pytest.approx([1 - DROPOUT] * 5, abs=0.04)


def test_dropout_drops_features_of_the_pooled_vector_while_training(tuned: Callable[..., LightningModule]) -> None:
    model, reviews = tuned(dropout=DROPOUT).train(), batch_of([60] * 400)
    entering: list[Tensor] = []
    model.output[-1].register_forward_pre_hook(lambda _, inputs: entering.extend(inputs))
    model(reviews.tokens, reviews.mask)
    assert (entering[0] != 0).float().mean().item() == pytest.approx(1 - DROPOUT, abs=0.04)


@pytest.mark.parametrize(("given", "expected"), [({"embedding_lr": 0.5}, 0.5), ({}, 0.125)])
def test_tuned_vectors_have_a_step_size_of_their_own(
    tuned: Callable[..., LightningModule], given: dict[str, float], expected: float
) -> None:
    model = tuned(lr=0.125, freeze_embeddings=False, **given)
    optimizer: Any = model.configure_optimizers()
    steps = {id(each): group["lr"] for group in optimizer.param_groups for each in group["params"]}
    found = {name: steps[id(each)] for name, each in model.named_parameters()}
    assert found == {name: expected if name.startswith("embedding") else 0.125 for name in found}


# TextClassifier: in the hands of a Trainer


def flagged_reviews() -> list[TextBatch]:
    """One word of each review is flagged, and its sign is the label; the others make every mean of signs exactly 0."""
    words = {(1, 1): 1, (1, -1): 2, (0, 1): 3, (0, -1): 4}
    reviews = [
        (torch.tensor([words[1, sign], words[0, -sign], *[words[0, 1], words[0, -1]] * pairs]), int(sign > 0))
        for pairs in (1, 3, 7)  # lengths 4, 8, 16: the mean is exact in binary
        for sign in (-1, 1)
    ]
    tokens = nn.utils.rnn.pad_sequence([words[torch.randperm(len(words))] for words, _ in reviews], batch_first=True)
    return [TextBatch(tokens, tokens != 0, torch.tensor([label for _, label in reviews]))] * 5


FLAGS = torch.tensor([[0.0, 0.0], [1.0, 1.0], [1.0, -1.0], [0.0, 1.0], [0.0, -1.0]])


@pytest.mark.parametrize(("name", "accuracy"), [("MeanPooling", 0.5), ("LearnedQueryPooling", 1.0)])
def test_a_trainer_teaches_attention_a_task_that_the_mean_cannot_solve(
    lab: ModuleType, name: str, accuracy: float
) -> None:
    model = lab.TextClassifier(FLAGS, getattr(lab, name)(2), lr=0.1)
    fitting = trainer(epochs=15)
    fitting.fit(model, served(flagged_reviews()), served(flagged_reviews()))
    assert fitting.callback_metrics["val_accuracy"].item() == accuracy


def unequal_batches() -> list[TextBatch]:
    """Five reviews labelled 0, then two labelled 1."""
    return [batch_of([3, 1, 4, 1, 5], [0] * 5), batch_of([2, 6], [1] * 2)]


RIGHT, LOSS = 5 / 7, math.log1p(math.exp(-2)) + 2 * 2 / 7


@pytest.mark.parametrize(("metric", "expected"), [("val_accuracy", RIGHT), ("val_loss", LOSS), ("train_loss", LOSS)])
def test_a_short_last_batch_counts_by_its_reviews(constant: LightningModule, metric: str, expected: float) -> None:
    running = trainer()
    if metric.startswith("train"):
        running.fit(constant, served(unequal_batches()))
    else:
        running.validate(constant, served(unequal_batches()), verbose=False)
    assert running.callback_metrics[metric].item() == pytest.approx(expected, rel=1e-5)


# EntropyRegularizedClassifier


def test_an_entropy_regularised_classifier_is_a_text_classifier(lab: ModuleType) -> None:
    assert issubclass(lab.EntropyRegularizedClassifier, lab.TextClassifier)


def test_it_hands_the_options_of_a_text_classifier_on(lab: ModuleType, vectors: Tensor) -> None:
    model = lab.EntropyRegularizedClassifier(
        vectors,
        Spy(),
        strength=1,
        num_classes=8,
        lr=0.125,
        freeze_embeddings=False,
    )
    step = model.configure_optimizers().param_groups[0]["lr"]
    assert (model.output.out_features, model.embedding.weight.requires_grad, step) == (8, True, 0.125)


def test_strength_0_is_the_loss_of_the_plain_classifier(
    lab: ModuleType, vectors: Tensor, pooling: nn.Module, batch: TextBatch
) -> None:
    plain = lab.TextClassifier(vectors, pooling)
    regularised = lab.EntropyRegularizedClassifier(vectors, pooling, strength=0.0)
    regularised.load_state_dict(plain.state_dict())
    assert step(regularised, batch).item() == pytest.approx(step(plain, batch).item(), rel=1e-6)


@pytest.mark.parametrize("strength", [0.5, 3.0])
def test_the_loss_is_cross_entropy_plus_strength_times_the_mean_entropy(
    lab: ModuleType, vectors: Tensor, pooling: nn.Module, batch: TextBatch, strength: float
) -> None:
    model = lab.EntropyRegularizedClassifier(vectors, pooling, strength=strength)
    _, weights = pooling(vectors[batch.tokens], batch.mask)
    expected = cross_entropy(model(batch.tokens, batch.mask), batch.labels)
    expected += strength * mean_entropy(weights, batch.mask)
    assert step(model, batch).item() == pytest.approx(expected, rel=1e-5)


def test_the_criterion_leaves_the_logits_alone(
    lab: ModuleType, vectors: Tensor, pooling: nn.Module, batch: TextBatch
) -> None:
    plain = lab.TextClassifier(vectors, pooling)
    regularised = lab.EntropyRegularizedClassifier(vectors, pooling, strength=5.0)
    regularised.load_state_dict(plain.state_dict())
    torch.testing.assert_close(regularised(batch.tokens, batch.mask), plain(batch.tokens, batch.mask))


def test_a_small_step_along_a_strong_criterion_lowers_the_entropy(
    lab: ModuleType, vectors: Tensor, attentive: nn.Module, batch: TextBatch
) -> None:
    def entropy() -> float:
        return mean_entropy(attentive(vectors[batch.tokens], batch.mask)[1], batch.mask)

    before, learners = entropy(), [*attentive.parameters()]
    loss = step(lab.EntropyRegularizedClassifier(vectors, attentive, strength=1e4), batch)
    gradients = torch.autograd.grad(loss, learners, materialize_grads=True)
    size = 1e-2 / nn.utils.get_total_norm(gradients)
    with torch.no_grad():
        for parameter, gradient in zip(learners, gradients, strict=True):
            parameter -= size * gradient
    assert entropy() < before


def test_a_review_without_a_token_costs_no_entropy(lab: ModuleType, vectors: Tensor) -> None:
    model = lab.EntropyRegularizedClassifier(vectors, lab.LearnedQueryPooling(5), strength=3.0)
    batch = batch_of([8, 0, 8, 0, 0])
    expected = cross_entropy(model(batch.tokens, batch.mask), batch.labels) + 3 * math.log(8) * 2 / 5
    assert step(model, batch).item() == pytest.approx(expected, rel=1e-5)


def test_a_training_step_reads_its_batch_once(lab: ModuleType, vectors: Tensor, batch: TextBatch) -> None:
    model = lab.EntropyRegularizedClassifier(vectors, Spy(), strength=1.0)
    step(model, batch)
    assert len(model.pooling.seen) == 1


def test_a_trainer_logs_the_entropy_of_each_review_alike(lab: ModuleType, vectors: Tensor) -> None:
    model = lab.EntropyRegularizedClassifier(vectors, lab.MeanPooling(5), strength=1.0, lr=0.0)
    fitting = trainer()
    fitting.fit(model, served([batch_of([2] * 5), batch_of([8] * 2)]))
    expected = (5 * math.log(2) + 2 * math.log(8)) / 7
    assert fitting.callback_metrics["train_entropy"].item() == pytest.approx(expected, rel=1e-5)


def test_a_trainer_makes_attention_sharper_where_entropy_costs(lab: ModuleType) -> None:
    reviews, entropies = flagged_reviews(), []
    for strength in (0.0, 0.5):
        model = lab.EntropyRegularizedClassifier(FLAGS, lab.LearnedQueryPooling(2), strength=strength, lr=0.1)
        model.pooling.query.data = torch.tensor([1.0, 0.0])  # both begin by liking the flagged word
        model.output.weight.data = torch.tensor([[0.0, -1.0], [0.0, 1.0]])
        trainer(epochs=8).fit(model, served(reviews))
        entropies.append(mean_entropy(model.pooling(FLAGS[reviews[0].tokens], reviews[0].mask)[1], reviews[0].mask))
    assert entropies[1] < 0.8 * entropies[0]
