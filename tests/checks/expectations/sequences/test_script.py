"""Scripts are what their stand-ins follow, and their lines have the lengths that were asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from amal_attention import checks
from amal_attention.checks.expectations.sequences.script import (
    END,
    PAD,
    START,
    Reads,
    Script,
    afresh,
    again,
    carried,
    ended,
    no_further,
    the_first_alone,
)
from amal_attention.tasks import translation
from tests.checks.ways import RIGHT, Way, cleaned, stepping

SEEDS = range(20)


def first_place(encoder, decoder, source, mask, most):
    memory, state = encoder(source, mask)
    logits, _, _ = decoder(torch.full((len(source), 1), START), state, memory, mask)
    return cleaned(logits.argmax(dim=2).repeat(1, most))


READS: dict[Reads, Way] = {
    carried: stepping(),
    afresh: stepping(carry=False),
    again: stepping(twice=True),
    no_further: stepping(move=False),
    the_first_alone: first_place,
}


def drawn(seed: int, lengths=(2, 4, 9), **options) -> Script:
    return Script.drawn(lengths, 6, seed, **options)


def test_the_tokens_that_are_no_text_are_those_of_the_task() -> None:
    assert (PAD, START, END) == (translation.PAD, translation.START, translation.END)


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_have_the_lengths_that_were_asked_for(seed: int) -> None:
    script = drawn(seed)
    assert (script.written != PAD).sum(dim=1).tolist() == [2, 4, 6] and script.longest == 6
    assert (script.written == END).int().argmax(dim=1).tolist() == [1, 3, 0]
    assert not (script.written[2] == END).any() and not (script.written == START).any()
    assert script.mask.sum(dim=1).tolist() == [5, 4, 3] and (script.source > END).all()


@pytest.mark.parametrize("reads", READS, ids=lambda reads: reads.__name__)
def test_what_is_read_in_a_known_way_is_what_the_modules_say(reads: Reads) -> None:
    for seed in SEEDS:
        script = drawn(seed)
        written = READS[reads](*script.modules(checks), script.source, script.mask, 6)
        assert torch.equal(ended(script.chosen(reads)), written)


@pytest.mark.parametrize(
    ("named", "way"),
    [
        ({"first": PAD}, stepping(first=PAD)),
        ({"padding_counts": True}, stepping(whole_mask=True)),
        ({"least": True}, stepping(least=True)),
    ],
)
def test_a_mistake_in_what_is_read_or_chosen_is_what_the_modules_say(named: dict[str, int], way: Callable) -> None:
    for seed in SEEDS:
        script = drawn(seed)
        assert torch.equal(ended(script.chosen(**named)), way(*script.modules(checks), script.source, script.mask, 6))


def test_a_right_way_writes_what_is_written() -> None:
    for seed in SEEDS:
        script = drawn(seed, (1, 7, 3, 6))
        for way in RIGHT.values():
            assert torch.equal(way(*script.modules(checks), script.source, script.mask, 6), script.written)


def test_a_seed_gives_the_same_script_again_and_another_one_another() -> None:
    first, again_, other = (drawn(seed).table for seed in (1, 1, 2))
    assert torch.equal(first, again_) and not torch.equal(first, other)


def test_a_script_that_will_not_do_is_drawn_anew() -> None:
    seen: list[Script] = []

    def third(script: Script) -> bool:
        seen.append(script)
        return len(seen) == 3

    assert drawn(1, told=third) is seen[2]


def test_lines_may_end_elsewhere_too() -> None:
    script = drawn(1, ends_elsewhere=True)
    share = (script.table.argmax(dim=1) == END).float().mean()
    assert 0.1 < share < 0.4 and (script.written != PAD).sum(dim=1).tolist() == [2, 4, 6]
    assert (drawn(1).table.argmax(dim=1) == END).sum() == 2


def test_neither_padding_nor_start_is_ever_the_most_or_the_least_likely() -> None:
    for seed in SEEDS:
        table = drawn(seed).table
        assert all(not set(row.tolist()) & {PAD, START} for row in (table.argmax(dim=1), table.argmin(dim=1)))


def test_an_end_is_followed_by_what_fills_the_line() -> None:
    chosen = torch.tensor([[5, END, 6, END], [END, END, 4, 5], [4, 5, 6, END]])
    assert ended(chosen).tolist() == [[5, 2, 0, 0], [2, 0, 0, 0], [4, 5, 6, 2]]
    assert ended(chosen, filled=END).tolist() == [[5, 2, 2, 2], [2, 2, 2, 2], [4, 5, 6, 2]]
