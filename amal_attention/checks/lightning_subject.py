"""A LightningModule that is looked at: what its steps give in the hands of a Trainer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from torch import Tensor, nn

from amal_attention.checks.quiet import quiet_trainer, served, silence
from amal_attention.checks.subject import LocalSubject, Subject

if TYPE_CHECKING:
    from amal_attention.checks.watch import Watch

__all__ = ["ClassifierSubject", "LocalClassifier", "Step", "classifier"]

Step = tuple[Tensor, dict[str, Tensor | None]]
"""The loss that ``training_step`` returned, and its gradient for each parameter that learns."""


@runtime_checkable
class ClassifierSubject(Subject, Protocol):
    """What an expectation may ask of a LightningModule, wherever it runs; a batch has tokens, mask and labels."""

    def steps(self, batches: Sequence[Any], starts: Sequence[Mapping[str, Tensor]] = ()) -> list[Step]:
        """Train it in a Trainer, a step of its own optimiser for each batch, in training mode, without dropout.

        Args:
            batches: to train on.
            starts: values that some parameters are given before each step; none by default.

        Returns:
            What each step found before it moved anything.
        """

    def optimised(self) -> set[str]:
        """Names of the parameters that ``configure_optimizers`` hands to an optimiser."""

    def validate(self, batches: Sequence[Any], after: Sequence[Any] = ()) -> dict[str, float]:
        """What a Trainer logs over these validation batches.

        Args:
            batches: to validate on.
            after: batches that are trained on before, in the same epoch; the parameters are put back then.
        """


class LocalClassifier(LocalSubject):
    """A LightningModule of this process.

    Args:
        module: the module.
    """

    def steps(self, batches: Sequence[Any], starts: Sequence[Mapping[str, Tensor]] = ()) -> list[Step]:
        """Train it in a Trainer; see :meth:`ClassifierSubject.steps`."""
        watch = self._watch(starts)
        self._fit(batches, (), watch)
        return watch.steps

    def optimised(self) -> set[str]:
        """Names of the parameters that ``configure_optimizers`` hands to an optimiser."""
        watch = self._watch()
        self._fit((), (), watch)
        return watch.optimised

    def validate(self, batches: Sequence[Any], after: Sequence[Any] = ()) -> dict[str, float]:
        """What a Trainer logs over these validation batches; see :meth:`ClassifierSubject.validate`."""
        if after:
            return self._fit(after, batches, self._watch())
        trainer = quiet_trainer()
        with self._attached():
            trainer.validate(self.module, served(batches), verbose=False)  # type: ignore[arg-type]
        return {name: float(value) for name, value in trainer.callback_metrics.items()}

    def _watch(self, starts: Sequence[Mapping[str, Tensor]] = ()) -> Watch:
        from amal_attention.checks.watch import Watch  # imports lightning

        return Watch(self, starts)

    def _fit(self, batches: Sequence[Any], validation: Sequence[Any], watch: Watch) -> dict[str, float]:
        """Train for an epoch, and validate after it; what is logged."""
        trainer = quiet_trainer([watch])
        module: Any = self.module.train()  # a Trainer leaves the mode as it is
        with self._attached(), watch.training_step():
            trainer.fit(module, served(batches), served(validation) if validation else None)
        return {name: float(value) for name, value in trainer.callback_metrics.items()}

    @contextmanager
    def _attached(self) -> Iterator[None]:
        """Quietly hand the module to a Trainer, and take it back."""
        try:
            with silence():
                yield
        finally:
            self.module.trainer = None  # type: ignore[assignment]


def classifier(module: nn.Module | ClassifierSubject) -> ClassifierSubject:
    """The module as an expectation asks it: a handle as it is, a module of this process wrapped."""
    return LocalClassifier(module) if isinstance(module, nn.Module) else module
