"""Answers that run elsewhere look to an expectation like answers of this process, right and wrong ones alike."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from amal_attention import checks
from amal_attention.checks import (
    agrees_with,
    answers_afresh,
    attends_states,
    carries_gradient,
    carries_memory,
    charges_entropy,
    close_to,
    compares_by_text,
    costs_cross_entropy,
    counts_labels,
    decides_by_pooling,
    decides_linearly,
    depends_on_first_word_alone,
    depends_on_mean_alone,
    depends_on_text,
    follows_attention,
    follows_its_loss,
    follows_its_parameters,
    follows_large_scores,
    gives_logits,
    gives_zeros_without_words,
    gradient_flows,
    gradient_reaches,
    hands_over,
    hands_over_in_training,
    ignores_padding,
    keeps_embeddings,
    keeps_types,
    keeps_weights_of_words,
    learns_to_find,
    learns_values,
    learns_weights,
    leaves_inputs_alone,
    leaves_its_start,
    log_weights_affine,
    logs_accuracy,
    moves_with_words,
    one_query_for_all,
    optimises_everything,
    pulls_by_entropy,
    reads_each_alone,
    reads_leftward,
    reads_order,
    registers_everything,
    same_in_training,
    shapes,
    simplex,
    some_texts,
    steady_in_evaluation,
    steps_by_lr,
    sums_by_weights,
    survives_large_scores,
    tunes_embeddings,
    uses_last_layer,
    validates_plainly,
    weighs_words_apart,
    weights_carry_gradient,
)
from amal_attention.checks.expectation import RaisedElsewhere
from amal_attention.checks.subjects.subject import OPERATIONS, FunctionSubject, Subject
from amal_attention.grading.wire.frame import Handle
from amal_attention.grading.wire.raised import outcome_of
from amal_attention.grading.wire.remote import RemoteFunction, RemoteModule, RemoteStudent
from amal_attention.outcome import Outcome, State
from tests.checks import poolings
from tests.checks.poolings import DIM

ROOT = Path(__file__).parents[3]
BUILD = """
import torch
from tests.checks import poolings
def build(table, name, seed):
    torch.manual_seed(seed)
    return getattr(poolings, table)[name]()
"""
CLASSIFIERS = """
import torch
from lightning import LightningModule
from torch import nn
from torch.nn import functional as F

def entropies(weights, mask):
    safe = weights.masked_fill(~mask, 1.0)
    return -(safe * safe.log()).sum(dim=1)

class Right(LightningModule):
    def __init__(self, embeddings, pooling, freeze=True, lr=0.05, strength=0.0, classes=2):
        super().__init__()
        torch.manual_seed(3)
        self.embedding = nn.Embedding.from_pretrained(embeddings.clone(), freeze=freeze)
        self.pooling, self.lr, self.strength = pooling, lr, strength
        self.output = nn.Linear(pooling.out_features, classes)
    def forward(self, tokens, mask):
        return self.output(self.pooling(self.embedding(tokens), mask)[0])
    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        return F.cross_entropy(self.output(pooled), batch.labels) + self.penalty(weights, batch.mask)
    def penalty(self, weights, mask):
        return self.strength * entropies(weights, mask).mean()
    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels), batch_size=len(batch.labels))
        self.log("val_accuracy", (logits.argmax(dim=1) == batch.labels).float().mean(), batch_size=len(batch.labels))
    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)

class Wrong(Right):
    def forward(self, tokens, mask):
        return self.output(self.pooling(self.embedding(tokens) * 2, tokens != 0)[0]).softmax(dim=1)
    def training_step(self, batch, batch_idx):
        return F.cross_entropy(self(batch.tokens, batch.mask), batch.labels, reduction="sum")
    def validation_step(self, batch, batch_idx):
        self.log("val_loss", 0.5)
    def configure_optimizers(self):
        return torch.optim.SGD(self.output.parameters(), lr=0.01)

class Broken(Right):
    def forward(self, tokens, mask):
        return self.absent(tokens)
    def training_step(self, batch, batch_idx):
        raise NotImplementedError
    def configure_optimizers(self):
        return None

def mean(x, mask): return (x * mask).sum(dim=1) / mask.sum(dim=1)
def cut(x, mask): return x.detach()
def log(x, mask): return (x * x.log() * 0).sum(dim=1)
def written(x, mask): return x.zero_() + x
def unwritten(x, mask): raise NotImplementedError
def told(*inputs, **named): return [list(inputs), named]
"""
CELLS = (f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{BUILD}", CLASSIFIERS)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore")
        yield


def outcome(look: Callable[[], None]) -> Outcome | None:
    """What is told of an answer that an expectation does not find right; not in which line, which is another there."""
    try:
        look()
    except Exception as error:
        told = outcome_of(error)
        told = replace(told, **{name: _PLACE.sub("", getattr(told, name)) for name in ("came", "hint")})
        return replace(told, sent="") if told.raised else told  # each side tells in its own words what it sent
    return None


_PLACE = re.compile(r" ?\(?in [\w.]+, (?:cell [^,]+, )?line \d+.*", re.DOTALL)


def mean_of_words(state: dict[str, Tensor], x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    weights = mask / mask.sum(dim=1, keepdim=True)
    return (x * weights.unsqueeze(2)).sum(dim=1), weights


Build = Callable[[], Any]
LOOKS: dict[str, Callable[[Build], None]] = {
    "shapes": lambda build: shapes(build(), DIM, build().out_features),
    "simplex": lambda build: simplex(build(), DIM),
    "padding": lambda build: ignores_padding(build(), DIM),
    "alone": lambda build: reads_each_alone(build(), DIM),
    "keeps": lambda build: keeps_weights_of_words(build(), DIM),
    "sums": lambda build: sums_by_weights(build(), DIM),
    "large": lambda build: survives_large_scores(build(), DIM),
    "follows": lambda build: follows_large_scores(build(), DIM),
    "parameters": lambda build: follows_its_parameters(build(), DIM),
    "affine": lambda build: log_weights_affine(build(), DIM),
    "one query": lambda build: one_query_for_all(build(), DIM),
    "gradient": lambda build: gradient_reaches(build(), DIM),
    "registers": lambda build: registers_everything(build, DIM),
    "text": lambda build: depends_on_text(build(), DIM),
    "mean alone": lambda build: depends_on_mean_alone(build(), DIM),
    "order": lambda build: reads_order(build(), DIM),
    "leftward": lambda build: reads_leftward(build(), DIM),
    "learns": lambda build: learns_to_find(build(), DIM, steps=3),
    "apart": lambda build: weighs_words_apart(build(), DIM),
    "carries": lambda build: carries_gradient(build(), DIM),
    "values": lambda build: learns_values(build(), DIM),
    "starts": lambda build: leaves_its_start(build(), DIM, steps=2),
    "memory": lambda build: carries_memory(build(), DIM),
    "learnt weights": lambda build: learns_weights(build(), DIM),
    "carrying weights": lambda build: weights_carry_gradient(build(), DIM),
    "moves": lambda build: moves_with_words(build(), DIM),
    "no words": lambda build: gives_zeros_without_words(build(), DIM),
    "by text": lambda build: compares_by_text(build(), DIM),
    "first word": lambda build: depends_on_first_word_alone(build(), DIM),
    "agrees": lambda build: agrees_with(build(), mean_of_words, some_texts(DIM)),
    "afresh": lambda build: answers_afresh(build(), DIM),
    "left": lambda build: leaves_inputs_alone(build(), DIM),
    "types": lambda build: keeps_types(build(), DIM),
    "training": lambda build: same_in_training(build(), DIM),
    "states": lambda build: attends_states(build(), DIM, width=build().out_features, own=build),
    "last": lambda build: uses_last_layer(build(), DIM, layers=2),
}
TABLES = [name for name in vars(poolings) if name.startswith(("RIGHT_", "WRONG_"))]
POOLINGS = [(table, list(getattr(poolings, table))[place]) for table in TABLES for place in (0, -1)]


@pytest.mark.parametrize(("table", "name"), POOLINGS, ids=[" ".join(each) for each in POOLINGS])
def test_every_expectation_on_a_pooling_says_the_same_of_it_there_as_here(remote, local, table, name):
    def said(student: Any) -> dict[str, Outcome | None]:
        return {
            what: outcome(lambda look=look, what=what: look(lambda: student.build(table, name, len(what))))
            for what, look in LOOKS.items()
        }

    here = said(local)
    assert said(remote) == here
    assert any(here.values()) or table.startswith("RIGHT"), "a wrong one is to be missed"


class Batch(NamedTuple):
    tokens: Tensor
    mask: Tensor
    labels: Tensor


BATCH = Batch(
    torch.tensor([[2, 0, 4], [5, 9, 7], [6, 6, 0], [8, 0, 0], [1, 10, 3]]),
    torch.tensor([[1, 1, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]]).bool(),
    torch.tensor([0, 1, 1, 0, 1]),
)
WEIGHTS = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.4, 0.6, 0.0], [1.0, 0.0, 0.0], [0.3, 0.3, 0.4]])
VECTORS = torch.randn(11, 4, generator=torch.Generator().manual_seed(1))
Parts = Callable[..., tuple[Any, Any]]
OF_CLASSIFIERS: dict[str, Callable[[Parts], None]] = {
    "hands over": lambda parts: hands_over(*parts(), VECTORS, BATCH),
    "by pooling": lambda parts: decides_by_pooling(*parts(), BATCH, len(VECTORS)),
    "logits": lambda parts: gives_logits(parts()[0], BATCH, 2),
    "cost": lambda parts: costs_cross_entropy(parts()[0], BATCH),
    "labels": lambda parts: counts_labels(parts()[0], BATCH),
    "entropy": lambda parts: charges_entropy(lambda strength: parts(strength=strength)[0], BATCH, 0.7),
    "pull": lambda parts: pulls_by_entropy(lambda strength: parts(strength=strength)[0], BATCH, WEIGHTS),
    "follows": lambda parts: follows_its_loss(parts(freeze=False)[0], BATCH),
    "linear": lambda parts: decides_linearly(parts()[0], BATCH, VECTORS, (2, 3, 4)),
    "steps": lambda parts: steps_by_lr(parts(lr=0.02)[0], [BATCH] * 3, lr=0.02, plain=lambda: parts(lr=0.02)[0]),
    "optimises": lambda parts: optimises_everything(*parts(freeze=False)),
    "keeps": lambda parts: keeps_embeddings(*parts(), BATCH),
    "tunes": lambda parts: tunes_embeddings(*parts(freeze=False), BATCH),
    "accuracy": lambda parts: logs_accuracy(parts()[0], BATCH),
    "validates": lambda parts: validates_plainly(parts()[0], BATCH),
    "in training": lambda parts: hands_over_in_training(parts()[0], BATCH),
    "hangs on it": lambda parts: follows_attention(
        lambda weights: parts(strength=1.0, weights=weights)[0], BATCH, WEIGHTS
    ),
    "steady": lambda parts: steady_in_evaluation(parts()[0], BATCH),
}


@pytest.mark.parametrize("kind", ["Right", "Wrong", "Broken"])
def test_every_expectation_on_a_classifier_says_the_same_of_it_there_as_here(remote, local, kind):
    def said(student: Any) -> dict[str, Outcome | None]:
        def parts(weights: Tensor = WEIGHTS, **options: Any) -> tuple[Any, Any]:
            attention = student.FixedAttention(weights, dim=4)
            return getattr(student, kind)(VECTORS, pooling=attention, **options), attention

        return {what: outcome(lambda look=look: look(parts)) for what, look in OF_CLASSIFIERS.items()}

    here = said(local)
    assert said(remote) == here
    assert sum(each is not None for each in here.values()) >= {"Right": 0, "Wrong": 8, "Broken": 10}[kind]


@pytest.mark.parametrize("name", ["mean", "cut", "log", "written", "unwritten"])
def test_every_expectation_on_a_function_says_the_same_of_it_there_as_here(remote, local, name):
    def said(student: Any) -> list[Outcome | None]:
        function = getattr(student, name)
        return [
            outcome(lambda: gradient_flows(function, WEIGHTS, BATCH.mask)),
            outcome(lambda: close_to(function(WEIGHTS, BATCH.mask), torch.full((5,), 0.5), what="the mean")),
            outcome(lambda: agrees_with(function, lambda x, mask: (x * mask).sum(dim=1), (WEIGHTS, BATCH.mask))),
        ]

    before = WEIGHTS.clone()
    assert said(remote) == said(local)
    assert torch.equal(WEIGHTS, before)


def test_a_module_of_ours_stands_in_for_an_answer(remote):
    with remote.standing_in(mean=remote.Table(torch.eye(3))):
        assert remote.mean(2).tolist() == [[1, 0], [0, 1]]
    x, mask = torch.ones(1, 2), torch.ones(1, 2)
    assert remote.mean(x, mask).tolist() == [1]


def test_handles_are_subjects(remote):
    pooling = remote.build("RIGHT_QUERIES", next(iter(poolings.RIGHT_QUERIES)), 1)
    assert type(pooling) is RemoteModule and isinstance(pooling, Subject)
    assert type(remote.mean) is RemoteFunction and isinstance(remote.mean, FunctionSubject)
    assert pooling.train() is pooling and pooling.eval() is pooling


def test_values_and_names_cross_as_they_are(remote):
    given = [1, 2.5, "é", None, True, (1, [2]), {"a": 3}]
    assert remote.told(*given, key=4) == [given, {"key": 4}]


def test_what_is_raised_there_is_raised_here(remote):
    with pytest.raises(RaisedElsewhere) as caught:
        remote.absent(1)
    assert caught.value.outcome.state is State.TO_DO
    with pytest.raises(RaisedElsewhere, match="no attribute 'width'"):
        _ = remote.FixedAttention(WEIGHTS, 4).width


@pytest.mark.parametrize("name", ["__wrapped__", "__len__", "__iter__", "__bool__"])
def test_names_that_python_looks_for_are_not_asked_for(name):
    line = Line(pytest.fail)
    for each in (RemoteStudent(line), RemoteModule(line, Handle(0))):
        with pytest.raises(AttributeError, match=name):
            getattr(each, name)


class Line:
    """A line whose other end answers one thing to everything; it keeps what was asked for, and what was told."""

    def __init__(self, reply: Any) -> None:
        self.reply = reply
        self.asked: list[tuple[Any, ...]] = []
        self.told: list[tuple[Any, ...]] = []

    def ask(self, *operation: Any) -> Any:
        (answer,) = self.ask_each([operation])
        return answer

    def ask_each(self, operations: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        self.asked += operations
        return (self.reply for _ in operations)

    def tell(self, *operation: Any) -> None:
        self.told.append(operation)


def answering(reply: Any) -> RemoteModule:
    return RemoteModule(Line(reply), Handle(0))


def test_what_changes_a_module_is_told_and_waits_for_no_answer():
    line = Line(None)
    module = RemoteModule(line, Handle(2))
    module.eval().train(dropout=False).randomise(7).load({"a": torch.ones(1)}).materialise(3)
    of_two = ("ask", Handle(2))
    assert line.told == [
        (*of_two, "eval", [], {}),
        (*of_two, "train", [], {"dropout": False}),
        (*of_two, "randomise", [7], {}),
        (*of_two, "load", [{"a": torch.ones(1)}], {}),
        (*of_two, "materialise", [3], {}),
    ]
    assert line.asked == []


def test_replies_to_several_inputs_are_asked_for_at_once():
    line = Line(Handle(1))
    replies = list(RemoteModule(line, Handle(0)).each([(1, 2), (3,)]))
    assert line.asked == [("ask", Handle(0), "call", [1, 2], {}), ("ask", Handle(0), "call", [3], {})]
    assert [type(each) for each in replies] == [RemoteModule, RemoteModule]


X, MASK = some_texts(3)
LAYER = (torch.ones(2, 3), torch.ones(2))
RIGHT_REPLIES: dict[str, tuple[tuple[Any, ...], Any]] = {
    "gradients": (((X, MASK), X, 1), ({"a": X, "b": None}, (X, None))),
    "inputs_after": ((X,), [X]),
    "traced": ((X,), (True, [False])),
    "disturbed": ((X,), [False]),
    "reseeds": ((X,), False),
    "parameters": ((), {"a": X}),
    "frozen": ((), ["a"]),
    "state": ((), {"a": X}),
    "left": ((), ({"a": X}, ["", "a"])),
    "learn": (((X, MASK, X), LAYER, 0.1), LAYER),
    "steps": (([BATCH],), [(torch.ones(()), {"a": X, "b": None})]),
    "optimised": ((), ["a"]),
    "validate": (([BATCH],), {"loss": 1.5}),
    "batch_after": ((BATCH,), [X, MASK]),
    "run": (([BATCH],), {"loss": -0.5}),
}
"""What each operation is given, and an answer to it that is one."""

OTHERS: list[Any] = [
    None,
    3,
    "text",
    {1},
    [1],
    {"a": 1},
    {"a": "x"},
    {3: X},
    {"loss": None},
    [("a", 1)],
    (X, 2, 3),
    [[X]],
    (X,),
    ({"a": X}, X),
    ({"a": 1}, (X, None)),
    [(1.0, {})],
    [(torch.ones(()), {"a": 3})],
    Handle(3),
]


ALSO_RIGHT = {
    "inputs_after": lambda reply: isinstance(reply, list),
    "validate": lambda reply: reply == {"a": 1},
    "run": lambda reply: reply == {"a": 1},
}
"""Which of the others an operation may give too."""


def test_every_operation_with_an_answer_is_tried_here():
    waits = {name for name, operation in OPERATIONS.items() if operation.declared is not type(None)}
    assert set(RIGHT_REPLIES) == waits - {"call"}


@pytest.mark.parametrize("name", RIGHT_REPLIES)
def test_an_answer_of_another_kind_than_the_operation_declares_is_an_error_and_never_a_value(name):
    arguments, right = RIGHT_REPLIES[name]
    assert repr(getattr(answering(right), name)(*arguments)) == repr(right)
    for wrong in OTHERS:
        if not ALSO_RIGHT.get(name, lambda reply: False)(wrong):
            with pytest.raises(TypeError):
                getattr(answering(wrong), name)(*arguments)


def test_an_argument_may_be_given_by_its_name():
    reply = ({}, (X, None))
    assert answering(reply).gradients(inputs=(X, MASK), upstream=None, reply=1) is not None


def test_a_gradient_of_another_shape_than_its_input_is_an_error():
    with pytest.raises(TypeError, match="not those of the inputs"):
        answering(({}, (X[:1], None))).gradients((X, MASK))
    with pytest.raises(TypeError, match="not those of the inputs"):
        RemoteFunction(Line(({}, (None,))), "f").gradients((X, MASK))


def test_fewer_steps_than_batches_are_an_error():
    with pytest.raises(TypeError, match="2 steps were asked for, and 1 came"):
        answering([(torch.ones(()), {})]).steps([BATCH] * 2)


def test_only_a_handle_becomes_a_module():
    def received(reply: Any) -> Any:
        return RemoteFunction(Line(reply), "f")()

    assert type(received(Handle(3))) is RemoteModule and received(Handle(3)).target == Handle(3)
    for reply in ([Handle(3)], [Handle(3), True], 3, (Handle(3),)):
        assert received(reply) == reply


def test_a_module_is_sent_as_its_handle_also_by_name():
    line = Line(None)
    module = RemoteModule(line, Handle(5))
    RemoteFunction(line, "Around")(module, 1, inner=module)
    RemoteFunction(line, "loss").call((module, [module]))
    assert line.asked == [
        ("ask", "Around", "call", [Handle(5), 1], {"inner": Handle(5)}),
        ("ask", "loss", "call", [(Handle(5), [Handle(5)])], {}),
    ]


def test_a_state_of_ones_own_can_be_loaded(remote):
    first, second = (remote.build("RIGHT_QUERIES", next(iter(poolings.RIGHT_QUERIES)), seed) for seed in (1, 2))
    values = {name: torch.full_like(each, 0.25) for name, each in first.parameters().items()}
    second.load(values)
    assert values and all(torch.equal(each, values[name]) for name, each in second.parameters().items())
    assert {name for name, each in first.state().items() if torch.equal(each, values.get(name, each))} != set(values)


def test_every_expectation_is_tried_here_or_in_a_file_beside_this_one():
    others = {
        "DistanceScore",
        "FixedAttention",
        "FixedEncoder",
        "FixedScore",
        "FixedSpeech",
        "FixedSpeller",
        "KnownLayer",
        "KnownPoints",
        "LeakyDecoder",
        "LeakyEncoder",
        "OwnEntropy",
        "Probe",
        "ScriptedDecoder",
        "ScriptedTranslator",
        "are_pairs",
        "check",
        "differ",
        "equal_to",
        "exchanged",
        "keeps_padding",
        "moves_within",
        "some_lines",
        "some_texts",
        "summary",
    }
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(__file__).parent.glob("test_remote*.py")]
    imports = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    tried = {each.name for node in imports if node.module == checks.__name__ for each in node.names}
    assert {name for name in checks.__all__ if not name.endswith("Probe")} - others <= tried
