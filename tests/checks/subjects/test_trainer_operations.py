"""What a Trainer makes of the steps of a LightningModule."""

from __future__ import annotations

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
from amal_attention.checks.subjects.subject import LocalSubject
from amal_attention.checks.subjects.trainer_operations import one_for_each


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


def loss_of(module: Toy, batch: Batch) -> Tensor:
    return F.cross_entropy(module.output(module.embedding(batch.tokens).mean(dim=1)), batch.labels)


def test_a_step_finds_the_loss_and_its_gradients_in_training_mode_without_dropout() -> None:
    modes = []

    class Watched(Toy):
        def training_step(self, batch: Batch, batch_idx: int) -> Any:
            modes.append(self.training)
            return super().training_step(batch, batch_idx)

    module, batch = Watched().eval(), batch_of(0, 1, 1)
    module.spare = nn.Linear(2, 3)
    expected = loss_of(module, batch)
    gradients = torch.autograd.grad(expected, [module.embedding.weight, module.output.weight, module.output.bias])
    ((loss, found),) = LocalSubject(module).steps([batch])
    assert modes == [True] and float(loss) == pytest.approx(float(expected), abs=1e-6) and not loss.requires_grad
    assert found["spare.weight"] is None and found["spare.bias"] is None
    for name, gradient in zip(("embedding.weight", "output.weight", "output.bias"), gradients, strict=True):
        torch.testing.assert_close(found[name], gradient)


def test_each_step_begins_where_it_is_told_to() -> None:
    module, batch = Toy(), batch_of(0, 1, 1)
    starts = [{"output.bias": torch.tensor([by, 0.0])} for by in (0.0, 5.0, 0.0)]
    looked_at = LocalSubject(module)
    still = looked_at.parameters()
    losses = [float(loss) for loss, _ in looked_at.steps([batch] * 3, [still | start for start in starts])]
    assert losses[0] == pytest.approx(losses[2], abs=1e-6) and abs(losses[0] - losses[1]) > 0.1


def test_a_loss_in_a_dictionary_is_a_loss() -> None:
    class Wordy(Toy):
        def training_step(self, batch: Batch, batch_idx: int) -> Any:
            return {"loss": super().training_step(batch, batch_idx), "logits": 3}

    ((loss, _),) = LocalSubject(Wordy()).steps([batch_of(0, 1)])
    assert loss.ndim == 0


@pytest.mark.parametrize(
    ("reply", "came", "hint"),
    [
        (None, "None", "does training_step end with return loss?"),
        (0.5, "a value of type float", "no item()"),
        (torch.zeros(3), "a tensor (3,) of float32", "the mean over the texts"),
        ({"cost": torch.zeros(())}, "a value of type dict", "return loss"),
        ({}, "a value of type dict", "return loss"),
    ],
)
def test_what_is_no_loss_is_told(reply: Any, came: str, hint: str) -> None:
    class Odd(Toy):
        def training_step(self, batch: Batch, batch_idx: int) -> Any:
            return reply

    module = Odd()
    with pytest.raises(Missed) as caught:
        LocalSubject(module).steps([batch_of(0, 1)])
    assert caught.value.came == came and hint in caught.value.hint
    assert "training_step" not in vars(module)


def test_a_step_may_ask_its_trainer_and_its_optimiser() -> None:
    class Curious(Toy):
        def training_step(self, batch: Batch, batch_idx: int) -> Any:
            self.log("lr", self.optimizers().param_groups[0]["lr"], on_step=True)
            self.log("epoch", float(self.trainer.current_epoch))
            return super().training_step(batch, batch_idx)

        def configure_optimizers(self) -> Any:
            assert self.trainer.estimated_stepping_batches
            return super().configure_optimizers()

    assert len(LocalSubject(Curious()).steps([batch_of(0, 1)] * 2)) == 2


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_step_may_be_taken_by_hand(by_hand: bool) -> None:
    class Manual(Toy):
        def __init__(self) -> None:
            super().__init__()
            self.automatic_optimization = False

        def training_step(self, batch: Batch, batch_idx: int) -> Any:
            loss, optimiser = super().training_step(batch, batch_idx), self.optimizers()
            optimiser.zero_grad()
            loss.backward() if by_hand else self.manual_backward(loss)
            optimiser.step()
            return loss

    module, automatic = Manual(), Toy()
    automatic.load_state_dict(module.state_dict())
    batches = [batch_of(0, 1, 1), batch_of(1, 0)]
    for (loss, found), (expected, gradients) in zip(
        LocalSubject(module).steps(batches), LocalSubject(automatic).steps(batches), strict=True
    ):
        torch.testing.assert_close(loss, expected)
        torch.testing.assert_close(found, gradients)


WAYS: dict[str, Any] = {
    "one": lambda optimiser: optimiser,
    "a list": lambda optimiser: [optimiser],
    "a tuple of lists": lambda optimiser: ([optimiser], [torch.optim.lr_scheduler.StepLR(optimiser, 3)]),
    "a dictionary": lambda optimiser: {
        "optimizer": optimiser,
        "lr_scheduler": {"scheduler": torch.optim.lr_scheduler.StepLR(optimiser, 3)},
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_optimisers_are_found_in_whatever_lightning_lets_return(way: str) -> None:
    looked_at = LocalSubject(Toy(WAYS[way]))
    assert looked_at.optimised() == ["embedding.weight", "frozen", "output.bias", "output.weight"]


@pytest.mark.parametrize("way", [lambda _: None, lambda _: []])
def test_no_optimiser_is_told(way: Any) -> None:
    with pytest.raises(Missed, match="configure_optimizers to return an optimiser; came none"):
        LocalSubject(Toy(way)).optimised()


def test_each_step_is_one_step_of_its_own_optimiser_on_the_next_batch() -> None:
    module, oracle = Toy(), Toy()
    oracle.load_state_dict(module.state_dict())
    batches = [batch_of(0, 1, 1), batch_of(1, 0), batch_of(0, 1, 1)]
    looked_at = LocalSubject(module.eval())
    looked_at.steps(batches)
    for batch in batches:
        oracle.zero_grad()
        loss_of(oracle, batch).backward()
        with torch.no_grad():
            for parameter in (oracle.embedding.weight, oracle.output.weight, oracle.output.bias):
                parameter -= 0.5 * parameter.grad  # type: ignore[operator]
    for name, value in looked_at.state().items():
        torch.testing.assert_close(value, oracle.state_dict()[name])


def test_validation_after_training_is_that_of_the_parameters_before_it() -> None:
    class Measured(Toy):
        def validation_step(self, batch: Batch, batch_idx: int) -> None:
            self.log("val_loss", F.cross_entropy(self(batch.tokens, batch.mask), batch.labels))

    module, batch = Measured(), batch_of(0, 1, 1)
    expected = float(loss_of(module, batch))
    logged = LocalSubject(module).validate([batch], after=[batch_of(1, 0)] * 2)
    assert logged["val_loss"] == pytest.approx(expected, abs=1e-6) and "train_loss" in logged


def test_a_trainer_validates_over_all_batches_in_evaluation_mode() -> None:
    modes = []

    class Watched(Toy):
        def validation_step(self, batch: Batch, batch_idx: int) -> None:
            modes.append(self.training)
            self.logger.experiment.add_scalar("seen", 1)
            super().validation_step(batch, batch_idx)

    assert LocalSubject(Watched()).validate([batch_of(0, 1, 1), batch_of(1)]) == {"val_reviews": 4.0}
    assert modes == [False, False]


def test_validation_leaves_no_trainer_and_no_level_of_the_log_behind() -> None:
    log = logging.getLogger("lightning.pytorch")
    log.setLevel(logging.WARNING)
    module = Toy()
    LocalSubject(module).validate([batch_of(0, 1)])
    LocalSubject(module).steps([batch_of(0, 1)])
    assert log.level == logging.WARNING
    with pytest.raises(RuntimeError, match="not attached"):
        _ = module.trainer


def test_validation_writes_nothing(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        LocalSubject(Toy()).validate([batch_of(0, 1)])
        LocalSubject(Toy()).steps([batch_of(0, 1)])
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.mark.parametrize("in_training", [True, False])
def test_a_batch_comes_back_as_a_step_leaves_it(in_training: bool) -> None:
    class Careless(Toy):
        def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
            if self.training is in_training:
                tokens.zero_()
            return super().forward(tokens, mask)

        def validation_step(self, batch: Batch, batch_idx: int) -> None:
            self(batch.tokens, batch.mask)

    batch = batch_of(0, 1)
    assert all(map(torch.equal, LocalSubject(Toy()).batch_after(batch), batch))
    tokens, *others = LocalSubject(Careless()).batch_after(batch)
    assert not tokens.any() and batch.tokens.any() and all(map(torch.equal, others, batch[1:]))


@pytest.mark.parametrize("operation", ["run", "validate"])
def test_a_trainer_takes_no_module_but_lightnings(operation: str) -> None:
    with pytest.raises(TypeError, match="must be a `LightningModule`"):
        getattr(LocalSubject(nn.Linear(2, 3)), operation)([batch_of(0, 1)])


def test_as_many_steps_come_back_as_there_were_batches() -> None:
    one_for_each([(torch.zeros(()), {})], [batch_of(0)], starts=())
    with pytest.raises(TypeError, match="2 steps were asked for, and 1 came"):
        one_for_each([(torch.zeros(()), {})], [batch_of(0), batch_of(1)])


def test_a_run_is_what_lightning_s_own_trainer_does() -> None:
    class Scheduled(Toy):
        def configure_optimizers(self) -> Any:
            optimiser = torch.optim.SGD(self.parameters(), lr=0.5)
            return [optimiser], [torch.optim.lr_scheduler.StepLR(optimiser, 1, gamma=0.1)]

    module, oracle = Scheduled(), Toy()
    oracle.load_state_dict(module.state_dict())
    module.dropout.p = 0.0
    batches = [batch_of(0, 1, 1), batch_of(1, 0)]
    looked_at = LocalSubject(module.eval())
    assert looked_at.run(batches, epochs=2) == {"train_loss": 0.0}
    for lr in (0.5, 0.05):  # the schedule takes a step an epoch
        for batch in batches:
            oracle.zero_grad()
            loss_of(oracle, batch).backward()
            with torch.no_grad():
                for parameter in (oracle.embedding.weight, oracle.output.weight, oracle.output.bias):
                    parameter -= lr * parameter.grad  # type: ignore[operator]
    for name, value in looked_at.state().items():
        torch.testing.assert_close(value, oracle.state_dict()[name])
    with pytest.raises(RuntimeError, match="not attached"):
        _ = module.trainer


def test_a_run_drops_as_training_does() -> None:
    module = Toy()
    module.dropout.p = 1.0
    before = module.embedding.weight.detach().clone()
    LocalSubject(module).run([batch_of(0, 1)])
    assert torch.equal(module.embedding.weight, before), "all is dropped, and nothing reaches the embedding"


def test_several_optimisers_are_stepped_by_hand_in_a_run() -> None:
    class Adversaries(LightningModule):
        """Descends on (x - y)² by x, and ascends by y: each step is known in closed form."""

        def __init__(self) -> None:
            super().__init__()
            self.automatic_optimization = False
            self.x, self.y = nn.Parameter(torch.tensor(1.0)), nn.Parameter(torch.tensor(3.0))

        def training_step(self, batch: Tensor, batch_idx: int) -> None:
            for optimiser, sign in zip(self.optimizers(), (1, -1), strict=True):
                loss = sign * batch * (self.x - self.y) ** 2
                self.toggle_optimizer(optimiser)
                optimiser.zero_grad()
                self.manual_backward(loss)
                optimiser.step()
                self.untoggle_optimizer(optimiser)
            self.log("apart", (self.x - self.y).abs())

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD([self.x], lr=0.1), torch.optim.SGD([self.y], lr=0.2)

    x, y = 1.0, 3.0
    looked_at = LocalSubject(Adversaries())
    logged = looked_at.run([torch.tensor(1.0), torch.tensor(0.5)], epochs=2)
    for weight in (1.0, 0.5, 1.0, 0.5):
        x -= 0.1 * 2 * weight * (x - y)
        y -= 0.2 * 2 * weight * (x - y)
    assert looked_at.parameters()["x"].item() == pytest.approx(x) and looked_at.parameters()[
        "y"
    ].item() == pytest.approx(y)
    assert logged == {"apart": pytest.approx(abs(x - y), rel=1e-5)}
