"""Expectations on ways to decode: a right one meets all at its own cost, a wrong one misses what it is wrong in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from amal_attention.checks import decodes_as_scripted, decodes_by_script, gives_tokens, stops_at_end, with_one_model
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.ways import RIGHT, WRONG, WRONG_AT_ENDS, WRONG_IN_FORM

SEEDS = range(5)


def missed(look: Callable[..., None], *given: Any, **named: Any) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look(*given, **named)
    return caught.value.outcome


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cost", RIGHT)
def test_a_right_way_meets_all(cost: Any, seed: int) -> None:
    for ends in (True, False):
        decodes_as_scripted(RIGHT[cost], cost, ends=ends, seed=seed)
    decodes_by_script(RIGHT[cost], cost, seed=seed)
    stops_at_end(RIGHT[cost], seed=seed)
    gives_tokens(RIGHT[cost], seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_way_is_named_where_lines_end_and_where_none_does(name: str, seed: int) -> None:
    cost, way, hint = WRONG[name]
    for ends in (True, False):
        outcome = missed(decodes_as_scripted, way, cost, ends=ends, seed=seed)
        assert hint in outcome.hint and outcome.expected and outcome.came and outcome.sent


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [name for name in WRONG if name != "line by line"])
def test_what_is_wrong_in_reading_is_no_matter_of_ends_and_of_form(name: str, seed: int) -> None:
    _, way, _ = WRONG[name]
    stops_at_end(way, seed=seed)
    gives_tokens(way, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", WRONG_AT_ENDS)
def test_what_is_wrong_with_ends_costs_there_alone(name: str, seed: int) -> None:
    way, hint = WRONG_AT_ENDS[name]
    assert hint in missed(decodes_as_scripted, way, "step", seed=seed).hint
    assert hint in missed(stops_at_end, way, seed=seed).hint
    decodes_as_scripted(way, "step", ends=False, seed=seed)
    gives_tokens(way, seed=seed)


@pytest.mark.parametrize("name", [name for name in WRONG_AT_ENDS if name != "END at the last place"])
@pytest.mark.parametrize("reading", ["the state stays", "START is read at each step", "the least likely token"])
def test_ends_are_looked_at_where_what_is_read_is_wrong_too(name: str, reading: str) -> None:
    def both(encoder: Any, decoder: Any, source: Any, mask: Any, most: int) -> Any:
        def misread(tokens: Any, state: Any, *others: Any) -> Any:
            if reading == "the state stays":
                return decoder(tokens, start, *others)
            if reading == "START is read at each step":
                return decoder(torch.ones_like(tokens), state, *others)
            logits, after, weights = decoder(tokens, state, *others)
            return -logits, after, weights

        memory, start = encoder(source, mask)
        return way(lambda *_: (memory, start), misread, source, mask, most)

    way, hint = WRONG_AT_ENDS[name]
    for seed in SEEDS:
        assert hint in missed(stops_at_end, both, seed=seed).hint


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", WRONG_IN_FORM)
def test_what_is_wrong_in_form_costs_there_alone(name: str, seed: int) -> None:
    way, hint = WRONG_IN_FORM[name]
    assert hint in missed(gives_tokens, way, seed=seed).hint
    decodes_as_scripted(way, "step", ends=False, seed=seed)
    stops_at_end(way, seed=seed)


def test_the_strict_look_tells_of_the_form_too() -> None:
    for name, (way, hint) in WRONG_IN_FORM.items():
        if name != "squeezed":  # there are several lines
            assert hint in missed(decodes_as_scripted, way, "step").hint


@pytest.mark.parametrize("name", [*WRONG_AT_ENDS, *WRONG_IN_FORM])
def test_what_another_way_of_the_same_student_is_wrong_in_too_is_charged_there(name: str) -> None:
    way, _ = (WRONG_AT_ENDS | WRONG_IN_FORM)[name]
    if name == "squeezed":  # right where there are several lines
        return
    decodes_as_scripted(way, "step", own=[way])
    missed(decodes_as_scripted, way, "step", own=[RIGHT["step"], lambda *_: 1 / 0])


def test_what_is_kept_from_one_call_to_the_next_is_told() -> None:
    kept: dict[int, Any] = {}

    def remembering(encoder: Any, decoder: Any, *given: Any) -> Any:
        return kept.setdefault(id(encoder), RIGHT["step"](encoder, decoder, *given))

    assert "nothing is kept" in missed(decodes_as_scripted, remembering, "step", ends=False).hint


@pytest.mark.parametrize(("came", "hint"), [(None, "return its result"), ([[3, 4], [5]], "int64")])
@pytest.mark.parametrize("look", [decodes_by_script, stops_at_end, gives_tokens])
def test_what_is_no_tensor_is_told(look: Any, came: Any, hint: str) -> None:
    assert hint in missed(look, lambda *_: came).hint


@pytest.mark.parametrize("shape", [(3,), (2, 6), (6, 3, 2)])
def test_a_tensor_of_another_shape_is_told(shape: tuple[int, ...]) -> None:
    outcome = missed(decodes_as_scripted, lambda *_: torch.zeros(shape, dtype=torch.long), "step", ends=False)
    assert outcome.expected == "a tensor (3, 6) of int64"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_does_not_hang_on_the_decoder_is_not_alive(seed: int) -> None:
    def deaf(encoder: Any, decoder: Any, source: Any, mask: Any, most: int) -> Any:
        RIGHT["step"](encoder, decoder, source, mask, most)
        return source[:, :1].repeat(1, most)

    assert "logits" in missed(decodes_by_script, deaf, seed=seed).hint
    for cost, way, _ in WRONG.values():
        if way not in RIGHT.values():
            decodes_by_script(way, cost, seed=seed)


@pytest.mark.parametrize("cost", ["naive", "prefix"])
def test_what_decodes_all_again_is_no_way_to_step(cost: str) -> None:
    assert "hand on the state" in missed(decodes_by_script, RIGHT[cost], "step").hint
    decodes_by_script(RIGHT[cost], "prefix")


def test_a_way_that_reads_nothing_is_told() -> None:
    def blind(encoder: Any, decoder: Any, source: Any, mask: Any, most: int) -> Any:
        return torch.full((len(source), most), 3)

    outcome = missed(decodes_as_scripted, blind, "step")
    assert outcome.expected == "a call of the encoder" and outcome.came == "none"


def test_what_a_way_raises_is_told_with_what_was_sent() -> None:
    def broken(encoder: Any, decoder: Any, source: Any, mask: Any, most: int) -> Any:
        raise ValueError("no")

    outcome = missed(decodes_as_scripted, broken, "step")
    assert "ValueError: no" in outcome.came and "max_length: 6" in outcome.sent


def translating(*, first: int = 1, last: bool = False, place: int = -1, filled: bool = False) -> Callable[..., Any]:
    """A function of one model that writes, right but for what is told."""

    def translate(model: Any, source: Any, mask: Any, most: int) -> Any:
        line = torch.full((len(source), 1), first)
        for step in range(most):
            read = torch.nn.functional.pad(line, (0, most - step)) if filled else line[:, -1:] if last else line
            logits = model(source, mask, read)[:, step if filled else place]
            line = torch.cat([line, logits.argmax(dim=1, keepdim=True)], dim=1)
        written = line[:, 1:]
        return written.masked_fill((written == 2).cumsum(dim=1) - (written == 2).long() > 0, 0)

    return translate


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("filled", [False, True])
def test_a_function_of_one_model_is_a_way_to_decode_and_nothing_is_counted(filled: bool, seed: int) -> None:
    decode = with_one_model(translating(filled=filled))
    for ends in (True, False):
        decodes_as_scripted(decode, "any", ends=ends, seed=seed)
    decodes_by_script(decode, "any", seed=seed)
    stops_at_end(decode, seed=seed)
    gives_tokens(decode, seed=seed)


ONE_MODEL = {
    "PAD is read first": (translating(first=0), "START is read first"),
    "the last token alone": (translating(last=True), "not the last token alone"),
    "the first place": (translating(place=0), "the last place"),
}


@pytest.mark.parametrize("name", ONE_MODEL)
def test_what_is_wrong_with_a_function_of_one_model_is_named(name: str) -> None:
    translate, hint = ONE_MODEL[name]
    assert hint in missed(decodes_as_scripted, with_one_model(translate), "any").hint
