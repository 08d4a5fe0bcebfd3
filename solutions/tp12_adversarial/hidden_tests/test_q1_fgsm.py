"""Hidden tests of exercise 1.1: each number of each word moves by ε, along the sign of the gradient in closed form."""

from dataclasses import replace

import pytest
import torch

from amal_attention.checks import (
    close_to,
    differ,
    equal_to,
    gives_constants,
    keeps_padding,
    leaves_alone,
)

SENT = "texts of several lengths, and a model whose gradient is known"


def of_words(moved, mask):
    """What stands on words; on padding 0, which is looked at elsewhere."""
    return (
        moved * mask.unsqueeze(2)
        if getattr(moved, "shape", None) == (*mask.shape, moved.shape[-1])
        else moved
    )


@pytest.mark.question(
    "q1-fgsm",
    points=0,
    alive=True,
    hint="the words move, and where to hangs on the model alone",
)
def test_words_move_where_the_model_says(student, known_texts):
    texts = known_texts()
    x, mask, _ = texts.inputs
    moved = of_words(student.fgsm(texts.reader(student), *texts.inputs, 0.3), mask)
    differ(
        moved,
        of_words(x, mask),
        what="the words move",
        sent=SENT,
        hint="add ε · sign of the gradient to the words",
    )
    other = student.KnownReader(texts.hidden.flip(0), texts.output.flip(1))
    differ(
        moved,
        of_words(student.fgsm(other, *texts.inputs, 0.3), mask),
        what="another model, another move",
        sent="texts with one model, then with another",
        hint="the adversary follows the gradient of the model under attack",
    )
    close_to(
        of_words(student.fgsm(texts.reader(student), *texts.inputs, 0.3), mask),
        moved,
        what="the same model, the same move",
        sent="the same texts with the same model again",
        hint="nothing is drawn at random: the adversary follows the gradient",
    )


@pytest.mark.question(
    "q1-fgsm",
    points=1,
    essential=True,
    requires=("ascends-by-epsilon",),
    hint="x + ε · sign of the gradient of the text's own loss, for the class that labels tell",
)
def test_each_number_moves_by_epsilon_uphill(student, draws, known_texts):
    small = draws.between(5, 40) / 100
    for classes, bend, epsilon in ((3, True, small), (2, False, 5 * small)):
        texts = known_texts(classes, bend)
        x, mask, labels = texts.inputs
        slopes, words = texts.gradient(), mask.unsqueeze(2).double()
        uphill = epsilon * slopes.sign()
        norms = slopes.flatten(1).norm(dim=1).view(-1, 1, 1)
        predicted = texts.gradient(texts.logits().argmax(dim=1))
        of_first = texts.gradient(labels[:1].expand(len(labels)))
        of_all = slopes.sum(dim=0, keepdim=True).sign() * words
        moved = student.fgsm(texts.reader(student), *texts.inputs, epsilon)
        close_to(
            of_words(moved, mask),
            x * words + uphill,
            what="every number of every word moves by ε, uphill",
            mistakes={
                "the adversary climbs, the loss must rise: x - ε sign descends": x * words
                - uphill,
                "every number moves by exactly ε: the sign of the gradient, not the gradient": x
                * words
                + epsilon * slopes,
                "every number moves by exactly ε: the sign of the gradient, not the mean loss's gradient": x
                * words
                + epsilon * slopes / len(x),
                "every number moves by exactly ε: the sign, no gradient of norm 1": x * words
                + epsilon * slopes / norms,
                "the moved words are asked, not the move alone: add it to x": uphill,
                "the loss is that of the label, not of the class that the model predicts": x
                * words
                + epsilon * predicted.sign(),
                "each text has a class of its own: this is that of the first": x * words
                + epsilon * of_first.sign(),
                "vectors of words are no pixels: nothing keeps them between 0 and 1": (
                    x + uphill
                ).clamp(0, 1)
                * words,
                "each text has a move of its own, and this one is that of the whole batch": x
                * words
                + epsilon * of_all,
                "the move is ε times the sign, and this one is twice as far": x * words
                + 2 * uphill,
            },
            sent=f"{SENT}, {classes} classes, ε = {epsilon:g}",
            hint="x + ε · sign of the gradient of the text's own loss",
        )
        if not bend:
            weights = texts.hidden.double() @ (texts.output[:, 1] - texts.output[:, 0]).double()
            signs = 2 * labels - 1
            margins = [
                (each[:, 1] - each[:, 0]) * signs
                for each in (texts.logits(), texts.logits(moved))
            ]
            close_to(
                margins[0] - margins[1],
                mask.sum(dim=1) * epsilon * weights.abs().sum(),
                what="the margin of a linear model falls by ε‖w‖₁ for each word",
                sent=f"{SENT}, linear, ε = {epsilon:g}",
                hint="every number of every word moves by ε, so that the margin falls",
            )
    flat = student.KnownReader(texts.hidden, torch.zeros_like(texts.output))
    faint = replace(texts, output=texts.output / 100_000)
    close_to(
        of_words(student.fgsm(faint.reader(student), *faint.inputs, small), faint.mask),
        of_words(faint.x, faint.mask) + small * faint.gradient().sign(),
        what="however small the gradient, each number moves by ε",
        sent=f"texts, and a model whose logits are nearly 0, ε = {small:g}",
        hint="the sign of a small gradient is 1 or -1 too: no bound under which nothing moves",
    )
    close_to(
        of_words(student.fgsm(flat, *texts.inputs, small), texts.mask),
        of_words(texts.x, texts.mask),
        what="where the gradient is 0 nothing moves",
        sent="texts, and a model that gives the same logits to all",
        hint="torch.sign gives 0 for 0: a gradient over its absolute value is nan there",
    )


@pytest.mark.question(
    "q1-fgsm",
    points=0.25,
    requires=("padding-stays",),
    hint="multiply the move by the mask: what is no word is not attacked",
)
def test_padding_is_not_moved(student, known_texts):
    texts = known_texts()
    leaky = texts.reader(student, reads_padding=True)
    moved = student.fgsm(leaky, *texts.inputs, 0.3)
    keeps_padding(
        moved - texts.x,
        texts.mask,
        sent="texts with padding, and a model that reads padding too",
        hint="multiply the move by the mask: what is no word is not moved",
    )


@pytest.mark.question(
    "q1-fgsm",
    points=0.25,
    requires=("each-alone",),
    hint="a text is moved as if it were alone, and without padding",
)
def test_each_text_is_moved_as_if_alone(student, known_texts):
    texts = known_texts()
    reader = texts.reader(student)
    together = student.fgsm(reader, *texts.inputs, 0.2)
    for number, words in enumerate(texts.mask):
        alone = texts.row(number)
        close_to(
            student.fgsm(reader, *alone.inputs, 0.2),
            together[number, words].unsqueeze(0),
            what="alone and without padding, a text moves as in the batch",
            sent="texts of several lengths in a batch, then each alone, without its padding",
            hint="a text's move depends on its own words, its own class and the model",
        )
    short = texts.first_words()
    close_to(
        student.fgsm(reader, *short.inputs, 0.2),
        short.x + 0.2 * short.gradient().sign(),
        what="texts of a single word move too",
        sent="texts of one word each",
        hint="a batch may have the length 1: squeeze() takes off that axis too",
    )


@pytest.mark.question(
    "q1-fgsm",
    points=0.25,
    requires=("leaves-alone",),
    hint="torch.autograd.grad, on a leaf of your own: nothing stays behind in the model, nor in x",
)
def test_nothing_is_left_behind(student, known_texts):
    texts = known_texts()
    leaves_alone(student.fgsm, texts.reader(student, marked=True), *texts.inputs, 0.2)
    reader, other = texts.reader(student), replace(texts, labels=(texts.labels + 1) % 3)
    student.fgsm(reader, *texts.inputs, 0.2)
    close_to(
        of_words(student.fgsm(reader, *other.inputs, 0.2), texts.mask),
        of_words(texts.x, texts.mask) + 0.2 * other.gradient().sign(),
        what="a call keeps nothing for the next one",
        sent="texts, then the same texts with other classes",
        hint="each call asks for a gradient of its own: nothing is kept from the one before",
    )


@pytest.mark.question(
    "q1-fgsm",
    points=0.25,
    requires=("detached",),
    hint="detach what you return: for all that follows it is a constant",
)
def test_what_comes_back_is_a_constant(student, known_texts):
    texts = known_texts()
    gives_constants(student.fgsm, texts.reader(student), *texts.inputs, 0.2)
    still = student.fgsm(texts.reader(student), *texts.inputs, 0.0)
    equal_to(
        str(still.dtype),
        "torch.float32",
        what="what comes back is float32, as x is",
        hint="float32 comes back, as x is: no .double(), no .half(), no numpy",
    )
    close_to(
        still,
        texts.x,
        what="with ε = 0 the words stay where they are",
        sent=f"{SENT}, ε = 0",
        hint="x + ε · sign: with ε = 0 this is x",
    )
