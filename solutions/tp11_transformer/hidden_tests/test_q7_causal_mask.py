"""Hidden tests of exercise 7.1: each place may look at itself and at what comes before it, and nowhere else."""

import pytest
import torch

from amal_attention.checks import close_to, equal_to


@pytest.mark.question(
    "q7-causal-mask", points=0, alive=True, hint="some places may look, and some may not"
)
def test_some_may_look_and_some_may_not(student):
    mask = student.causal_mask(4)
    equal_to(
        len(set(mask.flatten().tolist())) > 1,
        True,
        what="True for some pairs of places, False for others",
    )


@pytest.mark.question(
    "q7-causal-mask",
    points=0.5,
    essential=True,
    requires=("definition", "form"),
    hint="row i is True for the places j ≤ i: bool, as many rows as columns",
)
def test_each_place_sees_itself_and_what_comes_before(student, draws):
    for length in (draws.between(4, 9), 1, draws.between(40, 60), 700):
        by_hand = torch.arange(length).unsqueeze(1) >= torch.arange(length)
        mask = student.causal_mask(length)
        equal_to(
            str(getattr(mask, "dtype", type(mask).__name__)),
            "torch.bool",
            what="the mask is bool",
            sent=f"length {length}",
            hint="booleans, True where a place may look: dtype=torch.bool",
        )
        equal_to(
            tuple(mask.shape),
            (length, length),
            what="as many rows and columns as the length says",
            sent=f"length {length}",
            hint="a mask (length, length), for any length: no axis more, and no table that ends",
        )
        close_to(
            mask,
            by_hand.float(),
            what="row i is True for j ≤ i",
            sent=f"length {length}",
            mistakes={
                "a place sees itself too: j ≤ i, not j < i": by_hand.float()
                - torch.eye(length),
                "rows are what looks, columns what is looked at: this is the transpose": by_hand.T.float(),
                "True where a place may look, not where it may not": 1 - by_hand.float(),
            },
        )
