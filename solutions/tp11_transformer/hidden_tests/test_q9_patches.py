"""Hidden tests of exercise 9.1: the squares of an image in reading order, against a plain loop."""

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to


def some_images(draws, count=3):
    """Images that are no squares, each pixel another number, and the side of the squares."""
    size = draws.between(2, 3)
    rows, columns = draws.sizes(2, 2, 4)
    shape = (count, rows * size, columns * size)
    pixels = torch.randperm(count * shape[1] * shape[2], generator=draws.generator())
    return pixels.float().reshape(shape), size


def squares(images, size):
    """Each square in a loop over rows of squares, then over squares of the row, ``(B, rows, columns, size, size)``."""
    _, height, width = images.shape
    rows = [
        torch.stack(
            [images[:, top : top + size, left : left + size] for left in range(0, width, size)],
            dim=1,
        )
        for top in range(0, height, size)
    ]
    return torch.stack(rows, dim=1)


@pytest.mark.question(
    "q9-patches", points=0, alive=True, hint="squares of an image hang on its pixels"
)
def test_squares_hang_on_the_pixels(student, draws):
    images, size = some_images(draws)
    first, second = (student.patches(each, size) for each in (images, images.flip(0)))
    differ(first, second, what="the squares hang on the pixels", sent="images, then others")


@pytest.mark.question(
    "q9-patches",
    points=0.5,
    essential=True,
    requires=("reading-order", "form"),
    hint="(B, rows, size, columns, size), then the squares in front of their pixels, in reading order",
)
def test_reading_order(student, draws):
    for count in (3, 1):
        images, size = some_images(draws, count)
        cut = squares(images, size)
        number = cut.shape[1] * cut.shape[2]
        close_to(
            student.patches(images, size),
            cut.reshape(count, number, -1),
            what="the squares in reading order, the pixels of each in reading order",
            mistakes={
                "rows of pixels are no squares: a view alone does not cut the rows": images.reshape(
                    count, number, -1
                ),
                "squares in reading order: row of squares by row, not column by column": cut.transpose(
                    1, 2
                ).reshape(count, number, -1),
                "the pixels of a square in reading order: its rows, not its columns": cut.mT.reshape(
                    count, number, -1
                ),
                "two axes too many are swapped: only those of the columns of squares and of the rows of pixels": (
                    cut.transpose(1, 2).mT.reshape(count, number, -1)
                ),
            },
            sent=f"images {tuple(images.shape)}, size {size}",
        )
    upstream = torch.randn(1, number, size * size, generator=draws.generator())
    _, (gradient, *_) = student.patches.gradients((images, size), upstream)
    equal_to(
        gradient is not None
        and torch.allclose(squares(gradient, size).reshape(upstream.shape), upstream),
        True,
        what="the gradient reaches each pixel",
        hint="no numpy, no detach: an image may learn too",
    )
    equal_to(
        torch.equal(student.patches.inputs_after(images, size)[0], images),
        True,
        what="a call leaves the images as they are",
        hint="nothing is written into the images: make a new tensor",
    )
