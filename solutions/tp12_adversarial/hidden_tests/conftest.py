"""What hidden tests of several questions share: texts, and a reader of them whose gradients are known."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch.nn import functional as F

from amal_attention.checks.subjects.stand_ins.distances import power_divergence

SURE = 4.0  # no logit is larger: a gradient of rounding noise has no sign
LEAST = 1e-4  # no number of a gradient is smaller, for the same reason


@dataclass(frozen=True)  # given: the standard library's
class KnownTexts:
    """Texts, classes, and the numbers of a ``KnownReader``; all is computed here in closed form, in float64."""

    x: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor
    hidden: torch.Tensor
    output: torch.Tensor
    bend: bool

    @property
    def inputs(self):
        """What stands behind the model in a call."""
        return self.x, self.mask, self.labels

    def reader(self, student, **options):
        """The reader, where the student's code runs."""
        return student.KnownReader(self.hidden, self.output, bend=self.bend, **options)

    def logits(self, x=None):
        """What it says of the texts, or of others in their place: padding counts for nothing."""
        units = (self.x if x is None else x).double() @ self.hidden.double()
        read = (units.tanh() if self.bend else units) @ self.output.double()
        return (read * self.mask.unsqueeze(2)).sum(dim=1)

    def losses(self, x=None):
        """Minus the log-probability of the class of each text."""
        logits = self.logits(x)
        return logits.logsumexp(dim=1) - logits[torch.arange(len(logits)), self.labels]

    def gradient(self, labels=None):
        """How the loss of each text rises with each number of its words, 0 on padding."""
        blamed = torch.eye(self.output.shape[1]).double()[
            self.labels if labels is None else labels
        ]
        back = (self.logits().softmax(dim=1) - blamed) @ self.output.double().T
        slopes = 1 - (self.x.double() @ self.hidden.double()).tanh() ** 2 if self.bend else 1.0
        return (back.unsqueeze(1) * slopes) @ self.hidden.double().T * self.mask.unsqueeze(2)

    def first_words(self):
        """The first word of each text, alone: a batch of length 1."""
        return replace(self, x=self.x[:, :1], mask=self.mask[:, :1])

    def row(self, number):
        """One of the texts, alone and without its padding."""
        words = self.mask[number]
        return KnownTexts(
            self.x[number, words].unsqueeze(0),
            self.mask[number, words].unsqueeze(0),
            self.labels[number].unsqueeze(0),
            self.hidden,
            self.output,
            self.bend,
        )


@pytest.fixture  # given: pytest's own
def known_texts(draws):
    """Draws texts and a reader: ``known_texts(classes=3, bend=True)``.

    Some classes are not those that the reader predicts, no number of the gradient is so small that its sign is noise,
    and where the reader bends, words of a text are pushed in different directions.
    """

    def draw(classes=3, bend=True):
        while True:
            found = _drawn(draws, classes, bend)
            logits, slopes = found.logits(), found.gradient()
            missed = (logits.argmax(dim=1) != found.labels).any()
            sure = (
                float(logits.abs().max()) < SURE
                and float(slopes[found.mask].abs().min()) > LEAST
            )
            alike = slopes.sign() == slopes.sum(dim=1, keepdim=True).sign()
            if missed and sure and not (bend and alike[found.mask].all()):
                return found

    return draw


def _drawn(draws, classes, bend):
    generator, (dim, units) = draws.generator(), draws.sizes(2, 5, 7)  # four texts
    mask = torch.arange(7) < torch.tensor([*draws.lengths(3, 6), 7]).unsqueeze(1)
    first = torch.randint(classes, (1,), generator=generator)
    labels = (
        torch.randperm(len(mask), generator=generator) + first
    ) % classes  # never one alone
    return KnownTexts(
        torch.randn(*mask.shape, dim, generator=generator),  # given: random words
        mask,
        labels,
        torch.randn(dim, units, generator=generator) / 3,
        torch.randn(units, classes, generator=generator) / 2,
        bend,
    )


def uphill(texts, epsilon):
    """The move of exercise 1.1: 0 on padding."""
    return epsilon * texts.gradient().sign()


def by_class(texts, epsilon):
    """The move of what stands in for exercise 1.1."""
    classes = (texts.labels.double() + 1).view(-1, 1, 1)
    return epsilon * (1 + epsilon) * classes * texts.mask.unsqueeze(2)


@pytest.fixture  # given: pytest's own
def by_attack(student):
    """Holds ``look(attack)``, ``attack(texts, ε)`` being the move of ``fgsm``; where it is missed, with another move.

    The student's own ``fgsm``, where it is wrong, costs in its own question alone.
    """

    def hold(look):
        try:
            look(uphill)
        except Exception:
            try:
                with student.standing_in(fgsm="moved_by_class"):
                    look(by_class)
            except Exception:
                pass
            else:
                return
            raise

    return hold


def kullback_leibler(p_logits, q_logits):
    """D[p ‖ q] of each text, as the grader has it."""
    p, q = (each.log_softmax(dim=1) for each in (p_logits, q_logits))
    return F.kl_div(q, p, reduction="none", log_target=True).sum(dim=1)


@pytest.fixture  # given: pytest's own
def by_divergence(student):
    """Holds ``look(far)``, ``far`` being D; where it is missed, with another distance in the place of ``divergence``.

    The student's own ``divergence``, where it is wrong, costs in its own question alone.
    """

    def hold(look):
        try:
            look(kullback_leibler)
        except Exception:
            try:
                with student.standing_in(divergence="power_divergence"):
                    look(power_divergence)
            except Exception:
                pass
            else:
                return
            raise

    return hold
