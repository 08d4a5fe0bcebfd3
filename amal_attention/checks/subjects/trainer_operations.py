"""What may be asked of a LightningModule besides: what its steps give in the hands of a Trainer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch import Tensor

from amal_attention.checks.subjects.nests import copied
from amal_attention.checks.subjects.operation import Held
from amal_attention.checks.subjects.quiet import quiet_trainer, served, silence

if TYPE_CHECKING:
    from amal_attention.checks.subjects.watch import Watch

__all__ = ["Step", "batch_after", "one_for_each", "optimised", "run", "steps", "validate"]

Step = tuple[Tensor, dict[str, Tensor | None]]
"""The loss that ``training_step`` returned, and its gradient for each parameter that learns."""


def steps(held: Held, batches: Sequence[Any], starts: Sequence[Mapping[str, Tensor]] = ()) -> list[Step]:
    """Train it in a Trainer, a step of its own optimiser for each batch, in training mode, without dropout.

    Args:
        held: a LightningModule.
        batches: the batches to train on; what a batch is, its ``training_step`` knows.
        starts: values that some parameters are given before each step; none by default.

    Returns:
        What each step found before it moved anything.
    """
    watch = _watch(held, starts)
    _fit(held, batches, (), watch)
    return watch.steps


def one_for_each(reply: Sequence[Step], /, batches: Sequence[Any], *_: Any, **__: Any) -> None:
    """Look whether as many steps came as there are batches.

    Raises:
        TypeError: there are more or fewer.
    """
    if len(reply) != len(batches):
        raise TypeError(f"{len(batches)} steps were asked for, and {len(reply)} came")


def optimised(held: Held) -> list[str]:
    """Names of the parameters that ``configure_optimizers`` hands to an optimiser, in order."""
    watch = _watch(held)
    _fit(held, (), (), watch)
    return sorted(watch.optimised)


def validate(held: Held, batches: Sequence[Any], after: Sequence[Any] = ()) -> dict[str, float]:
    """What a Trainer logs over these validation batches.

    Args:
        held: a LightningModule.
        batches: the batches to validate on.
        after: batches that are trained on before, in the same epoch; the parameters are put back then.
    """
    if after:
        return _fit(held, after, batches, _watch(held))
    trainer = quiet_trainer()
    with _attached(held) as module:
        trainer.validate(module, served(batches), verbose=False)
    return _logged(trainer)


def batch_after(held: Held, batch: Sequence[Tensor]) -> list[Tensor]:
    """A copy of the batch as a step of training and one of validation leave it."""
    given = copied(batch)
    _fit(held, [given], [given], _watch(held))
    return list(given)


def run(held: Held, batches: Sequence[Any], epochs: int = 1) -> dict[str, float]:
    """Train it as a Trainer does and nothing else, dropout and schedules included; what it logged in the end.

    Steps that are taken by hand, and several optimisers, work too.

    Args:
        held: a LightningModule.
        batches: the batches to train on, in each epoch.
        epochs: how often.
    """
    trainer = quiet_trainer(epochs=epochs)
    with _attached(held) as module:
        trainer.fit(module.train(), served(batches))
    return _logged(trainer)


def _watch(held: Held, starts: Sequence[Mapping[str, Tensor]] = ()) -> Watch:
    from amal_attention.checks.subjects.watch import Watch  # imports lightning

    return Watch(held, starts)


def _fit(held: Held, batches: Sequence[Any], validation: Sequence[Any], watch: Watch) -> dict[str, float]:
    """Train for an epoch, and validate after it; what is logged."""
    trainer = quiet_trainer([watch])
    with _attached(held) as module, watch.training_step():
        module.train()  # a Trainer leaves the mode as it is
        trainer.fit(module, served(batches), served(validation) if validation else None)
    return _logged(trainer)


def _logged(trainer: Any) -> dict[str, float]:
    return {name: float(value) for name, value in trainer.callback_metrics.items()}


@contextmanager
def _attached(held: Held) -> Iterator[Any]:
    """Quietly hand the module to a Trainer, and take it back."""
    module: Any = held.module
    try:
        with silence():
            yield module
    finally:
        module.trainer = None
