"""Random texts, and vectors by themselves, which have no mask and no padding."""

from __future__ import annotations

import torch

from amal_attention.checks import VectorProbe, exchanged, some_texts


def test_vectors_stand_everywhere():
    probe = VectorProbe(4)
    (x,) = inputs = probe.inputs((3, 1), 0, under=0)
    assert x.shape == (2, 3, 4) and bool((x != 0).all())
    assert torch.equal(x, probe.inputs((3, 1), 0)[0])
    assert (probe.places(inputs), probe.names(inputs), probe.shapes(inputs)) == ({}, ["x"], {"output": (2, 3, 4)})


def test_texts_have_the_lengths_asked_for() -> None:
    x, mask = some_texts(5, (2, 7, 1, 3))
    assert x.shape == (4, 7, 5) and mask.dtype == torch.bool
    assert mask.int().tolist() == [[1] * length + [0] * (7 - length) for length in (2, 7, 1, 3)]


def test_numbers_stand_under_the_padding() -> None:
    x, mask = some_texts(5)
    assert (x[~mask].abs().sum(dim=1) > 0.1).all()


def test_the_same_seed_gives_the_same_words_and_another_others() -> None:
    torch.manual_seed(1)
    first = some_texts(5, seed=3)[0]
    torch.manual_seed(2)
    assert torch.equal(first, some_texts(5, seed=3)[0])
    assert not torch.allclose(first, some_texts(5, seed=4)[0])


def test_drawing_texts_leaves_the_generator_of_the_notebook_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    some_texts(5)
    assert torch.equal(torch.rand(1), expected)


def test_two_places_of_each_row_are_exchanged_in_a_copy() -> None:
    values = torch.arange(6).view(2, 3)
    assert exchanged(values, 0, 2).tolist() == [[2, 1, 0], [5, 4, 3]]
    assert values.tolist() == [[0, 1, 2], [3, 4, 5]]
