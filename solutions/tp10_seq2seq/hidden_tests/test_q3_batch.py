"""Hidden tests of exercise 3.1: pairs of lines as a batch, with a teacher that is one place late."""

import pytest
import torch

from amal_attention.checks import equal_to
from amal_attention.tasks.translation import END, PAD, START, PairBatch

FIRST = 4
FIELDS = PairBatch._fields
NUMBERS = [name for name in FIELDS if not name.endswith("_mask")]
MASKS = {
    "source": "source_mask is True on characters, False elsewhere",
    "target": "target_mask is True on characters and END, False elsewhere",
}
BOTH_ENDS = {START, END}


def some_pairs(draws, lengths):
    """Pairs of lines of random characters; of each the length of the source, and that of the target."""
    return [
        (
            [draws.between(FIRST, 40) for _ in range(source)],
            [draws.between(FIRST, 40) for _ in range(target)],
        )
        for source, target in lengths
    ]


def very_unequal(draws):
    """Pairs whose longest source is not the longest target, which is no power of two."""
    others = [(draws.between(1, 9), draws.between(1, 9)) for _ in range(3)]
    return some_pairs(
        draws, [*others, (draws.between(21, 30), 1), (1, draws.between(11, 19)), (2, 2)]
    )


def batch_of(student, pairs):
    """The fields of the batch by their names, whatever kind of tuple it is: one test looks at that."""
    came = student.make_batch(pairs)
    parts = tuple(came) if isinstance(came, (tuple, list)) else ()
    equal_to(
        [getattr(part, "ndim", None) for part in parts],
        [2] * len(FIELDS),
        what="five tensors of two axes: source, source_mask, teacher, target, target_mask",
        hint="return PairBatch(source, source_mask, teacher, target, target_mask)",
    )
    return dict(zip(FIELDS, parts, strict=True))


def told(rows):
    """The characters of each row, with START and END, and without what is put in for padding."""
    return [
        [token for token in row if token >= FIRST or token in BOTH_ENDS]
        for row in rows.long().tolist()
    ]


@pytest.mark.question("q3-batch", points=0, alive=True, hint="a batch is made of the pairs")
def test_a_batch_is_made_of_the_pairs(student, draws):
    pairs = some_pairs(draws, [(3, 2), (3, 2)])
    batch = batch_of(student, pairs)
    found = {token for name in NUMBERS for row in batch[name].tolist() for token in row}
    hint = "the characters of the pairs stand in the batch"
    wanted = {token for pair in pairs for line in pair for token in line}
    equal_to(
        wanted <= found, True, what="the characters of the pairs stand in the batch", hint=hint
    )


@pytest.mark.question(
    "q3-batch",
    points=0.5,
    essential=True,
    requires=("shift",),
    hint="target is y then END, teacher is START then y",
)
def test_the_teacher_is_one_place_late(student, draws):
    alike = [some_pairs(draws, [(3, 4)] * 3) for _ in range(2)]
    for pairs in (*alike, very_unequal(draws), some_pairs(draws, [(2, 3)])):
        batch, lines = batch_of(student, pairs), [target for _, target in pairs]
        sent = f"{len(pairs)} pairs, the longest target of {max(map(len, lines))} characters"
        equal_to(
            told(batch["target"]),
            [[*line, END] for line in lines],
            what="target is y then END",
            mistakes={
                "END is missing: without it nothing tells where to stop": lines,
                "START stands in the teacher, not in the target": [
                    [START, *line, END] for line in lines
                ],
                "START stands in the teacher, and END in its place here": [
                    [START, *line] for line in lines
                ],
                "END stands behind the target, not before it": [[END, *line] for line in lines],
            },
            sent=sent,
            hint="the characters of y in their order, then END",
        )
        equal_to(
            told(batch["teacher"]),
            [[START, *line] for line in lines],
            what="teacher is START then y",
            mistakes={
                "the teacher is one place late, START then y: here it is the target, the answer itself": [
                    [*line, END] for line in lines
                ],
                "the first token of the teacher is START, not END: roll turns the last one to the front": [
                    [END, *line] for line in lines
                ],
                "END is not read by the decoder: it stands in the target alone": [
                    [START, *line, END] for line in lines
                ],
                "START is missing: the decoder reads it to write the first character": lines,
            }
            | {
                "END is not read by the decoder: it stands in no row of the teacher": with_end_on_padding(
                    lines
                )
            },
            sent=sent,
            hint="START, then the characters of y in their order",
        )


def with_end_on_padding(lines):
    """START then y, and END where a line is shorter than the longest: the padded target, moved by one place."""
    longest = max(map(len, lines))
    return [[START, *line, *([END] if len(line) < longest else [])] for line in lines]


@pytest.mark.question(
    "q3-batch",
    points=0.25,
    requires=("masks-count-end",),
    hint="True on characters and on END, False on padding",
)
def test_masks(student, draws):
    for pairs in (very_unequal(draws), some_pairs(draws, [(4, 2)])):
        batch = batch_of(student, pairs)
        for side, with_end in (("source", False), ("target", True)):
            right = batch[side] >= (
                END if with_end else FIRST
            )  # of their own tokens: others are told elsewhere
            without_end = right & (batch[side] != END)
            equal_to(
                batch[f"{side}_mask"].bool().tolist(),
                right.tolist(),
                what=MASKS[side],
                mistakes={
                    "END counts: a model that is not asked for it never learns to stop": without_end.tolist(),
                    "the mask is True where characters are, not where padding is": (
                        ~right
                    ).tolist(),
                    "padding counts too: the mask is False there": torch.ones_like(
                        right
                    ).tolist(),
                },
                hint="one mask for each side, by its own lengths",
            )


@pytest.mark.question(
    "q3-batch",
    points=0.125,
    requires=("widths",),
    hint="as wide as the longest line of the batch, PAD behind the others",
)
def test_widths_and_padding(student, draws):
    for pairs in (very_unequal(draws), some_pairs(draws, [(4, 2)])):
        batch = batch_of(student, pairs)
        equal_to(
            told(batch["source"]),
            [source for source, _ in pairs],
            what="source is the characters of each source, in the rows of the pairs",
            hint="neither START nor END, and no row in another place",
        )
        for name in NUMBERS:
            rows = told(batch[name])
            longest = max(map(len, rows))
            equal_to(
                batch[name].tolist(),
                [row + [PAD] * (longest - len(row)) for row in rows],
                what=f"{name} is as wide as its longest line, with PAD on the right",
                mistakes={
                    "padding stands on the right, behind the line": [
                        [PAD] * (longest - len(row)) + row for row in rows
                    ],
                },
                hint="as long as the longest line of this batch, padded with PAD = 0",
            )


@pytest.mark.question(
    "q3-batch",
    points=0.125,
    requires=("types", "pairs"),
    hint="int64 for numbers, bool for masks, in a PairBatch; the pairs stay as they are",
)
def test_types_and_pairs(student, draws):
    pairs = some_pairs(draws, [(3, 4), (2, 1)])
    came = student.make_batch(pairs)
    equal_to(
        getattr(came, "_fields", None),
        FIELDS,
        what="a PairBatch comes back",
        hint="return PairBatch(…)",
    )
    types = {"source_mask": torch.bool, "target_mask": torch.bool}
    for name in FIELDS:
        equal_to(
            str(getattr(came, name).dtype),
            str(types.get(name, torch.int64)),
            what=f"the type of {name}",
            hint="numbers of tokens are int64, as nn.Embedding takes them, and masks bool",
        )
    (after,) = student.make_batch.inputs_after(pairs)
    equal_to(
        [[list(line) for line in pair] for pair in after],
        [[list(line) for line in pair] for pair in pairs],
        what="the pairs are left as they are",
        hint="append and += change the line that is given, and the next epoch has two END: make a new list",
    )
