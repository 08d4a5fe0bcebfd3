"""Expectations on what learns: gradients reach it, and it is registered as a parameter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.reading import looks, read, read_each
from amal_attention.checks.subject import FunctionSubject, Subject, function_subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers, reviews_sent

__all__ = ["gradient_flows", "gradient_reaches", "learns_to_find", "registers_everything"]

Module = nn.Module | Subject

_UNREGISTERED = (
    "a tensor or a layer is not registered: use nn.Parameter for a tensor, nn.ModuleList for a list of layers, "
    "and make nothing anew in forward"
)

_LOG_OF_0 = (
    "0 · log 0: the gradient of the log of 0 is infinite, even where the result is hidden afterwards; "
    "fill weights of 0 with a number whose log is finite before you take it"
)

_LENGTHS = (4, 2, 1)
_TRIES = 6
_STARTS = 5
_LEARNT = 0.93


@expectation("a gradient reaches every parameter")
def gradient_reaches(
    pooling: Module, dim: int, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """In training mode each parameter gets a gradient from the pooled vector, finite and, in some look, not all zero.

    A bias, or a single number, may have a zero gradient: adding a constant to all scores rightly changes nothing.
    """
    silent = set(subject(pooling).parameters())
    if not silent:
        raise Missed("parameters that learn", "none", hint or _UNREGISTERED)
    for looked_at, x, mask in looks(pooling, dim, lengths, _TRIES, seed):
        sent = f"{reviews_sent(x, mask)}, and a gradient of the pooled vectors"
        pooled, _ = read(looked_at, x, mask)
        found, _ = looked_at.train().gradients(x, mask, torch.linspace(-1, 2, pooled.numel()).reshape(pooled.shape))
        for name, gradient in found.items():
            if gradient is None:
                unused = f"{name} is not used in the pooled vector, or cut off from it by a detach or a no_grad"
                raise Missed(f"a gradient for {name}", "none", hint or unused, sent)
            if not gradient.isfinite().all():
                raise Missed(f"a finite gradient for {name}", numbers(gradient.flatten()), hint, sent)
            if _may_be_silent(name, gradient) or (gradient.abs() > 1e-7).any():
                silent.discard(name)
        if not silent:
            return
    name = min(silent)
    raise Missed(f"a gradient for {name}", "zeros", hint or f"{name} changes nothing in the answer", sent)


@expectation("all that it computes with is registered: a copy of its state is a copy of it")
def registers_everything(
    build: Callable[[], Module], dim: int, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """A second module that is given the state of a first one answers as the first one does.

    Args:
        build: makes a module, the same at each call but for its random start.
        dim: D of what it reads.
        lengths: of the reviews.
        seed: another seed, other parameters and words.
        hint: for a miss.
    """
    second = subject(build()).eval()
    for first, x, mask in looks(build(), dim, lengths, seed=seed):
        second.load(first.state())
        (pooled, _), (again, _) = read_each(first, [(x, mask), (x, mask)])
        copied, _ = read(second, x, mask)
        if not same(pooled, again):
            raise Missed(
                "the same answer at each call",
                "another one",
                "something random is made in forward, or kept from one call to the next",
            )
        if not same(pooled, copied):
            raise Missed("the same answer from the copy", "another one", hint or _UNREGISTERED, reviews_sent(x, mask))


@expectation("a gradient flows through it")
def gradient_flows(
    function: Callable[[Tensor, Tensor], Tensor] | FunctionSubject, weights: Tensor, mask: Tensor
) -> None:
    """A function of ``weights`` and ``mask`` lets a finite gradient through to the weights."""
    gradient = function_subject(function).gradient(weights, mask)
    if gradient is None:
        raise Missed(
            "a result that depends on the weights", "none: one cut off from them", "no detach, no item, no no_grad"
        )
    if not gradient.isfinite().all():
        raise Missed("a finite gradient for the weights", numbers(gradient), _LOG_OF_0, f"weights {numbers(weights)}")


@expectation("trained on labelled reviews, it finds the word that tells")
def learns_to_find(pooling: Module, dim: int, *, seed: int = 0, steps: int = 80, hint: str = "") -> None:
    """Trained by its gradients, under a linear layer, it decides new reviews whose labels it never meets.

    In each review one word, that bears a mark, tells the label; the same sign on the others, at random, misleads a
    mean. It learns in training mode, and decides in evaluation mode; one mark, then the opposite one, so that no luck
    of the start does for both; from another start where training from one leads nowhere.
    """
    looked_at, best = subject(pooling), 0.0
    for start in range(seed, seed + _STARTS):
        found = 1.0
        for mark in (2.0, -2.0):
            if found >= _LEARNT:
                found = _share_found(looked_at, dim, mark, start, steps)
        if found >= _LEARNT:
            return
        best = max(best, found)
    raise Missed(
        f"at least {_LEARNT:.0%} of new reviews right",
        f"{best:.0%}",
        hint or "does the attention learn? A gradient must reach the query",
        f"{steps} steps on reviews in which one marked word tells the label, then 400 new ones",
    )


def _share_found(looked_at: Subject, dim: int, mark: float, seed: int, steps: int) -> float:
    """The share of new reviews that it decides rightly after training from a random start, or already on the way."""
    training, share = _Training(looked_at, dim, mark, seed), 0.0
    for spurt in (steps // 2, steps // 4, steps - steps // 2 - steps // 4):
        training.go_on(spurt)
        share = training.share_found()
        if share >= _LEARNT:
            break
    return share


class _Training:
    """A pooling from a random start, under a linear layer of two classes."""

    def __init__(self, pooling: Subject, dim: int, mark: float, seed: int) -> None:
        self.pooling, self.dim, self.mark = randomised(pooling, seed), dim, mark
        self.generator = torch.Generator().manual_seed(seed)
        x, mask, _ = _marked_reviews(dim, mark, self.generator, 1)
        width = read(pooling, x, mask)[0].shape[1]
        weight, bias = (0.3 * torch.randn(shape, generator=self.generator) for shape in ((2, width), (2,)))
        self.layer = (weight, bias)

    def go_on(self, steps: int) -> None:
        """Train it where it is, on labelled reviews."""
        reviews = [_marked_reviews(self.dim, self.mark, self.generator) for _ in range(steps)]
        self.layer = self.pooling.learn(reviews, self.layer, lr=0.05)

    def share_found(self) -> float:
        """The share of new reviews that it decides rightly, in evaluation mode; their labels stay here."""
        x, mask, labels = _marked_reviews(self.dim, self.mark, self.generator, 400)
        pooled, _ = read(self.pooling.eval(), x, mask)
        return float((nn.functional.linear(pooled, *self.layer).argmax(dim=1) == labels).float().mean())


def _marked_reviews(
    dim: int, mark: float, generator: torch.Generator, count: int = 64
) -> tuple[Tensor, Tensor, Tensor]:
    """Reviews of 8 to 12 words, the labels that one word of each tells, and no other."""
    lengths = torch.randint(8, 13, (count,), generator=generator)
    mask = torch.arange(12) < lengths.unsqueeze(1)
    x = 0.3 * torch.randn(count, 12, dim, generator=generator)
    signs = 2.0 * torch.randint(0, 2, mask.shape, generator=generator) - 1
    places = (torch.rand(count, generator=generator) * lengths).long()
    x[:, :, 0] = signs
    x[torch.arange(count), places, 1] += mark
    return x, mask, (signs[torch.arange(count), places] > 0).long()


def _may_be_silent(name: str, gradient: Tensor) -> bool:
    return gradient.numel() < 2 or name.endswith("bias")
