"""Hidden tests of exercise 4.3: the mean of D and its gradient, the target being a constant, in float64."""

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to, leaves_alone

SENT = "texts of several lengths, a drawn move, and a model whose gradient is known"


@pytest.fixture  # given: pytest's own
def moved_texts(draws, known_texts):
    """Texts, and moves that change what a reader says by much, 0 on padding."""

    def draw():
        texts = known_texts()
        generator = draws.generator()
        noise = torch.randn(texts.x.shape, generator=generator)
        return texts, noise * texts.mask.unsqueeze(2)

    return draw


def read(texts, hidden, output, x):
    """The logits that a reader of these numbers gives."""
    return ((x @ hidden).tanh() @ output * texts.mask.unsqueeze(2)).sum(dim=1)


def learnt(texts, move, cost, target=False, moved=True):
    """Gradients of a cost of the two readings, for hidden, output and x, where one of them or both may learn."""
    sources = [each.double().requires_grad_() for each in (texts.hidden, texts.output, texts.x)]
    hidden, output, x = sources
    one, other = (read(texts, hidden, output, each) for each in (x, x + move))
    one, other = one if target else one.detach(), other if moved else other.detach()
    return torch.autograd.grad(cost(one, other), sources)


@pytest.mark.question(
    "q4-smoothness",
    points=0,
    alive=True,
    hint="the loss hangs on the move: without one it is 0",
)
def test_it_hangs_on_the_move(student, moved_texts, by_divergence):
    texts, move = moved_texts()
    x, mask, _ = texts.inputs

    def look(_):
        reader = texts.reader(student)
        found = [
            student.smoothness_loss(reader, x, mask, each) for each in (move, move.roll(1, 2))
        ]
        differ(
            *found,
            what="another move, another loss",
            sent="texts with a move, then with another",
            hint="D compares the readings at x and at x + r: what r is tells how large it is",
        )

    by_divergence(look)


@pytest.mark.question(
    "q4-smoothness",
    points=0.5,
    essential=True,
    requires=("value",),
    hint="the mean over the texts of D[p(x) ‖ p(x + r)]",
)
def test_the_mean_of_the_divergences(student, moved_texts, by_divergence):
    texts, move = moved_texts()
    x, mask, _ = texts.inputs
    classes = texts.output.shape[1]
    plain, moved, back = (texts.logits(each) for each in (x, x + move, x - move))

    def look(far):
        right, reader = far(plain, moved), texts.reader(student)
        first = student.smoothness_loss(reader, -x, mask, move)
        equal_to(
            str(getattr(first, "dtype", None)),
            "torch.float32",
            what="the loss is float32, as x is",
            hint="float32 comes back, as x is: no .double(), no .half(), no numpy",
        )
        close_to(
            student.smoothness_loss(reader, x, mask, move),
            right.mean(),
            what="the mean of the divergences of p at x and at x + r",
            mistakes={
                "the prediction at x comes first, that at x + r second: the order matters": far(
                    moved, plain
                ).mean(),
                "the mean over the texts is asked, not the sum": right.sum(),
                "sum over the classes: this is their mean": right.mean() / classes,
                "the move is added to x: this is D at x - r": far(plain, back).mean(),
                "the prediction at x + r is compared with that at x, not with that at r": far(
                    plain, texts.logits(move)
                ).mean(),
                "a move of ±r: D compares x with x + r": far(back, moved).mean(),
                "a call keeps nothing for the next one: this is the target of the call before": far(
                    texts.logits(-x), moved
                ).mean(),
            },
            sent=SENT,
            hint="the mean over the texts of D[p(x) ‖ p(x + r)]",
        )

    by_divergence(look)


@pytest.mark.question(
    "q4-smoothness",
    points=0.5,
    essential=True,
    requires=("target-stopped", "leaves-alone"),
    hint="the prediction at x is a constant target; that at x + r learns, and x with it",
)
def test_the_target_is_constant_and_the_rest_learns(student, moved_texts, by_divergence):
    texts, move = moved_texts()
    x, mask, _ = texts.inputs
    classes = texts.output.shape[1]

    def look(far):
        inputs = (x, mask, move)
        leaves_alone(student.smoothness_loss, texts.reader(student, marked=True), *inputs)
        found, (_, of_x, *_) = student.smoothness_loss.gradients(
            (texts.reader(student), x, mask, move)
        )
        came = [found.get("0.hidden"), found.get("0.output"), of_x]
        equal_to(
            any(each is not None for each in came),
            True,
            what="the loss carries a gradient",
            hint="only the target is constant: the reading of x + r learns",
        )

        def cost(one, other):
            return far(one, other).mean()

        def swapped(one, other):
            return far(other, one).mean()

        forms = (cost, swapped)  # the order and the mean are looked at elsewhere
        scales = (1, len(x), 1 / classes)
        rights = [
            [scale * each for each in learnt(texts, move, form)]
            for form in forms
            for scale in scales
        ]
        right = min(
            rights,
            key=lambda each: sum(
                float((one - other).abs().sum()) if one is not None else 1e9
                for one, other in zip(came, each, strict=True)
            ),
        )
        both, target = (
            learnt(texts, move, cost, target=True, moved=moved) for moved in (True, False)
        )
        for place, name in enumerate(("the model's hidden", "the model's output", "x")):
            equal_to(
                came[place] is not None,
                True,
                what=f"the gradient reaches {name}",
                sent=f"{SENT}, and a gradient of the loss",
                hint="the target is constant, and the reading of x + r learns: the model and x",
            )
            close_to(
                came[place],
                right[place],
                what=f"the gradient of {name} is that of the reading at x + r",
                mistakes={
                    "the target learns too: read it under no_grad, or detach it": both[place],
                    "the target learns, and the reading of x + r does not: the other way round": target[
                        place
                    ],
                },
                sent=f"{SENT}, and a gradient of the loss",
                hint="the target is constant, and the reading of x + r learns: the model and x",
            )

    by_divergence(look)
