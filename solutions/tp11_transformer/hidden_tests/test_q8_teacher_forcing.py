"""Hidden tests of exercise 8.3: the teacher is START, then the target one place late, and PAD outside the mask."""

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to
from amal_attention.tasks.translation import END, PAD, START

ALONE = "START stands in front of a target of one place too, which falls off"


def some_lines(draws, noise):
    """Targets that end with END, and where they are; with noise, tokens stand on the padding."""
    lengths, generator = draws.lengths(4, 7), draws.generator()
    last = torch.tensor(lengths) - 1
    mask = torch.arange(max(lengths)) <= last[:, None]
    target = torch.randint(END + 1, 12, mask.shape, generator=generator)
    target[torch.arange(len(target)), last] = END
    return target if noise else target.masked_fill(~mask, PAD), mask


@pytest.mark.question(
    "q8-teacher-forcing", points=0, alive=True, hint="the teacher hangs on the target"
)
def test_the_teacher_hangs_on_the_target(student, draws):
    target, mask = some_lines(draws, noise=False)
    first, second = (
        student.teacher_forcing(each, mask)
        for each in (target, torch.where(target > END, 14 - target, target))
    )
    differ(
        first, second, what="the teacher hangs on the target", sent="two targets in one mask"
    )


@pytest.mark.question(
    "q8-teacher-forcing",
    points=0.25,
    essential=True,
    requires=("one-place-late",),
    hint="START, then the target without its last place",
)
def test_start_then_the_target_one_place_late(student, draws):
    for rows in (slice(None), slice(1)):
        target, mask = (each[rows] for each in some_lines(draws, noise=False))
        late = torch.cat([torch.full_like(target[:, :1], START), target[:, :-1]], dim=1)
        twice = torch.cat([torch.full_like(target[:, :2], START), target[:, :-2]], dim=1)
        late, twice = late[:, : target.shape[1]], twice[:, : target.shape[1]]
        came = student.teacher_forcing(target, mask)
        words = came * mask if getattr(came, "shape", None) == mask.shape else came
        close_to(
            words,
            late * mask,
            what="on the words: START, then the target one place late",
            mistakes={
                "this is the target: the teacher is one place late, START in front": target
                * mask,
                "one place late, not two": twice * mask,
                "START is missing: it stands in front of each line": late.masked_fill(
                    late == START, PAD
                )
                * mask,
                "the target is one place late, not early: START in front, the last place falls off": (
                    torch.cat([target[:, 1:], torch.full_like(target[:, :1], PAD)], dim=1)
                    * mask
                ),
                "what falls off at the end does not come back in front: START stands there": (
                    target.roll(1, dims=1) * mask
                ),
            },
            sent=f"targets {tuple(target.shape)}",
        )


@pytest.mark.question(
    "q8-teacher-forcing",
    points=0.25,
    requires=("padding", "form"),
    hint="PAD where the mask is False, END too; int64 (B, T)",
)
def test_padding_and_form(student, draws):
    for noise in (False, True):
        target, mask = some_lines(draws, noise)
        came = student.teacher_forcing(target, mask)
        equal_to(
            (str(getattr(came, "dtype", "")), tuple(getattr(came, "shape", ()))),
            ("torch.int64", tuple(target.shape)),
            what="int64 (B, T)",
            hint="tokens are int64, as many as the target has",
        )
        equal_to(
            bool((came == END).any()),
            False,
            what="END never enters the decoder",
            hint="END stands where the mask of the target ends: PAD where the mask is False",
        )
        close_to(
            came.masked_fill(mask, PAD),
            torch.full_like(target, PAD),
            what="PAD where the mask is False",
            hint="PAD where the mask is False, whatever stands there in the target",
        )
    after = student.teacher_forcing.inputs_after(target, mask)
    equal_to(
        all(map(torch.equal, (target, mask), after)),
        True,
        what="a call leaves what it is given as it is",
        hint="make a new tensor: nothing is written into the target",
    )
    one = student.teacher_forcing(
        torch.tensor([[END], [END]]), torch.ones(2, 1, dtype=torch.bool)
    )
    equal_to(one.tolist(), [[START], [START]], what="lines of END alone: START", hint=ALONE)
    for row in (0, 1):  # a batch of one, and another line at the same place: nothing is kept
        came = student.teacher_forcing(target[row : row + 1], mask[row : row + 1])
        first = mask[row].nonzero()[-1, 0]
        equal_to(
            came[0, : first + 1].tolist(),
            [START, *target[row, :first].tolist()],
            what="a line in a batch of one",
        )
