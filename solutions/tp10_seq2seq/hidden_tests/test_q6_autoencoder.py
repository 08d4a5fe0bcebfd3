"""Hidden tests of exercise 6.1: the batch of an auto-encoder, at the places where something stands."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks import close_to, differ, equal_to
from amal_attention.tasks.translation import END, PAD, START, PairBatch

TOKENS = 12
LONGEST = 6


def some_batch(draws):
    """Lines of many lengths, and lines to translate them to that are others, and as wide; PAD stands on padding."""
    generator = draws.generator()
    lengths = torch.tensor([LONGEST, 2, *(draws.between(1, LONGEST) for _ in range(3))])
    lengths = lengths[torch.randperm(5, generator=generator)]
    source_mask = torch.arange(LONGEST) < lengths.unsqueeze(1)
    source = torch.randint(END + 1, TOKENS, (5, LONGEST), generator=generator)
    teacher, target, target_mask = expected_of(source + 10, source_mask.roll(1, 0))
    return PairBatch(
        source.masked_fill(~source_mask, PAD), source_mask, teacher, target, target_mask
    )


def expected_of(source, mask):
    """Teacher, target and its mask for lines that are to be written again, line by line."""
    lines = [row[seen].tolist() for row, seen in zip(source, mask, strict=True)]
    teacher, target, shown = (
        torch.full((len(lines), mask.shape[1] + 1), PAD) for _ in range(3)
    )
    for row, line in enumerate(lines):
        teacher[row, : len(line) + 1] = torch.tensor([START, *line])
        target[row, : len(line) + 1] = torch.tensor([*line, END])
        shown[row, : len(line) + 1] = 1
    return teacher, target, shown.bool()


def batch_of(came):
    """What came, as a batch; a tuple of its five fields in their order is one."""
    if isinstance(came, tuple) and len(came) == 5:
        return PairBatch(*came)
    hint = "return PairBatch(source, source_mask, teacher, target, target_mask)"
    equal_to(type(came).__name__, "PairBatch", what="a PairBatch comes back", hint=hint)
    return came


def seen(field, mask):
    """A field of a batch where a mask is True, PAD elsewhere: how wide the padding is does not matter."""
    if not isinstance(field, Tensor) or field.ndim != 2 or len(field) != len(mask):
        return field
    missing = max(0, mask.shape[1] - field.shape[1])
    return F.pad(field, (0, missing), value=PAD)[:, : mask.shape[1]].masked_fill(~mask, PAD)


def batch_of_tokens(source, mask):
    """Where a target is no PAD."""
    _, target, _ = expected_of(source, mask[:, 1:])
    return target != PAD


@pytest.mark.question(
    "q6-autoencoder", points=0, alive=True, hint="the target is made of the source"
)
def test_it_hangs_on_the_source(student, draws):
    batch, other = some_batch(draws), some_batch(draws)
    both = (batch, batch._replace(source=other.source, source_mask=other.source_mask))
    first, second = (batch_of(student.autoencoder_batch(each)) for each in both)
    differ(
        *(
            [field.tolist() for field in (each.teacher, each.target)]
            for each in (first, second)
        ),
        what="teacher and target hang on the source",
        sent="a batch, then other sources with the same targets",
    )


@pytest.mark.question(
    "q6-autoencoder",
    points=0.25,
    essential=True,
    requires=("source-and-end",),
    hint="target: the source, then END right behind it; teacher: START, then the source",
)
def test_the_source_and_its_end(student, draws):
    batch = some_batch(draws)
    teacher, target, mask = expected_of(batch.source, batch.source_mask)
    came = batch_of(student.autoencoder_batch(batch))
    last_column = torch.cat([batch.source, torch.full_like(batch.source[:, :1], END)], dim=1)
    close_to(
        seen(came.target, mask),
        target,
        what="target: the source, then END",
        mistakes={
            "END stands behind the last token of each line": seen(batch.source, mask),
            "END stands right behind each line, not behind the padding": seen(
                last_column, mask
            ),
            "this is the target of the translation": seen(batch.target, mask),
            "this is the teacher: the target begins with the first token of the source": teacher,
        },
        sent="a batch of 5 lines",
    )
    close_to(
        seen(came.teacher, mask),
        teacher,
        what="teacher: START, then the source",
        mistakes={
            "the teacher is one place late: it begins with START": target,
            "the teacher begins with START, then comes the source": seen(batch.source, mask),
            "this is the teacher of the translation": seen(batch.teacher, mask),
        },
        sent="a batch of 5 lines",
    )


@pytest.mark.question(
    "q6-autoencoder",
    points=0.125,
    requires=("padding",),
    hint="source_mask tells where the source is: what stands on its padding is not copied",
)
def test_padding_is_not_copied(student, draws):
    """What an answer gives where PAD stands on padding is right here: another test looks at that."""
    batch = some_batch(draws)
    noise = torch.randint(END + 1, TOKENS, batch.source.shape, generator=draws.generator())
    plain, noisy = (
        batch_of(student.autoencoder_batch(batch._replace(source=source)))
        for source in (batch.source, batch.source.where(batch.source_mask, noise))
    )
    for name in ("target", "teacher"):
        close_to(
            getattr(noisy, name),
            getattr(plain, name),
            what="the same target and the same teacher, whatever stands on the padding of the source",
            sent="a batch with PAD on padding, then the same with other tokens there",
        )


@pytest.mark.question(
    "q6-autoencoder",
    points=0.125,
    requires=("masks",),
    hint="source and source_mask stay; target_mask is True on each line and on its END",
)
def test_masks(student, draws):
    batch = some_batch(draws)
    batch.source[:, 0] = PAD  # where the mask is True, 0 is a token like any other
    _, _, mask = expected_of(batch.source, batch.source_mask)
    came = batch_of(student.autoencoder_batch(batch))
    close_to(
        seen(came.source, batch.source_mask),
        batch.source,
        what="the sources stay as they are",
        sent="a batch of 5 lines",
    )
    close_to(
        seen(came.source_mask, torch.ones_like(batch.source_mask)),
        batch.source_mask,
        what="source_mask stays as it is",
        sent="a batch of 5 lines",
    )
    widths = [each.shape[-1] for each in (came.teacher, came.target, came.target_mask)]
    equal_to(
        max(widths),
        LONGEST + 1,
        what="teacher, target and target_mask are as wide as the longest source with its END",
        sent=f"a source of {LONGEST} columns",
        hint="one column more than the source has, for START or END",
    )
    everywhere = torch.ones_like(mask)
    close_to(
        seen(came.target_mask, everywhere),
        mask,
        what="target_mask: each line and its END",
        mistakes={
            "END is under the mask too: it counts in the loss": seen(
                batch.source_mask, everywhere
            ),
            "this is the mask of the translation": seen(batch.target_mask, everywhere),
            "padding is no target: the mask is False there": everywhere,
            "the mask tells where the line is, not the number: 0 may stand in it": batch_of_tokens(
                batch.source, mask
            ),
        },
        sent="a batch of 5 lines",
    )
    noisy = batch._replace(source=batch.source.masked_fill(~batch.source_mask, TOKENS))
    (after,) = student.autoencoder_batch.inputs_after(noisy)
    equal_to(
        all(map(torch.equal, after, noisy)),
        True,
        what="the batch that is given stays as it is",
        hint="what ends in _ changes the batch in place: masked_fill in place of masked_fill_",
    )
    equal_to(
        [str(each.dtype).removeprefix("torch.") for each in came],
        ["int64", "bool", "int64", "int64", "bool"],
        what="tokens are int64, masks bool",
        hint="tokens are int64, masks are bool",
    )
