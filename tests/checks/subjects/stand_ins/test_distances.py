"""What stands in for a divergence is known in closed form."""

from __future__ import annotations

import math

import torch

from amal_attention.checks.subjects.stand_ins.distances import power_divergence


def test_it_is_the_mean_of_the_root_of_the_ratio_less_one() -> None:
    p, q = torch.tensor([[0.25, 0.75], [0.5, 0.5]]), torch.tensor([[0.64, 0.36], [0.5, 0.5]])
    expected = 4 / 3 * (0.25 * 0.5 / 0.8 + 0.75 * math.sqrt(0.75) / 0.6 - 1)
    assert torch.allclose(power_divergence(p.log(), q.log()), torch.tensor([expected, 0.0]), atol=1e-6)
    assert power_divergence(q.log(), p.log())[0] != power_divergence(p.log(), q.log())[0]


def test_close_by_it_curves_as_the_variance_of_the_logits_does() -> None:
    logits = torch.tensor([[0.3, -0.7, 1.1]], dtype=torch.float64)
    p, step = logits.softmax(dim=1)[0], 1e-3 * torch.tensor([[1.0, 2.0, -1.0]], dtype=torch.float64)
    curvature = step[0] @ (torch.diag(p) - torch.outer(p, p)) @ step[0]
    assert torch.allclose(power_divergence(logits, logits + step), curvature / 2, rtol=1e-2)
