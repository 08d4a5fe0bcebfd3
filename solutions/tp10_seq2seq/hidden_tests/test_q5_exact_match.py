"""Hidden tests of exercise 5.4: a line is right if it is the target up to and including END, whatever its width."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks import close_to, differ, equal_to
from amal_attention.tasks.translation import END, PAD

TOKENS = 5000  # more than half precision tells apart


def some_targets(draws, rows=7):
    """Targets of many lengths, END among them, the first the longest: int64 ``(B, 7)``, PAD behind, and their mask."""
    lengths = torch.tensor([7, 3, *(draws.between(3, 6) for _ in range(rows - 2))])
    place = torch.arange(7)
    target = torch.randint(END + 1, TOKENS, (rows, 7), generator=draws.generator())
    target[:, 1] = another(target[:, 0])
    target = target.where(place != lengths.unsqueeze(1) - 1, END)
    mask = place < lengths.unsqueeze(1)
    return target.masked_fill(~mask, PAD), mask


def another(token):
    """A token that is no other's, and that a line may hold."""
    return END + 1 + (token - END) % (TOKENS - END - 1)


def some_predictions(target, mask):
    """What might have been written, as wide as the target, and which lines of it are right.

    In turn: the line itself, another first token, another last one, no END, an END that is too early, two tokens in
    the wrong order, the line itself.
    """
    predicted, ends = target.clone(), mask.sum(dim=1) - 1
    for row, end in enumerate(ends.tolist()):
        if row % 7 == 1:
            predicted[row, 0] = another(target[row, 0])
        elif row % 7 == 2:
            predicted[row, end - 1] = another(target[row, end - 1])
        elif row % 7 == 3:
            predicted[row, end:] = END + 1
        elif row % 7 == 4:
            predicted[row, end - 1], predicted[row, end] = END, PAD
        elif row % 7 == 5:
            predicted[row, :2] = target[row, :2].flip(0)
    return predicted, [row % 7 in (0, 6) for row in range(len(target))]


def share(right, mask):
    """Of what is right, the share where the mask is True."""
    return (right & mask).sum(dim=1) / mask.sum(dim=1)


def rounded(came):
    """The numbers of a tensor, for a comparison: truth values are 0 and 1."""
    return (
        came.double().mul(1000).round().div(1000).tolist() if isinstance(came, Tensor) else came
    )


@pytest.mark.question(
    "q5-exact-match", points=0, alive=True, hint="compare what was written with the target"
)
def test_right_lines_are_told_from_wrong_ones(student, draws):
    target, mask = some_targets(draws)
    first, second = (
        student.exact_match(each, target, mask)
        for each in (target, another(target).masked_fill(~mask, PAD))
    )
    sent = "the targets themselves, then other lines"
    differ(first, second, what="right lines are told from wrong ones", sent=sent)


@pytest.mark.question(
    "q5-exact-match",
    points=0.25,
    essential=True,
    requires=("all-up-to-end",),
    hint="all tokens of a line, its END among them, and no share of them",
)
def test_all_up_to_the_end(student, draws):
    target, mask = some_targets(draws, rows=12)
    predicted, by_hand = some_predictions(target, mask)
    right = predicted == target
    mistakes = {
        "a line is right as a whole: all of its tokens, and no share of them": share(
            right, mask
        ),
        "a share of all places, padding too: a line is right as a whole": right.double().mean(
            1
        ),
        "END counts: a line that goes on, or ends too early, is wrong": (
            right | ~mask | (target == END)
        ).all(dim=1),
        "all tokens must be right, and not one of them: all, not any": (right & mask).any(
            dim=1
        ),
        "these are the lines that are wrong": ~torch.tensor(by_hand),
        "the first token is not the whole line": right[:, 0],
        "one answer for each line: all(dim=1)": torch.tensor(False),
        "one answer for each line, not for each place: all(dim=1)": (right | ~mask).all(dim=0),
    }
    equal_to(
        rounded(student.exact_match(predicted, target, mask)),
        rounded(torch.tensor(by_hand)),
        what="which lines are right",
        mistakes={hint: rounded(wrong) for hint, wrong in mistakes.items()},
        sent="lines that are right, that differ in one token, that go on, and that end too early",
        hint="all tokens of a line, and no share of them, at each place where the mask is True",
    )


@pytest.mark.question(
    "q5-exact-match",
    points=0.125,
    requires=("widths",),
    hint="a prediction may have fewer or more columns than the target: it is as if PAD stood there",
)
def test_widths(student, draws):
    """What an answer says of lines as wide as the target is right here: another test looks at that."""
    target, mask = some_targets(draws, rows=5)
    predicted, _ = some_predictions(target, mask)
    predicted[1] = target[1]  # a short line that is right
    for width in (3, 6, draws.between(8, 11)):
        cut = F.pad(predicted, (0, max(0, width - 7)), value=PAD)[:, :width]
        padded = F.pad(cut, (0, max(0, 7 - width)), value=PAD)[:, :7]
        close_to(
            student.exact_match(cut, target, mask),
            student.exact_match(padded, target, mask),
            what="what is said of the prediction when it is padded to the width of the target",
            mistakes={
                "pad the prediction: cut nothing off the target": (
                    (cut == target[:, :width]) | ~mask[:, :width]
                ).all(dim=1)
                if width < 7
                else torch.zeros(0)
            },
            sent=f"predictions of {width} columns, targets of 7",
        )


@pytest.mark.question(
    "q5-exact-match",
    points=0.125,
    requires=("lines",),
    hint="one bool a line, (B,), for a batch of one too; what stands under the mask counts for nothing",
)
def test_one_answer_a_line(student, draws):
    """What an answer says where PAD stands under the mask is right here: another test looks at that."""
    target, mask = some_targets(draws)
    predicted, _ = some_predictions(target, mask)
    plain = student.exact_match(predicted, target, mask)
    noise = torch.randint(END + 1, TOKENS, target.shape, generator=draws.generator())
    close_to(
        student.exact_match(predicted, target.where(mask, noise), mask),
        plain,
        what="the same, whatever stands under the mask of the target",
        mistakes={
            "padding is compared: only places where the mask is True count": (
                predicted == target.where(mask, noise)
            ).all(dim=1)
        },
        sent="the same lines, with other tokens under the padding of the target",
    )
    inputs = predicted, target.where(mask, noise), mask
    equal_to(
        all(map(torch.equal, student.exact_match.inputs_after(*inputs), inputs)),
        True,
        what="a call leaves what it is given as it is",
        hint="what ends in _, and x[...] = ..., change it in place: make a new tensor",
    )
    close_to(
        student.exact_match(predicted[:1], target[:1], mask[:1]),
        plain[:1] if plain.ndim else plain,
        what="one answer a line, in a batch of one too",
        sent="one line",
    )
    if set(plain.tolist()) <= {0, 1}:  # another test tells of a share of the tokens
        equal_to(
            str(plain.dtype),
            "torch.bool",
            what="one bool a line",
            hint="the answer is bool",
        )
