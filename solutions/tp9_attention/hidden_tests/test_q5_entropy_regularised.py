"""Hidden tests of exercise 5: what the penalty adds to the loss, how it pulls, and that all else is as it was."""

import contextlib
import math

import pytest
import torch

from amal_attention.checks import (
    OwnEntropy,
    charges_entropy,
    close_to,
    costs_cross_entropy,
    counts_labels,
    equal_to,
    follows_attention,
    follows_its_loss,
    hands_over,
    hands_over_in_training,
    optimises_everything,
    pulls_by_entropy,
    steps_by_lr,
    validates_plainly,
)
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


def entropy_in_use(student, batch, weights):
    """What the answer to exercise 2.2 gives here; if it is wrong, something known stands in for it."""
    own = OwnEntropy.of(student.attention_entropy, weights, batch.mask)
    if own is not None and own.is_right(weights):
        yield own
    else:
        with student.standing_in(attention_entropy="concentration"):
            yield OwnEntropy.of(student.concentration, weights, batch.mask)


right_entropy = contextlib.contextmanager(entropy_in_use)


def builder(student, draws, weights, batch, **given):
    """Builds a classifier of a strength around this attention, or another one, from the same start each time."""
    dim = draws.between(8, 12)
    vectors = torch.randn(21, dim, generator=draws.generator())
    start = {}

    def build(strength, attention=weights, name="EntropyRegularizedClassifier"):
        options = given | (
            {"strength": strength} if strength else {}
        )  # it is 0 if it is not given
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
    longest_first = batch.mask.sum(dim=1).argsort(descending=True)
    batch, weights = (
        TextBatch(*(each[longest_first] for each in batch)),
        weights[longest_first],
    )
    with right_entropy(student, batch, weights):
        build = builder(student, draws, weights, batch)
        follows_attention(lambda attention: build(1.0, attention), batch, weights)


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
    with right_entropy(student, batch, weights) as own:
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
    with right_entropy(student, batch, weights) as own:
        build = builder(student, draws, weights, batch)
        pulls_by_entropy(build, batch, weights, own=own)


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.5,
    requires=("cross-entropy", "handed", "optimiser", "evaluation"),
    hint="where is the cross-entropy of the logits?",
)
def test_the_rest_of_the_loss(student, draws):
    batch, weights = some_attention(draws)
    everywhere = torch.rand(4, 3, generator=draws.generator()).softmax(
        dim=1
    )  # 0 log 0 costs elsewhere
    with right_entropy(student, batch, weights):
        build = builder(student, draws, everywhere, batch, freeze_embeddings=False)

        def plain():
            return build(0.0, name="TextClassifier")

        counts_labels(build(0.0), batch, plain=plain, seed=draws.seed())
        costs_cross_entropy(build(0.0), batch, plain=plain, seed=draws.seed())
        follows_its_loss(build(1.0), batch, plain=plain, seed=draws.seed())
        hands_over_in_training(build(1.0), batch, plain=plain)
        model = build(3.0).eval()
        strong, again = (model(batch.tokens, batch.mask) for _ in range(2))
        if not torch.equal(strong, again):  # that costs where evaluation is asked for
            return
        close_to(
            strong,
            build(0.0).eval()(batch.tokens, batch.mask),
            what="forward gives the same logits, whatever the strength",
            hint="the strength has a part in the loss of training, and nowhere else",
        )


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.25,
    requires=("optimiser", "options", "handed", "evaluation"),
    hint="all but the penalty is as in the plain classifier: its evaluation, its options, Adam of step size lr",
)
def test_all_else_is_that_of_the_classifier(student, draws):
    batch, weights = some_attention(draws)
    everywhere = torch.rand(4, 3, generator=draws.generator()).softmax(dim=1)
    vectors, lr = torch.randn(21, 8, generator=draws.generator()), 0.01 * draws.between(2, 6)
    halves = [TextBatch(*(each[rows] for each in batch)) for rows in (slice(2), slice(2, 4))]

    def build(name, **options):
        attention = student.FixedAttention(everywhere, dim=8)
        options |= {"lr": lr, "num_classes": 3, "freeze_embeddings": False}
        return getattr(student, name)(vectors, attention, **options), attention

    def plain():
        return build("TextClassifier")[0]

    with right_entropy(student, batch, weights):
        model, attention = build("EntropyRegularizedClassifier", strength=2.0)
        uses_options(model, plain, vectors, num_classes=3)
        hands_over(model, attention, vectors, batch, plain=plain)
        optimises_everything(model, attention, plain=plain)
        validates_plainly(model, batch, plain=plain)
        model, _ = build("EntropyRegularizedClassifier", strength=0.0)
        steps_by_lr(model, [*halves, halves[0]], lr=lr, plain=plain)


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
