"""Hidden tests of exercise 4.1: D[p ‖ q] summed in float64."""

import math

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to, leaves_alone

SUMMED = "the sum over the classes of p (log p - log q), one number a text"


def kl(p_logits, q_logits):
    """D[p ‖ q] of each text, class by class."""
    found = []
    for p_row, q_row in zip(
        p_logits.double().tolist(), q_logits.double().tolist(), strict=True
    ):
        p, q = (shifted(row) for row in (p_row, q_row))
        found.append(
            math.fsum(math.exp(one) * (one - other) for one, other in zip(p, q, strict=True))
        )
    return torch.tensor(found, dtype=torch.float64)


def shifted(row):
    """The logarithms of the softmax of some logits."""
    most = max(row)
    total = most + math.log(math.fsum(math.exp(each - most) for each in row))
    return [each - total for each in row]


def pairs(draws, rows, least=3):
    """Logits of two distributions that are far apart, and whose two divergences differ."""
    classes = draws.between(least, 5)
    while True:
        generator = draws.generator()
        p, q = 1.5 * torch.randn(2, rows, classes, generator=generator)
        if float((kl(p, q) / kl(q, p) - 1).abs().min()) > 0.1 and float(kl(p, q).min()) > 0.1:
            return p, q


@pytest.mark.question(
    "q4-divergence",
    points=0,
    alive=True,
    hint="the divergence hangs on both distributions",
)
def test_it_hangs_on_both(student, draws):
    p, q = pairs(draws, 2)
    first = student.divergence(p, q)
    what = "the divergence hangs on both distributions"
    differ(first, student.divergence(p.flip(1), q), what=what, sent="two pairs with another p")
    differ(first, student.divergence(p, q.flip(1)), what=what, sent="two pairs with another q")
    equal_to(
        bool((student.divergence(p, p).abs().sum() < first.abs().sum()).item()),
        True,
        what="two that are the same are less far apart than two that are not",
        sent="pairs, then the same one twice",
        hint=SUMMED,
    )


@pytest.mark.question(
    "q4-divergence",
    points=0.5,
    essential=True,
    requires=("order",),
    hint="p, the first, weighs the logarithms: D[p ‖ q] is the sum of p (log p - log q)",
)
def test_the_first_distribution_weighs_the_logarithms(student, draws):
    """The share of one order in both, of a single text: how classes and texts are summed is looked at elsewhere."""
    for _ in range(2):
        p, q = pairs(draws, 1)
        one, other = (student.divergence(*each).double().sum() for each in ((p, q), (q, p)))
        right, swapped = kl(p, q)[0], kl(q, p)[0]
        close_to(
            one / (one + other),
            right / (right + swapped),
            what="D[p ‖ q] beside D[q ‖ p]",
            mistakes={
                "the order matters: p, the first, weighs the logarithms, and is divided by q": swapped
                / (right + swapped),
                "both orders give the same: D is not symmetric, and logits take one softmax each, not two": 0.5,
            },
            tolerance=1e-3,
            sent="the logits of two distributions, then the same the other way round",
            hint="p, the first, weighs the logarithms: the sum of p (log p - log q), of one softmax each",
        )


@pytest.mark.question(
    "q4-divergence",
    points=0.25,
    requires=("per-review",),
    hint=SUMMED,
)
def test_one_number_a_text_summed_over_classes(student, draws):
    for rows, classes in ((draws.between(3, 6), 3), (1, 3), (3, 2)):
        p, q = (each[:, :classes] for each in pairs(draws, rows))
        p, q = (p + 10, q - 12) if classes == 2 else (p, q)  # logits may lie anywhere
        each_text_has_its_number(student, p, q)
    leaves_alone(student.divergence, p, q)
    equal_to(
        str(student.divergence(p, q).dtype),
        "torch.float32",
        what="what comes back is float32, as the logits are",
        hint="float32 comes back, as the logits are: no .double(), no .half(), no numpy",
    )


def each_text_has_its_number(student, p, q):
    """Look at the divergence of each pair, and at its gradient for q; the order is looked at elsewhere."""
    found, classes = student.divergence(p, q), p.shape[1]
    right, swapped = kl(p, q), kl(q, p)
    if isinstance(found, torch.Tensor) and found.shape == right.shape:
        scales = (1, -1, 1 / classes, 1 / math.log(2))
        right = min(
            (right, swapped),
            key=lambda order: min(float((found - by * order).abs().sum()) for by in scales),
        )
    sent = f"{len(p)} pairs of distributions over {classes} classes"
    close_to(
        found,
        right,
        what="one number a text, in nats",
        mistakes={
            "sum over the classes: this is their mean": right / classes,
            "each text has its own: this is the mean of all": right.mean().expand(len(right)),
            "in nats: the natural logarithm, not that of base 2": right / math.log(2),
            "the sign is flipped: a divergence is never below 0": -right,
        },
        sent=sent,
        hint=SUMMED,
    )
    _, (_, of_q) = student.divergence.gradients((p, q))
    equal_to(
        of_q is not None,
        True,
        what="the divergence carries a gradient to q",
        sent=sent,
        hint="no detach, no item, no no_grad: what is made small by learning keeps its graph",
    )
    close_to(
        of_q,
        slope_for_q(p, q, swapped=right is swapped),
        what="the gradient for q is that of the formula",
        sent=f"{sent}, and a gradient of their sum",
        hint="all of log q hangs on q: no part of it is cut off by detach or no_grad",
    )


def slope_for_q(p_logits, q_logits, swapped):
    """The gradient of the sum of D[p ‖ q] for the logits of q, or that of D[q ‖ p]."""
    p, q = (each.double().softmax(dim=1) for each in (p_logits, q_logits))
    if not swapped:
        return q - p
    ratio = (q / p).log()
    return q * (ratio - (q * ratio).sum(dim=1, keepdim=True))


@pytest.mark.question(
    "q4-divergence",
    points=0.25,
    requires=("finite",),
    hint="log_softmax of the logits, and not the logarithm of a softmax that is rounded to 0",
)
def test_it_is_finite_far_apart_and_0_for_the_same(student, draws):
    classes = draws.between(3, 5)
    far, near = -50 + 5 * torch.rand(2, 1, classes, generator=draws.generator())
    far[0, 0], near[0, 1] = 50.0, 49.0
    for p, q in ((far, near), (near, far), (far, torch.zeros(1, classes))):
        found = student.divergence(p, q).double().sum()
        sent = f"two distributions over {classes} classes, logits of 50 and -50"
        equal_to(
            bool(found.isfinite()),
            True,
            what="logits of ±50 give a finite divergence",
            sent=sent,
            hint="log_softmax of the logits, and not the logarithm of a softmax that is rounded to 0",
        )
        orders = [kl(p, q)[0], kl(q, p)[0]]  # the order and the sum are looked at elsewhere
        known = [
            scale * each for each in orders for scale in (1, -1, 1 / classes, 1 / math.log(2))
        ]
        close_to(
            found,
            min(known, key=lambda each: float((found - each).abs())),
            what="logits of ±50 cost what they should",
            tolerance=1e-3,
            sent=sent,
            hint="no small number inside the logarithm: log_softmax of the logits",
        )
        of_q = student.divergence.gradients((p, q))[1][1]
        equal_to(
            of_q is None or bool(of_q.isfinite().all()),
            True,
            what="logits of ±50 have a finite gradient",
            sent=sent,
            hint="log_softmax of the logits: what is nan on the way stays nan on the way back",
        )
    p, _ = pairs(draws, 3)
    for same in (p, far):
        close_to(
            student.divergence(same, same).double().sum(),
            0.0,
            what="0 where both are the same",
            sent="the same logits twice",
            hint="p (log p - log q) is 0 where p = q",
        )
