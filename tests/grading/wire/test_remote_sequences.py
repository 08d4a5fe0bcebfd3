"""What reads and writes lines elsewhere looks to an expectation like what does so in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from amal_attention import checks
from amal_attention.checks import decodes_as_scripted, decodes_by_script, gives_tokens, stops_at_end
from amal_attention.grading.wire.raised import outcome_of
from amal_attention.outcome import Outcome
from tests.checks.ways import RIGHT, WRONG, WRONG_AT_ENDS, WRONG_IN_FORM

ROOT = Path(__file__).parents[3]
CELLS = (
    f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import torch
from tests.checks import ways

globals().update({{f"right_{{cost}}": way for cost, way in ways.RIGHT.items()}})
wrong = [way for _, way, _ in ways.WRONG.values()]
wrong += [way for way, _ in (*ways.WRONG_AT_ENDS.values(), *ways.WRONG_IN_FORM.values())]
globals().update({{f"wrong_{{number}}": way for number, way in enumerate(wrong)}})

def once(encoder, decoder, tokens, mask):
    with torch.inference_mode():
        memory, state = encoder(tokens, mask)
        return decoder(tokens[:, :2], state, memory, mask)[0].argmax(dim=2)
""",
)
TOKENS, MASK = torch.tensor([[4, 5, 6], [7, 9, 9]]), torch.tensor([[True, True, True], [True, False, False]])


def test_a_function_is_handed_modules_and_what_they_kept_is_read_after(remote, local):
    came = []
    for student in (remote, local):
        encoder = student.FixedEncoder(torch.tensor([[[2.0]], [[3.0]]]), torch.tensor([[1.0], [4.0]]))
        decoder = student.ScriptedDecoder(torch.eye(11))
        came.append((student.once(encoder, decoder, TOKENS, MASK), encoder.state(), decoder.state()))
    torch.testing.assert_close(came[0], came[1])
    written, of_encoder, of_decoder = came[0]
    assert written.tolist() == [[3, 9], [10, 3]]
    assert torch.equal(of_encoder["tokens"], TOKENS) and torch.equal(of_encoder["mask"], MASK)
    assert [of_encoder["calls"], of_decoder["calls"], of_decoder["read"]] == [1, 1, 2]


COSTS = [cost for cost, _, _ in WRONG.values()] + ["step"] * (len(WRONG_AT_ENDS) + len(WRONG_IN_FORM))
WAYS = [*((f"right_{cost}", cost) for cost in RIGHT), *((f"wrong_{each}", cost) for each, cost in enumerate(COSTS))]


def said_of(way: Any, cost: Any, made_by: Any) -> list[Outcome | None]:
    """What each expectation says of a way to decode."""
    looks: list[Callable[[], None]] = [
        lambda: decodes_as_scripted(way, cost, made_by=made_by),
        lambda: decodes_as_scripted(way, cost, ends=False, made_by=made_by),
        lambda: decodes_by_script(way, cost, made_by=made_by),
        lambda: stops_at_end(way, made_by=made_by),
        lambda: gives_tokens(way, made_by=made_by),
    ]
    said: list[Outcome | None] = []
    for look in looks:
        try:
            look()
            said.append(None)
        except AssertionError as error:
            said.append(outcome_of(error))
    return said


@pytest.mark.parametrize(("name", "cost"), WAYS)
def test_every_expectation_on_a_way_to_decode_says_the_same_of_it_there_as_here(remote, local, name, cost):
    here = said_of(getattr(local, name), cost, checks)
    assert said_of(getattr(remote, name), cost, remote) == said_of(getattr(local, name), cost, local) == here
    assert any(here) != name.startswith("right")
