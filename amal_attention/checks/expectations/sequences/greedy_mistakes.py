"""What is likely to be wrong with a way to decode: what each mistake writes of a script, and the hint that names it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks.expectations.sequences.script import (
    END,
    PAD,
    START,
    Script,
    afresh,
    again,
    ended,
    no_further,
    the_first_alone,
)

__all__ = [
    "NOT_WRITTEN",
    "ONE_TOKEN",
    "Mistakes",
    "mistake_of_counts",
    "mistake_of_end",
    "mistakes",
    "mistakes_of_end",
    "mistakes_of_reading",
    "tells_apart",
]

Cost = Literal["naive", "prefix", "step", "any"]
Mistakes = Sequence[tuple[str, Tensor]]
"""Of each likely mistake its hint, and what it writes."""

NOT_WRITTEN = "START is read, and not written: the answer begins with the first token that was chosen"
ONE_TOKEN = "each step reads one token: hand on the state, which knows those before"
_READ_TWICE = "the state has read these tokens already: one token goes with it, or all of them with the first state"
_START_FIRST = "START is read first, whatever the line begins with"
_KEPT = "END belongs to the answer: keep it, and write PAD from the next place on"
_STOPS = "a line that has ended stops no other: go on until all have ended, or to max_length"
_GOES_ON = "PAD stands after END, whatever the decoder says there"
_NOT_FORCED = "a line that does not end within max_length has no END: what was chosen stands at its last place"
_MASK = "the decoder is handed the mask of the source as it is"
_NEXT = "what was chosen is what the next step reads: START is read once"
_LAST_PLACE = "what comes next is told by the logits of the last place, logits[:, -1]"
_LARGEST = "the most likely token is that of the largest logit: argmax"
_NOT_LAST = {
    "naive": "the decoder reads all that is written, from the first state, and not the last token alone",
    "prefix": "the decoder reads all that is written, from the first state, and not the last token alone",
    "step": "hand on the state that comes back: each step goes on from it",
    "any": "the model reads START and all that is written, and not the last token alone",
}


def mistake_of_counts(encoded: int, calls: int, read: int, script: Script, cost: Cost) -> str:
    """The likely mistake of calls that are not as many as they should be."""
    if calls > script.max_length:
        return "max_length steps write max_length tokens: what is written last is read no more"
    if cost == "naive" and encoded < calls:
        return "the naive way encodes the source again at each step"
    if cost != "naive" and encoded > 1:
        return "the source is encoded once, before the first step"
    if cost == "step":
        return ONE_TOKEN
    return "each step decodes all that is written again, from the first state"


def mistakes(script: Script, cost: Cost, ends: bool) -> Mistakes:
    """What a way to decode of this cost writes where it is wrong in one thing, with ``ends`` also in END."""
    reading = [(hint, ended(wrong)) for hint, wrong in mistakes_of_reading(script, cost)]
    return [*reading, *(mistakes_of_end(script) if ends else ())]


def mistakes_of_reading(script: Script, cost: Cost) -> Mistakes:
    """What is chosen at each step where it is read in a wrong way."""
    of_this_way = (
        (_NEXT, script.chosen(no_further)) if cost == "step" else (_LAST_PLACE, script.chosen(the_first_alone))
    )
    return [
        (_START_FIRST, script.chosen(first=PAD)),
        (_START_FIRST, script.chosen(first=END)),
        (_NOT_LAST[cost], script.chosen(afresh)),
        (_READ_TWICE, script.chosen(again)),
        of_this_way,
        (_MASK, script.chosen(padding_counts=True)),
        (_LARGEST, script.chosen(least=True)),
    ]


def mistakes_of_end(script: Script) -> Mistakes:
    """What is written where a line ends in a wrong way, all else being right; the first line of the script ends."""
    chosen, written = script.chosen(), script.written
    of_any, of_first = ((written == END).any(dim=0).int(), (written[0] == END).int())
    found = [
        (_GOES_ON, chosen),
        (_GOES_ON, ended(chosen, filled=END)),
        (_KEPT, written.masked_fill(written == END, PAD)),
        (NOT_WRITTEN, F.pad(written, (1, -1), value=START)),
        *((_STOPS, written.masked_fill(ends.cumsum(dim=0) > ends, PAD)) for ends in (of_any, of_first)),
    ]
    over = (written == END).any(dim=1, keepdim=True)
    if not over.all():
        found.append((_NOT_FORCED, torch.cat([written[:, :-1], written[:, -1:].where(over, END)], dim=1)))
    return found


def tells_apart(script: Script, known: Mistakes) -> bool:
    """Whether each mistake writes something wrong, and none what another one writes."""
    pairs = combinations([("", script.written), *known], 2)
    return not any(hint != other and torch.equal(first, second) for (hint, first), (other, second) in pairs)


def mistake_of_end(tokens: Tensor) -> str:
    """What is wrong with the ends of lines, whatever else is in them: they hold PAD where nothing is written."""
    rows = tokens.tolist()
    for line in rows:
        after = line[line.index(END) + 1 :] if END in line else []
        if any(token != PAD for token in after):
            return _GOES_ON
    if any(END not in line and PAD in line for line in rows):
        return _STOPS if any(END in line for line in rows) else _KEPT
    return ""
