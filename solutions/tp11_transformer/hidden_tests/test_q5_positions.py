"""Hidden tests of exercise 5: a vector of sines and cosines for each place."""

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to

FORM = "a tensor of floats (length, dim)"


def rate(column, dim):
    """By how much the angle of a column rises from place to place."""
    return 10000.0 ** (-(column - column % 2) / dim)


def table(length, dim, *, rate=rate, first=0, sines=lambda column: column % 2 == 0):
    """Sines and cosines in double precision, column by column; what else is given makes it a mistake."""
    places = torch.arange(first, first + length, dtype=torch.float64)
    columns = [
        (torch.sin if sines(column) else torch.cos)(places * rate(column, dim))
        for column in range(dim)
    ]
    return torch.stack(columns, dim=1)


def mistakes(length, dim):
    """What likely mistakes give."""
    right = table(length, dim)
    return {
        "sines and cosines take turns, column by column: here are two halves": torch.cat(
            [right[:, ::2], right[:, 1::2]], dim=1
        ),
        "the sine comes first: sines in the columns 0, 2, 4 …, cosines in 1, 3, 5 …": table(
            length, dim, sines=lambda column: column % 2
        ),
        "places are counted from 0: P(0) = (0, 1, 0, 1 …)": table(length, dim, first=1),
        "column 2i + 1 has the angle of column 2i: the exponent is 2i/D in both": table(
            length, dim, rate=lambda column, dim: 10000.0 ** (-column / dim)
        ),
        "2i is the column itself, 0, 2, 4 …: it is not doubled once more": table(
            length, dim, rate=lambda column, dim: rate(2 * column - 2 * (column % 2), dim)
        ),
        "the exponent is 2i/D, with 2i = 0, 2, 4 …: here it is i/D": table(
            length, dim, rate=lambda column, dim: rate(column, 2 * dim)
        ),
        "the place is divided by 10000^(2i/D), and not multiplied by it": table(
            length, dim, rate=lambda column, dim: 1 / rate(column, dim)
        ),
        "10000 to the power of 2i/D: the exponent is no whole number": table(
            length, dim, rate=lambda column, dim: 1.0
        ),
    }


def is_as_the_loop(came, length, dim, tolerance=1e-4):
    equal_to(
        tuple(came.shape),
        (length, dim),
        what=FORM,
        sent=f"length = {length}, dim = {dim}",
        hint="a row for each place, however many there are, and a column for each number of dim",
    )
    close_to(
        came,
        table(length, dim),
        what="the sines and cosines of a loop in double precision",
        mistakes=mistakes(length, dim),
        tolerance=tolerance,
        sent=f"length = {length}, dim = {dim}",
    )


@pytest.mark.question(
    "q5-positions",
    points=0,
    alive=True,
    hint="each place has a vector of sines and cosines",
)
def test_places_have_sines_and_cosines(student, draws):
    dim = 2 * draws.between(4, 8)
    came = student.sinusoidal_positions(12, dim)
    equal_to(tuple(came.shape), (12, dim), what=FORM)
    differ(came[1], came[2], what="another place has another vector")
    places = came.double()
    pairs = bool(((places.square().sum(dim=1) - dim / 2).abs() < 1e-2).all())
    first = places[0]
    begins = bool(((first * (first - 1)).abs() < 1e-4).all() and 0 < first.sum() < dim)
    equal_to(
        pairs or begins,
        True,
        what="sin² + cos² is 1 for each pair, or P(0) is made of sines and cosines of 0",
    )


@pytest.mark.question(
    "q5-positions",
    points=0.75,
    essential=True,
    requires=("equals-the-loop",),
    hint="sin(p / 10000^(2i/D)) in column 2i, cos of the same in column 2i + 1, places from 0",
)
def test_it_equals_the_loop(student, draws):
    for dim in (4, 6, 2 * draws.between(4, 12)):
        length = draws.between(9, 40)
        is_as_the_loop(student.sinusoidal_positions(length, dim), length, dim)
    is_as_the_loop(student.sinusoidal_positions(400, 10), 400, 10, tolerance=3e-4)
    is_as_the_loop(
        student.sinusoidal_positions(2500, 10), 2500, 10, tolerance=1e-2
    )  # as long as reviews are


@pytest.mark.question(
    "q5-positions",
    points=0.25,
    requires=("form",),
    hint="float32 (length, dim), for one place and for two columns too",
)
def test_its_form(student, draws):
    sizes = ((1, 2 * draws.between(2, 6)), (draws.between(5, 9), 2), (1, 2), (3, 8), (7, 4))
    for length, dim in sizes:
        came = student.sinusoidal_positions(length, dim)
        sent = f"length = {length}, dim = {dim}"
        equal_to(tuple(came.shape), (length, dim), what=FORM, sent=sent)
        equal_to(
            came.dtype == torch.float32, True, what="the numbers are of float32", sent=sent
        )
        differ(came, torch.zeros(length, dim), what="there are numbers in it", sent=sent)
    equal_to(came.requires_grad, False, what="nothing in it learns")
