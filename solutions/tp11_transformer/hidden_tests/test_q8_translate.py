"""Hidden tests of exercise 8.4: what a model that follows a script is made to write, and where its lines end."""

import pytest
import torch

from amal_attention.checks import (
    asks_in_evaluation,
    decodes_as_scripted,
    decodes_by_script,
    equal_to,
    gives_tokens,
    stops_at_end,
    with_one_model,
)


@pytest.mark.question(
    "q8-translate",
    points=0,
    alive=True,
    hint="ask the model, take the likeliest token, ask again",
)
def test_it_follows_the_model(student, draws):
    decode = with_one_model(student.translate, made_by=student)
    decodes_by_script(decode, "any", made_by=student, seed=draws.seed())


@pytest.mark.question(
    "q8-translate",
    points=0.25,
    essential=True,
    requires=("feeds-back-what-it-wrote",),
    hint="START first; at each step the model reads all that is written, and the likeliest token comes behind it",
)
def test_it_feeds_back_what_it_wrote(student, draws):
    decode = with_one_model(student.translate, made_by=student)
    decodes_as_scripted(
        decode,
        "any",
        ends=False,
        made_by=student,
        seed=draws.seed(),
        what="each token is the likeliest after START and all that is written",
    )
    spells_a_long_line(student)


def spells_a_long_line(student):
    """A line of 20 tokens, PAD and START among them: the model is asked with all of it at each step."""
    answer = [4, 3, 0, 5, 1, 4, 4, 3, 5, 0, 3, 1, 5, 4, 3, 3, 5, 4, 5, 2]
    source = torch.tensor([[3, 4]])
    came = student.translate(
        student.FixedSpeller(torch.tensor([answer])).eval(), source, source > 0, len(answer)
    )
    equal_to(
        came.tolist(),
        [answer],
        what="a line of 20 tokens is written as the model spells it",
        hint="START and all that is written are read at each step, and the likeliest token is written, whichever it is",
    )


@pytest.mark.question(
    "q8-translate",
    points=0.25,
    requires=("stops-at-end", "form", "evaluation"),
    hint="keep each END, PAD after it, go on for the others; int64 (B, max_length); model.eval(), no_grad",
)
def test_where_lines_end_and_how_the_model_is_called(student, draws):
    decode = with_one_model(student.translate, made_by=student)
    stops_at_end(decode, made_by=student, seed=draws.seed())
    gives_tokens(decode, made_by=student, seed=draws.seed())
    source = torch.randint(3, 9, (2, 4), generator=draws.generator())
    answers = torch.tensor([[5, 4, 2], [3, 2, 0]])
    mask = source > 3
    mask[0, 0], mask[:, -1] = False, False  # given: padding anywhere
    speller = student.FixedSpeller(answers).eval()
    came = student.translate(speller, source, mask, 5)
    equal_to(
        came.tolist(),
        [[5, 4, 2, 0, 0], [3, 2, 0, 0, 0]],
        what="by a model that spells two answers",
        hint="PAD stands after END, on the right, also where all lines have ended before",
    )
    state = speller.state()
    equal_to(
        [state["source"].tolist(), state["source_mask"].tolist()],
        [source.tolist(), mask.tolist()],
        what="the model is handed the source and its mask as they are",
        hint="model(source, source_mask, written): nothing is cut off or made anew",
    )
    asks_in_evaluation(
        lambda model: student.translate(model, source, source > 3, 4),
        student.FixedSpeller(answers),
    )
