"""Stand-ins for what reads and writes lines do what they say."""

from __future__ import annotations

import pytest
import torch

from amal_attention.checks import FixedEncoder, ScriptedDecoder

MASK = torch.tensor([[True, True, True], [True, False, False]])
TOKENS = torch.tensor([[4, 5, 6], [7, 9, 9]])


def an_encoder() -> FixedEncoder:
    return FixedEncoder(torch.tensor([[[2.0], [8.0], [9.0]], [[3.0], [1.0], [1.0]]]), torch.tensor([[1.0], [4.0]]))


def a_decoder() -> ScriptedDecoder:
    return ScriptedDecoder(torch.randn(11, 8, generator=torch.Generator().manual_seed(1)))


def rows_by_hand(tokens: list[list[int]], states: list[int], memory: list[int], counts: list[int]) -> list[list[int]]:
    """The states of a decoder of 11 after each token, in a plain loop."""
    rows = []
    for line, state, first, count in zip(tokens, states, memory, counts, strict=True):
        rows.append([state := (7 * state + 3 * token + first + count + 1) % 11 for token in line])
    return rows


def test_an_encoder_says_what_it_was_told_to_say_to_the_first_lines() -> None:
    encoder = an_encoder()
    memory, final = encoder(TOKENS, MASK)
    assert torch.equal(memory, encoder.memory) and torch.equal(final, encoder.final) and encoder.out_features == 1
    first, _ = encoder(TOKENS[:1], MASK[:1])
    assert torch.equal(first, memory[:1])


def test_an_encoder_keeps_copies_of_what_it_was_handed_last_and_counts_calls() -> None:
    encoder, tokens = an_encoder(), TOKENS.clone()
    assert set(encoder.state_dict()) == {"memory", "final", "calls"} and encoder.state_dict()["calls"] == 0
    encoder(TOKENS.flip(0), MASK.flip(0))
    encoder(tokens, MASK)
    tokens.zero_()
    state = encoder.state_dict()
    assert torch.equal(state["tokens"], TOKENS) and torch.equal(state["mask"], MASK) and state["calls"] == 2


def test_what_an_encoder_said_may_be_changed_and_carries_a_gradient() -> None:
    encoder = an_encoder()
    memory, final = encoder(TOKENS, MASK)
    (2 * memory.sum() + final.sum()).backward()  # type: ignore[no-untyped-call]
    assert encoder.memory.grad is not None and (encoder.memory.grad == 2).all()
    assert encoder.final.grad is not None and (encoder.final.grad == 1).all()
    with torch.no_grad():
        memory.zero_()
    assert encoder.memory[0, 0] == 2


def test_a_decoder_follows_its_script() -> None:
    decoder, encoder = a_decoder(), an_encoder()
    memory, final = encoder(TOKENS, MASK)
    logits, state, weights = decoder(TOKENS, final, memory, MASK)
    rows = rows_by_hand(TOKENS.tolist(), [1, 4], [2, 3], [3, 1])
    assert torch.equal(logits, decoder.table[torch.tensor(rows)]) and state.tolist() == [[row[-1]] for row in rows]
    assert weights is None and logits.requires_grad and state.dtype == torch.float32


def test_a_decoder_goes_on_from_its_state_and_counts_what_it_reads_of_a_line() -> None:
    decoder, encoder = a_decoder(), an_encoder()
    memory, final = encoder(TOKENS, MASK)
    whole, last, _ = decoder(TOKENS, final, memory, MASK)
    first, state, _ = decoder(TOKENS[:, :1], final, memory, MASK)
    second, state, _ = decoder(TOKENS[:, 1:], state, memory, MASK)
    assert torch.equal(torch.cat([first, second], dim=1), whole) and torch.equal(state, last)
    assert decoder.calls == 3 and decoder.read == 6


@pytest.mark.parametrize("changed", ["token", "state", "memory", "mask"])
def test_each_thing_that_a_decoder_is_handed_moves_its_script(changed: str) -> None:
    decoder, (memory, final), mask, tokens = a_decoder(), an_encoder()(TOKENS, MASK), MASK.clone(), TOKENS.clone()
    before, _, _ = decoder(tokens, final, memory, mask)
    with torch.no_grad():
        {"token": tokens, "state": final, "memory": memory}.get(changed, tokens)[0, 0] += 1 if changed != "mask" else 0
    mask[0, 2] = changed != "mask"
    after, _, _ = decoder(tokens, final, memory, mask)
    assert not torch.equal(after[0], before[0]) and torch.equal(after[1], before[1])


def test_a_decoder_refuses_another_number_of_lines() -> None:
    decoder, (memory, final) = a_decoder(), an_encoder()(TOKENS, MASK)
    with pytest.raises(ValueError, match=r"as many lines; got \[1, 2, 2, 2\]"):
        decoder(TOKENS[:1], final, memory, MASK)
