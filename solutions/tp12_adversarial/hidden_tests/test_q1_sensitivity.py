"""Hidden tests of exercise 1.2: of each word the ℓ1 norm of its part of the gradient, in closed form."""

from dataclasses import replace

import pytest

from amal_attention.checks import (
    close_to,
    differ,
    equal_to,
    gives_constants,
    keeps_padding,
    leaves_alone,
)

SENT = "texts of several lengths, and a model whose gradient is known"


def of_words(found, mask):
    """What is told of words; on padding 0, which is looked at elsewhere."""
    return found * mask if getattr(found, "shape", None) == mask.shape else found


@pytest.mark.question(
    "q1-sensitivity",
    points=0,
    alive=True,
    hint="words of a text differ, and how they do hangs on the model",
)
def test_words_differ_as_the_model_says(student, known_texts):
    texts = known_texts()
    found = of_words(student.sensitivity(texts.reader(student), *texts.inputs), texts.mask)
    full = int(texts.mask.sum(dim=1).argmax())
    differ(
        found[full].sort().values,
        found[full].mean().expand_as(found[full]),
        what="the words of a text differ",
        sent=SENT,
        hint="each word has its own part of the gradient",
    )
    other = student.KnownReader(texts.hidden.flip(0), texts.output.flip(1))
    differ(
        found,
        of_words(student.sensitivity(other, *texts.inputs), texts.mask),
        what="another model, other sensitivities",
        sent="texts with one model, then with another",
        hint="the gradient is that of the model's loss",
    )


@pytest.mark.question(
    "q1-sensitivity",
    points=0.75,
    essential=True,
    requires=("l1-of-own-loss",),
    hint="of each word the sum of the absolute values of the gradient of its own text's loss",
)
def test_the_l1_norm_of_each_words_gradient(student, known_texts):
    for classes, bend in ((3, True), (2, False)):
        texts = known_texts(classes, bend)
        for some in (texts, texts.row(0), texts.first_words()):
            slopes, labels = some.gradient(), some.labels
            predicted = some.gradient(some.logits().argmax(dim=1))
            losses = some.losses().view(-1, 1)
            of_first = some.gradient(labels[:1].expand(len(labels)))
            size = len(labels)
            close_to(
                of_words(student.sensitivity(some.reader(student), *some.inputs), some.mask),
                slopes.abs().sum(dim=2),
                what="the sum of the absolute values of each word's gradient",
                mistakes={
                    "of the loss of that text alone: the mean over the batch is too small by B": slopes.abs().sum(
                        dim=2
                    )
                    / size,
                    "take absolute values before the sum: with their signs, slopes cancel": slopes.sum(
                        dim=2
                    ),
                    "absolute values of each number, not of their sum: slopes cancel in it": slopes.sum(
                        dim=2
                    ).abs(),
                    "the sum of absolute values is asked, ‖·‖₁, not the root of the sum of squares": slopes.norm(
                        dim=2
                    ),
                    "the sum of absolute values is asked, ‖·‖₁, not the sum of squares": (
                        slopes**2
                    ).sum(dim=2),
                    "the sum of absolute values is asked, ‖·‖₁, not their mean": slopes.abs().mean(
                        dim=2
                    ),
                    "the sum of absolute values is asked, ‖·‖₁, not the largest": slopes.abs().amax(
                        dim=2
                    ),
                    "the loss is that of the label, not of the class that the model predicts": predicted.abs().sum(
                        dim=2
                    ),
                    "each text has a class of its own: this is that of the first": of_first.abs().sum(
                        dim=2
                    ),
                    "the slope of the loss is asked, not that of the probability of the class": slopes.abs().sum(
                        dim=2
                    )
                    * (-losses).exp(),
                    "the slope alone is asked: it is not multiplied by the word, nor by the loss": slopes.abs().sum(
                        dim=2
                    )
                    * losses,
                    "the slope alone is asked: it is not multiplied by the words": (
                        slopes * some.x
                    )
                    .abs()
                    .sum(dim=2),
                    "shares of a text are not asked: divide by nothing": slopes.abs().sum(dim=2)
                    / slopes.abs().sum(dim=(1, 2)).view(-1, 1),
                },
                sent=f"{SENT}, {classes} classes, {size} in the batch",
                hint="the gradient of the text's own loss, and of each word the sum of absolute values",
            )


@pytest.mark.question(
    "q1-sensitivity",
    points=0.25,
    requires=("padding-zero", "leaves-alone"),
    hint="put 0 on padding, and leave nothing behind: torch.autograd.grad, on a leaf of your own",
)
def test_padding_has_0_and_nothing_is_left_behind(student, known_texts):
    texts = known_texts()
    leaky = texts.reader(student, reads_padding=True)
    keeps_padding(
        student.sensitivity(leaky, *texts.inputs),
        texts.mask,
        what="padding has 0",
        sent="texts with padding, and a model that reads padding too",
        hint="put 0 on padding: multiply by the mask",
    )
    leaves_alone(student.sensitivity, texts.reader(student, marked=True), *texts.inputs)
    gives_constants(student.sensitivity, texts.reader(student), *texts.inputs)
    reader, other = texts.reader(student), replace(texts, labels=(texts.labels + 1) % 3)
    found = student.sensitivity(reader, *texts.inputs)
    equal_to(
        str(found.dtype),
        "torch.float32",
        what="what comes back is float32, as x is",
        hint="float32 comes back, as x is: no .double(), no .half(), no numpy",
    )
    close_to(
        of_words(student.sensitivity(reader, *other.inputs), texts.mask),
        other.gradient().abs().sum(dim=2),
        what="a call keeps nothing for the next one",
        sent="texts, then the same texts with other classes",
        hint="each call asks for a gradient of its own: nothing is kept from the one before",
    )
