"""Hidden tests of exercise 5: what the penalty adds to the loss, and how it pulls at the attention."""

import math

import pytest
import torch

from amal_attention.checks import (
    OwnEntropy,
    charges_entropy,
    counts_labels,
    differ,
    equal_to,
    follows_its_loss,
    pulls_by_entropy,
    steps_by_lr,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.tasks.classification import TextBatch


def some_attention(draws):
    """Labelled reviews, four of at most three words, and attention on them that is above 0 on every word."""
    generator = draws.generator()
    mask = torch.arange(3) < torch.tensor([3, *draws.sizes(3, 1, 3)])[
        torch.randperm(4, generator=generator)
    ].unsqueeze(1)
    weights = (0.1 + torch.rand(4, 3, generator=generator)) * mask
    tokens = torch.randperm(20, generator=generator)[:12].reshape(4, 3) + 1
    labels = torch.tensor([0, 1, 0, 1])[torch.randperm(4, generator=generator)]
    return TextBatch(tokens, mask, labels), weights / weights.sum(dim=1, keepdim=True)


def builder(student, draws, weights, batch):
    """Builds a classifier of a strength around this attention, or another one, from the same start each time."""
    dim = draws.between(8, 12)
    vectors = torch.randn(21, dim, generator=draws.generator())
    start = {}

    def build(strength, attention=weights, name="EntropyRegularizedClassifier"):
        options = {"strength": strength} if strength else {}  # it is 0 if it is not given
        model = getattr(student, name)(
            vectors, student.FixedAttention(attention, dim=dim), lr=0.1, **options
        )
        model.materialise(batch.tokens, batch.mask)
        if not start:  # a single number may be the strength itself
            start.update(
                (name, each)
                for name, each in model.state().items()
                if each.numel() > 1 and each.shape != weights.shape
            )
        model.load(start)
        return model

    return build


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0,
    alive=True,
    hint="the strength changes nothing, or multiplies nothing of the attention: add it times the entropy to the loss",
)
def test_the_loss_hangs_on_the_attention(student, draws):
    batch, weights = some_attention(draws)
    narrower = weights**4 / (weights**4).sum(dim=1, keepdim=True)
    build = builder(student, draws, weights, batch)
    (first, _), (second, _) = (
        build(1.0, attention).steps([batch])[0] for attention in (weights, narrower)
    )
    try:
        differ(
            first,
            second,
            what="the loss hangs on the attention",
            sent="strength 1; an attention, then a narrower one",
        )
    except ExpectationMissed:
        if not is_of_own_entropy(student, build, batch, first, (weights, narrower)):
            raise


def is_of_own_entropy(student, build, batch, loss, attentions):
    """Whether the loss is moved by the answer to exercise 2.2, and that one is the same for both attentions."""
    own = [OwnEntropy.of(student.attention_entropy, each, batch.mask) for each in attentions]
    (free, _) = build(0.0).steps([batch])[0]
    return None not in own and bool(free != loss) and bool(own[0].mean == own[1].mean)


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.75,
    essential=True,
    requires=("penalty", "gradient"),
    hint="the loss is cross-entropy + strength · mean entropy, in nats",
)
def test_what_the_penalty_adds(student, draws):
    batch, weights = some_attention(draws)
    longest = int(batch.mask.sum(dim=1).argmax())
    weights[longest, draws.between(0, 2)] = 0  # on a word
    weights[longest] /= weights[longest].sum()
    entropies = [math.fsum(-p * math.log(p) for p in row if p > 0) for row in weights.tolist()]
    own = OwnEntropy.of(student.attention_entropy, weights, batch.mask)
    build = builder(student, draws, weights, batch)
    charges_entropy(build, batch, mean_entropy=sum(entropies) / 4, own=own)


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.5,
    essential=True,
    requires=("gradient",),
    hint="the entropy is that of the weights that the pooling returns: no detach",
)
def test_how_the_penalty_pulls(student, draws):
    batch, weights = some_attention(draws)
    own = OwnEntropy.of(student.attention_entropy, weights, batch.mask)
    pulls_by_entropy(builder(student, draws, weights, batch), batch, weights, own=own)


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.5,
    requires=("cross-entropy",),
    hint="where is the cross-entropy of the logits?",
)
def test_labels_count(student, draws):
    batch, weights = without_padding(draws)
    build = builder(student, draws, weights, batch)
    counts_labels(
        build(0.0), batch, plain=lambda: build(0.0, name="TextClassifier"), seed=draws.seed()
    )
    follows_its_loss(build(0.0), batch, seed=draws.seed())


def without_padding(draws):
    """The same without padding, so that 0 log 0, which costs elsewhere, costs nothing here."""
    batch, _ = some_attention(draws)
    weights = torch.rand(4, 3, generator=draws.generator()).softmax(dim=1)
    return batch._replace(mask=torch.ones_like(batch.mask)), weights


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.25,
    requires=("optimiser", "options"),
    hint="with strength 0 it learns as the plain classifier does: Adam, of step size lr",
)
def test_steps(student, draws):
    batch, weights = without_padding(draws)
    first, second = (
        TextBatch(*(each[rows] for each in batch)) for rows in (slice(2), slice(2, 4))
    )
    vectors, lr = torch.randn(21, 8, generator=draws.generator()), 0.01 * draws.between(2, 6)

    def build(name, **options):
        attention = student.FixedAttention(weights, dim=8)
        options |= {"lr": lr, "num_classes": 3, "freeze_embeddings": False}
        return getattr(student, name)(vectors, attention, **options)

    def plain():
        return build("TextClassifier")

    model = build("EntropyRegularizedClassifier", strength=0.0)
    uses_options(model, plain, vectors, num_classes=3)
    steps_by_lr(model, [first, second, first], lr=lr, plain=plain)


def uses_options(model, plain, vectors, num_classes):
    """Look at what learns: the vectors, as many rows as there are classes, and no strength; or what the plain one has."""
    learning = [each.shape for each in model.parameters().values()]
    try:
        of_plain = [each.shape for each in plain().parameters().values()]
    except Exception:  # question 1 has no answer
        of_plain = []
    used = {
        "freeze_embeddings": vectors.shape in learning,
        "num_classes": any(num_classes in shape[:1] for shape in learning),
    }
    for option, found in used.items():
        equal_to(
            found or learning == of_plain,
            True,
            what="options are those of the classifier",
            hint=f"{option} is lost: super().__init__(embeddings, pooling, **options)",
        )
    equal_to(
        any(shape.numel() == 1 for shape in learning) and learning != of_plain,
        False,
        what="the strength is given, and does not learn",
        hint="the strength is a number, no parameter that learns: the optimiser would make it negative",
    )
