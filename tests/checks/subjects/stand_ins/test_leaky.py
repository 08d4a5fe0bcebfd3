"""An encoder and a decoder whose states leak do what they say."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from amal_attention.checks import (
    DecoderProbe,
    EncoderProbe,
    decodes_alike,
    ignores_padding,
    keeps_state_small,
    sees_its_past,
    sees_no_future,
    shapes,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.checks.subjects.stand_ins import STAND_INS
from amal_attention.checks.subjects.stand_ins.leaky import LeakyDecoder, LeakyEncoder, plain_cost

HIDDEN, TOKENS = 2, 5


def with_table(module: nn.Module) -> nn.Module:
    """Token 0 is (1, 0), token 1 is (0, 1), and so on, a power of ten larger for each two."""
    table = torch.zeros(TOKENS, HIDDEN)
    for token in range(TOKENS):
        table[token, token % 2] = 10.0 ** (token // 2)
    module.load_state_dict({"embedding.weight": table}, strict=False)
    return module


def test_they_are_registered() -> None:
    assert {"LeakyEncoder", "LeakyDecoder", "plain_cost"} <= set(STAND_INS)


def test_the_state_of_the_encoder_is_half_of_itself_plus_each_character() -> None:
    encoder = with_table(LeakyEncoder(TOKENS, HIDDEN))
    memory, final = encoder(torch.tensor([[0, 0, 1], [2, 4, 4]]), torch.tensor([[True] * 3, [True, False, False]]))
    assert memory[0].tolist() == [[1, 0], [1.5, 0], [0.75, 1]]
    assert final.tolist() == [[0.75, 1], [10, 0]] and encoder.out_features == HIDDEN


def test_the_encoder_reads_as_an_encoder_does() -> None:
    shapes(LeakyEncoder(TOKENS, 3), EncoderProbe(TOKENS, 3))
    ignores_padding(LeakyEncoder(TOKENS, 3), EncoderProbe(TOKENS, 3))


def test_the_state_of_the_decoder_goes_on_from_the_one_it_is_given() -> None:
    decoder = with_table(LeakyDecoder(TOKENS, HIDDEN))
    state, memory = torch.tensor([[8.0, 8.0]]), torch.tensor([[[2.0, 4.0], [4.0, 0.0], [9.0, 9.0]]])
    mask = torch.tensor([[True, True, False]])
    logits, after, weights = decoder(torch.tensor([[0, 1]]), state, memory, mask)
    assert after.tolist() == [[2.5, 3.0]] and weights is None
    assert torch.allclose(logits[0, 1], decoder.output(torch.tensor([2.5 + 3.0, 3.0 + 2.0])))


def test_the_decoder_writes_as_a_decoder_does_but_its_state_is_that_of_none() -> None:
    probe = DecoderProbe(TOKENS, 3)
    for look in (shapes, decodes_alike, sees_its_past, sees_no_future):
        look(LeakyDecoder(TOKENS, 3), probe)
    try:
        keeps_state_small(LeakyDecoder(TOKENS, 3), probe)
    except ExpectationMissed:
        return
    raise AssertionError("its states must leave (-1, 1)")


def test_what_they_were_handed_is_in_their_state() -> None:
    encoder, decoder = LeakyEncoder(TOKENS, HIDDEN), LeakyDecoder(TOKENS, HIDDEN)
    assert set(encoder.state_dict()) == {"embedding.weight"}
    tokens, mask = torch.tensor([[3, 1]]), torch.tensor([[True, False]])
    memory, final = encoder.eval()(tokens, mask)
    kept = encoder.state_dict()
    assert torch.equal(kept["tokens"], tokens) and torch.equal(kept["mask"], mask) and not kept["in_training"]
    logits, _, _ = decoder(tokens, final, memory, mask)
    kept = decoder.state_dict()
    sent: dict[str, Tensor] = {"tokens": tokens, "state": final, "memory": memory, "mask": mask, "logits": logits}
    assert all(torch.equal(kept[name], each) and not kept[name].requires_grad for name, each in sent.items())
    assert kept["calls"] == 1


def test_a_plain_cost_hangs_on_the_logits_the_targets_and_the_mask() -> None:
    logits, target, mask = torch.tensor([[[1.0, 2], [3, 4]]]), torch.tensor([[1, 0]]), torch.tensor([[True, False]])
    assert plain_cost(logits, target, mask) == 10
    assert plain_cost(logits, 1 - target, mask) == 5
    assert plain_cost(logits, target, ~mask) == 25
