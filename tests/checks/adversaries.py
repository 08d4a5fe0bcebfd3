"""Adversaries, right and wrong: they move each word one step along the sign of the gradient of the first logit."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from amal_attention.checks import KnownReader, some_texts

STEP = 0.25


def right(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    followed = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(model(followed, mask)[:, 0].sum(), followed)
    return STEP * gradient.sign() * mask.unsqueeze(2)


def adds_to_grad(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    followed = x.detach().clone().requires_grad_()
    model(followed, mask)[:, 0].sum().backward()
    return STEP * followed.grad.sign() * mask.unsqueeze(2)


def wipes_grad(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    model.zero_grad()
    return right(model, x, mask)


def zeroes_grad(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    model.zero_grad(set_to_none=False)
    return right(model, x, mask)


def goes_to_evaluation(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    model.eval()
    return right(model, x, mask)


def goes_to_training(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    model.eval()
    moved = right(model, x, mask)
    model.train()
    return moved


def trains(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    with torch.no_grad():
        model.output.mul_(2)
    return right(model, x, mask)


def freezes(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    model.requires_grad_(False)
    return right(model, x, mask)


def moves_in_place(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    moved = right(model, x, mask)
    x += moved
    return moved


def marks_the_input(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    x.requires_grad_()
    return right(model, x, mask)


def thaws(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    model.requires_grad_(True)
    return right(model, x, mask)


def gives_gradients_of_zeros(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
    return right(model, x, mask)


def cuts_the_input(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    return right(model, x.detach_(), mask)


def fills_grad_of_the_input(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    moved = right(model, x, mask)
    x.grad = moved if x.requires_grad else None
    return moved


def seeds(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    torch.manual_seed(0)
    return right(model, x, mask)


def keeps_the_graph(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    followed = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(model(followed, mask)[:, 0].sum(), followed, create_graph=True)
    return gradient * mask.unsqueeze(2)


def keeps_the_copy(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    return right(model, x, mask) + 0 * x.detach().requires_grad_()


def keeps_the_input(model: nn.Module, x: Tensor, mask: Tensor) -> Tensor:
    return right(model, x, mask) + 0 * x


LEAVES_A_MARK = {
    "adds_to_grad": "backward() adds to grad",
    "wipes_grad": "no zero_grad here",
    "zeroes_grad": "no zero_grad here",
    "goes_to_evaluation": "no train() and no eval()",
    "goes_to_training": "no train() and no eval()",
    "trains": "nothing is trained here",
    "freezes": "requires_grad of the parameters",
    "moves_in_place": "make a new tensor",
    "marks_the_input": "marks the caller's tensor",
    "thaws": "requires_grad of the parameters",
    "gives_gradients_of_zeros": "backward() adds to grad",
    "cuts_the_input": "another tensor of your own",
    "fills_grad_of_the_input": "another tensor of your own",
    "seeds": "no manual_seed",
}
CARRIES_A_GRAPH = ("keeps_the_graph", "keeps_the_copy", "keeps_the_input")


def some_reader(seed: int = 0) -> tuple[Tensor, Tensor]:
    """What a :class:`KnownReader` of 5 dimensions, 4 units and 3 classes is made of."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(5, 4, generator=generator), torch.randn(4, 3, generator=generator)


def reader() -> KnownReader:
    return KnownReader(*some_reader(), marked=True)


TEXTS = some_texts(5, (4, 2, 1))
