"""A number in place of a probe is the width of what a pooling reads."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import PoolingProbe, leaves_inputs_alone, shapes, simplex
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome

DIM = 5


class Ones(nn.Module):
    """A pooling whose weights are no distribution; where a text has no word, it changes what it reads."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        if not mask.any(dim=1).all():
            x.zero_()
        return x.sum(dim=1), torch.ones(mask.shape)


class Unpaired(nn.Module):
    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return x.sum(dim=1)


def missed(look, module: nn.Module, probe: PoolingProbe | int) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look(module, probe)
    return caught.value.outcome


@pytest.mark.parametrize(("look", "module"), [(simplex, Ones), (leaves_inputs_alone, Ones)])
def test_a_number_asks_what_a_probe_of_poolings_asks(look, module):
    assert missed(look, module(), DIM) == missed(look, module(), PoolingProbe(DIM))


def test_the_shapes_of_a_pooling_are_named_in_the_title():
    assert missed(shapes, Unpaired(), DIM).expectation.startswith("pooled is (B, out_features)")
    assert missed(shapes, Unpaired(), PoolingProbe(DIM)).expectation.startswith("what comes back has the shapes")
