"""Hidden tests of exercise 3.1: the moments weighted by counts, in float64, and their part in the gradient."""

import pytest
import torch

from amal_attention.checks import close_to, differentiates, equal_to, hangs_on, leaves_alone
from amal_attention.checks.values import same

WEIGHTED = "less the mean, divided by the root of the variance, words weighing by their counts"


def vocabulary(draws):
    """Vectors of which no dimension is constant, and counts that all differ; the last word is never read."""
    words, dim = draws.sizes(2, 5, 9)
    generator = draws.generator()
    scales = 0.5 + 2 * torch.rand(dim, generator=generator)
    vectors = scales * torch.randn(words, dim, generator=generator) + 3 * torch.randn(
        dim, generator=generator
    )
    counts = torch.randperm(40, generator=generator)[:words] + 1
    counts[-1] = 0
    return vectors, counts


def moments(vectors, weights):
    """Mean and variance of each dimension, each word by its weight."""
    shares = (weights.double() / weights.double().sum()).tolist()
    rows = vectors.double()
    mean = sum(share * row for share, row in zip(shares, rows, strict=True))
    return mean, sum(share * (row - mean) ** 2 for share, row in zip(shares, rows, strict=True))


@pytest.mark.question(
    "q3-normalised",
    points=0,
    alive=True,
    hint="each dimension is brought to mean 0, or to variance 1",
)
def test_it_undoes_a_shift_or_a_scale(student, draws):
    """What is asked ignores a shift of a dimension and its scale; a map of each row, or a mean, ignores neither."""
    vectors, counts = vocabulary(draws)
    hangs_on(
        student.normalised,
        (vectors, counts),
        (vectors.flip(0) ** 2, counts),
        name="vectors",
        hint=WEIGHTED,
    )
    first = student.normalised(vectors, counts)
    shifted = student.normalised(2 * vectors + 5, counts)
    left = shifted - 2 * first
    flat = same(left, left[:1].expand_as(left), 1e-3)  # so does a linear map of each row
    centred = any(
        same(moments(first, each)[0], torch.zeros(vectors.shape[1]).double(), 1e-3)
        for each in (counts, torch.ones(len(counts)))
    )
    equal_to(
        not flat or centred,
        True,
        what="vectors are brought to a mean and a variance",
        sent="vectors, then twice these plus 5",
        hint=WEIGHTED,
    )


@pytest.mark.question(
    "q3-normalised",
    points=0.75,
    essential=True,
    requires=("weighted-moments",),
    hint=WEIGHTED,
)
def test_each_dimension_has_mean_0_and_variance_1_over_running_words(student, draws):
    for factor in (1, 1000):  # what counts is how often one word is read beside another
        vectors, counts = vocabulary(draws)
        vectors[:, 0] *= 0.3 / vectors[:, 0].std()  # no bound on what is divided goes unseen
        vectors[-1] += 20  # and none on what comes out
        counts = factor * counts
        (mean, variance), (plain, spread) = (
            moments(vectors, each) for each in (counts, torch.ones(len(counts)))
        )
        rows = vectors.double()
        read = counts.double().sum()
        lengths = rows.norm(dim=1, keepdim=True)
        whole = ((rows - mean) ** 2).mean().sqrt()
        close_to(
            student.normalised(vectors, counts),
            (rows - mean) / variance.sqrt(),
            what="mean 0 and variance 1 in each dimension, over running words",
            mistakes={
                "words weigh by their counts: this is the mean over the vocabulary": (
                    rows - plain
                )
                / spread.sqrt(),
                "words weigh by their counts in the variance too": (rows - mean)
                / spread.sqrt(),
                "words weigh by their counts in the mean too": (rows - plain)
                / moments(rows - plain, counts)[0].square().add(variance).sqrt(),
                "divide by the root of the variance, not by the variance": (rows - mean)
                / variance,
                "divide by the root of the variance: the mean alone was taken off": rows - mean,
                "take off the mean first: this is only divided": rows / variance.sqrt(),
                "each dimension is treated, a column, not each vector: no length of 1": rows
                / lengths,
                "each dimension has a variance of its own: this is one for all": (rows - mean)
                / whole,
                "frequencies sum to 1: no n - 1 here": (rows - mean)
                / (variance * read / (read - 1)).sqrt(),
                "the variance is that about the mean: take the mean off before the squares": (
                    rows - mean
                )
                / moments(rows**2, counts)[0].sqrt(),
            },
            sent=f"{len(rows)} vectors of {rows.shape[1]} numbers, counts from 0 to {int(counts.max())}",
            hint=WEIGHTED,
        )


@pytest.mark.question(
    "q3-normalised",
    points=0.25,
    requires=("differentiable",),
    hint="mean and variance hang on the vectors: no detach, no .data, no no_grad, nothing kept, nothing in place",
)
def test_the_gradient_goes_through_mean_and_variance(student, draws):
    vectors, counts = vocabulary(draws)
    differentiates(
        student.normalised,
        (vectors, counts),
        names=["vectors"],
        seed=draws.seed(),
        hint="mean and variance hang on the vectors: no detach, no .data, no no_grad",
    )
    leaves_alone(student.normalised, vectors, counts)
    equal_to(
        str(student.normalised(vectors, counts).dtype),
        "torch.float32",
        what="what comes back is float32, as the vectors are",
        hint="float32 comes back, as the vectors are: no numpy, and .float() after .double()",
    )
