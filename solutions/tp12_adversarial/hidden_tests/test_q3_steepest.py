"""Hidden tests of exercise 3.2: the direction of the gradient in closed form, and one norm a text."""

from dataclasses import replace

import pytest
import torch

from amal_attention.checks import (
    close_to,
    equal_to,
    gives_constants,
    keeps_padding,
    leaves_alone,
    moves_within,
)
from amal_attention.checks.values import same

SENT = "texts of several lengths, and a model whose gradient is known"
ALONG = "the gradient of the text's own loss, for the class that labels tell"


def directions(moves):
    """Each text's move as a vector of norm 1, with a norm of 0 left as it is."""
    flat = moves.detach().double().flatten(1)
    return (flat / flat.norm(dim=1, keepdim=True).clamp(min=1e-30)).view_as(moves)


def along(moves, slopes):
    """The cosine of each text's move with the gradient."""
    return (directions(moves) * directions(slopes)).flatten(1).sum(dim=1)


def some_right_some_wrong(known_texts, classes, bend):
    """Texts some of which the reader reads rightly, and others not; one word stands twice in the last."""
    while True:
        texts = known_texts(classes, bend)
        texts.x[-1, 1] = texts.x[-1, 0]
        right = texts.logits().argmax(dim=1) == texts.labels
        if right.any() and not right.all():
            return texts


def as_move(reply, texts, slopes):
    """The move in a reply: where moved words came back, what was added to x. That they came is told once, elsewhere."""
    if not isinstance(reply, torch.Tensor) or reply.shape != texts.x.shape:
        return reply
    words = texts.mask.unsqueeze(2)
    added = (reply - texts.x) * words
    more = along(added, slopes).abs().mean() > along(reply * words, slopes).abs().mean() + 0.1
    return reply - texts.x if more else reply


@pytest.mark.question(
    "q3-steepest",
    points=0,
    alive=True,
    hint="the move follows the gradient of the loss",
)
def test_it_follows_the_gradient(student, known_texts):
    for _ in range(3):  # a move that follows nothing may lie along a gradient by luck
        follows_the_gradient(student, known_texts())


def follows_the_gradient(student, texts):
    """Look whether a move lies along the gradient, for the right class or for the predicted one."""
    slopes = texts.gradient()
    reply = student.steepest(texts.reader(student), *texts.inputs, 0.5)
    moves = as_move(reply, texts, slopes)
    words = texts.mask.unsqueeze(2)
    blamed = texts.gradient(texts.logits().argmax(dim=1))
    earlier = moves is not reply and float(moves[texts.mask].abs().std()) < 1e-4
    equal_to(
        earlier,
        False,
        what="the move is another than that of question 1",
        sent=SENT,
        hint="this is what question 1 asks: here the gradient itself is divided by its norm",
    )
    equal_to(
        isinstance(moves, torch.Tensor)
        and moves.shape == texts.x.shape
        and any(
            float(along(moves * words, each).abs().mean()) > 0.5 for each in (slopes, blamed)
        ),
        True,
        what="the move follows the gradient",
        sent=SENT,
        hint="a tensor (B, L, D): the gradient of the loss for x, brought to the norm ε",
    )


@pytest.mark.question(
    "q3-steepest",
    points=0.75,
    essential=True,
    requires=("direction",),
    hint=ALONG,
)
def test_its_direction_is_that_of_the_gradient(student, draws, known_texts):
    epsilon = draws.between(12, 19) / 10
    for classes, bend in ((2, False), (3, True)):
        drawn = some_right_some_wrong(known_texts, classes, bend)
        reader = drawn.reader(student)
        for texts in (
            drawn,
            replace(drawn, x=-drawn.x),
        ):  # nothing is kept from one to the next
            moves_along_the_gradient(student, reader, texts, epsilon)
    apart = drawn.output[:, :1].abs() / 8
    falling = replace(
        drawn,
        labels=torch.ones_like(drawn.labels),
        hidden=drawn.hidden.abs(),
        output=torch.cat([-apart, apart], dim=1),
    )  # every number of every gradient is below 0
    moves_along_the_gradient(student, falling.reader(student), falling, epsilon)


def moves_along_the_gradient(student, reader, texts, epsilon):
    """Look at the direction of each text's move; one norm a word is told where norms are looked at, once."""
    classes = texts.output.shape[1]
    x, mask, labels = texts.inputs
    slopes, words = texts.gradient(), mask.unsqueeze(2)
    predicted = texts.gradient(texts.logits().argmax(dim=1))
    of_first = texts.gradient(labels[:1].expand(len(labels)))
    together = slopes.sum(dim=0, keepdim=True) * words
    logit = texts.gradient(labels) - texts.gradient((labels + 1) % classes)
    by_word = slopes / slopes.norm(dim=2, keepdim=True).clamp(min=1e-30)
    found = student.steepest(reader, *texts.inputs, epsilon)
    if isinstance(found, torch.Tensor) and same(
        (found * words).double(), epsilon * by_word, 1e-3
    ):
        return
    came = found
    if isinstance(found, torch.Tensor) and found.shape == x.shape:
        came = directions(found * words)
    close_to(
        came,
        directions(slopes),
        what="each text moves along the gradient of its own loss",
        mistakes={
            "the adversary climbs, the loss must rise: this move descends": -directions(slopes),
            "the move is asked, not the moved words: do not add x": directions(
                x * words + epsilon * directions(slopes)
            ),
            "this is the sign, as in question 1: the gradient itself, divided by its norm": directions(
                slopes.sign()
            ),
            "the loss is that of the label, not of the class that the model predicts": directions(
                predicted
            ),
            "each text has a class of its own: this is that of the first": directions(of_first),
            "each text has a move of its own, and this one is that of the whole batch": directions(
                together
            ),
            "the gradient of the loss is asked, not that of a logit": directions(logit),
            "the words of a text are one vector: each has its share of the norm": directions(
                by_word
            ),
        },
        tolerance=1e-3,
        sent=f"{SENT}, {classes} classes, ε = {epsilon:g}",
        hint=ALONG,
    )


@pytest.mark.question(
    "q3-steepest",
    points=0.5,
    essential=True,
    requires=("norm-per-review",),
    hint="one norm a text, over its words and dimensions together: ε, whatever the others",
)
def test_its_norm_is_epsilon_for_each_text(student, draws, known_texts):
    epsilon = draws.between(12, 19) / 10
    texts = known_texts()
    slopes = texts.gradient()
    small = replace(texts, output=texts.output / 5000).gradient().flatten(1).norm(dim=1).min()
    for by in (1, 8, 1e7 * float(small)):  # then the least norm of a gradient is 5e-4
        reader = student.KnownReader(texts.hidden, texts.output / by)
        moves = as_move(student.steepest(reader, *texts.inputs, epsilon), texts, slopes)
        moves_within(
            moves,
            texts.mask,
            epsilon,
            sent=f"{SENT}, ε = {epsilon:g}",
            hint="divide by the root of the sum of squares over the text, and multiply by ε",
        )
    for alone in (*map(texts.row, range(len(texts.x))), texts.first_words()):
        count, places = alone.mask.shape
        moves_within(
            as_move(
                student.steepest(texts.reader(student), *alone.inputs, epsilon),
                alone,
                alone.gradient(),
            ),
            alone.mask,
            epsilon,
            sent=f"{count} texts of {places} places, ε = {epsilon:g}",
            hint="divide by the root of the sum of squares over the text, and multiply by ε",
        )


@pytest.mark.question(
    "q3-steepest",
    points=0.25,
    requires=("padding-stays",),
    hint="first the mask, then the norm: padding neither moves nor counts",
)
def test_padding_neither_moves_nor_counts(student, known_texts):
    texts = known_texts()
    leaky = texts.reader(student, reads_padding=True)
    moves = as_move(student.steepest(leaky, *texts.inputs, 0.7), texts, texts.gradient())
    sent = "texts with padding, and a model that reads padding too, ε = 0.7"
    keeps_padding(
        moves,
        texts.mask,
        sent=sent,
        hint="multiply by the mask: what is no word is not attacked",
    )
    plain = as_move(
        student.steepest(texts.reader(student), *texts.inputs, 0.7), texts, texts.gradient()
    )
    norms, right = (each.flatten(1).norm(dim=1) for each in (moves, plain))
    if same(right, right.mean().expand(len(right)), 1e-3):  # else the norm is wrong anyway
        close_to(
            norms,
            right,
            what="a text with padding moves as far as one without",
            sent=sent,
            hint="mask first, then take the norm: what padding has is no part of the text's",
            tolerance=1e-3,
        )


@pytest.mark.question(
    "q3-steepest",
    points=0.25,
    requires=("constant",),
    hint="torch.autograd.grad, on a leaf of your own: nothing has a graph, and nothing stays behind",
)
def test_it_is_a_constant_and_leaves_nothing_behind(student, known_texts):
    texts = known_texts()
    gives_constants(student.steepest, texts.reader(student), *texts.inputs, 0.7)
    leaves_alone(student.steepest, texts.reader(student, marked=True), *texts.inputs, 0.7)
    equal_to(
        str(student.steepest(texts.reader(student), *texts.inputs, 0.7).dtype),
        "torch.float32",
        what="what comes back is float32, as x is",
        hint="float32 comes back, as x is: no .double(), no numpy",
    )


@pytest.mark.question(
    "q3-steepest",
    points=0.25,
    requires=("zero-gradient",),
    hint="where the gradient is 0 the move is 0: a small floor under the norm",
)
def test_where_the_gradient_is_0_nothing_moves(student, known_texts):
    texts = known_texts()
    floor = "0/0 is nan: put a small floor under the norm, and the move is 0"
    steep = texts.x.clone()
    steep[0] = 500 * texts.hidden[:, 0].sign()  # tanh is flat so far out
    far = student.KnownReader(texts.hidden[:, :1], texts.output[:1])
    flat = student.KnownReader(texts.hidden, torch.zeros_like(texts.output))
    for reader, x, rows, sent in (
        (flat, texts.x, slice(None), "a model that gives the logits 0 whatever it reads"),
        (
            far,
            steep,
            slice(0, 1),
            "a text so far out that the model is flat there, among others",
        ),
    ):
        moves = student.steepest(reader, x, texts.mask, texts.labels, 0.7)
        if isinstance(moves, torch.Tensor) and same(
            moves * texts.mask[:, :, None], x * texts.mask[:, :, None]
        ):
            moves = moves - x  # moved words came back: told elsewhere
        equal_to(
            bool(moves.isfinite().all()),
            True,
            what="where the gradient is 0 nothing is nan",
            sent=sent,
            hint=floor,
        )
        close_to(
            moves[rows],
            torch.zeros_like(x[rows]),
            what="where the gradient is 0 nothing moves",
            sent=sent,
            hint=floor,
        )
        moving = moves[1:] if reader is far else moves[:0]
        equal_to(
            bool(moving.flatten(1).any(dim=1).all()),
            True,
            what="the other texts of the batch move",
            sent=sent,
            hint="a text where the gradient is 0 stays, and it alone",
        )
