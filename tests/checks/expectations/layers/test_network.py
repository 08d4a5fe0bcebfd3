"""What a layer makes of each word, and what it drops."""

from __future__ import annotations

import pytest

from amal_attention.checks import AttentionProbe, bends, drops_in_training, grows_by_units
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.encoding import Layer, Stack, Unnamed

DIM, SHARE = 8, 0.5
PROBE = AttentionProbe(DIM, heads=2)


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_network_bends_in_either_order(norm_first):
    for seed in range(5):
        bends(Layer(DIM, norm_first=norm_first), PROBE, norm_first=norm_first, seed=seed)
    with pytest.raises(ExpectationMissed) as caught:
        bends(Layer(DIM, norm_first=norm_first, wrong="linear"), PROBE, norm_first=norm_first)
    assert "a non-linearity stands between" in caught.value.outcome.hint


def test_a_relu_before_both_maps_is_missed():
    with pytest.raises(ExpectationMissed, match="a non-linearity stands between the two linear maps"):
        bends(Layer(DIM, norm_first=True, wrong="relu first"), PROBE, norm_first=True)


def test_an_odd_network_bends_too():
    bends(Unnamed(DIM), PROBE, norm_first=True)


def test_a_unit_is_a_row_a_bias_and_a_column():
    grows_by_units(lambda units: Layer(DIM, units), DIM)
    with pytest.raises(ExpectationMissed) as caught:
        grows_by_units(lambda units: Layer(DIM), DIM)
    assert (caught.value.outcome.expected, caught.value.outcome.came) == ("17 parameters more", "0 more")
    with pytest.raises(ExpectationMissed, match="hidden_size = 5, then 6"):
        grows_by_units(lambda units: Stack(DIM, units), DIM, layers=3)


@pytest.mark.parametrize("norm_first", [False, True])
def test_dropout_drops_what_is_added(norm_first):
    for seed in range(5):
        layer = Layer(DIM, norm_first=norm_first, dropout=SHARE)
        drops_in_training(layer, PROBE, SHARE, norm_first=norm_first, seed=seed)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("drops x", "not x itself"),
        ("keeps all of attention", "what attention adds goes through dropout"),
        ("drops always", "dropout is for training alone"),
    ],
)
def test_other_dropout_is_missed(norm_first, wrong, hint):
    layer = Layer(DIM, norm_first=norm_first, dropout=SHARE, wrong=wrong)
    with pytest.raises(ExpectationMissed) as caught:
        drops_in_training(layer, PROBE, SHARE, norm_first=norm_first)
    assert hint in caught.value.outcome.hint


def test_another_share_is_missed():
    with pytest.raises(ExpectationMissed) as caught:
        drops_in_training(Layer(DIM, norm_first=True, dropout=0.1), PROBE, SHARE, norm_first=True)
    assert caught.value.outcome.expected == "about 50% of what is added to be 0"
