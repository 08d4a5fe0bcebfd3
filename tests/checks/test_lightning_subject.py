"""A LightningModule as an expectation asks it."""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks.expectation import Missed
from amal_attention.checks.lightning_subject import ClassifierSubject, LocalClassifier, classifier


class Batch(NamedTuple):
    tokens: Tensor
    mask: Tensor
    labels: Tensor


def batch_of(*labels: int) -> Batch:
    tokens = torch.arange(3 * len(labels)).reshape(len(labels), 3) % 7
    return Batch(tokens, torch.ones_like(tokens).bool(), torch.tensor(labels))


class Toy(LightningModule):
    """A mean of embeddings and a linear layer; ``optimisers`` is what ``configure_optimizers`` makes of its own."""

    def __init__(self, optimisers: Any = lambda optimiser: optimiser) -> None:
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.output = nn.Linear(4, 2)
        self.dropout = nn.Dropout(0.5)
        self.frozen = nn.Parameter(torch.zeros(2), requires_grad=False)
        self.optimisers_of = optimisers

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.dropout(self.embedding(tokens).mean(dim=1)))

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        self.log("train_loss", 0.0)
        return F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self.log("val_reviews", float(len(batch.labels)), reduce_fx="sum", on_epoch=True)

    def configure_optimizers(self) -> Any:
        return self.optimisers_of(torch.optim.SGD(self.parameters(), lr=0.5))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore")
        torch.manual_seed(2)
        yield


def test_a_module_is_wrapped_and_a_handle_is_not() -> None:
    looked_at = classifier(Toy())
    assert isinstance(looked_at, LocalClassifier) and isinstance(looked_at, ClassifierSubject)
    assert classifier(looked_at) is looked_at


def test_the_loss_is_that_of_the_training_step_without_dropout() -> None:
    module, batch = Toy().train(), batch_of(0, 1, 1)
    loss = LocalClassifier(module).loss(batch)
    logits = module.output(module.embedding(batch.tokens).mean(dim=1))
    assert float(loss) == pytest.approx(float(F.cross_entropy(logits, batch.labels)), abs=1e-6)
    assert not loss.requires_grad and loss.ndim == 0


def test_a_loss_in_a_dictionary_is_a_loss() -> None:
    class Wordy(Toy):
        def training_step(self, batch: Batch, batch_idx: int) -> Any:
            return {"loss": super().training_step(batch, batch_idx), "logits": 3}

    assert LocalClassifier(Wordy()).loss(batch_of(0, 1)).ndim == 0


@pytest.mark.parametrize(
    ("reply", "came"),
    [
        (None, "None"),
        (0.5, "a float"),
        (torch.zeros(3), "a tensor (3,) of float32"),
        ({"cost": torch.zeros(())}, "a dict"),
        ({}, "a dict"),
    ],
)
def test_what_is_no_loss_is_told(reply: Any, came: str) -> None:
    class Odd(Toy):
        def training_step(self, batch: Batch, batch_idx: int) -> Any:
            return reply

    with pytest.raises(Missed) as caught:
        LocalClassifier(Odd()).loss(batch_of(0, 1))
    assert caught.value.came == came and caught.value.hint == "return the loss of the batch"


def test_gradients_of_the_loss_are_those_of_backward() -> None:
    module, batch = Toy(), batch_of(0, 1, 1)
    found = LocalClassifier(module.train()).loss_gradients(batch)
    assert set(found) == {"embedding.weight", "output.weight", "output.bias"}
    F.cross_entropy(module.output(module.embedding(batch.tokens).mean(dim=1)), batch.labels).backward()
    for name, gradient in found.items():
        assert gradient is not None
        torch.testing.assert_close(gradient, module.get_parameter(name).grad)


def test_a_parameter_that_the_loss_does_not_see_has_no_gradient() -> None:
    module = Toy()
    module.spare = nn.Linear(2, 3)
    assert LocalClassifier(module).loss_gradients(batch_of(0, 1))["spare.weight"] is None


WAYS: dict[str, Any] = {
    "one": lambda optimiser: optimiser,
    "a list": lambda optimiser: [optimiser],
    "a tuple of lists": lambda optimiser: ([optimiser], [torch.optim.lr_scheduler.StepLR(optimiser, 3)]),
    "a dictionary": lambda optimiser: {
        "optimizer": optimiser,
        "lr_scheduler": {"scheduler": torch.optim.lr_scheduler.StepLR(optimiser, 3)},
    },
    "a list of dictionaries": lambda optimiser: [{"optimizer": optimiser}],
}


@pytest.mark.parametrize("way", WAYS)
def test_optimisers_are_found_in_whatever_lightning_lets_return(way: str) -> None:
    looked_at = LocalClassifier(Toy(WAYS[way]))
    assert looked_at.optimised() == {"embedding.weight", "output.weight", "output.bias", "frozen"}


def test_only_what_was_handed_over_is_optimised() -> None:
    class Partly(Toy):
        def configure_optimizers(self) -> Any:
            first = torch.optim.SGD([{"params": [self.output.bias]}, {"params": [self.frozen], "lr": 0.1}], lr=0.1)
            return [first, torch.optim.Adam([self.output.weight])]

    assert LocalClassifier(Partly()).optimised() == {"output.bias", "frozen", "output.weight"}


@pytest.mark.parametrize("way", [lambda _: None, lambda _: [], lambda _: {"optimiser": 3}, lambda _: 3])
def test_no_optimiser_is_told(way: Any) -> None:
    with pytest.raises(Missed, match="configure_optimizers to return an optimiser; came none"):
        LocalClassifier(Toy(way)).optimised()


def test_each_step_is_one_step_of_its_own_optimiser_on_the_next_batch() -> None:
    class Sure(Toy):
        def __init__(self) -> None:
            super().__init__()
            self.dropout = nn.Dropout(0.0)

    module, oracle = Sure(), Sure()
    oracle.load_state_dict(module.state_dict())
    batches = [batch_of(0, 1, 1), batch_of(1, 0)]
    looked_at = LocalClassifier(module.eval())
    looked_at.fit(batches, steps=3)
    assert module.training
    for batch in (batches[0], batches[1], batches[0]):
        oracle.zero_grad()
        logits = oracle.output(oracle.embedding(batch.tokens).mean(dim=1))
        F.cross_entropy(logits, batch.labels).backward()
        with torch.no_grad():
            for parameter in (oracle.embedding.weight, oracle.output.weight, oracle.output.bias):
                parameter -= 0.5 * parameter.grad  # type: ignore[operator]
    for name, value in looked_at.state().items():
        torch.testing.assert_close(value, oracle.state_dict()[name])


def test_it_descends_by_adam_without_dropout_whatever_its_own_optimiser() -> None:
    module, batches = Toy(), [batch_of(0, 1), batch_of(1, 1, 0)]
    other = copy.deepcopy(module)
    optimiser = torch.optim.Adam(other.parameters(), lr=0.05)
    for batch in (batches[0], batches[1], batches[0]):
        optimiser.zero_grad()
        other.eval().training_step(batch, 0).backward()
        optimiser.step()
    before = copy.deepcopy(module.state_dict())
    LocalClassifier(module).descend(batches, steps=3, lr=0.05)
    moved = [name for name, each in module.state_dict().items() if not torch.equal(each, before[name])]
    assert moved and all(torch.allclose(each, other.state_dict()[name]) for name, each in module.state_dict().items())


def test_every_optimiser_takes_the_step() -> None:
    class Two(Toy):
        def configure_optimizers(self) -> Any:
            return [torch.optim.SGD([self.output.bias], lr=0.1), torch.optim.SGD([self.output.weight], lr=0.1)]

    looked_at = LocalClassifier(Two())
    before = looked_at.parameters()
    looked_at.fit([batch_of(0, 1, 1)], steps=1)
    after = looked_at.parameters()
    assert {name for name in before if not torch.equal(before[name], after[name])} == {"output.bias", "output.weight"}


def test_a_trainer_validates_over_all_batches_in_evaluation_mode() -> None:
    modes = []

    class Watched(Toy):
        def validation_step(self, batch: Batch, batch_idx: int) -> None:
            modes.append(self.training)
            self.logger.experiment.add_scalar("seen", 1)
            super().validation_step(batch, batch_idx)

    assert LocalClassifier(Watched()).validate([batch_of(0, 1, 1), batch_of(1)]) == {"val_reviews": 4.0}
    assert modes == [False, False]


def test_validation_leaves_no_trainer_and_no_level_of_the_log_behind() -> None:
    log = logging.getLogger("lightning.pytorch")
    log.setLevel(logging.WARNING)
    module = Toy()
    LocalClassifier(module).validate([batch_of(0, 1)])
    assert log.level == logging.WARNING
    with pytest.raises(RuntimeError, match="not attached"):
        _ = module.trainer


def test_validation_writes_nothing(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        LocalClassifier(Toy()).validate([batch_of(0, 1)])
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
