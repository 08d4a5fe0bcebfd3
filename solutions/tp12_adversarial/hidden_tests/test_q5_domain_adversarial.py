"""Hidden tests of exercise 5.3: value and gradients in closed form, for two linear heads that are known.

An answer may call the student's own ``reverse_gradient``. Where that is wrong, the answer is looked at once more with a
function in its place whose slope is known: what is wrong in exercise 5.1 costs there alone.
"""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks import close_to, differ, equal_to, leaves_alone


@dataclass
class Case:
    """Features, what is true of them, two linear heads and λ; and what is in the place of the reversal.

    That gives ``scale`` times what it is given, plus ``shift``, and ``slope`` times the gradient that comes back.
    """

    features: Tensor
    labels: Tensor
    domains: Tensor
    heads: list[tuple[Tensor, Tensor]]
    strength: float
    scale: float = 1.0
    shift: float = 0.0
    slope: float = 0.0

    def with_ours(self):
        """The same with what stands in for the reversal."""
        return Case(*self.given(), self.heads, self.strength, 3.0, self.strength, 3.0)

    def with_a_reversal(self):
        """The same with the layer that is asked for."""
        return Case(*self.given(), self.heads, self.strength, slope=-self.strength)

    def given(self):
        """What an answer is called with before the heads."""
        return self.features, self.labels, self.domains

    def inputs(self, student, marked=False):
        """What an answer is called with."""
        heads = [student.KnownLayer(*head, marked=marked) for head in self.heads]
        return (*self.given(), *heads, self.strength)

    def read(self):
        """What each head reads."""
        return self.features.double(), self.scale * self.features.double() + self.shift

    def losses(self):
        """The mean cross-entropy of each head."""
        return [
            F.nll_loss((x @ weight.double().T + bias).log_softmax(dim=1), true)
            for x, (weight, bias), true in zip(
                self.read(), self.heads, self.given()[1:], strict=True
            )
        ]

    def size(self, loss):
        """How many times as large as it should be a loss is: a sum for a mean, or half of it, costs in its value alone."""
        right = sum(self.losses())
        sizes = (1.0, float(len(self.features)), 0.5)
        like = [each for each in sizes if isinstance(loss, Tensor) and loss.numel() == 1]
        return next((each for each in like if abs(loss.item() - each * right) < 1e-3), 1.0)

    def of_logits(self):
        """The gradient of each head's own loss for its logits: softmax less truth, over B."""
        return [
            ((x @ weight.double().T + bias).softmax(dim=1) - torch.eye(len(bias))[true])
            / len(x)
            for x, (weight, bias), true in zip(
                self.read(), self.heads, self.given()[1:], strict=True
            )
        ]

    def of_features(self):
        """The gradient of each head's own loss for what it reads."""
        return [
            each @ weight.double()
            for each, (weight, _) in zip(self.of_logits(), self.heads, strict=True)
        ]


def drawn(draws, rows=None, classes=(3, 3)):
    """A case; with as many domains as labels an answer that swaps them gives numbers, and no error."""
    generator, (many, width) = draws.generator(), draws.sizes(2, 4, 8)
    rows = rows or many
    labels, domains = (torch.randperm(rows, generator=generator) % each for each in classes)
    heads = [
        (
            torch.randn(each, width, generator=generator),
            torch.randn(each, generator=generator) / 2,
        )
        for each in classes
    ]
    features = torch.randn(rows, width, generator=generator)
    return Case(features, labels, domains, heads, draws.between(3, 7) / 10)


def at_other_strengths(draws):
    """Cases of λ = 0 and of a λ above 1, which is no share."""
    for strength in (0.0, draws.between(15, 30) / 10):
        case = drawn(draws)
        case.strength = strength
        yield case


@pytest.fixture  # given: pytest's own
def fairly(student):
    """Holds a look at a case with the student's own reversal, and where that is missed, with one that is known."""

    def hold(look, case):
        try:
            look(case.with_a_reversal())
        except Exception:
            if not _held_with_ours(student, look, case):
                raise

    return hold


def _held_with_ours(student, look, case):
    try:
        with student.standing_in(reverse_gradient="triple_and_add"):
            look(case.with_ours())
    except Exception:
        return False
    return True


@pytest.mark.question(
    "q5-domain-adversarial",
    points=0,
    alive=True,
    requires=("features-get-minus-lambda",),
    hint="two losses, and between the features and the discriminator the reversed gradient",
)
def test_there_are_two_tasks_and_one_is_reversed(student, draws, fairly):
    drawn_case = drawn(draws)

    def look(case):
        loss, inputs = student.domain_adversarial_loss, case.inputs(student)
        found = loss.gradients(inputs)[1][0]
        first = loss(*inputs)
        for place, name in ((1, "labels"), (2, "domains")):
            other = [*inputs]
            other[place] = (inputs[place] + 1) % 3
            differ(
                first,
                loss(*other),
                what=f"the loss hangs on {name}",
                sent=f"texts, then the same with other {name}",
                hint="both losses are in the sum: that of the labels and that of the domains",
            )
        equal_to(
            found is not None,
            True,
            what="the loss carries a gradient for the features",
            hint="no detach, no item, no no_grad: the features learn from the loss",
        )
        differ(
            found,
            sum(drawn_case.of_features()).float(),
            what="the features do not learn both tasks",
            sent="the gradient of the features, and that of a plain sum of the two losses",
            hint="the features learn to tell the domain: reverse its gradient on its way to them",
        )

    fairly(look, drawn_case)


@pytest.mark.question(
    "q5-domain-adversarial",
    points=0.75,
    essential=True,
    requires=("features-get-minus-lambda",),
    hint="∂L_y − λ ∂L_d for the features",
)
def test_the_features_get_minus_lambda(student, draws, fairly):
    def look(case):
        strength, (task, domain) = case.strength, case.of_features()
        inputs = case.inputs(student)
        came = student.domain_adversarial_loss.gradients(inputs)[1][0]
        size = case.size(student.domain_adversarial_loss(*inputs))
        close_to(
            came,
            size * (task + case.slope * domain),
            what="the features get ∂L_y − λ ∂L_d",
            mistakes={
                "the domain's gradient is not reversed: twice reversed is not at all": task
                + strength * domain,
                "the domain's gradient is not reversed on its way to the features": task
                + domain,
                "λ counts twice: in the layer and before the loss": task - strength**2 * domain,
                "λ is left out": task - domain,
                "the layer stands before both heads: the task is unlearnt, it stands before the discriminator alone": -strength
                * (task + domain),
                "the layer stands before the wrong head: that of the labels": domain
                - strength * task,
                "the features are cut off from the discriminator: no constraint is left": task,
                "the features are cut off from the classifier": case.slope * domain,
                "both losses are means over the batch, not sums": len(case.features)
                * (task + case.slope * domain),
                "the sum of the two losses is asked, not their mean": (
                    task + case.slope * domain
                )
                / 2,
            },
            sent=f"{len(case.features)} texts, λ = {strength:g}, two linear heads",
        )

    fairly(look, drawn(draws))
    fairly(look, drawn(draws, rows=1, classes=(4, 2)))
    for case in at_other_strengths(draws):
        fairly(look, case)


@pytest.mark.question(
    "q5-domain-adversarial",
    points=0.5,
    requires=("heads-at-full-strength",),
    hint="θ_y and θ_d each learn from their own loss, at full strength",
)
def test_the_heads_learn_at_full_strength(student, draws, fairly):
    def look(case):
        inputs = case.inputs(student)
        found = student.domain_adversarial_loss.gradients(inputs)[0]
        size = case.size(student.domain_adversarial_loss(*inputs))
        names = ("the classifier", "the discriminator")
        for place, name, of_logits, x in zip(
            (3, 4), names, case.of_logits(), case.read(), strict=True
        ):
            right = {"weight": size * of_logits.T @ x, "bias": size * of_logits.sum(dim=0)}
            for part, expected in right.items():
                came = found[f"{place}.{part}"]
                equal_to(
                    came is not None,
                    True,
                    what=f"{name} learns",
                    hint=f"no gradient reaches {name}: it is to learn its own task",
                )
                close_to(
                    came,
                    expected,
                    what=f"{name} learns from its own loss",
                    mistakes={
                        "λ acts on the features alone: the head itself learns at full strength": case.strength
                        * expected,
                        "the adversary is trained to fail: reverse the gradient of the features, not that of the head": -case.strength
                        * expected,
                        "the adversary is trained to fail: nothing is subtracted": -expected,
                    },
                    sent=f"{len(x)} texts, λ = {case.strength:g}: the gradient of the {part} of {name}",
                    hint="each head is handed the features, and learns from its own labels",
                )

    fairly(look, drawn(draws))
    fairly(look, drawn(draws, classes=(4, 2)))
    for case in at_other_strengths(draws):
        fairly(look, case)


@pytest.mark.question(
    "q5-domain-adversarial",
    points=0.25,
    requires=("value", "leaves-alone"),
    hint="L_y + L_d, and nothing left behind",
)
def test_the_value_is_the_sum_of_both_and_nothing_stays(student, draws, fairly):
    def look(case):
        task, domain = case.losses()
        inputs = case.inputs(student)
        loss = student.domain_adversarial_loss(*inputs)
        close_to(
            loss,
            task + domain,
            what="the value is L_y + L_d",
            mistakes={
                "λ is in the layer alone, not in the value": task + case.strength * domain,
                "nothing is subtracted: the layer reverses the gradient": task
                - case.strength * domain,
                "nothing is subtracted, the layer reverses the gradient": task - domain,
                "the loss of the domains is missing": task,
                "both losses are means over the batch, not sums": len(case.features)
                * (task + domain),
                "the sum of the two losses is asked, not their mean": (task + domain) / 2,
            },
            sent=f"{len(case.features)} texts, λ = {case.strength:g}, two linear heads",
            hint="two mean cross-entropies of logits, each head with its own labels",
        )
        equal_to(
            str(loss.dtype),
            "torch.float32",
            what="in float32",
            hint="float32 comes back, as x is: no .double(), no numpy",
        )
        marked = case.inputs(student, marked=True)
        leaves_alone(student.domain_adversarial_loss, *marked)

    fairly(look, drawn(draws))
    fairly(look, drawn(draws, rows=1, classes=(4, 2)))
    for case in at_other_strengths(draws):
        fairly(look, case)
