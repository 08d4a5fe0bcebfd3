"""Expectations on what learns: gradients reach it, and it is registered as a parameter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.poolings.probe import looks, read, read_each
from amal_attention.checks.expectations.poolings.wording import reviews_sent
from amal_attention.checks.probes.texts import some_texts
from amal_attention.checks.subjects.subject import FunctionSubject, Subject, function_subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = [
    "carries_gradient",
    "gradient_flows",
    "learns_to_find",
    "learns_values",
    "learns_weights",
    "leaves_its_start",
    "weights_carry_gradient",
]

Module = nn.Module | Subject

_LOG_OF_0 = (
    "0 · log 0: the gradient of the log of 0 is infinite, even where the result is hidden afterwards; "
    "fill weights of 0 with a number whose log is finite before you take it"
)

_CUT_OFF = "something is cut off from the words: no detach, no no_grad, no item on the way from x to pooled"
_NEVER_LEFT = (
    "a product of two parameters that both start at 0 gives no gradient to either, nor does a ReLU that is 0 for every "
    "word: let one of them start at random numbers"
)
_LEAKS = "what stands under the padding has a part in the answer, if one that cancels out"

_LENGTHS = (4, 2, 1)
_TRIES = 6
_STARTS = 5
_LEARNT = 0.93
_WAYS = 3
_STEP = 2e-4


@expectation("the gradient of the pooled vector reaches the words, and no padding")
def carries_gradient(
    pooling: Module,
    dim: int,
    *,
    lengths: Sequence[int] = _LENGTHS,
    tolerance: float = 0.05,
    times: int = 2,
    seed: int = 0,
    hint: str = "",
) -> None:
    """The gradient for the words is that of what is computed, and 0 on padding, whatever stands there.

    In evaluation mode it is compared with the change of the answer along random directions, on either side: two of
    three must agree with it, or two of three others, since a ReLU may bend the answer along some.

    Args:
        pooling: the module.
        dim: D of what it reads.
        lengths: how many words each review has.
        tolerance: a share of how steep the answer is; a small one where nothing bends it.
        times: how often to look: where one word takes all the weight, a look tells nothing of the scores.
        seed: another seed, other parameters, words and directions.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, x, mask in looks(pooling, dim, lengths, times, seed):
        words = mask.unsqueeze(2)
        x = torch.where(words, x, 1000 * x)
        sent = f"{reviews_sent(x, mask)}, large numbers under the padding, and a gradient of the pooled vectors"
        pooled, _ = read(looked_at, x, mask)
        upstream = torch.linspace(-1, 2, pooled.numel()).reshape(pooled.shape)
        _, (gradient, _) = looked_at.gradients((x, mask), upstream)
        if gradient is None:
            raise Missed("a gradient for the words", "none", hint or _CUT_OFF, sent)
        if not gradient.isfinite().all():
            raise Missed("a finite gradient for the words", numbers(gradient.flatten()), hint, sent)
        if (gradient * ~words).abs().max() > 1e-6:
            raise Missed("a gradient of 0 for padding", numbers(gradient[~mask].flatten()), hint or _LEAKS, sent)
        for ways in (seed, seed + 1):
            rises, slopes, steepness = _along_ways(looked_at, x, mask, upstream, gradient, ways)
            agree = (rises - slopes).abs() <= tolerance * steepness + 0.01 * _STEP
            if agree.any(dim=0).sum() >= _WAYS - 1:
                break
        else:
            came = f"{numbers(slopes)} by the gradient"
            likely = hint or _CUT_OFF
            raise Missed(f"a gradient that tells how the answer changes, by {numbers(rises[0])}", came, likely, sent)


def _along_ways(
    looked_at: Subject, x: Tensor, mask: Tensor, upstream: Tensor, gradient: Tensor, seed: int
) -> tuple[Tensor, Tensor, Tensor]:
    """How ``(pooled * upstream).sum()`` rises along random directions, what a gradient tells, and how steep it is.

    Returns:
        Rises ``(3, ways)`` from one step behind x to one ahead, and twice those of either half, of which a ReLU that
        bends in between leaves one as it is; what the gradient tells, ``(ways,)``; the norm of its parts, ``(ways,)``.
    """
    steps = _STEP * torch.randn(_WAYS, *x.shape, generator=_seeded(seed)) * mask.unsqueeze(2)
    places = [x - step for step in steps] + [x] + [x + step for step in steps]
    answers = read_each(looked_at, [(place, mask) for place in places])
    heights = torch.stack([(pooled.double() * upstream).sum() for pooled, _ in answers])
    behind, here, ahead = heights[:_WAYS], heights[_WAYS], heights[_WAYS + 1 :]
    rises = torch.stack([ahead - behind, 2 * (here - behind), 2 * (ahead - here)])
    parts = 2 * (gradient.double() * steps).flatten(1)
    return rises, parts.sum(dim=1), parts.norm(dim=1)


@expectation("the value of a word is learned")
def learns_values(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """With other parameters a review of one word, whose weight is 1, gives something else."""
    given = [read(looked_at, *_one_word(dim, seed))[0] for looked_at, _, _ in looks(pooling, dim, (1,), seed=seed)]
    if all(same(pooled, given[0]) for pooled in given):
        likely = hint or "v(x) has parameters that learn: no requires_grad=False, no buffer, and not x itself"
        raise Missed(
            "another value with other parameters", f"the same, {numbers(given[0])}", likely, "a review of 1 word"
        )


@expectation("what a word weighs is learned")
def learns_weights(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """With other parameters the words of a review have other weights."""
    x, mask = some_texts(dim, (4,), seed)
    given = [read(looked_at, x, mask)[1] for looked_at, _, _ in looks(pooling, dim, (4,), _TRIES, seed)]
    if all(same(weights, given[0]) for weights in given):
        raise Missed(
            "other weights with other parameters",
            f"the same, {numbers(given[0])}",
            hint or "the query has parameters that learn: no requires_grad=False, no buffer, and not the mean itself",
            reviews_sent(x, mask),
        )


@expectation("a gradient of the weights reaches the parameters that make them")
def weights_carry_gradient(
    pooling: Module, dim: int, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """In some look a gradient of the weights moves a parameter: a penalty on the attention teaches it something."""
    for looked_at, x, mask in looks(pooling, dim, lengths, _TRIES, seed):
        upstream = torch.linspace(-1, 2, mask.numel()).reshape(mask.shape)
        found, _ = looked_at.gradients((x, mask), upstream, reply=1)
        if any(each is not None and (each.abs() > 1e-7).any() for each in found.values()):
            return
    raise Missed(
        "a gradient for some parameter",
        "none",
        hint or "the weights that are returned are those of the softmax: no detach, no no_grad, no item",
        f"{reviews_sent(x, mask)}, and a gradient of the weights",
    )


@expectation("a gradient flows through it")
def gradient_flows(
    function: Callable[[Tensor, Tensor], Tensor] | FunctionSubject, weights: Tensor, mask: Tensor
) -> None:
    """A function of ``weights`` and ``mask`` lets a finite gradient through to the weights."""
    _, (gradient, _) = function_subject(function).gradients((weights, mask))
    if gradient is None:
        raise Missed(
            "a result that depends on the weights", "none: one cut off from them", "no detach, no item, no no_grad"
        )
    if not gradient.isfinite().all():
        raise Missed("a finite gradient for the weights", numbers(gradient), _LOG_OF_0, f"weights {numbers(weights)}")


@expectation("from where it starts, training moves all that it learns with")
def leaves_its_start(pooling: Module, dim: int, *, seed: int = 0, steps: int = 6, hint: str = "") -> None:
    """Its own first parameters are moved by a few steps of training: a start at 0 may be one that nothing leaves.

    A bias, or a single number, may stay: adding a constant to all scores rightly changes nothing.

    Args:
        pooling: the module, as it was built.
        dim: D of what it reads.
        seed: another seed, other reviews.
        steps: how many steps of training.
        hint: the likely mistake, told with a miss.
    """
    looked_at = subject(pooling)
    training = _Training(looked_at, dim, mark=2.0, seed=seed, as_built=True)
    before = looked_at.parameters()
    training.go_on(steps)
    after = looked_at.parameters()
    for name, each in before.items():
        if torch.equal(each, after[name]) and not (name.endswith("bias") or each.numel() < 2):
            raise Missed(
                f"{name} to move",
                "it stays where it starts",
                hint or _NEVER_LEFT,
                f"{steps} steps of training, from the parameters it is built with",
            )


@expectation("trained on labelled reviews, it finds the word that tells")
def learns_to_find(
    pooling: Module, dim: int, *, seed: int = 0, steps: int = 80, share: float = _LEARNT, hint: str = ""
) -> None:
    """Trained by its gradients, under a linear layer, it decides new reviews whose labels it never meets.

    In each review one word, that bears a mark, tells the label; the same sign on the others, at random, misleads a
    mean. It learns in training mode, and decides in evaluation mode; one mark, then the opposite one, so that no luck
    of the start does for both; from another start where training from one leads nowhere.

    Args:
        pooling: the module.
        dim: D of what it reads.
        seed: another seed, other parameters and reviews.
        steps: how many steps of training from each start.
        share: the share of new reviews that must be decided rightly; a mean of the words decides two of three.
        hint: the likely mistake, told with a miss.
    """
    looked_at, best = subject(pooling), 0.0
    for start in range(seed, seed + _STARTS):
        found = 1.0
        for mark in (2.0, -2.0):
            if found >= share:
                found = _share_found(_Training(looked_at, dim, mark, start), steps, share)
        if found >= share:
            return
        best = max(best, found)
    raise Missed(
        f"at least {share:.0%} of new reviews right",
        f"{best:.0%}",
        hint or "does the attention learn? A gradient must reach the query",
        f"{steps} steps on reviews in which one marked word tells the label, then 400 new ones",
    )


def _share_found(training: _Training, steps: int, enough: float) -> float:
    """The share of new reviews that it decides rightly after training from a random start, or already on the way."""
    share = 0.0
    for spurt in (steps // 2, steps // 4, steps - steps // 2 - steps // 4):
        training.go_on(spurt)
        share = training.share_found()
        if share >= enough:
            break
    return share


class _Training:
    """A pooling from a random start, or from its own, under a linear layer of two classes."""

    def __init__(self, pooling: Subject, dim: int, mark: float, seed: int, as_built: bool = False) -> None:
        self.pooling, self.dim, self.mark = pooling, dim, mark
        self.generator = _seeded(seed)
        self.told, self.marked = torch.randperm(dim, generator=self.generator)[:2].tolist()
        x, mask, _ = self._reviews(1)
        pooling.materialise(x, mask)
        if not as_built:
            randomised(pooling, seed)
        width = read(pooling, x, mask)[0].shape[1]
        weight, bias = (0.3 * torch.randn(shape, generator=self.generator) for shape in ((2, width), (2,)))
        self.layer = (weight, bias)

    def go_on(self, steps: int) -> None:
        """Train it where it is, on labelled reviews."""
        self.layer = self.pooling.learn(self._reviews(steps, 64), self.layer, lr=0.05)

    def share_found(self) -> float:
        """The share of new reviews that it decides rightly, in evaluation mode; their labels stay here."""
        x, mask, labels = self._reviews(400, longest=20)
        pooled, _ = read(self.pooling.eval(), x, mask)
        return float((nn.functional.linear(pooled, *self.layer).argmax(dim=1) == labels).float().mean())

    def _reviews(self, *sizes: int, longest: int = 12) -> tuple[Tensor, Tensor, Tensor]:
        """Reviews of at most 4 words less than the longest, and the labels that one word of each tells, and no other.

        Where in a vector the sign and the mark stand is drawn too.

        Args:
            sizes: how many reviews, or how many batches, and of how many reviews.
            longest: words of the first review of each batch.
        """
        lengths = torch.randint(longest - 4, longest + 1, sizes, generator=self.generator)
        lengths[..., 0] = longest
        mask = torch.arange(longest) < lengths.unsqueeze(-1)
        x = 0.3 * torch.randn(*sizes, longest, self.dim, generator=self.generator)
        signs = 2.0 * torch.randint(0, 2, mask.shape, generator=self.generator) - 1
        places = (torch.rand(sizes, generator=self.generator) * lengths).long().unsqueeze(-1)
        x[..., self.told] = signs
        x[..., self.marked] += self.mark * (torch.arange(longest) == places)
        return x, mask, (signs.gather(-1, places) > 0).squeeze(-1).long()


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _one_word(dim: int, seed: int) -> tuple[Tensor, Tensor]:
    return torch.randn(1, 1, dim, generator=_seeded(seed)), torch.ones(1, 1, dtype=torch.bool)
