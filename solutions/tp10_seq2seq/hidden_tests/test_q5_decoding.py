"""Hidden tests of exercises 5.1 to 5.3: each way to decode writes what a script says, at its own cost.

What is wrong with END, or with the form of the answer, in all of them just so, costs in 5.3 alone.
"""

import pytest

from amal_attention.checks import (
    decodes_as_scripted,
    decodes_by_script,
    gives_tokens,
    stops_at_end,
)


def those_there(student, *names):
    """Answers, as far as their cells have run: nbgrader's own stage tests each question before the next is read."""
    return [getattr(student, name) for name in names if hasattr(student, name)]


@pytest.mark.question(
    "q5-naive", points=0, alive=True, hint="encode, decode, take the most likely token"
)
def test_the_naive_way_follows_the_decoder(student, draws):
    decodes_by_script(student.decode_naive, made_by=student, seed=draws.seed())


@pytest.mark.question(
    "q5-naive",
    points=0.5,
    essential=True,
    requires=("writes-the-script", "cost"),
    hint="at each step: encode the source, decode START and all that is written, keep the last place",
)
def test_the_naive_way(student, draws):
    own = those_there(student, "decode_step_by_step")
    decodes_as_scripted(
        student.decode_naive, cost="naive", own=own, made_by=student, seed=draws.seed()
    )


@pytest.mark.question(
    "q5-prefix", points=0, alive=True, hint="decode, take the most likely token, decode again"
)
def test_decoding_from_the_prefix_follows_the_decoder(student, draws):
    decodes_by_script(student.decode_from_prefix, made_by=student, seed=draws.seed())


@pytest.mark.question(
    "q5-prefix",
    points=0.5,
    essential=True,
    requires=("writes-the-script", "cost"),
    hint="encode once; at each step decode START and all that is written, from the first state",
)
def test_decoding_from_the_prefix(student, draws):
    own = those_there(student, "decode_step_by_step", "decode_naive")
    decodes_as_scripted(
        student.decode_from_prefix, cost="prefix", own=own, made_by=student, seed=draws.seed()
    )


@pytest.mark.question(
    "q5-step", points=0, alive=True, hint="each step reads one token and hands on the state"
)
def test_decoding_step_by_step_follows_the_decoder(student, draws):
    decodes_by_script(
        student.decode_step_by_step, cost="step", made_by=student, seed=draws.seed()
    )


@pytest.mark.question(
    "q5-step",
    points=0.5,
    essential=True,
    requires=("writes-the-script", "cost"),
    hint="encode once; each step reads the token chosen last, from the state that came back",
)
def test_decoding_step_by_step(student, draws):
    decodes_as_scripted(
        student.decode_step_by_step, cost="step", ends=False, made_by=student, seed=draws.seed()
    )


@pytest.mark.question(
    "q5-step",
    points=0.25,
    essential=True,
    requires=("stops-at-end",),
    hint="END stands in the answer, PAD after it; go on until all lines have ended",
)
def test_where_lines_end(student, draws):
    stops_at_end(student.decode_step_by_step, made_by=student, seed=draws.seed())


@pytest.mark.question(
    "q5-step",
    points=0.25,
    requires=("form",),
    hint="int64 (B, max_length): filled up with PAD, without START",
)
def test_the_form_of_the_answer(student, draws):
    gives_tokens(student.decode_step_by_step, made_by=student, seed=draws.seed())
