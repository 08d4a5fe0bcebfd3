"""Hidden tests of exercise 2: both terms, each by its weight, and their gradients, against the grader's own."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from amal_attention.checks import close_to, differ, equal_to, leaves_alone

SENT = "texts of several lengths, and a model whose gradient is known"


def gradients(texts, step, weights):
    """Gradients of the weighted mean losses of the texts as they are and moved, the move being a constant.

    Those of the model's hidden and output, then that of the words in the first term and in the second.
    """
    hidden, output = (each.double().requires_grad_() for each in (texts.hidden, texts.output))
    words = [texts.x.double().requires_grad_() for _ in range(2)]
    total = 0.0
    for weight, x, move in zip(weights, words, (0.0, step), strict=True):
        units = (x + move) @ hidden
        read = (units.tanh() if texts.bend else units) @ output
        logits = (read * texts.mask.unsqueeze(2)).sum(dim=1)
        total = total + weight * F.cross_entropy(logits, texts.labels)
    return torch.autograd.grad(total, [hidden, output, *words])


@pytest.mark.question(
    "q2-adversarial-loss",
    points=0,
    alive=True,
    hint="the loss hangs on how far the attack goes",
)
def test_the_attack_costs_something(student, known_texts, by_attack):
    texts = known_texts()

    def look(_):
        reader = texts.reader(student)
        differ(
            student.adversarial_loss(reader, *texts.inputs, 0.3, 0.4),
            texts.losses().mean().float(),
            what="the attack changes the loss",
            sent=f"{SENT}, ε = 0.3, α = 0.4",
            hint="1 - α weighs the texts under attack: x + ε sign of the gradient",
        )
        other = student.KnownReader(texts.hidden, -texts.output)
        differ(
            student.adversarial_loss(other, *texts.inputs, 0.3, 0.4),
            student.adversarial_loss(reader, *texts.inputs, 0.3, 0.4),
            what="the loss hangs on the model",
            sent="texts with one model, then with another",
        )

    by_attack(look)


@pytest.mark.question(
    "q2-adversarial-loss",
    points=1,
    essential=True,
    requires=("both-terms",),
    hint="α times the mean loss of x, 1 - α times that of x + ε sign of the gradient",
)
def test_both_terms_each_by_its_weight(student, draws, known_texts, by_attack):
    epsilon = draws.between(10, 40) / 100
    for classes, bend, drawn in (
        (2, False, draws.between(60, 90) / 100),
        (3, True, draws.between(91, 97) / 100),
    ):
        texts = known_texts(classes, bend)
        reader = texts.reader(student)
        for alpha in (drawn, 1 - drawn, 0.0, 1.0):

            def look(attack, texts=texts, reader=reader, classes=classes, alpha=alpha):
                clean, attacked, known = terms(texts, attack(texts, epsilon), epsilon, alpha)
                close_to(
                    student.adversarial_loss(reader, *texts.inputs, epsilon, alpha),
                    alpha * clean + (1 - alpha) * attacked,
                    what="α times the loss of the texts, 1 - α times that under attack",
                    mistakes=known,
                    sent=f"{SENT}, {classes} classes, ε = {epsilon:g}, α = {alpha:g}",
                    hint="α times the loss of x, 1 - α times that of x + ε sign: noise of that size costs far less",
                )

            by_attack(look)
    texts = known_texts()
    everywhere = replace(
        texts, mask=torch.ones_like(texts.mask)
    )  # what a model reads that reads padding

    def look_at_padding(attack):
        step = attack(everywhere, epsilon)
        of_words = step * texts.mask.unsqueeze(2)
        close_to(
            student.adversarial_loss(
                texts.reader(student, reads_padding=True), *texts.inputs, epsilon, 0.0
            ),
            everywhere.losses(texts.x + of_words).mean(),
            what="padding is not moved",
            mistakes={
                "multiply the move by the mask: what is no word is not moved": everywhere.losses(
                    texts.x + step
                ).mean()
            },
            sent=f"texts with padding, and a model that reads padding too, ε = {epsilon:g}, α = 0",
            hint="multiply the move by the mask: what is no word is not moved",
        )

    by_attack(look_at_padding)


def terms(texts, step, epsilon, alpha):
    """The mean loss of the texts, that under attack, and the values that likely mistakes give."""
    clean, attacked, back = (
        texts.losses(each).mean() for each in (texts.x, texts.x + step, texts.x - step)
    )
    along = texts.losses(texts.x + epsilon * texts.gradient()).mean()
    right = alpha * clean + (1 - alpha) * attacked
    swapped = (1 - alpha) * clean + alpha * attacked
    return (
        clean,
        attacked,
        {
            "α weighs the texts as they are, 1 - α those under attack: they are swapped": swapped,
            "the second term has its weight too, 1 - α": alpha * clean + attacked,
            "the first term has its weight too, α": clean + (1 - alpha) * attacked,
            "both terms have a weight, and these are even": (clean + attacked) / 2,
            "both terms have a weight: this is their sum": clean + attacked,
            "the mean over the batch is asked, not the sum": len(texts.x) * right,
            "this is the plain loss: nothing is attacked": clean,
            "this is the loss under attack alone: the texts as they are have the weight α": attacked,
            "the attack climbs: these texts are moved so that the loss falls": alpha * clean
            + (1 - alpha) * back,
            "every number moves by ε: the sign of the gradient, not the gradient": alpha * clean
            + (1 - alpha) * along,
        },
    )


@pytest.mark.question(
    "q2-adversarial-loss",
    points=0.5,
    requires=("gradient-of-model", "leaves-alone"),
    hint="both terms are read by the model, and the loss is returned: backward() is the training's",
)
def test_the_model_learns_from_both_terms(student, known_texts, by_attack):
    texts = known_texts()

    def look(attack):
        step = attack(texts, 0.3)
        of_hidden, of_output, *_ = gradients(texts, step, (0.3, 0.7))
        clean, attacked = (gradients(texts, step, each)[0] for each in ((0.3, 0.0), (0.0, 0.7)))
        found, _ = student.adversarial_loss.gradients(
            (texts.reader(student), *texts.inputs, 0.3, 0.3)
        )
        for name, right in (("hidden", of_hidden), ("output", of_output)):
            came = found.get(f"0.{name}")
            equal_to(
                came is not None,
                True,
                what="the loss carries a gradient to the model",
                hint="no detach, no item, no no_grad around the two readings: the model learns from them",
            )
            close_to(
                came,
                right,
                what="the gradient of the model is that of both terms",
                mistakes={
                    "the model learns from the first term alone: read x + η without no_grad": clean,
                    "the model learns from the second term alone: read x without no_grad": attacked,
                }
                if name == "hidden"
                else {},
                sent=f"{SENT}, ε = 0.3, α = 0.3, and a gradient of the loss",
                hint="both terms are read by the model, each by its weight",
            )

    by_attack(look)

    def leave(_):
        leaves_alone(
            student.adversarial_loss,
            texts.reader(student, marked=True),
            *texts.inputs,
            0.3,
            0.3,
        )

    by_attack(leave)

    reader, other = texts.reader(student), replace(texts, labels=(texts.labels + 1) % 3)

    def go_on(attack):
        first = student.adversarial_loss(reader, *texts.inputs, 0.3, 0.3)
        equal_to(
            str(first.dtype),
            "torch.float32",
            what="the loss is float32, as x is",
            hint="float32 comes back, as x is: no .double(), no .half(), no numpy",
        )
        close_to(
            student.adversarial_loss(reader, *other.inputs, 0.3, 0.3),
            0.3 * other.losses().mean()
            + 0.7 * other.losses(other.x + attack(other, 0.3)).mean(),
            what="a call keeps nothing for the next one",
            sent="texts, then the same texts with other classes",
            hint="each call makes an attack of its own: nothing is kept from the one before",
        )

    by_attack(go_on)


@pytest.mark.question(
    "q2-adversarial-loss",
    points=0.5,
    requires=("gradient-of-x",),
    hint="read x + η, where η alone is constant: x learns from both terms",
)
def test_the_words_learn_from_both_terms(student, known_texts, by_attack):
    texts = known_texts()

    def look(attack):
        *_, clean, attacked = gradients(texts, attack(texts, 0.3), (0.3, 0.7))
        _, (_, came, *_) = student.adversarial_loss.gradients(
            (texts.reader(student), *texts.inputs, 0.3, 0.3)
        )
        equal_to(
            came is not None,
            True,
            what="the gradient reaches x",
            hint="x is not detached in the readings: where words are learnt, they learn from the loss",
        )
        close_to(
            came,
            clean + attacked,
            what="x has the gradient of both terms",
            mistakes={
                "no gradient reaches x in the second term: read x + η, where η alone is constant": clean,
                "no gradient reaches x in the first term: x is not detached": attacked,
            },
            sent=f"{SENT}, ε = 0.3, α = 0.3, and a gradient of the loss",
            hint="read x + η, where η alone is constant",
        )

    by_attack(look)
