"""Hidden tests of exercise 6.1: both losses in closed form, and the gradients on the logits."""

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to, leaves_alone

TWICE = (
    "the sigmoid is taken twice: the losses are given logits, binary_cross_entropy_with_logits"
)


def some_logits(draws):
    """Logits of real points and of made ones, of which there are other numbers."""
    real, made = draws.sizes(2, 2, 6)
    generator = draws.generator()
    return [2 * torch.randn(count, 1, generator=generator) for count in (real, made)]


def cost(logits, real):
    """Minus the log-probability that points are real, or that they are made, in float64."""
    sign = -1 if real else 1
    return (1 + (sign * logits.double()).exp()).log()


def slope(logits, real):
    """The gradient of the mean of these."""
    return (torch.sigmoid(logits.double()) - real) / len(logits)


def gradients_of(function, *logits):
    """The gradient of a loss for each of the logits that it is given."""
    _, found = function.gradients(logits)
    equal_to(
        all(each is not None for each in found),
        True,
        what="the loss carries a gradient to the logits",
        hint="no detach, no item: the loss stays a tensor to learn from",
    )
    return found


@pytest.mark.question(
    "q6-gan-losses", points=0, alive=True, hint="each loss hangs on all logits that it is given"
)
def test_the_losses_hang_on_their_logits(student, draws):
    real, fake = some_logits(draws)
    what = "the loss hangs on its logits"
    loss = student.discriminator_loss
    differ(
        loss(real, fake), loss(real + 1, fake), what=what, sent="other logits of real points"
    )
    differ(
        loss(real, fake), loss(real, fake + 1), what=what, sent="other logits of made points"
    )
    loss = student.generator_loss
    differ(loss(fake), loss(fake + 1), what=what, sent="other logits of made points")


@pytest.mark.question(
    "q6-gan-losses",
    points=0.2,
    essential=True,
    requires=("discriminator",),
    hint="real points are labelled 1 and made ones 0; the sum of two means",
)
def test_the_discriminator_tells_real_from_made(student, draws):
    real, fake = some_logits(draws)
    loss = student.discriminator_loss
    of_real, of_fake = cost(real, True), cost(fake, False)
    close_to(
        loss(real, fake),
        of_real.mean() + of_fake.mean(),
        what="the cross-entropy of real points as real, plus that of made ones as made",
        mistakes={
            "the labels are swapped: real points are 1, made ones 0": cost(real, False).mean()
            + cost(fake, True).mean(),
            "made points are labelled 0 for the discriminator": of_real.mean()
            + cost(fake, True).mean(),
            TWICE: cost(real.sigmoid(), True).mean() + cost(fake.sigmoid(), False).mean(),
            "the sum of both is asked, not half of it": (of_real.mean() + of_fake.mean()) / 2,
            "a mean for each kind, then the sum: not one mean over all points": torch.cat(
                [of_real, of_fake]
            ).mean(),
            "a mean for each kind, not a sum": of_real.sum() + of_fake.sum(),
        },
        sent=f"{len(real)} logits of real points and {len(fake)} of made ones",
    )
    for found, expected in zip(
        gradients_of(loss, real, fake), (slope(real, 1), slope(fake, 0)), strict=True
    ):
        close_to(
            found,
            expected,
            what="the gradient on each logit is D - 1, or D, over the number of points",
            sent=f"{len(real)} logits of real points and {len(fake)} of made ones",
            hint="no part of the loss is cut off from its logits",
        )


@pytest.mark.question(
    "q6-gan-losses",
    points=0.2,
    essential=True,
    requires=("generator-not-saturating",),
    hint="the cross-entropy of made points as real: -log D(G(u))",
)
def test_the_generator_does_not_saturate(student, draws):
    _, fake = some_logits(draws)
    sent = f"{len(fake)} logits of made points"
    as_real, as_made = cost(fake, True), cost(fake, False)
    close_to(
        student.generator_loss(fake),
        as_real.mean(),
        what="the cross-entropy of made points as real",
        mistakes={
            "log(1 - D) saturates: the form asked for is -log D, made points labelled 1": -as_made.mean(),
            "made points are to be taken for real: label them 1, not 0": as_made.mean(),
            TWICE: cost(fake.sigmoid(), True).mean(),
            "a mean, not a sum": as_real.sum(),
        },
        sent=sent,
    )
    close_to(
        *gradients_of(student.generator_loss, fake),
        slope(fake, 1),
        what="the gradient on each logit is D - 1, over the number of points",
        mistakes={
            "log(1 - D) saturates: its gradient is -D, the smaller the worse the fake is": -slope(
                fake, 0
            )
        },
        sent=sent,
    )


@pytest.mark.question(
    "q6-gan-losses",
    points=0.1,
    requires=("finite",),
    hint="the sigmoid of -200 is 0 and log 0 infinite: F.binary_cross_entropy_with_logits, or F.softplus",
)
def test_logits_far_apart_cost_finite_numbers(student):
    of_discriminator, of_generator = student.discriminator_loss, student.generator_loss
    for loss, logits, expected, sent in (
        (
            of_discriminator,
            ([-200.0, 200.0], [150.0, -90.0, 0.0]),
            100 + (150 + 0.6931472) / 3,
            "real points of logits -200 and 200, made ones of 150, -90 and 0",
        ),
        (of_generator, ([-200.0, 150.0],), 100.0, "made points of logits -200 and 150"),
    ):
        given = [torch.tensor(each).unsqueeze(1) for each in logits]
        found = loss(*given)
        close_to(found, expected, what="logits of ±200 cost what they should", sent=sent)
        equal_to(
            str(found.dtype),
            "torch.float32",
            what="the losses are float32, as the logits are",
            hint="float32 comes back, as the logits are: no .double(), no .half(), no numpy",
        )
        for number, back in enumerate(gradients_of(loss, *given)):
            real = int(loss is of_generator or number == 0)
            close_to(
                back,
                slope(given[number], real),
                what="logits of ±200 have the gradient that they should",
                sent=sent,
                hint="what is infinite on the way is nan on the way back: binary_cross_entropy_with_logits, or F.softplus",
            )
        leaves_alone(loss, *given)
