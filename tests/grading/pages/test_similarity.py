from __future__ import annotations

import random
import re
import time
import tokenize
from io import StringIO
from itertools import combinations

import pytest

from amal_attention.grading.pages.similarity import Place, SimilarPair, similar_pairs

POOLING = '''\
class Pooling(nn.Module):
    """Attention with one query."""

    def __init__(self, dim):
        super().__init__()
        self.query = nn.Linear(dim, 1, bias=False)
        self.out_features = dim

    def forward(self, x, mask):
        scores = self.query(x).squeeze(2)  # B, L
        scores = scores.masked_fill(~mask, -1e9)
        weights = torch.softmax(scores, dim=1) * mask
        pooled = torch.einsum("bl,bld->bd", weights, x)
        return pooled, weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-9)
'''
RENAMED = """\
class TheOtherOne(nn.Module):
    def __init__( self, width ) :


        super().__init__()
        # A query, and how wide it is.
        self.q = nn.Linear(width, 2, bias=False)
        self.out = width
    def forward(self, words, tokens):
        \'\'\'It
        pools.\'\'\'
        logits = self.q(words).squeeze(3)
        logits = logits.masked_fill(~tokens, -2.5)
        alpha = torch.softmax(logits, dim=0) * \\
            tokens
        out = torch.einsum('x y', alpha, words)
        return (
            out, alpha / alpha.sum(dim=1, keepdim=True).clamp(min=1e-5)
        )
"""
ANOTHER = """\
class Pooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        lengths = mask.sum(1)
        out = []
        for review, length in zip(x, lengths):
            a = F.softmax(review[:length] @ self.query, 0)
            out.append((a[:, None] * review[:length]).sum(0))
        return torch.stack(out), torch.zeros(mask.shape)
"""


def pairs(*answers: str, **options: object) -> list[SimilarPair]:
    """The pairs among students a, b, c … who answered the same question."""
    sources = {name: {"q1": answer} for name, answer in zip("abcdefghijklmnopqrstuvwxyz", answers, strict=False)}
    return similar_pairs(sources, **options)  # type: ignore[arg-type]


def test_a_copy_is_found_and_where_it_stands():
    (pair,) = pairs(POOLING, ANOTHER, f"import os\n\n{POOLING}")
    assert (pair.first, pair.second, pair.score) == ("a", "c", 1.0)
    (place,) = pair.places
    assert place == Place("q1", 1.0, place.first, place.second)
    assert place.first[0] in (1, 2, 3, 4) and place.first[1] == 14
    assert [line - 2 for line in place.second] == list(place.first)


def test_other_names_comments_blanks_and_numbers_hide_no_copy():
    tokens = list(tokenize.generate_tokens(StringIO(RENAMED).readline))
    assert tokens, "it is right Python"
    body = RENAMED.replace("return (\n            out", "return out").replace("\n        )\n", "\n")
    (pair,) = pairs(POOLING, body, threshold=0.99)
    assert pair.score == 1.0
    (pair,) = pairs(POOLING, RENAMED, threshold=0.7)
    assert pair.score < 1


def test_two_answers_by_two_people_are_not_alike():
    assert pairs(POOLING, ANOTHER, threshold=0.5) == []


def test_names_of_a_library_tell_answers_apart():
    other = POOLING
    for name in ("squeeze", "masked_fill", "softmax", "einsum", "sum", "clamp", "Linear", "Module"):
        other = other.replace(f".{name}(", f".{name[::-1]}(")
    assert pairs(POOLING, POOLING) != [] and pairs(POOLING, other) == []


def test_a_copy_in_the_middle_of_more_is_found():
    longer = ANOTHER + "\n" + POOLING + "\n".join(f"def f{n}(x):\n    return {'x + ' * n}x\n" for n in range(20))
    (pair,) = pairs(POOLING, longer)
    assert pair.score == 1.0


def test_what_was_given_says_nothing():
    assert pairs(POOLING, POOLING, skeleton={"q1": POOLING}) == []
    assert pairs(POOLING, POOLING, skeleton={"q2": POOLING}) != []


def test_what_many_have_says_nothing():
    assert len(pairs(*[POOLING] * 5)) == 10
    assert pairs(*[POOLING] * 6) == []


def test_more_may_have_it_where_there_are_more():
    others = {f"other-{n}": {"q1": f"def f():\n    return {n}"} for n in range(94)}
    same = {f"same-{n}": {"q1": POOLING} for n in range(6)}
    assert len(similar_pairs(others | same)) == 15


def test_short_answers_are_alike_by_chance():
    short = "def top(words, weights, k):\n    return sorted(zip(weights, words))[-k:]"
    assert pairs(short, short) == []


def test_answers_to_different_questions_are_not_compared():
    assert similar_pairs({"a": {"q1": POOLING}, "b": {"q2": POOLING}}) == []


def test_pairs_that_share_more_come_first_and_so_do_places_that_are_more_alike():
    def partly(source: str) -> str:
        return source.replace("dim=1", "dims=(1,)").replace("masked_fill(~mask, -1e9)", "where(mask, nothing)")

    pairs = similar_pairs(
        {
            "a": {"q1": POOLING, "q2": ANOTHER},
            "b": {"q1": partly(POOLING), "q2": ANOTHER},
            "c": {"q1": POOLING},
        },
        threshold=0.2,
    )
    assert [(pair.first, pair.second) for pair in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [place.question for place in pairs[0].places] == ["q2", "q1"]
    assert pairs[0].score == 1.0 > pairs[0].places[1].score
    assert pairs[0].shared > pairs[1].shared > pairs[2].shared


def test_the_order_of_submissions_changes_nothing_but_who_is_first():
    there, back = pairs(POOLING, ANOTHER, RENAMED), pairs(RENAMED, ANOTHER, POOLING)
    assert [(pair.shared, pair.score) for pair in there] == [(pair.shared, pair.score) for pair in back]


@pytest.mark.parametrize("broken", ["'''", '"', "(" * 50, "\\", "", "\n\n", "é = $?`", "def f(:", "\ud800", "\x00"])
def test_what_is_no_python_is_compared_all_the_same(broken: str):
    (pair,) = pairs(f"{POOLING}\n{broken}", f"{broken if broken.isspace() else ''}{POOLING}\n{broken}")
    assert pair.score == 1.0


@pytest.mark.parametrize(
    "sign", ["'''", '"', "\\", "'\\", "(", "#", 'f"', "0", "a", "''''", "ffff'", "\n", "x=", '"a\n']
)
def test_hostile_answers_take_no_longer_than_others(sign: str):
    began = time.process_time()
    pairs(sign * 100_000, sign * 100_000)
    assert time.process_time() - began < 4


def written(draw: random.Random) -> str:
    """An answer as one of many might write it."""
    lines = [
        "{0} = {1}.masked_fill(~{2}, -1e9)",
        "{0} = torch.softmax({1}, dim=1)",
        "{0} = {1}.sum(dim=1) / {2}.clamp(min=1)",
        "{0} = torch.einsum('bld,bd->bl', {1}, {2})",
        "{0} = {1} @ {2}",
        "{0} = self.query({1})",
        "{0} = torch.where({1}, {2}, 0.0)",
        "{0} = {1}.mean(dim=1).unsqueeze(1)",
        "{0}, _ = self.lstm({1})",
        "{0} = torch.bmm({1}, {2}).squeeze(2)",
        "{0} = {1}.view({2}.size(0), -1)",
        "{0} = F.dropout({1}, p=0.1, training=self.training)",
        "if {1}.dim() == 2:\n        {0} = {1}[:, None] * {2}",
        "{0} = torch.cat([{1}, {2}], dim=-1)",
        "{0} = {1}.transpose(1, 2).contiguous()",
        "{0} = torch.zeros({1}.shape, device={2}.device)",
        "{0} += {1}[:, 0] ** 2 - {2}",
        "for i in range(len({1})):\n        {0} = {1}[i] * {2}[i]",
        "assert {0}.shape == {1}.shape, {2}",
    ]
    names = [draw.choice(["x", "w", "scores", "a", "mask"]) + str(draw.randrange(99)) for _ in range(9)]
    body = [draw.choice(lines).format(*draw.sample(names, 3)) for _ in range(draw.randint(12, 20))]
    return "def answer(self, x, mask):\n    " + "\n    ".join(body) + "\n    return x\n"


def renamed(source: str) -> str:
    return re.sub(r"\b(?:scores|mask|x|w|a)(\d+)\b", r"other_\1", source)


def class_of(size: int, seed: int) -> tuple[dict[str, dict[str, str]], set[tuple[str, str]]]:
    """Answers of so many students, and the pairs of whom one copied from the other."""
    draw = random.Random(seed)
    sources = {f"s{n:04}": {f"q{question}": written(draw) for question in range(6)} for n in range(size)}
    copied = {(f"s{n:04}", f"s{n + 1:04}") for n in range(0, size - 1, 25)}
    for first, second in copied:
        for question in draw.sample(sorted(sources[first]), draw.choice([1, 3, 6])):
            sources[second][question] = renamed(sources[first][question])
    return sources, copied


@pytest.mark.parametrize("seed", range(3))
def test_in_a_class_the_copies_are_found_and_hardly_anything_else(seed: int):
    sources, copied = class_of(100, seed)
    found = {(pair.first, pair.second) for pair in similar_pairs(sources)}
    assert copied <= found
    assert len(found - copied) <= 2, f"of {len(list(combinations(sources, 2)))} pairs"


def test_the_time_grows_with_the_number_of_submissions_and_not_with_that_of_pairs():
    def seconds(size: int) -> float:
        sources, _ = class_of(size, 0)
        began = time.process_time()
        similar_pairs(sources)
        return time.process_time() - began

    small = min(seconds(60) for _ in range(3))
    assert seconds(480) < 3 * 8 * small, "64 times as long would be quadratic"
