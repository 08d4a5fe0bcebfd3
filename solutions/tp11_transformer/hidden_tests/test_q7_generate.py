"""Hidden tests of exercise 7.4: what follows, by a model whose logits are known, greedy and drawn."""

import pytest
import torch

from amal_attention.checks import (
    asks_in_evaluation,
    continues,
    differ,
    draws_by_temperature,
    extends_its_prompt,
)


@pytest.mark.question(
    "q7-generate", points=0, alive=True, hint="what follows hangs on what the model says"
)
def test_it_follows_the_model(student, draws):
    table, prompt = torch.randn(2, 5, 5, 5, generator=draws.generator()), torch.tensor([[1, 2]])
    table[0, ..., 3] += 9
    table[1, ..., 4] += 9
    first, second = (
        student.generate(student.FixedSpeech(each).eval(), prompt, 2) for each in table
    )
    differ(
        first, second, what="what follows hangs on the model", sent="a prompt, by two models"
    )


@pytest.mark.question(
    "q7-generate",
    points=0.5,
    essential=True,
    requires=("reads-all-that-was-written",),
    hint="read all that is written, take the logits of the last place, put the token behind it",
)
def test_each_token_follows_from_all_that_is_written(student, draws):
    continues(student.generate, made_by=student, seed=draws.seed())


@pytest.mark.question(
    "q7-generate",
    points=0.25,
    essential=True,
    requires=("temperature",),
    hint="draw by softmax(logits / temperature), one token for each row",
)
def test_shares_of_tokens_at_two_temperatures(student, draws):
    draws_by_temperature(student.generate, made_by=student, seed=draws.seed())


@pytest.mark.question(
    "q7-generate",
    points=0.25,
    requires=("evaluation", "form"),
    hint="model.eval() and no_grad; the prompt in front, int64",
)
def test_the_form_and_the_way_the_model_is_called(student, draws):
    extends_its_prompt(student.generate, made_by=student, seed=draws.seed())
    table = torch.randn(5, 5, 5, generator=draws.generator())
    prompt = torch.tensor([[1, 2], [3, 0]])
    for temperature in (0.0, 1.0):
        asks_in_evaluation(
            lambda model, by=temperature: student.generate(model, prompt, 2, by),
            student.FixedSpeech(table),
        )
