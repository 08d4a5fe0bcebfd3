"""Curves of depth, judged on what their artists hold."""

from __future__ import annotations

import pytest

from amal_attention.language import speak
from amal_attention.visualise.style import PALETTE
from amal_attention.visualise.transformers.depth import gradient_by_layer, loss_by_step


def test_gradients_stand_above_their_layers_which_count_from_1() -> None:
    (axes,) = gradient_by_layer({"post-LN": [0.3, 0.2, 0.1], "pre-LN": [0.1, 0.1, 0.1]}).axes
    post, pre = axes.lines
    assert list(post.get_xdata()) == [1, 2, 3] and list(post.get_ydata()) == [0.3, 0.2, 0.1]
    assert [post.get_color(), pre.get_color()] == list(PALETTE[:2]) and post.get_marker() != pre.get_marker()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["post-LN", "pre-LN"]
    assert axes.get_ylim()[0] == 0
    assert all(float(tick).is_integer() for tick in axes.get_xticks())


def test_losses_stand_above_their_steps_beside_those_of_guessing() -> None:
    (axes,) = loss_by_step({"post-LN": [2.4, 2.3], "pre-LN": [2.4, 0.1]}, chance=2.3).axes
    post, pre, chance = axes.lines
    assert list(pre.get_xdata()) == [1, 2] and list(pre.get_ydata()) == [2.4, 0.1]
    assert set(chance.get_ydata()) == {2.3} and chance.get_linestyle() == "--"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["post-LN", "pre-LN", "guessing"]
    assert axes.get_ylim()[0] == 0 and post.get_label() == "post-LN"


def test_the_loss_of_guessing_may_be_left_out() -> None:
    (axes,) = loss_by_step({"pre-LN": [2.4, 0.1]}).axes
    assert len(axes.lines) == 1


def test_titles_and_axes_are_in_the_language_that_is_spoken() -> None:
    speak("fr")
    (axes,) = gradient_by_layer({"a": [1, 2]}).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("couche", "norme du gradient")
    (axes,) = loss_by_step({"a": [1, 2]}, chance=1).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("pas", "coût (nats)")


@pytest.mark.parametrize("draw", [gradient_by_layer, loss_by_step])
def test_there_must_be_a_model(draw) -> None:
    with pytest.raises(ValueError, match="got none"):
        draw({})
