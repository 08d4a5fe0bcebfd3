"""A lab of another task than any in the package: a network that says each token one step after it was told it.

Its answer is ``forward(tokens, state) -> (logits, state)`` with a state that is a nest, trained by an optimiser of its
own. The lab is in its folder alone: script, manifest, hidden tests, and the probe that both write.
"""

from __future__ import annotations

import json
from pathlib import Path

from amal_attention.course.release.release import release
from amal_attention.lab import Lab
from tests.course.conftest import expanded
from tests.grading.submissions.mill import with_cells

__all__ = ["POINTS", "RIGHT", "WRONG", "notebook", "write_lab"]

POINTS = {"q1-echo": 4.0, "q2-train": 2.0}

_PROBE = """\
class EchoProbe(Probe):
    def inputs(self, lengths, seed, under=1.0):
        generator = torch.Generator().manual_seed(seed)
        tokens = torch.randint(5, (len(lengths), max(lengths)), generator=generator)
        h, c = torch.randn(2, len(lengths), 7, generator=generator)
        return tokens, (h, [c])

    def shapes(self, inputs):
        (rows, steps), _ = inputs[0].shape, inputs[1]
        return {"logits": (rows, steps, 5), "h": (rows, 7), "c": (rows, 7)}
"""

_MANIFEST = """
title = "The echo"

[questions]
q1.title = "A network that remembers"
q2.title = "Its training"

[points]
"test-q1-echo" = 4
"test-q2-train" = 2

[requirements.q1-echo]
shapes = "logits for each step, and the state"
state = "the state goes on from where it was"
alone = "each row is read by itself"
learned = "all that it computes with learns"

[requirements.q2-train]
loss = "the cross-entropy of the logits and the tokens of one step before"
learns = "it learns to echo"

[limits]
cell_seconds = 20
submission_seconds = 60
"""

RIGHT = {
    "q1-echo": '''class Echo(nn.Module):
    """Says each token one step later."""

    def __init__(self, num_tokens, hidden_size):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(num_tokens, hidden_size)
        self.cell = nn.LSTMCell(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)
        ### END SOLUTION

    def forward(self, tokens, state):
        ### BEGIN SOLUTION
        h, (c,) = state
        logits = []
        for x in self.embedding(tokens).unbind(dim=1):
            h, c = self.cell(x, (h, c))
            logits.append(self.output(h))
        return torch.stack(logits, dim=1), (h, [c])
        ### END SOLUTION''',
    "q2-train": '''class Training(LightningModule):
    """Trains an echo, from a state of zeros, with an optimiser for its embedding and one for the rest."""

    def __init__(self, echo, hidden_size, lr):
        super().__init__()
        self.echo, self.hidden_size, self.lr = echo, hidden_size, lr
        self.automatic_optimization = False

    def training_step(self, batch, batch_idx):
        ### BEGIN SOLUTION
        zeros = torch.zeros(len(batch.source), self.hidden_size)
        logits, _ = self.echo(batch.source, (zeros, [zeros]))
        loss = F.cross_entropy(logits[:, 1:].flatten(0, 1), batch.target[:, 1:].flatten())
        for optimiser in self.optimizers():
            optimiser.zero_grad()
        self.manual_backward(loss)
        for optimiser in self.optimizers():
            optimiser.step()
        self.log("train_loss", loss)
        return loss
        ### END SOLUTION

    def configure_optimizers(self):
        ### BEGIN SOLUTION
        rest = [each for name, each in self.echo.named_parameters() if not name.startswith("embedding")]
        return torch.optim.SGD(self.echo.embedding.parameters(), lr=self.lr), torch.optim.Adam(rest, lr=self.lr)
        ### END SOLUTION''',
}
"""Answers that earn all, with the marks of where students write."""

WRONG: dict[str, tuple[str, str, str, float]] = {
    "a state that is not read": ("q1-echo", "h, (c,) = state", "h, c = torch.zeros(2, len(tokens), 7)", 0.0),
    "a mean over the batch": ("q1-echo", "self.output(h)", "self.output(h - h.mean(dim=0))", 3.5),
    "a state of another nest": ("q1-echo", "(h, [c])\n        ###", "(h, c, h)\n        ###", 0.0),
    "an output that does not learn": ("q1-echo", "self.output(h)", "self.output(h).detach()", 3.5),
    "the token itself": ("q2-train", "logits[:, 1:]", "logits[:, :-1]", 0.0),
    "an optimiser that is not stepped": ("q2-train", "optimiser.step()", "pass", 1.0),
}
"""For each mistake the question, what is replaced by what, and what the question earns then."""

_SCRIPT = """\
# %% [markdown]
# # The echo

# %%
import torch
from lightning import LightningModule
from torch import nn
from torch.nn import functional as F

# %% <solution q1-echo>
{q1-echo}


# %% <test test-q1-echo 4> tags=["active-ipynb"]
# from amal_attention.checks import Probe, check, gradient_reaches, reads_each_alone, shapes
#
#
# {probe}
#
#
# with check("q1-echo"):
#     shapes(Echo(num_tokens=5, hidden_size=7), EchoProbe(), what="logits and the state have their shapes")
#     reads_each_alone(Echo(num_tokens=5, hidden_size=7), EchoProbe())
#     gradient_reaches(Echo(num_tokens=5, hidden_size=7), EchoProbe())

# %% <solution q2-train>
{q2-train}


# %% <test test-q2-train 2> tags=["active-ipynb"]
# from amal_attention.checks import check, close_to
#
# with check("q2-train"):
#     close_to(float(Training(Echo(5, 7), 7, lr=0.5).lr), 0.5, what="the step size is kept")
"""

_HIDDEN = """\
import math
from typing import NamedTuple

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks import (
    Probe, close_to, differ, equal_to, gradient_reaches, reads_each_alone, registers_everything, shapes,
)
from amal_attention.checks.subjects.subject import randomised


class Lines(NamedTuple):
    source: Tensor
    target: Tensor


{probe}

def some_lines(draws, rows, steps):
    source = torch.randint(5, (rows, steps), generator=draws.generator())
    return Lines(source, source.roll(1, dims=1))


def zeros(rows):
    return torch.zeros(rows, 7), [torch.zeros(rows, 7)]


@pytest.mark.question("q1-echo", points=1, requires=("shapes",), hint="logits (B, T, V), then the state as it came")
def test_shapes(student, draws):
    shapes(student.Echo(5, 7), EchoProbe(), seed=draws.seed(), what="logits and the state have their shapes")


@pytest.mark.question(
    "q1-echo", points=2, essential=True, alive=True, requires=("state",), hint="begin with the state that is given"
)
def test_a_text_in_two_parts(student, draws):
    echo, (tokens, state) = randomised(student.Echo(5, 7), draws.seed()), EchoProbe().inputs([6, 6], draws.seed())
    first, between = echo(tokens[:, :2], state)
    second, last = echo(tokens[:, 2:], between)
    whole, end = echo(tokens, state)
    close_to(torch.cat([first, second], dim=1), whole, what="a text in two parts is read as the whole of it")
    close_to(last[1][0], end[1][0], what="and leads to the same state")
    for place, name in enumerate("hc"):
        other = (state[0] + 1, state[1]) if place == 0 else (state[0], [state[1][0] + 1])
        differ(echo(tokens, other)[0], whole, what=f"the logits hang on the state, {name}")


@pytest.mark.question("q1-echo", points=0.5, requires=("alone",), hint="nothing is taken over the batch")
def test_rows(student, draws):
    reads_each_alone(student.Echo(5, 7), EchoProbe(), seed=draws.seed())


@pytest.mark.question("q1-echo", points=0.5, requires=("learned",), hint="no detach, and every layer registered")
def test_what_learns(student, draws):
    gradient_reaches(student.Echo(5, 7), EchoProbe(), seed=draws.seed())
    registers_everything(lambda: student.Echo(5, 7), EchoProbe(), seed=draws.seed())
    tokens, state = EchoProbe().inputs([4, 4], draws.seed())
    _, (of_tokens, (of_h, (of_c,))) = student.Echo(5, 7).gradients((tokens, state), torch.rand(2, 4, 5))
    equal_to(of_tokens, None, what="tokens are numbers of words, and have no gradient")
    equal_to(bool(of_h.any() and of_c.any()), True, what="a gradient goes back to the state, and so to earlier texts")


@pytest.mark.question("q2-train", points=1, essential=True, alive=True, requires=("loss",), hint="one step before")
def test_the_loss(student, draws):
    echo, lines = student.Echo(5, 7), some_lines(draws, 3, 6)
    ((loss, _),) = student.Training(echo, 7, lr=0.0).steps([lines])
    logits, _ = echo(lines.source, zeros(3))
    by_hand = F.cross_entropy(logits[:, 1:].flatten(0, 1), lines.source[:, :-1].flatten())
    close_to(loss, float(by_hand), what="the cross-entropy of the token before, by the steps that have one")


@pytest.mark.question("q2-train", points=1, essential=True, requires=("learns",), hint="both optimisers take a step")
def test_it_learns(student, draws):
    training = student.Training(student.Echo(5, 7), 7, lr=0.05)
    logged = training.run([some_lines(draws, 32, 8) for _ in range(60)], epochs=3)
    equal_to(sorted(logged), ["train_loss"], what="the loss is logged")
    equal_to(logged["train_loss"] < 0.5 * math.log(5), True, what="the loss is far below that of a guess")
    parameters, left = training.parameters(), training.left()
    equal_to(sorted(left[0]), sorted(parameters), what="every parameter was trained")
"""


def write_lab(folder: Path) -> Lab:
    """Write the lab below ``folder``."""
    home = folder / "echo"
    (home / "hidden_tests").mkdir(parents=True)
    commented = _PROBE.rstrip().replace("\n", "\n# ").replace("# \n", "#\n")
    script = _SCRIPT.replace("{probe}", commented)
    for name, answer in RIGHT.items():
        script = script.replace(f"{{{name}}}", answer)
    (home / "lab.toml").write_text(_MANIFEST, "utf-8")
    (home / "echo.py").write_text(expanded(script), "utf-8")
    (home / "hidden_tests" / "test_echo.py").write_text(_HIDDEN.replace("{probe}", _PROBE), "utf-8")
    return Lab.find("echo", folder)


def notebook(lab: Lab, **answers: str) -> bytes:
    """The release, with right answers but for those that are given."""
    return json.dumps(with_cells(json.loads(release(lab, "en")), RIGHT | answers)).encode()
