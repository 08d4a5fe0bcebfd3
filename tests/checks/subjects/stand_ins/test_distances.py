"""What stands in for a divergence is known in closed form."""

from __future__ import annotations

import torch

from amal_attention.checks.subjects.stand_ins.distances import squared_hellinger


def test_it_is_twice_the_sum_of_squared_differences_of_roots() -> None:
    p, q = torch.tensor([[0.25, 0.75], [1.0, 0.0]]), torch.tensor([[0.64, 0.36], [0.0, 1.0]])
    expected = [2 * ((0.5 - 0.8) ** 2 + (0.75**0.5 - 0.6) ** 2), 4.0]
    assert torch.allclose(squared_hellinger((p + 1e-12).log(), (q + 1e-12).log()), torch.tensor(expected), atol=1e-4)


def test_close_by_it_curves_as_the_variance_of_the_logits_does() -> None:
    logits = torch.tensor([[0.3, -0.7, 1.1]], dtype=torch.float64)
    p, step = logits.softmax(dim=1)[0], 1e-3 * torch.tensor([[1.0, 2.0, -1.0]], dtype=torch.float64)
    curvature = step[0] @ (torch.diag(p) - torch.outer(p, p)) @ step[0]
    assert torch.allclose(squared_hellinger(logits, logits + step), curvature / 2, rtol=1e-2)
